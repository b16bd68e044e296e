"""What Snakemake's SLURM plugin is told of jobs that the controller forgot."""

import asyncio
import inspect
import logging
import sys
from types import ModuleType, SimpleNamespace

import pytest
import snakemake_executor_plugin_slurm as real

from vibrates.hpc import slurm_plugin


@pytest.fixture
def plugin(monkeypatch):
    """A plugin that asks a list of answers for the states of its jobs, one per round."""
    module = ModuleType("snakemake_executor_plugin_slurm")

    async def query_job_status(command, logger):
        return module.answers.pop(0), 0.1

    class Executor:
        async def check_active_jobs(self, active_jobs):
            states, _ = await module.query_job_status("squeue", logging.getLogger("test"))
            for job in active_jobs:
                if states is None or states.get(job.external_jobid) not in ("COMPLETED", "FAILED"):
                    yield job

    module.query_job_status, module.Executor = query_job_status, Executor
    monkeypatch.setitem(sys.modules, module.__name__, module)
    slurm_plugin.mend()
    return module


def rounds(plugin, answers):
    """Jobs still waited for after every round."""
    plugin.answers = list(answers)
    active = [SimpleNamespace(external_jobid=name) for name in ("1", "2")]

    async def go():
        nonlocal active
        waiting = []
        for _ in answers:
            active = [job async for job in plugin.Executor().check_active_jobs(active)]
            waiting.append([job.external_jobid for job in active])
        return waiting

    return asyncio.run(go())


def test_a_job_that_slurm_forgot_is_given_up_after_three_answers(plugin, caplog):
    running = {"1": "RUNNING"}
    assert rounds(plugin, [running] * 4) == [["1", "2"], ["1", "2"], ["1"], ["1"]]
    assert "no longer knows job 2" in caplog.text


def test_an_outage_or_a_short_gap_is_waited_for(plugin):
    both = {"1": "RUNNING", "2": "PENDING"}
    answers = [
        both,
        {"1": "RUNNING"},
        {"1": "RUNNING"},
        None,
        None,
        None,
        None,
        both,
        {"1": "RUNNING"},
    ]
    assert rounds(plugin, answers)[-1] == ["1", "2"]


def test_an_ended_job_is_no_longer_missed(plugin):
    done = {"1": "RUNNING", "2": "COMPLETED"}
    assert rounds(plugin, [done, *[{"1": "RUNNING"}] * 5])[-1] == ["1"]


def test_sacct_is_not_asked(plugin):
    assert not plugin.is_query_tool_available("sacct")


def test_the_plugin_has_what_is_mended():
    assert inspect.iscoroutinefunction(real.query_job_status)
    assert list(inspect.signature(real.query_job_status).parameters) == ["command", "logger"]
    assert inspect.isasyncgenfunction(real.Executor.check_active_jobs)
    assert real.is_query_tool_available("sacct") in (True, False)
