"""Corrections of Snakemake's SLURM plugin (2.8), which may otherwise wait indefinitely."""

import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator
from logging import Logger
from typing import Any

# Number of consecutive answers without a job after which it counts as lost. squeue lists a job from
# the moment that sbatch returns until MinJobAge seconds after its end.
PATIENCE = 3


def mend() -> None:
    """Patch the plugin, if this run uses it. To be called before the first job is submitted."""
    if plugin := sys.modules.get("snakemake_executor_plugin_slurm"):
        _ask_squeue_only(plugin)
        _give_up_lost_jobs(plugin)


class Missing:
    """Number of consecutive answers of SLURM in which an expected job was missing."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def lost(self, expected: set[str], known: set[str]) -> set[str]:
        """Add an answer, the ``known`` jobs; return those missing from the last `PATIENCE` ones."""
        self._times = Counter({job: self._times[job] + 1 for job in expected - known})
        return {job for job, times in self._times.items() if times >= PATIENCE}


def _ask_squeue_only(plugin: Any) -> None:
    """Keep the plugin from using sacct.

    While the controller is unavailable the plugin cannot read MinJobAge and falls back on sacct.
    Without accounting each of these calls fails immediately, and the plugin loses its record of
    the jobs within a minute.
    """
    plugin.is_query_tool_available = lambda tool: tool != "sacct" and shutil.which(tool) is not None


def _give_up_lost_jobs(plugin: Any) -> None:
    """Treat a job that SLURM no longer knows as failed, so that its batch is submitted again.

    A controller that is killed loses its record of jobs of the last seconds, which it had not yet
    saved, and an ended job is removed from squeue after MinJobAge even if nobody has queried it.
    The plugin would wait for either indefinitely.
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
