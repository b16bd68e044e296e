"""Preparation of a run: one driver at a time, no other writer.

Every run, by `vibrates resume` or plain `snakemake`, calls `prepare`, which finds what an earlier
run left behind, reports it and repairs it. Reading the Snakefile alone prepares nothing: lint, dry
runs, lists, graphs, reports and `--unlock` take no lock and change no file of the campaign.
"""

import atexit
import contextlib
import fcntl
import json
import logging
import os
import socket
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from vibrates.campaign import changes, verify
from vibrates.config import Campaign
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.core.yaml_files import read_yaml, write
from vibrates.hpc import screen, slurm, slurm_plugin
from vibrates.hpc.preamble import or_exit
from vibrates.hpc.quiet import INTERRUPTED, event_of
from vibrates.trajectories import progress

_BEAT = 30.0  # seconds between updates of the heartbeat file, read by drivers on other machines
_held: list[int] = []  # the open lock of this process


def prepare_at_start(config: Campaign, logger: logging.Logger) -> None:
    """Have `prepare` called when, and only if, Snakemake begins to execute the workflow.

    To be called in the main process while the Snakefile is read. ``onstart:`` would be too late: by
    then the graph of jobs has been built from the existing files, including damaged ones, and the
    lock of a killed run has stopped Snakemake. Therefore the call is triggered by the event with
    which the execution begins.
    """
    logger.addHandler(_Starter(config, logger))


def started(config: Campaign) -> None:
    """For ``onstart:``: record the time of the start; WorkflowError if the run was not prepared."""
    if not _held:
        from snakemake.exceptions import WorkflowError

        raise WorkflowError(
            f"{config.results}: not prepared, since this Snakemake did not announce its start; "
            "install the version of envs/requirements.txt"
        )
    for part in config.parts.values():
        progress.start(Path(part.results))


def drives() -> bool:
    """Whether this process runs the campaign: it was prepared."""
    return bool(_held)


def prepare(config: Campaign, logger: logging.Logger) -> None:
    """Prepare the run, once, before the graph of jobs is built; UserError if it must not start.

    Takes the lock of the driver, which the operating system releases for whatever reason the driver
    ends. Holding the lock proves that no other driver of this campaign is running; the remains of a
    killed one are then removed.
    """
    results = Path(config.results)
    parts = {name: Path(part.results) for name, part in config.parts.items()}
    for directory in parts.values():
        (directory / "trajectories").mkdir(parents=True, exist_ok=True)
    _become_driver(results)
    _end_old_jobs(results)
    _clear_stale_locks(results)
    for line in changes.report(config):
        progress.log(results, line)
    _write_configuration(config, results / "configuration.yaml")
    for name, directory in parts.items():
        _write_configuration(config.parts[name], directory / "configuration.yaml")
    for path, reason in verify.damaged(results, remember=True).items():
        verify.set_aside(path)
        progress.log(results, f"set aside: {reason}")
    _remove_outdated(config, results)
    for directory in parts.values():
        _tidy(directory)
    logger.addHandler(_Recorder(results))
    slurm_plugin.mend()


