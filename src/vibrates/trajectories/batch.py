"""The MPI program that computes one batch: `mpiexec -n N python -m vibrates.trajectories.batch`.

A rank gets the next piece of the batch when it has finished one. Rank 0 collects the results,
stores them on disk as they arrive, sorts them at the end, and is the only rank that writes. An
attempt that is interrupted loses the pieces being computed; the next attempt continues from stored
pieces, with bitwise identical results.
"""

import argparse
import os
import platform
import signal
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

# One thread per rank: before any library that reads these is imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numba
import numpy as np
from mpi4py import MPI

from vibrates.config import resolved
from vibrates.core import netcdf, tasks
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.errors import UserError
from vibrates.core.mpi import check_size
from vibrates.core.yaml_files import read_yaml
from vibrates.trajectories import batch_file, cache, plan, progress
from vibrates.trajectories.status import Status
from vibrates.trajectories.work import BatchWork, joined

SOURCES = ["method and surface: Hong et al. 2023, Eur. Phys. J. D, 10.1140/epjd/s10053-023-00688-4"]


class Refused(UserError):
    """Invalid input that is known to every rank, so that all ranks can end together."""


@dataclass
class Computed:
    """Trajectories of a batch, and their cost."""

    columns: dict[str, np.ndarray]
    seconds: float  # of all pieces, over all ranks and attempts
    before: int  # pieces from earlier attempts
    attempts: int


class Stopped(SystemExit):
    """The job received SIGTERM: its walltime has been reached, or it was cancelled."""


def compute(comm: MPI.Comm, work: BatchWork, output: Path) -> Computed | None:
    """Compute all trajectories of the batch; pieces stored by earlier attempts are used.

    Parameters
    ----------
    comm
        Communicator over which the pieces are distributed; all ranks call this function.
    work
        The batch.
    output
        File of the batch, next to which finished pieces are stored.

    Returns
    -------
    Computed or None
        On rank 0 the trajectories, in the order of the pieces; None on other ranks.

    Raises
    ------
    UserError
        If a piece cannot be stored.
    """
    every, checkpoint = work.tasks(), Checkpoint(output)
    before = finished = 0
    if comm.rank == 0:
        before = finished = len(tasks.stored(every, checkpoint))
        cache.load(work.warm_up)  # The other ranks then only read compiled kernels.
        signal.signal(signal.SIGTERM, lambda *_: _stop(finished, len(every)))
    comm.Barrier()

    def count(*_) -> None:
        nonlocal finished
        finished += 1

    results = tasks.run(every, checkpoint, comm, count)
    if comm.rank != 0:
        return None
    seconds = sum(float(columns.pop("seconds")) for columns in results.values())
    return Computed(joined(results.values()), seconds, before, len(checkpoint.files()))


def _stop(done: int, total: int) -> None:
    print(
        f"stopped: told to end (walltime reached or cancelled); {done} of {total} pieces are kept "
        "for the next attempt",
        file=sys.stderr,
        flush=True,
    )
    raise Stopped(128 + signal.SIGTERM)


def prepare(comm: MPI.Comm, arguments: argparse.Namespace) -> BatchWork:
    """Read and check the input on every rank; UserError on all of them if it fails on one."""
    mistake, work = None, None
    try:
        check_size(comm, arguments.ranks)
        config = resolved(read_yaml(arguments.configuration), str(arguments.configuration))
        source = plan.plan_path(config.results, arguments.round)
        rows = plan.batch_rows(plan.read_plan(source), arguments.batch)
        work = BatchWork(config, rows)
        asked = arguments.fingerprint
        if asked and work.fingerprint != asked:
            raise UserError(
                f"{source}: batch {arguments.batch} has fingerprint {work.fingerprint[:12]}, asked "
                f"for {asked[:12]}; the plan, the configuration or the code changed meanwhile, run "
                "the campaign again"
            )
    except UserError as error:
        mistake = str(error)
    if mistakes := [m for m in comm.allgather(mistake) if m]:
        raise Refused(mistakes[0])
    assert work is not None  # otherwise an exception was raised above
    return work


