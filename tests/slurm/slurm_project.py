"""A small campaign that runs on the test cluster, and what a fault test looks at."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import xarray as xr
import yaml
from cluster import Cluster, until

from vibrates.config import resolved
from vibrates.core import netcdf
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.yaml_files import read_yaml
from vibrates.trajectories import batch_file, plan

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
# Three initial states, one batch of 32 pieces each, a few seconds long.
CAMPAIGN = {
    "grid": {
        "states": [[1, 0], [2, 0], [3, 0]],
        "energies_cm": [2000, 4000, 8000, 16000],
        "impact_parameter_edges_angstrom": [0, 2, 4],
        "start_distance_angstrom": 12,
    },
    "basis": {
        "N2": {"below": 15, "above": 7, "minimum": 8},
        "H2": {"below": 15, "above": 4, "minimum": 5},
    },
    "sampling": {
        "replicates": 4,
        "importance_fraction": 0.5,
        "pilot": 1024,
        "rounds": 0,
        "budget": 30000,
        "target_relative_error": 0.05,
        "target_temperatures_K": [1000, 3000],
        "target_transitions": [[-1, 0]],
    },
    "jobs": {"trajectories_per_batch": 20000, "ranks": 2, "minutes": 5, "memory_mb": 1000},
    "results": "results",
}
# The campaigns run side by side in threads, and netCDF's C libraries are not made for threads.
ONE_READER = threading.Lock()
LAUNCHER = "srun --mpi=pmi2 --kill-on-bad-exit=1"


class SlurmProject:
    """A directory in which the campaign is run with ``snakemake --profile slurm``."""

    def __init__(self, directory: Path, cluster: Cluster, partition: str = "main") -> None:
        self.directory, self.cluster, self.partition = directory, cluster, partition
        self.results = directory / "results"
        self.environment = {
            **cluster.environment,
            "OMP_NUM_THREADS": "1",
            "PATH": f"{BIN}:{cluster.environment['PATH']}",
        }
        directory.mkdir()
        for name in ("Snakefile", "workflow", "profiles", "slurm"):
            (directory / name).symlink_to(ROOT / name)
        (directory / "config").mkdir()
        base = yaml.safe_load((ROOT / "config/tiny.yaml").read_text())
        base["extends"] = str(ROOT / "config" / base["extends"])
        (directory / "config/config.yaml").write_text(yaml.safe_dump(base | CAMPAIGN))

    def command(self, *options: str) -> list[str]:
        """The campaign's trajectories with the profile; tests look more often than a site would."""
        return [
            "snakemake",
            "all_trajectories",
            "--profile",
            "slurm",
            "--slurm-init-seconds-before-status-checks",
            "2",
            "--latency-wait",
            "10",
            "--default-resources",
            f"slurm_partition={self.partition}",
            "slurm_account=main",
            "runtime=15",
            "mem_mb=1500",
            "tasks=1",
            *options,
        ]

    def start(self, command: list[str]) -> subprocess.Popen:
        """Start a program of the project; its output goes to ``output.txt``."""
        with open(self.directory / "output.txt", "ab") as output:
            return subprocess.Popen(
                command,
                cwd=self.directory,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    def run(self, *command: str, seconds: float = 600) -> int:
        """Run a program of the project to its end; its exit code."""
        return self.start(list(command)).wait(timeout=seconds)

    @property
    def output(self) -> str:
        """What all programs of the project have said."""
        return (self.directory / "output.txt").read_text()

    def begin_from(self, finished: "SlurmProject", missing: tuple[int, ...] = (0,)) -> None:
        """Start with the results of a finished campaign, less these batches and all products."""
        self.results.mkdir(exist_ok=True)  # a mount point may be there already
        for name in ("plan", "trajectories"):
            shutil.copytree(finished.results / name, self.results / name)
        for name in ("configuration.yaml", ".verified.json"):
            shutil.copy2(finished.results / name, self.results / name)
        shutil.copytree(
            finished.directory / ".snakemake",
            self.directory / ".snakemake",
            ignore=shutil.ignore_patterns("locks", "log", "slurm_logs"),
        )
        for number in missing:
            self.batch(number).unlink()

    def batch(self, number: int = 0) -> Path:
        """The file of a batch."""
        return plan.batch_path(self.results, 0, number)

    def pieces(self, number: int = 0) -> int:
        """Pieces that the unfinished batch has kept so far."""
        rows = plan.batches(plan.plan_path(self.results, 0)).rows[number]
        config = resolved(read_yaml(self.results / "configuration.yaml"))
        return len(Checkpoint(self.batch(number)).results(plan.piece_fingerprints(config, rows)))

    def await_pieces(self, count: int = 2, number: int = 0) -> None:
        """Wait until the running batch has kept some pieces; AssertionError if it ended before."""
        until(
            lambda: self.pieces(number) >= count or self.batch(number).exists(), "pieces of a batch"
        )
        assert not self.batch(number).exists(), "the batch was over before the fault"

    def jobs(self) -> list[dict[str, str]]:
        """Jobs of this project's runs in the queue, ended ones too."""
        runs = (self.results / ".slurm_runs").read_text().split()
        lines = self.cluster.ask(
            "squeue",
            "--noheader",
            "--states=all",
            "--format=%i|%T|%N|%k",
            f"--name={','.join(runs)}",
        ).splitlines()
        return [
            dict(zip(("id", "state", "node", "comment"), line.split("|"), strict=True))
            for line in lines
        ]

    def await_submission(self) -> None:
        """Wait until Snakemake says that it has submitted a job."""
        until(lambda: "submitted with SLURM jobid" in self.output, "a submission")

    def running_job(self) -> dict[str, str]:
        """The only running job."""
        (job,) = [job for job in self.jobs() if job["state"] == "RUNNING"]
        return job

    def rank(self, number: int) -> int:
        """Process of an MPI rank of the running batch."""
        for pid in (entry for entry in os.listdir("/proc") if entry.isdecimal()):
            try:
                here = os.readlink(f"/proc/{pid}/cwd") == str(self.directory)
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if (
                here
                and b"vibrates.trajectories.batch" in words
                and words[0].endswith(b"python")
                and f"PMI_RANK={number}".encode() in environment
            ):
                return int(pid)
        raise AssertionError(f"no rank {number} of {self.directory} is running")

    def attributes(self, number: int = 0) -> dict[str, object]:
        """Attributes of a batch's file."""
        with ONE_READER:
            return batch_file.batch_attributes(self.batch(number))

    def data(self) -> dict[str, xr.Dataset]:
        """All data of batches and rates.

        Without when, where and in how many attempts they were made.
        """
        files = [
            *sorted((self.results / "trajectories").glob("round*/batch*.nc")),
            self.results / "rates.nc",
        ]
        with ONE_READER:
            return {
                str(f.relative_to(self.results)): netcdf.read_product(f).drop_attrs() for f in files
            }

    def finish_rates(self) -> None:
        """Rates from the trajectories, with the same rules on this machine's own cores."""
        code = self.run("snakemake", "results/rates.nc", "--cores", "1")
        assert code == 0, self.output[-3000:]


def assert_same_products(project: SlurmProject, other: SlurmProject) -> None:
    """Both campaigns hold the same bits, and every planned trajectory once."""
    project.finish_rates()
    one, two = project.data(), other.data()
    assert one.keys() == two.keys()
    for name in one:
        xr.testing.assert_identical(one[name], two[name])
    found = []
    for path in sorted((project.results / "trajectories").glob("round*/batch*.nc")):
        with ONE_READER:
            batch = batch_file.read_batch(path, None)
        columns = (batch[name].values.tolist() for name in ("energy_cm", "shell", "index"))
        found += [(int(batch.attrs["v"]), *row) for row in zip(*columns, strict=True)]
    rows = plan.read_plan(plan.plan_path(project.results, 0))
    planned = {
        (row.v, row.energy_cm, row.shell, index)
        for row in rows.itertuples()
        for index in range(row.start, row.stop)
    }
    assert len(found) == len(set(found)) == len(planned)
    assert set(found) == planned
    assert not list((project.results / "trajectories").glob("round*/*.part")), "pieces left over"


def kill(pid: int, how: int = signal.SIGKILL) -> None:
    """Send a signal."""
    os.kill(pid, how)


def manifest(cache: Path) -> dict[Path, str]:
    """Compiled kernels and their checksums, as the cache keeps them."""
    (path,) = cache.glob("kernels-*/checksums.json")
    return {path.parent / name: checksum for name, checksum in json.loads(path.read_text()).items()}
