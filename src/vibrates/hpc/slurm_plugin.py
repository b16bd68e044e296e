"""Corrections of Snakemake's SLURM plugin (2.8), which may otherwise wait indefinitely."""

import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator
from logging import Logger
from typing import Any

# Answers in a row without a job, after which it is lost. A job is in squeue from the moment that
# sbatch returns until MinJobAge seconds after its end.
PATIENCE = 3


def mend() -> None:
    """Mend the plugin, if this run uses it. To be called before the first job is submitted."""
    if plugin := sys.modules.get("snakemake_executor_plugin_slurm"):
        _ask_squeue_only(plugin)
        _give_up_lost_jobs(plugin)


class Missing:
    """How often in a row SLURM did not know a job that it ought to know."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def lost(self, expected: set[str], known: set[str]) -> set[str]:
        """Take in one answer, the jobs that SLURM knows; those missing from `PATIENCE` in a row."""
        self._times = Counter({job: self._times[job] + 1 for job in expected - known})
        return {job for job, times in self._times.items() if times >= PATIENCE}


def _ask_squeue_only(plugin: Any) -> None:
    """Keep the plugin from turning to sacct, whatever else it is told.

    While the controller is away the plugin cannot read MinJobAge and falls back on sacct; where
    there is no accounting that fails at once, again and again, and the plugin forgets its jobs
    within a minute.
    """
    plugin.is_query_tool_available = lambda tool: tool != "sacct" and shutil.which(tool) is not None


def _give_up_lost_jobs(plugin: Any) -> None:
    """Have a job that SLURM no longer knows count as failed: its batch is submitted again.

    A controller that dies forgets what it had not yet written down, jobs of the last seconds; and
    an ended job leaves squeue after MinJobAge, seen or not. The plugin would wait for either
    indefinitely.
    """
    missing = Missing()
    expected: set[str] = set()
    check, query = plugin.Executor.check_active_jobs, plugin.query_job_status

    async def check_active_jobs(self: object, active_jobs: list) -> AsyncIterator:
        expected.clear()
        expected.update(job.external_jobid for job in active_jobs)
        async for job in check(self, active_jobs):
            yield job

    async def query_job_status(command: str, logger: Logger) -> tuple[dict | None, float | None]:
        states, seconds = await query(command, logger)
        for job in missing.lost(expected, set(states)) if states is not None else ():
            logger.warning(
                f"SLURM no longer knows job {job}: counted as failed and submitted again"
            )
            states[job] = "FAILED"
        return states, seconds

    plugin.Executor.check_active_jobs, plugin.query_job_status = check_active_jobs, query_job_status
