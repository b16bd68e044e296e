"""`vibrates doctor`: whether the campaign can run under SLURM here, one line per check."""

import importlib.metadata
import shutil
from collections.abc import Callable
from pathlib import Path

from vibrates.hpc.doctor_job import file_system, kernel_cache, scratch, test_job
from vibrates.hpc.site import REMEDY, Failed, Site, ask


def main(profile: Path, config: Path, wait_minutes: float) -> int:
    """Run all checks and print one line for each.

    Parameters
    ----------
    profile
        Directory of the Snakemake profile.
    config
        Configuration of the campaign whose kernel the test job loads.
    wait_minutes
        How long the test job may wait in the queue, minutes.

    Returns
    -------
    int
        Exit status: 0 if all checks passed, else 1.
    """
    site, failures = Site(profile, config, wait_minutes), 0
    for title, check, needed in CHECKS:
        try:
            print(f"ok      {title}: {check(site)}", flush=True)
        except Failed as failure:
            failures += 1
            print(f"FAILED  {title}: {failure}", flush=True)
            if needed:
                print("        the checks that depend on it were skipped")
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
    """The commands of SLURM are installed and the controller answers."""
    missing = [
        name
        for name in ("sbatch", "srun", "squeue", "scancel", "scontrol", "sinfo")
        if shutil.which(name) is None
    ]
    if missing:
        raise Failed(
            f"{', '.join(missing)} not found",
            "run this on a login node of the cluster, and load SLURM's module if there is one",
        )
    if "is UP" not in (answer := ask("scontrol", "ping")):
        raise Failed(f"the controller does not answer ({answer.strip()})", "try again later")
    return ask("sinfo", "--version").strip() + ", " + answer.strip().splitlines()[0]


def partition(site: Site) -> str:
    """The partition of the profile exists and is up."""
    rows = [line.split() for line in ask("sinfo", "--noheader", "--format=%R %a").splitlines()]
    names = dict(row for row in rows if len(row) == 2)
    if site.partition not in names:
        raise Failed(
            f"no partition '{site.partition}' (there: {', '.join(sorted(names))})",
            REMEDY.format(profile=site.profile),
        )
    if names[site.partition] != "up":
        raise Failed(
            f"partition '{site.partition}' is {names[site.partition]}",
            "name another one: " + REMEDY.format(profile=site.profile),
        )
    return f"'{site.partition}' is up"


def account(site: Site) -> str:
    """The account of the profile is one of the user's, if the site has accounting."""
    user = ask("id", "-un").strip()
    try:
        answer = ask(
            "sacctmgr",
            "--noheader",
            "--parsable2",
            "show",
            "assoc",
            f"user={user}",
            "format=account",
        )
    except Failed:
        return "the site keeps no accounts"
    names = sorted(set(answer.split()))
    if names and site.account not in names:
        raise Failed(
            f"'{site.account}' is not one of your accounts ({', '.join(names)})",
            REMEDY.format(profile=site.profile),
        )
    return f"'{site.account}'" if names else "the site keeps no accounts"


def memory_of_jobs(site: Site) -> str:
    """squeue must list finished jobs for three times the interval between Snakemake's queries."""
    interval = int(site.settings.get("slurm-init-seconds-before-status-checks", 40))
    lines = ask("scontrol", "show", "config").splitlines()
    age = next((line.split("=")[1] for line in lines if line.startswith("MinJobAge")), "300")
    seconds = int("".join(c for c in age.split("sec")[0] if c.isdigit()))
    if seconds < 3 * interval:
        raise Failed(
            f"squeue lists finished jobs for only {seconds} s (MinJobAge), less than three times "
            f"{interval} s",
            f"set slurm-init-seconds-before-status-checks: {seconds // 3} in "
            f"{site.profile}/config.yaml",
        )
    return f"squeue remembers finished jobs for {seconds} s"


CHECKS: list[tuple[str, Callable[[Site], str], bool]] = [
    ("versions", versions, False),
    ("SLURM", commands, True),
    ("partition", partition, True),
    ("account", account, False),
    ("finished jobs", memory_of_jobs, False),
    ("MPI", test_job, True),
    ("shared files", file_system, False),
    ("scratch", scratch, False),
    ("compiled kernel", kernel_cache, False),
]