def record(results: Path) -> dict[str, Any]:
    """The present or last driver: `arguments`, `host`, `pid`, `started`; empty if there is none."""
    try:
        found = json.loads((results / ".driver.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def running(results: Path) -> bool:
    """Whether a driver of this campaign is running."""
    try:
        handle = os.open(results / ".driver.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return _taken(handle, results)
    finally:
        os.close(handle)


def _become_driver(results: Path) -> None:
    handle = os.open(results / ".driver.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    if _taken(handle, results):
        os.close(handle)
        who = record(results)
        raise UserError(
            f"{results}: another driver runs this campaign (process {who.get('pid')} on "
            f"{who.get('host')}, since {who.get('started')}); wait for its end or stop "
            "it; 'vibrates status' shows how far it is"
        )
    _held.append(handle)
    mine = {
        "arguments": sys.argv[1:],
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": datetime.now().isoformat(timespec="seconds"),
    }
    write_text(results / ".driver.json", json.dumps(mine))
    beat = results / ".driver.alive"
    beat.touch()
    threading.Thread(target=_keep_beating, args=(beat,), daemon=True).start()
    atexit.register(beat.unlink, missing_ok=True)


def _keep_beating(beat: Path) -> None:
    while True:
        time.sleep(_BEAT)
        # A full disk or an unreachable server may be temporary: the next update tries again.
        with contextlib.suppress(OSError):
            os.utime(beat)


def _taken(handle: int, results: Path) -> bool:
    """Whether another driver is running; if there is none, take the lock."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return _beats(results)  # A file system without locks.
    # Not all file systems share locks between machines.
    return record(results).get("host") not in (None, socket.gethostname()) and _beats(results)


def _beats(results: Path) -> bool:
    """Whether the heartbeat file of a driver was updated recently."""
    try:
        return time.time() - (results / ".driver.alive").stat().st_mtime < 4 * _BEAT
    except OSError:
        return False


def _end_old_jobs(results: Path) -> None:
    """Cancel the SLURM jobs of a driver that was killed; their finished pieces are kept."""
    if found := slurm.jobs(results):
        states = [job.state for job in found]
        counts = ", ".join(f"{states.count(s)} {s.lower()}" for s in sorted(set(states)))
        progress.log(
            results,
            f"found {len(found)} SLURM jobs of an earlier run ({counts}): cancelling "
            f"{' '.join(job.id for job in found)}; what they have finished is kept",
        )
        slurm.cancel(results, found)
    slurm.runs_file(results).unlink(missing_ok=True)


def _clear_stale_locks(results: Path) -> None:
    """Remove Snakemake's lock files with files of this campaign, whose driver has ended."""
    prefix = f"{results}/"
    for lock in Path(".snakemake/locks").glob("*.lock"):
        if any(line.startswith(prefix) for line in lock.read_text().splitlines()):
            progress.log(results, f"removed the lock that a killed run left behind ({lock})")
            lock.unlink(missing_ok=True)


def _write_configuration(config: Campaign, path: Path) -> None:
    """Write the resolved configuration, which the batches read, unless it is unchanged."""
    resolved = config.to_mapping()
    if not path.exists() or read_yaml(path) != resolved:
        write(resolved, path)


def _remove_outdated(config: Campaign, results: Path) -> None:
    """Remove products that were made with other settings or other code, and report them."""
    found = verify.outdated(config)
    for path in found:
        path.unlink(missing_ok=True)
    if found:
        batches = sum(path.parent.parent.name == "trajectories" for path in found)
        others = sorted({str(path.relative_to(results)) for path in found if path.suffix != ".nc"})
        others += sorted(
            {path.relative_to(results).parts[0] for path in found if path.suffix == ".nc"}
        )
        progress.log(
            results,
            f"made with another configuration or code, computed anew: {batches} batches, and all "
            f"of {', '.join(name for name in others if name != 'trajectories') or 'nothing else'}",
        )


def _tidy(results: Path) -> None:
    """Remove incomplete files and stored pieces of complete batches; report other stored pieces."""
    for leftover in (results / "trajectories").glob("round*/.batch*.tmp"):
        leftover.unlink(missing_ok=True)
    unfinished = set()
    for part in (results / "trajectories").glob("round*/batch*.part"):
        batch = part.with_name(part.name.split(".")[0] + ".nc")
        if batch.exists():
            Checkpoint(batch).remove()
        else:
            unfinished.add(batch)
    if unfinished:
        progress.log(
            results,
            f"found {len(unfinished)} unfinished batches: they go on from the pieces "
            "they have finished",
        )


class _Starter(logging.Handler):
    """Prepares the campaign when Snakemake reports that the execution of the workflow starts."""

    def __init__(self, config: Campaign, logger: logging.Logger) -> None:
        super().__init__()
        self._config, self._logger = config, logger

    def emit(self, log_record: logging.LogRecord) -> None:
        if event_of(log_record) == "workflow_started" and not _held:
            or_exit(prepare, self._config, self._logger)


class _Recorder(logging.Handler):
    """Records what Snakemake reports of its SLURM jobs: the name of the run, failed attempts."""

    def __init__(self, results: Path) -> None:
        super().__init__()
        self._results = results
        self._interrupted = False

    def emit(self, log_record: logging.LogRecord) -> None:
        self._interrupted |= screen.is_stopped() or str(log_record.msg).startswith(INTERRUPTED)
        if run := slurm.run_named(str(log_record.msg)):
            with slurm.runs_file(self._results).open("a") as file:
                file.write(run + "\n")
                file.flush()
                os.fsync(file.fileno())
        if event_of(log_record) == "job_error" and not self._interrupted:
            rule = vars(log_record)["rule_name"]
            made = " ".join(str(name) for name in getattr(log_record, "output", ()))
            progress.note(self._results, f"{progress.FAILED_ATTEMPT}{rule} {made}")
