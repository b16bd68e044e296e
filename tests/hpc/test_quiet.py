"""What reaches the terminal of a run, and its log, when it is interrupted."""

import logging
import subprocess
import threading
from types import SimpleNamespace

import pytest

from vibrates.campaign.driver import _Recorder
from vibrates.hpc import screen
from vibrates.hpc.preamble import LOGGED
from vibrates.hpc.quiet import INTERRUPTED, quieten


def record(text, event=None, **values):
    one = logging.LogRecord("snakemake", logging.ERROR, "", 0, text, None, None)
    one.__dict__ |= values | ({"event": SimpleNamespace(value=event)} if event else {})
    return one


@pytest.fixture(autouse=True)
def not_stopped(monkeypatch):
    """Every test is a run of its own."""
    monkeypatch.setattr(screen, "_stopping", threading.Event())


@pytest.fixture
def shown():
    """A logger as Snakemake sets one up, and what its terminal shows."""
    logger, lines = logging.Logger("snakemake"), []
    handler = logging.Handler()
    handler.name, handler.emit = "DefaultStreamHandler", lambda one: lines.append(one.getMessage())
    logger.addHandler(handler)
    quieten(logger)
    return logger, lines


def test_errors_are_shown(shown):
    logger, lines = shown
    logger.handle(record("Error in rule trajectories", "job_error"))
    assert lines == ["Error in rule trajectories"]


def test_an_interrupted_run_says_one_line(shown, capsys):
    logger, lines = shown
    logger.handle(record(f"{INTERRUPTED}, this might take some time."))
    logger.handle(record("Error in rule trajectories", "job_error"))
    logger.handle(record("WorkflowError: At least one job did not complete successfully."))
    assert lines == []
    assert capsys.readouterr().err == "stopped; the same command continues\n"


@pytest.mark.parametrize("interrupted", [False, True])
def test_jobs_that_an_interruption_ends_have_not_failed(tmp_path, interrupted):
    recorder = _Recorder(tmp_path)
    if interrupted:
        recorder.emit(record(f"{INTERRUPTED}, this might take some time."))
    recorder.emit(record("Error", "job_error", rule_name="trajectories", output=["a.nc"]))
    noted = tmp_path / "campaign.log"
    assert (noted.exists() and "attempt failed" in noted.read_text()) is not interrupted


def test_the_launchers_own_lines_stay_in_the_log(tmp_path):
    said = ["[mpiexec@x] Sending Ctrl-C", "Abort(1) on node 0", "error: real", "batch 1 of 2"]
    command = f"printf '%s\\n' {' '.join(map(repr, said))} {LOGGED}"
    ran = subprocess.run(
        ["bash", "-c", "set -o pipefail; " + command.replace("{log:q}", str(tmp_path / "log"))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr.splitlines() == said[2:]
    assert (tmp_path / "log").read_text().splitlines() == said
