"""Fewer lines of Snakemake on the terminal, so that the campaign's own can be read."""

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
)


def quieten(logger: logging.Logger) -> None:
    """Drop Snakemake's routine lines from the terminal; its log file and all errors stay whole.

    A starting job is one short line. Snakemake's own `--quiet rules` would hide errors as well.
    """
    for handler in logger.handlers:
        if handler.name == "DefaultStreamHandler":
            handler.addFilter(_worth_reading)


def _worth_reading(record: logging.LogRecord) -> bool:
    event = getattr(getattr(record, "event", None), "value", None)
    if event == "job_info":
        # Batches report themselves when they are done.
        if record.rule_name not in ("trajectories", "all"):
            wildcards = " ".join(f"{k}={v}" for k, v in record.wildcards.items())
            print(f"{record.rule_name} {wildcards}".rstrip(), flush=True)
        return False
    return not record.getMessage().startswith(_ROUTINE)
