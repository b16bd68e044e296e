"""The small campaign of the tests, and a directory in which it runs as a user would run it."""

import shutil
import subprocess
from pathlib import Path

import yaml

from vibrates.config import Campaign, load
from vibrates.core.yaml_files import write
from vibrates.trajectories import plan

SMALL = {
    "grid": {
        "states": [[1, 0], [2, 0], [3, 0]],
        "energies_cm": [2000, 6000, 18000],
        "impact_parameter_edges_angstrom": [0, 2, 4],
        "start_distance_angstrom": 12,
    },
    "sampling": {
        "replicates": 4,
        "importance_fraction": 0.5,
        "pilot": 8,
        "rounds": 1,
        "budget": 400,
        "target_relative_error": 0.05,
        "target_temperatures_K": [1000, 3000],
        "target_transitions": [[-1, 0]],
    },
    "jobs": {"trajectories_per_batch": 40, "ranks": 2, "minutes": 5, "memory_mb": 1000},
    "figures": {"opacity_energies_cm": [6000]},
}


def small_campaign(tiny: Path) -> Campaign:
    """The small campaign's configuration; `results` is relative to the working directory."""
    return load(tiny, SMALL | {"results": "results"})


def planned(directory: Path, config: Campaign) -> Path:
    """`directory` as results directory with the configuration and the plan of its pilot."""
    config = config.changed({"results": str(directory)})
    (directory / "plan").mkdir()
    write(config.to_mapping(), directory / "configuration.yaml")
    rows = plan.into_batches(plan.pilot(config), config.jobs.trajectories_per_batch)
    plan.write_plan(rows, plan.plan_path(directory, 0))
    return directory


class Project:
    """A copy of the workflow in a directory of its own, run through Snakemake as a user would."""

    def __init__(self, directory: Path, root: Path, config: Campaign) -> None:
        self.directory, self.results = directory, directory / "results"
        for name in ("Snakefile", "workflow", "profiles"):
            (directory / name).symlink_to(root / name)
        self.write(config)

    def write(self, config: Campaign | dict) -> None:
        """Write the project's only configuration."""
        if isinstance(config, Campaign):
            config = config.to_mapping()
        (self.directory / "config").mkdir(exist_ok=True)
        (self.directory / "config" / "config.yaml").write_text(yaml.safe_dump(config))

    def command(self, *arguments: str) -> list[str]:
        """The command line of a run."""
        return ["snakemake", "--cores", "2", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run Snakemake to its end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.directory,
            text=True,
            capture_output=True,
            timeout=1800,
            check=False,
        )

    def vibrates(self, command: str, *arguments: str) -> subprocess.CompletedProcess:
        """Run a sub-command of vibrates on the project's configuration."""
        return subprocess.run(
            ["vibrates", command, "config/config.yaml", *arguments],
            cwd=self.directory,
            text=True,
            capture_output=True,
            timeout=1800,
            check=False,
        )

    def batches(self) -> list[Path]:
        """Batch files on disk."""
        return sorted((self.results / "trajectories").glob("round*/batch*.nc"))

    def copy_results(self, other: "Project") -> None:
        """Start from the results, and Snakemake's memory of them, of another project."""
        for name in ("results", ".snakemake"):
            shutil.copytree(other.directory / name, self.directory / name, symlinks=True)
