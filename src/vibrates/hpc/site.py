"""A SLURM site: its profile and the queries of the doctor."""

import subprocess
from pathlib import Path
from typing import Any

from vibrates.core.yaml_files import read_yaml

REMEDY = "edit the lines marked SITE in {profile}/config.yaml"
_LAUNCHER = "srun --mpi=pmi2"


class Failed(Exception):
    """A failed check: the reason and the remedy."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(f"{wrong}; {remedy}")


class Site:
    """Settings of the site in the profile, and the findings of the test job."""

    def __init__(self, profile: Path, config: Path, wait_minutes: float) -> None:
        self.profile, self.config, self.wait = profile, config, wait_minutes
        self.settings = read_yaml(profile / "config.yaml")
        defaults = self.settings.get("default-resources", {})
        self.partition, self.account = (
            str(defaults.get(f"slurm_{name}", "")) for name in ("partition", "account")
        )
        batch = self.settings.get("set-resources", {}).get("trajectories", {})
        self.launcher = str(batch.get("mpi", _LAUNCHER))
        self.found: dict[str, Any] = {}


def ask(*command: str) -> str:
    """Standard output of a command; Failed if it cannot be run or fails."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        raise Failed(
            f"{command[0]} fails ({said[-1] if said else 'no message'})",
            "ask the site's administrators if it persists",
        ) from None
