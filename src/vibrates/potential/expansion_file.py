"""The file of an expanded surface: netCDF, with fingerprint and checksums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xarray as xr

from vibrates.core import netcdf
from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.potential.expanded import ExpandedSurface

_NAMES = {
    "orders": ("largest lambda_a, lambda_b, mu; like ends of a, b", "1", ("of_orders",)),
    "kept": ("positions of the harmonics that are used", "1", ("kept",)),
    "contour": ("coefficients of the contour rho of the wall", "bohr", ("harmonic",)),
    "radial": ("coefficients A_i at the knots and bond lengths", "hartree",
               ("knot", "kept", "bonds")),
    "bonds": ("ranges of the bond lengths", "bohr", ("molecule", "end")),
    "knots": ("offset of 1/t (bohr) and spacing in t (1/bohr)", "1", ("of_knots",)),
    "errors": ("relative errors at random geometries", "1", ("of_errors",)),
}  # fmt: skip


def code() -> str:
    """Fingerprint of the code that an expansion depends on."""
    return code_fingerprint("vibrates.potential.expanded")


def write(surface: ExpandedSurface, path: Path, fingerprint: str, made_from: Any) -> None:
    """Write an expansion.

    Parameters
    ----------
    surface
        The expansion.
    path
        The file.
    fingerprint
        Of all that it depends on.
    made_from
        The settings and molecules, for its head.

    Raises
    ------
    UserError
        If it cannot be written.
    """
    variables = {
        name: xr.Variable(_NAMES[name][2], value, {"long_name": _NAMES[name][0],
                                                   "units": _NAMES[name][1]})
        for name, value in surface.to_arrays().items()
    }  # fmt: skip
    attributes = netcdf.provenance(made_from, ["the function named there"], fingerprint)
    netcdf.write_atomic(xr.Dataset(variables, attrs=attributes), path)


def read(path: Path, fingerprint: str) -> ExpandedSurface | None:
    """The expansion of a file; None if it is missing, damaged or of another fingerprint."""
    try:
        dataset = netcdf.read_product(path, fingerprint=fingerprint)
    except UserError:
        return None
    return ExpandedSurface.from_arrays({name: dataset[name].to_numpy() for name in _NAMES})
