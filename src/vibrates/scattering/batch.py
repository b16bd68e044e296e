"""The MPI program that computes one job: ``mpiexec -n N python -m vibrates.scattering.batch ...``

Ranks share the pieces; rank 0 keeps each finished one on disk, from where a later attempt goes on.
"""

import argparse
import os
import sys
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import xarray as xr
from mpi4py import MPI

from vibrates.core import checkpoint as parts
from vibrates.core import netcdf
from vibrates.core.dispatch import share_out
from vibrates.core.errors import UserError
from vibrates.core.mpi import check_size
from vibrates.core.units import HARTREE_TO_CM
from vibrates.scattering.settings import load
from vibrates.scattering.work import Work

SOURCES = [
    "coupled states: McGuire and Kouri, J. Chem. Phys. 60, 2488 (1974)",
    "propagator: Manolopoulos, J. Chem. Phys. 85, 6425 (1986)",
]


def compute(comm: MPI.Comm, work: Work, output: Path) -> dict[int, parts.Columns] | None:
    """All pieces by number, on rank 0; None on the others."""
    done = parts.read(output, work.digest) if comm.rank == 0 else {}
    writer = parts.Writer(output, work.digest)

    def timed(piece: int) -> parts.Columns:
        began = time.process_time()
        opacity = work.opacity(piece)
        return {"opacity": opacity, "seconds": np.array(time.process_time() - began)}

    def keep(piece: int, columns: parts.Columns) -> None:
        writer.append(piece, columns)
        done[piece] = columns

    share_out(comm, [i for i in range(len(work.pieces)) if i not in done], timed, keep)
    writer.close()
    return done if comm.rank == 0 else None


def dataset(work: Work, done: dict[int, parts.Columns]) -> xr.Dataset:
    """What is stored: the sum over pieces, in the order of their numbers."""
    initial, final = work.pairs

    def about(units: str, long_name: str) -> dict[str, str]:
        return {"units": units, "long_name": long_name}

    opacity = sum(done[i]["opacity"] for i in range(len(work.pieces)))
    numbers = {"v": work.v[initial], "j": work.j[initial], "vp": work.v[final], "jp": work.j[final]}
    return xr.Dataset(
        {
            "opacity": (("wave", "energy", "pair"), opacity,
                        about("1", "sum over Omega or parity of |S|^2, exothermic pairs")),
            "last": ("energy", work.block.last, about("1", "highest J of the energy")),
            "reference": ("energy", work.block.reference * HARTREE_TO_CM,
                          about("cm^-1", "complete in J for collisions from levels at or above")),
        },
        {
            "wave": ("wave", work.waves, about("1", "partial wave J")),
            "energy": ("energy", work.block.energies * HARTREE_TO_CM,
                       about("cm^-1", "total energy above the minimum of the diatom's curve")),
        }
        | {name: ("pair", values, about("1", f"quantum number {name}"))
           for name, values in numbers.items()},
        netcdf.provenance(work.settings, SOURCES)
        | {"seconds": float(sum(columns["seconds"] for columns in done.values())),
           "digest": work.digest},
    )  # fmt: skip


def run(comm: MPI.Comm, description: str, block: int, chunk: int, output: Path, ranks: int) -> None:
    """Compute one job and write its file."""
    check_size(comm, ranks)
    work = Work(load(description), block, chunk)
    done = compute(comm, work, output)
    if done is None:
        return
    netcdf.write_atomic(dataset(work, done), output)
    parts.remove(output)


def main() -> None:
    """Run under MPI; a mistake of the user is one line and exit code 2."""
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("description")
    p.add_argument("block", type=int)
    p.add_argument("chunk", type=int)
    p.add_argument("output", type=Path)
    p.add_argument("--ranks", type=int, default=1)
    comm = MPI.COMM_WORLD
    try:
        run(comm, **vars(p.parse_args()))
    except UserError as error:
        if comm.rank == 0:
            print(f"error: {error}", file=sys.stderr, flush=True)
        comm.Abort(2)
    except Exception:
        # A rank that ends alone would leave the others waiting for it for ever.
        sys.excepthook(*sys.exc_info())
        comm.Abort(1)


if __name__ == "__main__":
    main()
