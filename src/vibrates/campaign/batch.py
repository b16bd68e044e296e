"""The MPI program that computes one batch: ``mpiexec -n N python -m vibrates.campaign.batch ...``

Ranks take pieces of the batch from a shared counter, one at a time, until none is left; rank 0
gathers the results, orders them, and is the only one that writes.
"""

import argparse
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

# One thread per rank: before any library that reads these is imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
from mpi4py import MPI

from vibrates.campaign import plan, progress, storage
from vibrates.campaign.work import BatchWork, in_order
from vibrates.config import read_yaml
from vibrates.dynamics.status import Status
from vibrates.errors import UserError

SOURCES = ["method and surface: Hong et al. 2023, Eur. Phys. J. D, 10.1140/epjd/s10053-023-00688-4"]


class SharedCounter:
    """A counter in the memory of rank 0; every rank reads and raises it in one indivisible step."""

    def __init__(self, comm: MPI.Comm) -> None:
        size = MPI.INT64_T.Get_size() if comm.rank == 0 else 0
        self._window = MPI.Win.Allocate(size, MPI.INT64_T.Get_size(), comm=comm)
        if comm.rank == 0:
            self._window.Lock(0)
            self._window.Put(np.zeros(1, dtype=np.int64), 0)
            self._window.Unlock(0)
        comm.Barrier()

    def next(self) -> int:
        """The counter's value, raised by one for whoever asks next."""
        value, one = np.empty(1, dtype=np.int64), np.ones(1, dtype=np.int64)
        self._window.Lock(0)
        self._window.Fetch_and_op(one, value, 0, 0, MPI.SUM)
        self._window.Unlock(0)
        return int(value[0])

    def free(self) -> None:
        """Give the shared memory back; called by all ranks."""
        self._window.Free()


def compute(comm: MPI.Comm, work: BatchWork) -> dict[str, np.ndarray] | None:
    """All trajectories of the batch, in the order of its pieces, on rank 0; None on the others."""
    if comm.rank == 0:
        work.warm_up()  # Fills the cache of compiled kernels; the other ranks then only read it.
    comm.Barrier()
    counter = SharedCounter(comm)
    mine = {}
    while (piece := counter.next()) < len(work.pieces):
        mine[piece] = work.compute(piece)
    counter.free()
    gathered = comm.gather(mine)
    return in_order({k: v for part in gathered for k, v in part.items()}) if gathered else None


def prepare(comm: MPI.Comm, arguments: argparse.Namespace) -> BatchWork:
    """Read and check the input on every rank; UserError on all of them if it fails on one."""
    mistake, work = None, None
    try:
        if comm.size != arguments.ranks:
            raise UserError(f"MPI started {comm.size} rank(s), {arguments.ranks} asked for; use the"
                            " mpiexec of the same environment, or under SLURM 'srun --mpi=pmi2'")
        config = read_yaml(arguments.configuration)
        source = plan.plan_path(config["results"], arguments.round)
        rows = plan.batch_rows(plan.read_plan(source), arguments.batch)
        work = BatchWork(config, rows)
        if arguments.digest and work.digest != arguments.digest:
            raise UserError(f"{source}: batch {arguments.batch} has digest "
                            f"{work.digest[:12]}, asked for {arguments.digest[:12]}; the plan or "
                            "configuration changed meanwhile, run the campaign again")
    except UserError as error:
        mistake = str(error)
    if mistakes := [m for m in comm.allgather(mistake) if m]:
        raise UserError(mistakes[0])
    return work


def run(comm: MPI.Comm, arguments: argparse.Namespace) -> None:
    """Compute one batch and write its file; UserError if the input does not fit together."""
    started, cpu = time.monotonic(), time.process_time()
    work = prepare(comm, arguments)
    columns = compute(comm, work)
    cpu_seconds = comm.reduce(time.process_time() - cpu)
    if columns is None:
        return
    attributes = storage.provenance(work.config, SOURCES) | {
        "v": work.v, "w": work.w, "digest": work.digest, "seed": work.config["seed"],
        "ranks": comm.size, "wall_seconds": time.monotonic() - started, "cpu_seconds": cpu_seconds,
        "slurm_job_id": os.environ.get("SLURM_JOB_ID", "none"),
    }
    probability = columns.pop("probability")
    first = tuple(levels.start for levels in work.levels)
    storage.write_atomic(storage.batch_dataset(columns, probability, attributes, first),
                         arguments.output)
    for status, count in zip(*np.unique(columns["status"], return_counts=True), strict=True):
        if status != Status.OK:
            print(f"warning: {arguments.output}: {count} of {len(probability)} trajectories failed: "
                  f"{Status(status).advice}", file=sys.stderr)
    elapsed = timedelta(seconds=round(time.monotonic() - started))
    progress.batch_done(Path(work.config["results"]), arguments.round,
                        f"v={work.v} w={work.w}: {len(probability)} trajectories, "
                        f"{np.count_nonzero(columns['status'])} failed, {elapsed}")


def parser() -> argparse.ArgumentParser:
    """Command line of the batch program."""
    p = argparse.ArgumentParser(prog="vibrates.campaign.batch", description=__doc__.splitlines()[0])
    p.add_argument("configuration", type=Path, help="resolved configuration (YAML)")
    p.add_argument("round", type=int, help="round of the batch")
    p.add_argument("batch", type=int, help="number of the batch in the plan of the round")
    p.add_argument("output", type=Path, help="netCDF file to write")
    p.add_argument("--ranks", type=int, required=True, help="MPI ranks there must be")
    p.add_argument("--digest", default="", help="expected fingerprint of the batch")
    return p


def main() -> None:
    """Run under MPI; a mistake of the user is one line from rank 0 and exit code 2."""
    comm = MPI.COMM_WORLD
    arguments = parser().parse_args()
    try:
        run(comm, arguments)
    except UserError as error:
        # Either every rank has it (`prepare`), or rank 0 alone while it writes, the others done.
        if comm.rank == 0:
            print(f"error: {error}", file=sys.stderr, flush=True)
        sys.exit(2)
    except BaseException:
        # A rank that dies alone would leave the others waiting for it for ever.
        sys.excepthook(*sys.exc_info())
        comm.Abort(1)


if __name__ == "__main__":
    main()
