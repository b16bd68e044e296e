"""`vibrates doctor`: whether the campaign can run under SLURM here, one line per check.

The last checks look from inside a job: a test of two ranks, submitted with the profile's partition,
account and launcher.
"""

import importlib.metadata
import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vibrates.config import read_yaml
from vibrates.errors import UserError

_LAUNCHER = "srun --mpi=pmi2"
_SITE = "edit the lines marked SITE in {profile}/config.yaml"


class Failed(Exception):
    """A check that failed: what is wrong, and the remedy."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(f"{wrong}; {remedy}")


class Site:
    """What the profile says of the site, and what the test job found."""

    def __init__(self, profile: Path, config: Path, wait_minutes: float) -> None:
        self.profile, self.config, self.wait = profile, config, wait_minutes
        self.settings = read_yaml(profile / "config.yaml")
        defaults = self.settings.get("default-resources", {})
        self.partition, self.account = (str(defaults.get(f"slurm_{name}", ""))
                                        for name in ("partition", "account"))
        batch = self.settings.get("set-resources", {}).get("trajectories", {})
        self.launcher = str(batch.get("mpi", _LAUNCHER))
        self.found: dict[str, Any] = {}


def main(profile: Path, config: Path, wait_minutes: float) -> int:
    """Run all checks; 0 if all passed, 1 if one failed."""
    site, failures = Site(profile, config, wait_minutes), 0
    for title, check, needed in CHECKS:
        try:
            print(f"ok      {title}: {check(site)}", flush=True)
        except Failed as failure:
            failures += 1
            print(f"FAILED  {title}: {failure}", flush=True)
            if needed:
                print("        the checks that need it were left out")
                break
    print("all is in order" if not failures else f"{failures} check(s) failed")
    return 1 if failures else 0


def versions(site: Site) -> str:
    """Snakemake and its SLURM plugins."""
    wanted = {"snakemake": "9.", "snakemake-executor-plugin-slurm": "2.", "mpi4py": ""}
    found = {}
    for name, start in wanted.items():
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            raise Failed(f"{name} is not installed", "run 'make environment'") from None
        if not found[name].startswith(start):
            raise Failed(f"{name} {found[name]}, {start}* expected", "run 'make environment'")
    return ", ".join(f"{name} {version}" for name, version in found.items())


def commands(site: Site) -> str:
    """SLURM's commands, and a controller that answers."""
    missing = [name for name in ("sbatch", "srun", "squeue", "scancel", "scontrol", "sinfo")
               if shutil.which(name) is None]
    if missing:
        raise Failed(f"{', '.join(missing)} not found", "run this on a login node of the cluster, and "
                     "load SLURM's module if there is one")
    if "is UP" not in (answer := ask("scontrol", "ping")):
        raise Failed(f"the controller does not answer ({answer.strip()})", "try again later")
    return ask("sinfo", "--version").strip() + ", " + answer.strip().splitlines()[0]


def partition(site: Site) -> str:
    """The profile's partition exists and is up."""
    rows = [line.split() for line in ask("sinfo", "--noheader", "--format=%R %a").splitlines()]
    names = dict(row for row in rows if len(row) == 2)
    if site.partition not in names:
        raise Failed(f"no partition '{site.partition}' (there: {', '.join(sorted(names))})",
                     _SITE.format(profile=site.profile))
    if names[site.partition] != "up":
        raise Failed(f"partition '{site.partition}' is {names[site.partition]}", "name another one: "
                     + _SITE.format(profile=site.profile))
    return f"'{site.partition}' is up"


def account(site: Site) -> str:
    """The profile's account is one of the user's, where the site keeps accounts."""
    user = ask("id", "-un").strip()
    try:
        answer = ask("sacctmgr", "--noheader", "--parsable2", "show", "assoc", f"user={user}",
                     "format=account")
    except Failed:
        return "the site keeps no accounts"
    names = sorted(set(answer.split()))
    if names and site.account not in names:
        raise Failed(f"'{site.account}' is none of yours ({', '.join(names)})",
                     _SITE.format(profile=site.profile))
    return f"'{site.account}'" if names else "the site keeps no accounts"


def memory_of_jobs(site: Site) -> str:
    """squeue must remember finished jobs for three times the interval between Snakemake's looks."""
    interval = int(site.settings.get("slurm-init-seconds-before-status-checks", 40))
    lines = ask("scontrol", "show", "config").splitlines()
    age = next((line.split("=")[1] for line in lines if line.startswith("MinJobAge")), "300")
    seconds = int("".join(c for c in age.split("sec")[0] if c.isdigit()))
    if seconds < 3 * interval:
        raise Failed(f"finished jobs are forgotten after {seconds} s (MinJobAge), less than three times "
                     f"{interval} s", f"set slurm-init-seconds-before-status-checks: {seconds // 3} in "
                     f"{site.profile}/config.yaml")
    return f"squeue remembers finished jobs for {seconds} s"


