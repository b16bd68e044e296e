"""Fewer lines of Snakemake on the terminal, so that those about the work can be read."""

import logging

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


def quieten(logger: logging.Logger, count: bool = False) -> None:
    """Drop Snakemake's routine lines from the terminal; its log file and all errors stay whole.

    A starting job is one short line. Snakemake's own `--quiet rules` would hide errors as well.

    count: say with every starting job which of how many it is; for workflows whose jobs do not
    report themselves, and whose number is known from the start.
    """
    for handler in logger.handlers:
        # The modules of a workflow come by here too: once is enough.
        known = any(isinstance(one, _WorthReading) for one in handler.filters)
        if handler.name == "DefaultStreamHandler" and not known:
            jobs = _Jobs() if count else None
            if jobs:
                logger.addHandler(jobs)
            handler.addFilter(_WorthReading(jobs))


def event_of(record: logging.LogRecord) -> str | None:
    """Name of the event that a line of Snakemake's log tells of, if any."""
    return getattr(getattr(record, "event", None), "value", None)


def _has_work(rule: str) -> bool:
    """Whether a rule does more than ask for the products of others; `all` of a module is NAME_all."""
    return rule.rsplit("_", 1)[-1] != "all"


class _WorthReading(logging.Filter):
    """Lets errors and messages pass; prints the start of a job in its own way."""

    def __init__(self, jobs: "_Jobs | None") -> None:
        super().__init__()
        self._jobs = jobs

    def filter(self, record: logging.LogRecord) -> bool:
        if event_of(record) == "job_info":
            # Batches report themselves when they are done.
            if record.rule_name != "trajectories" and _has_work(record.rule_name):
                words = [record.rule_name, *(f"{k}={v}" for k, v in record.wildcards.items())]
                if self._jobs:
                    words.append(self._jobs.place(record.jobid))
                print(" ".join(words), flush=True)
            return False
        return not record.getMessage().startswith(_ROUTINE)


class _Jobs(logging.Handler):
    """Knows how many jobs there are, and which have begun."""

    def __init__(self) -> None:
        super().__init__()
        self._total, self._begun = 0, {}

    def emit(self, record: logging.LogRecord) -> None:
        if event_of(record) == "run_info":
            self._total = sum(
                number
                for rule, number in record.stats.items()
                if rule != "total" and _has_work(rule)
            )

    def place(self, job: int) -> str:
        """Which of how many jobs this one is; a job that is tried again keeps its number."""
        return f"({self._begun.setdefault(job, len(self._begun) + 1)} of {self._total})"
