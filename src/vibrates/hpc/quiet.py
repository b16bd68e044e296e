"""A filter for Snakemake's terminal output that drops its routine lines."""

import logging
from collections.abc import Callable
from typing import Any

from vibrates.hpc import screen

_ROUTINE = (
    "Select jobs to execute",
    "Execute ",
    "DAG of jobs will be updated",
    "Updating checkpoint dependencies",
    "Assuming unrestricted shared filesystem",
    "Using shell:",
    "Using workflow specific profile",
    "Building DAG of jobs",
    "Conda environments: ignored",
)

# How Snakemake announces that it was interrupted; what follows is about jobs that it ended itself.
INTERRUPTED = "Terminating processes on user request"


def quieten(logger: logging.Logger, total: Callable[[], int] | None = None) -> None:
    """Drop Snakemake's routine lines from the terminal, but not from its log file; keep all errors.

    The start of a job is reported by one short line. Snakemake's own `--quiet rules` would hide
    errors as well.

    Parameters
    ----------
    logger
        Snakemake's logger.
    total
        Gives the number of jobs as far as it is known; the line of a starting job then includes
        its number. For workflows whose jobs do not report themselves.
    """
    for handler in logger.handlers:
        # Modules of a workflow call this function again; one filter is enough.
        known = any(isinstance(one, _WorthReading) for one in handler.filters)
        if handler.name == "DefaultStreamHandler" and not known:
            handler.addFilter(_WorthReading(total))


def jobs(workflow: Any) -> screen.Progress | None:
    """Progress of a workflow of Snakemake in jobs, as far as they are known."""
    dag = workflow.dag
    if dag is None:
        return None
    # Jobs without output have no work.
    done = {job for job in dag.finished_jobs if job.output}
    every = done | {job for job in dag.needrun_jobs() if job.output}
    return screen.Progress(len(done), len(every), f"jobs {len(done)} of {len(every)}")


def event_of(record: logging.LogRecord) -> str | None:
    """Name of the event that a record of Snakemake's log reports, if any."""
    return getattr(getattr(record, "event", None), "value", None)


class _WorthReading(logging.Filter):
    """Passes errors and messages; prints the start of a job in a short form."""

    def __init__(self, total: Callable[[], int] | None) -> None:
        super().__init__()
        self._total = total
        self._begun: dict[int, int] = {}
        self._interrupted = False

    def filter(self, record: logging.LogRecord) -> bool:
        if record.getMessage().startswith(INTERRUPTED):
            self._interrupted = True
            screen.stopped()
        if self._interrupted or screen.is_stopped():
            return False
        if event_of(record) == "job_info":
            # Batches report when they are finished; a rule without output has no work.
            told = vars(record)
            if told["output"] and told["rule_name"] != "trajectories":
                words = [told["rule_name"], *(f"{k}={v}" for k, v in told["wildcards"].items())]
                if self._total:
                    # A job that is repeated keeps its number.
                    place = self._begun.setdefault(told["jobid"], len(self._begun) + 1)
                    words.append(f"({place} of {self._total()})")
                print(" ".join(words), flush=True)
            return False
        return not record.getMessage().startswith(_ROUTINE)
