"""Twelve faults. Each function damages a campaign of its own and says what came of it."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from hashlib import sha256
from pathlib import Path

from slurm_project import LAUNCHER, SlurmProject, kill, manifest

from vibrates.trajectories.progress import FAILED_ATTEMPT


def _finish(project: SlurmProject, driver: subprocess.Popen, seconds: float = 600) -> None:
    assert driver.wait(timeout=seconds) == 0, project.output[-3000:]


def _resumed(project: SlurmProject) -> str:
    found = project.attributes()
    kept = int(found["pieces_from_earlier_attempts"])
    assert kept > 0, "the second attempt began from nothing"
    return f"{int(found['attempts'])} attempts, the last began with {kept} of 32 pieces"


def _states(project: SlurmProject) -> list[str]:
    return [job["state"] for job in project.jobs()]


def cancelled_job(project: SlurmProject) -> str:
    """scancel while the batch runs."""
    driver = project.start(project.command())
    project.await_pieces()
    project.cluster.ask("scancel", project.running_job()["id"])
    _finish(project, driver)
    assert sorted(_states(project)) == ["CANCELLED", "COMPLETED"]
    return _resumed(project)


def walltime_reached(project: SlurmProject) -> str:
    """A rank that hangs keeps the batch from ending before its walltime."""
    driver = project.start(project.command())
    project.await_pieces()
    kill(project.rank(1), signal.SIGSTOP)
    project.cluster.ask("scontrol", "update", f"jobid={project.running_job()['id']}", "timelimit=1")
    _finish(project, driver)
    assert sorted(_states(project)) == ["COMPLETED", "TIMEOUT"]
    return _resumed(project)


def memory_exceeded(project: SlurmProject) -> str:
    """Less memory than two ranks need at the first attempt; more with every further one."""
    driver = project.start(
        project.command(
            "--set-resources", f"trajectories:mpi='{LAUNCHER}'", "trajectories:mem_mb=400*attempt"
        )
    )
    _finish(project, driver)
    states = _states(project)
    assert states.count("COMPLETED") == 1 and len(states) >= 2, states
    logs = " ".join(
        path.read_text() for path in project.directory.glob(".snakemake/slurm_logs/**/*.log")
    )
    assert "memory" in logs and "exceeded" in logs.lower() or "OUT_OF_MEMORY" in states, logs[
        -2000:
    ]
    return f"ended by SLURM {len(states) - 1} time(s) at 400 MB times the attempt, then enough"


def killed_rank(project: SlurmProject) -> str:
    """One MPI rank is killed."""
    driver = project.start(project.command())
    project.await_pieces()
    kill(project.rank(1))
    _finish(project, driver)
    assert sorted(_states(project)) == ["COMPLETED", "FAILED"]
    return _resumed(project)


def killed_node_daemon(project: SlurmProject) -> str:
    """The slurmd of the batch's node is killed and comes back."""
    driver = project.start(project.command())
    project.await_pieces()
    node = project.running_job()["node"]
    project.cluster.kill_daemon(node)
    time.sleep(5)
    project.cluster.start_daemon(node)
    _finish(project, driver)
    assert _states(project) == ["COMPLETED"]
    assert int(project.attributes()["pieces_from_earlier_attempts"]) == 0
    return "the job ran on"


def lost_node(project: SlurmProject) -> str:
    """A power cut of the batch's node, which stays away."""
    driver = project.start(project.command())
    project.await_pieces()
    node = project.running_job()["node"]
    project.cluster.lose_node(node)
    _finish(project, driver)
    jobs = {job["state"]: job["node"] for job in project.jobs()}
    assert sorted(jobs) == ["COMPLETED", "NODE_FAIL"] and jobs["COMPLETED"] != node, jobs
    project.cluster.start_daemon(node)
    return _resumed(project) + ", on another node"


def controller_outage(project: SlurmProject) -> str:
    """60 s without slurmctld: one campaign's job runs, one was just submitted, one is yet to be."""
    second, third = (
        SlurmProject(project.directory.with_name(name), project.cluster)
        for name in ("submitted_at_the_outage", "submits_in_the_outage")
    )
    for one in (second, third):
        one.begin_from(project, missing=())
    driver = project.start(project.command())
    project.await_pieces()
    kill(project.rank(1), signal.SIGSTOP)  # so that it does not end before the outage
    project.cluster.await_saved(project.running_job()["id"])
    just_submitted = second.start(second.command())
    second.await_submission()
    project.cluster.kill_controller()
    began = time.monotonic()
    kill(project.rank(1), signal.SIGCONT)
    submits = third.start(third.command())
    time.sleep(max(0.0, 60 - (time.monotonic() - began)))
    project.cluster.start_controller()
    for one, its_driver in ((project, driver), (second, just_submitted), (third, submits)):
        _finish(one, its_driver)
        assert one.attributes()["fingerprint"] == project.attributes()["fingerprint"]
    assert _states(project) == ["COMPLETED"]
    # The controller writes its state down seconds later: what it forgot is cancelled by slurmd, or
    # unknown when Snakemake asks for it.
    assert set(_states(second)) <= {"CANCELLED", "COMPLETED"}, _states(second)
    forgotten = "CANCELLED" in _states(second) or "no longer knows job" in second.output
    refused = (third.results / "campaign.log").read_text().count(FAILED_ATTEMPT)
    assert refused >= 1, "the third campaign submitted nothing during the outage"
    return (
        "the running job was not lost; one submitted a moment before was "
        + ("forgotten by the controller, and submitted again" if forgotten else "not lost either")
        + f"; one submitted during it was refused {refused} times, then ran"
    )


