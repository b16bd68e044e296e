"""The MPI program that computes one job: ``mpiexec -n N python -m vibrates.scattering.batch ...``

Ranks share the pieces; rank 0 keeps each finished one on disk, from where a later attempt goes on.
"""

import argparse
import os
import sys
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

from mpi4py import MPI

from vibrates.core import netcdf, tasks
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import check
from vibrates.core.mpi import check_size
from vibrates.scattering.job_file import dataset
from vibrates.scattering.settings import load
from vibrates.scattering.work import Work


def run(
    comm: MPI.Comm,
    description: str,
    block: int,
    chunk: int,
    output: Path,
    ranks: int,
    fingerprint: str | None = None,
) -> None:
    """Compute one job and write its file; UserError if it is not that of ``fingerprint``."""
    check_size(comm, ranks)
    work = Work(load(description), block, chunk)
    if fingerprint is not None:
        check(description, work.fingerprint, fingerprint, "run the workflow again")
    checkpoint = Checkpoint(output)
    pieces = tasks.run(work.tasks(), checkpoint, comm)
    if comm.rank == 0:
        netcdf.write_atomic(dataset(work, list(pieces.values())), output)
        checkpoint.remove()


def main() -> None:
    """Run under MPI; a mistake of the user is one line and exit code 2."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("description")
    p.add_argument("block", type=int)
    p.add_argument("chunk", type=int)
    p.add_argument("output", type=Path)
    p.add_argument("--ranks", type=int, default=1)
    p.add_argument("--fingerprint", help="of the job asked for")
    comm = MPI.COMM_WORLD
    try:
        run(comm, **vars(p.parse_args()))
    except UserError as error:
        if comm.rank == 0:
            print(f"error: {error}", file=sys.stderr, flush=True)
        comm.Abort(2)
    except Exception:
        # A rank that ends alone would leave the others waiting for it indefinitely.
        sys.excepthook(*sys.exc_info())
        comm.Abort(1)


if __name__ == "__main__":
    main()