def test_job(site: Site) -> str:
    """Two ranks started by the profile's launcher find each other."""
    directory = Path(tempfile.mkdtemp(prefix=".doctor-", dir=Path.cwd()))
    token = secrets.token_hex(8)
    (directory / "token").write_text(token)
    program = shlex.join([sys.executable, "-m", "vibrates.campaign.probe", str(site.config.resolve()),
                          str(directory), "--ranks", "2"])
    job = None
    try:
        job = ask("sbatch", "--parsable", "--job-name=vibrates-doctor", f"--partition={site.partition}",
                  f"--account={site.account}", "--nodes=1", "--ntasks=2", "--cpus-per-task=1",
                  "--mem=1500", "--time=10", f"--output={directory}/log",
                  f"--wrap={site.launcher} -n 2 {program}").strip().split(";")[0]
        state = _await(job, site.wait)
        _await_file(directory / "found.json", float(site.settings.get("latency-wait", 5)))
        log = _tail(directory / "log")
        if (directory / "found.json").exists():
            site.found = json.loads((directory / "found.json").read_text())
            site.found["same_token"] = site.found.pop("token") == token
            return (f"job {job} on {site.found['host']}: {site.found['size']} ranks under "
                    f"'{site.launcher}', {site.found['mpi']}")
        if "rank(s)" in log:
            raise Failed(f"'{site.launcher}' and the installed MPI do not understand each other ({log})",
                         f"try the others of 'srun --mpi=list' ({_pmi()}) as mpi in {site.profile}/config.yaml")
        raise Failed(f"job {job} ended as {state} and left nothing in {directory} ({log or 'no log'})",
                     "see that the working directory is on a file system which the nodes share, and "
                     "that they can run the Python of this environment")
    finally:
        if job is not None:
            subprocess.run(["scancel", job], capture_output=True, check=False)
        shutil.rmtree(directory, ignore_errors=True)


def file_system(site: Site) -> str:
    """The job reads and writes the same files as this machine."""
    if not site.found["same_token"]:
        raise Failed(f"{site.found['host']} does not see the files of {Path.cwd()}",
                     "work on a file system that all nodes share")
    where = "this very machine" if site.found["host"] == os.uname().nodename else site.found["host"]
    return f"{Path.cwd()} is the same on {where}"


def scratch(site: Site) -> str:
    """There is room for temporary files on the node."""
    if site.found["scratch_mb"] < 200:
        raise Failed(f"{site.found['scratch']} on {site.found['host']} has {site.found['scratch_mb']} MB "
                     "left, 200 needed", "set TMPDIR to a directory with room")
    return f"{site.found['scratch']} with {site.found['scratch_mb']} MB"


def kernel_cache(site: Site) -> str:
    """Compiled kernels are kept where jobs can write, and where this machine sees them."""
    place = site.found["cache"]
    if not site.found["cached"]:
        raise Failed(f"{place} cannot be written to by jobs: every rank compiles the kernel itself",
                     "set VIBRATES_CACHE to a directory on the shared file system")
    if not Path(place).is_dir():
        raise Failed(f"{place} of {site.found['host']} is not seen here", "set VIBRATES_CACHE to a "
                     "directory on the shared file system")
    return f"{place}, loaded in {site.found['kernel_seconds']:.1f} s"


CHECKS: list[tuple[str, Callable[[Site], str], bool]] = [
    ("versions", versions, False), ("SLURM", commands, True), ("partition", partition, True),
    ("account", account, False), ("finished jobs", memory_of_jobs, False),
    ("MPI", test_job, True), ("shared files", file_system, False), ("scratch", scratch, False),
    ("compiled kernel", kernel_cache, False)]


def ask(*command: str) -> str:
    """Standard output of a command; Failed if it cannot be run or fails."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        raise Failed(f"{command[0]} fails ({said[-1] if said else 'no message'})",
                     "ask the site's administrators if it persists") from None


def _await(job: str, minutes: float) -> str:
    """The final state of a job; Failed if it is not over after `minutes` in the queue."""
    limit = time.monotonic() + 60.0 * minutes
    while (state := _state(job)) in ("PENDING", "CONFIGURING", "RUNNING", "COMPLETING"):
        if time.monotonic() > limit:
            raise Failed(f"job {job} is still {state.lower()} after {minutes:g} minutes",
                         "run again with a longer --wait, or on a less crowded partition")
        time.sleep(1.0)
    return state


def _state(job: str) -> str:
    answer = subprocess.run(["squeue", "--noheader", "--states=all", "--format=%T", f"--jobs={job}"],
                            capture_output=True, text=True, check=False).stdout.strip()
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
