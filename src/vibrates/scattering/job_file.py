"""The file of one job, opacities of its partial waves and energies; validated when read."""

from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from vibrates.core import netcdf
from vibrates.core.checkpoint import Result
from vibrates.core.fingerprint import check
from vibrates.core.units import HARTREE_TO_CM
from vibrates.scattering import calculation
from vibrates.scattering.work import Work

SOURCES = [
    "coupled states: McGuire and Kouri, J. Chem. Phys. 60, 2488 (1974)",
    "propagator: Manolopoulos, J. Chem. Phys. 85, 6425 (1986)",
]


def dataset(work: Work, pieces: Sequence[Result]) -> xr.Dataset:
    """What is stored: the sum over ``pieces``, in the order of their numbers."""
    initial, final = work.pairs
    names = work.calculation.names

    def about(units: str, long_name: str) -> dict[str, str]:
        return {"units": units, "long_name": long_name}

    opacity = sum(piece["opacity"] for piece in pieces)
    numbers = dict(zip(names, work.labels[initial].T, strict=True))
    numbers |= dict(zip(calculation.final(names), work.labels[final].T, strict=True))
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
                       about("cm^-1", "total energy above the minimum of all diatoms' curves")),
        }
        | {name: ("pair", values, about("1", f"quantum number {name}"))
           for name, values in numbers.items()},
        netcdf.provenance(work.settings, SOURCES)
        | {"seconds": float(sum(piece["seconds"] for piece in pieces)),
           "fingerprint": work.fingerprint,
           "modification": " ".join(work.block.modification)},
    )  # fmt: skip


def read(path: str | Path, fingerprint: str) -> xr.Dataset:
    """The opacities of one job, whose fingerprint is that of `work.fingerprints`.

    Raises UserError if the file is missing, damaged, or of other settings, input files or code.
    """
    remedy = "remove it and run the calculation again"
    found = netcdf.read_product(path, remedy)
    check(path, found.attrs.get("fingerprint"), fingerprint, remedy)
    return found