def run(comm: MPI.Comm, arguments: argparse.Namespace) -> None:
    """Compute one batch and write its file; UserError if the input is inconsistent."""
    started, cpu = time.monotonic(), time.process_time()
    work = prepare(comm, arguments)
    computed = compute(comm, work, arguments.output)
    cpu_seconds = comm.reduce(time.process_time() - cpu)
    if computed is None:
        return
    columns = computed.columns
    status = columns["status"]
    attributes = (
        netcdf.provenance(work.config, SOURCES, work.fingerprint)
        | versions()
        | {
            **work.state,
            "seed": work.config.seed,
            "trajectory_numbers": f"{columns['index'].min()} to {columns['index'].max()} per "
            "(U, shell)",
            "status_counts": ", ".join(
                f"{Status(code).name} {count}"
                for code, count in zip(*np.unique(status, return_counts=True), strict=True)
            ),
            "ranks": comm.size,
            "wall_seconds": time.monotonic() - started,
            "cpu_seconds": cpu_seconds,
            "trajectory_seconds": computed.seconds,
            "attempts": computed.attempts,
            "pieces_from_earlier_attempts": computed.before,
            "slurm_job_id": os.environ.get("SLURM_JOB_ID", "none"),
        }
    )
    probability = columns.pop("probability")
    netcdf.write_atomic(
        batch_file.batch_dataset(columns, probability, attributes, work.final_labels),
        arguments.output,
    )
    Checkpoint(arguments.output).remove()
    for code, count in zip(*np.unique(status, return_counts=True), strict=True):
        if code != Status.OK:
            print(
                f"warning: {arguments.output}: {count} of {len(probability)} trajectories failed: "
                f"{Status(code).advice}",
                file=sys.stderr,
            )
    elapsed = timedelta(seconds=round(time.monotonic() - started))
    resumed = (
        f", {computed.before} of {len(work.pieces)} pieces from earlier attempts"
        if computed.before
        else ""
    )
    progress.batch_done(
        work.config,
        arguments.round,
        f"{' '.join(f'{name}={level}' for name, level in work.state.items())}: "
        f"{len(probability)} trajectories, {np.count_nonzero(status)} failed, {elapsed}{resumed}",
    )


def versions() -> dict[str, str]:
    """Versions of the software that the last bits of a trajectory may depend on."""
    return {
        "python_version": platform.python_version(),
        "numpy_version": np.__version__,
        "numba_version": numba.__version__,
        "mpi_library": MPI.Get_library_version().split("\n")[0],
    }


def parser() -> argparse.ArgumentParser:
    """Command line of the batch program."""
    p = argparse.ArgumentParser(
        prog="vibrates.trajectories.batch", description=__doc__.splitlines()[0]
    )
    p.add_argument("configuration", type=Path, help="resolved configuration (YAML)")
    p.add_argument("round", type=int, help="round of the batch")
    p.add_argument("batch", type=int, help="number of the batch in the plan of the round")
    p.add_argument("output", type=Path, help="netCDF file to write")
    p.add_argument("--ranks", type=int, required=True, help="MPI ranks there must be")
    p.add_argument("--fingerprint", default="", help="expected fingerprint of the batch")
    return p


def main() -> None:
    """Run under MPI; invalid input is reported by one line from rank 0, with exit code 2."""
    comm = MPI.COMM_WORLD
    arguments = parser().parse_args()
    try:
        run(comm, arguments)
    except Refused as error:
        if comm.rank == 0:
            print(f"error: {error}", file=sys.stderr, flush=True)
        sys.exit(2)
    except BaseException as error:
        # If one rank stopped alone, the others would wait for it indefinitely.
        if isinstance(error, UserError):
            print(f"error: {error}", file=sys.stderr, flush=True)
        elif not isinstance(error, Stopped | KeyboardInterrupt):
            sys.excepthook(*sys.exc_info())
        comm.Abort(2 if isinstance(error, UserError) else 1)


if __name__ == "__main__":
    main()
