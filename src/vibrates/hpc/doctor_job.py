"""Checks of `vibrates doctor` inside a job: two ranks run `campaign.probe`, as for batches."""

import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from vibrates.hpc.site import Failed, Site, ask


def test_job(site: Site) -> str:
    """Two ranks started by the launcher of the profile form one MPI communicator."""
    directory = Path(tempfile.mkdtemp(prefix=".doctor-", dir=Path.cwd()))
    token = secrets.token_hex(8)
    (directory / "token").write_text(token)
    program = shlex.join(
        [
            sys.executable,
            "-m",
            "vibrates.campaign.probe",
            str(site.config.resolve()),
            str(directory),
            "--ranks",
            "2",
        ]
    )
    job = None
    try:
        job = (
            ask(
                "sbatch",
                "--parsable",
                "--job-name=vibrates-doctor",
                f"--partition={site.partition}",
                f"--account={site.account}",
                "--nodes=1",
                "--ntasks=2",
                "--cpus-per-task=1",
                "--mem=1500",
                "--time=10",
                f"--output={directory}/log",
                f"--wrap={site.launcher} -n 2 {program}",
            )
            .strip()
            .split(";")[0]
        )
        state = _await(job, site.wait)
        _await_file(directory / "found.json", float(site.settings.get("latency-wait", 5)))
        log = _tail(directory / "log")
        if (directory / "found.json").exists():
            site.found = json.loads((directory / "found.json").read_text())
            site.found["same_token"] = site.found.pop("token") == token
            return (
                f"job {job} on {site.found['host']}: {site.found['size']} ranks under "
                f"'{site.launcher}', {site.found['mpi']}"
            )
        if "rank(s)" in log:
            raise Failed(
                f"'{site.launcher}' and the installed MPI are incompatible ({log})",
                f"try the others of 'srun --mpi=list' ({_pmi()}) as mpi in "
                f"{site.profile}/config.yaml",
            )
        raise Failed(
            f"job {job} ended as {state} and wrote nothing to {directory} ({log or 'no log'})",
            "see that the working directory is on a file system which the nodes share, and "
            "that they can run the Python of this environment",
        )
    finally:
        if job is not None:
            subprocess.run(["scancel", job], capture_output=True, check=False)
        shutil.rmtree(directory, ignore_errors=True)


def file_system(site: Site) -> str:
    """The nodes and this machine share the file system of the working directory."""
    if not site.found["same_token"]:
        raise Failed(
            f"{site.found['host']} does not see the files of {Path.cwd()}",
            "work on a file system that all nodes share",
        )
    where = "this very machine" if site.found["host"] == os.uname().nodename else site.found["host"]
    return f"{Path.cwd()} is the same on {where}"


def scratch(site: Site) -> str:
    """The node has space for temporary files."""
    if site.found["scratch_mb"] < 200:
        raise Failed(
            f"{site.found['scratch']} on {site.found['host']} has {site.found['scratch_mb']} MB "
            "left, 200 needed",
            "set TMPDIR to a directory with room",
        )
    return f"{site.found['scratch']} with {site.found['scratch_mb']} MB"


def kernel_cache(site: Site) -> str:
    """The cache of compiled kernels can be written to by jobs and is visible on this machine."""
    place = site.found["cache"]
    if not site.found["cached"]:
        raise Failed(
            f"{place} cannot be written to by jobs: every rank compiles the kernel itself",
            "set VIBRATES_CACHE to a directory on the shared file system",
        )
    if not Path(place).is_dir():
        raise Failed(
            f"{place} of {site.found['host']} is not seen here",
            "set VIBRATES_CACHE to a directory on the shared file system",
        )
    return f"{place}, loaded in {site.found['kernel_seconds']:.1f} s"


def _await(job: str, minutes: float) -> str:
    """The final state of a job; Failed if it has not ended after `minutes`."""
    limit = time.monotonic() + 60.0 * minutes
    while (state := _state(job)) in ("PENDING", "CONFIGURING", "RUNNING", "COMPLETING"):
        if time.monotonic() > limit:
            raise Failed(
                f"job {job} is still {state.lower()} after {minutes:g} minutes",
                "run again with a longer --wait, or on a less crowded partition",
            )
        time.sleep(1.0)
    return state


def _state(job: str) -> str:
    answer = subprocess.run(
        ["squeue", "--noheader", "--states=all", "--format=%T", f"--jobs={job}"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return answer or "unknown to squeue"


def _await_file(path: Path, seconds: float) -> None:
    limit = time.monotonic() + min(seconds, 30.0)
    while not path.exists() and time.monotonic() < limit and not _tail(path.with_name("log")):
        time.sleep(0.2)


def _tail(path: Path) -> str:
    try:
        lines = [line for line in path.read_text().splitlines() if line.strip()]
    except OSError:
        return ""
    errors = [line for line in lines if line.startswith("error:")]
    return (errors or lines or [""])[-1]


def _pmi() -> str:
    done = subprocess.run(["srun", "--mpi=list"], capture_output=True, text=True, check=False)
    words = (done.stdout + done.stderr).replace("MPI plugin types are...", "").split()
    return ", ".join(words)
