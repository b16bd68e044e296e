"""What has to be in order before Snakemake starts: one driver at a time, no damaged batch files."""

import fcntl
import os
import sys
from pathlib import Path
from typing import Any

from vibrates.campaign import progress, verify
from vibrates.config import read_yaml, write

_held = []  # keeps the lock of this process open


def prepare(config: dict[str, Any]) -> None:
    """Called once, in the main process, while the Snakefile is read.

    Takes the driver's lock, which the kernel gives back however the driver ends. Holding it proves
    that no other driver of this campaign lives: what a killed one left is then cleared away.
    """
    results = Path(config["results"])
    (results / "trajectories").mkdir(parents=True, exist_ok=True)
    if not _only_driver(results):
        return  # Snakemake itself then refuses to run a second time in the same place.
    _clear_stale_locks(results)
    _write_configuration(config, results / "configuration.yaml")
    for path, reason in verify.damaged(results, remember=True).items():
        verify.set_aside(path)
        progress.log(results, f"set aside: {reason}")
    for leftover in (results / "trajectories").glob("round*/.batch*.tmp"):
        leftover.unlink(missing_ok=True)


def _write_configuration(config: dict[str, Any], path: Path) -> None:
    """The resolved configuration, as the batches read it; left alone where nothing changed."""
    if not path.exists() or read_yaml(path) != config:
        write(config, path)


def _only_driver(results: Path) -> bool:
    handle = os.open(results / ".driver.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return False
    _held.append(handle)
    return True


def _clear_stale_locks(results: Path) -> None:
    """Remove Snakemake's lock files that name files of this campaign: their driver is dead."""
    prefix = f"{results}/"
    for lock in Path(".snakemake/locks").glob("*.lock"):
        if any(line.startswith(prefix) for line in lock.read_text().splitlines()):
            print(f"removed the lock that a killed run left behind ({lock})", file=sys.stderr)
            lock.unlink(missing_ok=True)
