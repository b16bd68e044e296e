"""The SLURM jobs of a campaign, identified by the names of the runs that submitted them.

Snakemake gives all jobs of one run the same name, its "SLURM run ID". A run records this name
before it submits any job, so that every job can be found even after a power failure.
"""

import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from vibrates.core.errors import UserError

_RUN = re.compile(r"SLURM run ID: (\S+)")
_FORMAT = "%i|%T|%k|%N"


class Job(NamedTuple):
    """One job in the queue."""

    id: str
    state: str  # PENDING, RUNNING, COMPLETING, ...
    comment: str  # rule and wildcards
    nodes: str


def runs_file(results: Path) -> Path:
    """The file with the names of the runs whose jobs may still be in the queue."""
    return results / ".slurm_runs"


def run_named(message: str) -> str | None:
    """The run ID, if this is the line of Snakemake's log that contains it."""
    found = _RUN.search(message)
    return found[1] if found else None


def jobs(results: Path) -> list[Job]:
    """Pending and running jobs of this campaign; UserError if SLURM gives no answer."""
    try:
        runs = runs_file(results).read_text().split()
    except OSError:
        return []
    if not runs:
        return []
    if shutil.which("squeue") is None:
        raise UserError(
            f"{results}: jobs of an earlier run may still be in SLURM's queue, and there is "
            "no squeue on this machine; continue where there is one, or remove "
            f"{runs_file(results)} if you know that none is left"
        )
    answer = _ask(["squeue", "--noheader", f"--format={_FORMAT}", f"--name={','.join(runs)}"])
    return [Job(*line.split("|")) for line in answer.splitlines() if line.count("|") == 3]


def cancel(results: Path, found: list[Job], patience: float = 180.0) -> None:
    """Cancel jobs and wait until they have ended.

    Parameters
    ----------
    results
        Results directory of the campaign.
    found
        The jobs, from `jobs`.
    patience
        Longest waiting time, seconds.

    Raises
    ------
    UserError
        If a job remains after that time.
    """
    _ask(["scancel", *(job.id for job in found)])
    limit = time.monotonic() + patience
    while left := jobs(results):
        if time.monotonic() > limit:
            raise UserError(
                f"SLURM jobs {' '.join(job.id for job in left)} of an earlier run do not "
                "end (state "
                + ", ".join(sorted({job.state for job in left}))
                + "); wait for them or ask the administrators, then run again"
            )
        time.sleep(1.0)


def _ask(command: list[str]) -> str:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=True
        ).stdout
    except subprocess.SubprocessError as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        raise UserError(
            f"{command[0]} gives no answer ({said[-1] if said else 'no message'}); jobs of "
            "an earlier run may still be writing, so wait until SLURM is back, then run "
            "again"
        ) from None