def killed_driver(project: SlurmProject) -> str:
    """Snakemake is killed while its job runs on; vibrates resume."""
    driver = project.start(project.command())
    project.await_pieces()
    job = project.running_job()["id"]
    kill(project.rank(1), signal.SIGSTOP)  # so that it does not end while somebody looks into it
    driver.kill()
    driver.wait()
    assert project.running_job()["id"] == job, "the job should have outlived its driver"
    assert project.run("vibrates", "status", "config/config.yaml") == 0
    assert "SLURM jobs: 1 running" in project.output
    assert project.run("vibrates", "resume", "config/config.yaml") == 0, project.output[-3000:]
    for line in (
        "found 1 SLURM jobs of an earlier run (1 running): cancelling " + job,
        "removed the lock that a killed run left behind",
        "found 1 unfinished batches",
    ):
        assert line in project.output, line
    return "vibrates resume cancelled the job and removed the lock; " + _resumed(project)


def truncated_batch_file(project: SlurmProject) -> str:
    """A finished batch file loses its second half."""
    victim = project.batch(1)
    with victim.open("r+b") as file:
        file.truncate(victim.stat().st_size // 2)
    _finish(project, project.start(project.command()))
    assert (
        "set aside: results/trajectories/round0/batch00001.nc: damaged or truncated"
        in project.output
    )
    return "found at the start, set aside, computed again"


def full_disk(project: SlurmProject) -> str:
    """The results are on a small disk that fills up, and is then made room on."""
    driver = project.start(project.command("--retries", "1"))
    project.await_pieces()
    filler = project.results / "filler"
    with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    assert driver.wait(timeout=600) != 0
    logs = " ".join(
        path.read_text() for path in project.directory.glob(".snakemake/slurm_logs/**/*.log")
    )
    line = next(line for line in logs.splitlines() if line.startswith("error: "))
    assert "No space left on device" in line and "make room" in line, line
    filler.unlink()
    assert project.run("vibrates", "resume", "config/config.yaml") == 0, project.output[-3000:]
    return "stopped with one line that says so; after making room, vibrates resume: " + _resumed(
        project
    )


def two_drivers(project: SlurmProject) -> str:
    """A second snakemake is started while the first runs."""
    driver = project.start(project.command())
    project.await_pieces()
    assert project.run(*project.command()) != 0
    (line,) = {text for text in project.output.splitlines() if text.startswith("error: ")}
    assert "another driver runs this campaign" in line, line
    _finish(project, driver)
    assert _states(project) == ["COMPLETED"]
    return "the second is refused with one line, the first runs on"


def corrupted_cache(project: SlurmProject) -> str:
    """Compiled kernels are damaged on disk: bytes changed in one, another one's index cut short."""
    cache = Path(project.environment["VIBRATES_CACHE"])
    kernels = sorted(cache.rglob("*.nbc"), key=lambda path: path.stat().st_size)
    content = bytearray(kernels[-1].read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = os.urandom(64)
    kernels[-1].write_bytes(content)
    index = next(cache.rglob("*.nbi"))
    index.write_bytes(index.read_bytes()[:20])
    _finish(project, project.start(project.command()))
    logs = " ".join(
        path.read_text() for path in project.directory.glob(".snakemake/slurm_logs/**/*.log")
    )
    assert "compiled kernels were damaged; compiling them anew" in logs
    kept = manifest(cache)
    assert kept and all(
        sha256(path.read_bytes()).hexdigest() == checksum for path, checksum in kept.items()
    )
    return "found by checksum, compiled anew"


FAULTS = {
    fault.__name__: fault
    for fault in (
        cancelled_job,
        walltime_reached,
        memory_exceeded,
        killed_rank,
        killed_node_daemon,
        lost_node,
        controller_outage,
        killed_driver,
        truncated_batch_file,
        full_disk,
        two_drivers,
        corrupted_cache,
    )
}
PARTITION = {"killed_node_daemon": "daemon", "lost_node": "lossy"}
# Meets every campaign on the cluster, and therefore comes after the others.
ALONE = ("controller_outage",)


def small_disk(directory: Path) -> str | None:
    """Mount a disk of a few MB on `directory`; the reason why not, or None."""
    directory.mkdir(parents=True)
    if shutil.which("mount") is None or os.geteuid() != 0:
        return "only root can mount a small disk"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(directory)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip() or "mount failed" if done.returncode else None
