"""A table of points as a surface: read, fitted, and then like a function of the user."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from vibrates.core.errors import UserError
from vibrates.core.units import BOHR_TO_ANGSTROM, HARTREE_TO_CM
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.expanded import TotalOrder
from vibrates.potential.function_source import IN_BOHR, IN_HARTREE, IN_RADIAN, UserFunction
from vibrates.potential.function_surface import FunctionSurface
from vibrates.potential.point_fit import PointFit, Points

if TYPE_CHECKING:
    from vibrates.potential.settings import PointsSettings

COLUMNS = ("R", "theta_a", "theta_b", "phi", "r_a", "r_b", "V")
OF_ATOM = ("R", "theta", "r", "V")


def from_settings(settings: PointsSettings, a: Diatom | Atom, b: Diatom | Atom) -> FunctionSurface:
    """The surface of a ``surface`` block.

    Parameters
    ----------
    settings
        The block.
    a, b
        A diatom, and a diatom or an atom.

    Raises
    ------
    UserError
        If the table cannot be read, is no potential, or does not hold the bond lengths, or if the
        error of the fit in cross-validation exceeds its limit.
    """
    atom = isinstance(b, Atom)
    fit = fitted(settings, (a.r_e, b.r_e), (a.like_ends, b.like_ends), atom)
    limit = settings.fit_error_limit
    if not fit.error_wall <= limit:
        raise UserError(
            f"surface.fit_error_limit: in cross-validation the fit to {settings.file} has a "
            f"relative rms error of {fit.error_wall:.2g} in the wall, beyond the limit {limit:g} "
            f"(elsewhere {fit.error_well * HARTREE_TO_CM:.2g} cm^-1); add points, change "
            "surface.fit_order, or raise the limit"
        )

    def of_atom(distance: np.ndarray, theta: np.ndarray, r: np.ndarray) -> np.ndarray:
        zero = np.zeros_like(distance)
        return fit(distance, theta, zero, zero, r, np.full_like(distance, b.r_e))

    function = UserFunction(of_atom if atom else fit, settings.file, atom=atom)
    surface = FunctionSurface.of_function(settings, function, a, b)
    points = read(settings, atom, b.r_e)
    for (low, high), r in zip(surface.bonds, (points.r_a, points.r_b), strict=True):
        if low < r.min() - 1e-9 or high > r.max() + 1e-9:
            raise UserError(
                f"surface.bonds_angstrom: {low * BOHR_TO_ANGSTROM:.4g} to "
                f"{high * BOHR_TO_ANGSTROM:.4g}, the points go from "
                f"{r.min() * BOHR_TO_ANGSTROM:.4g} to {r.max() * BOHR_TO_ANGSTROM:.4g}; narrow it, "
                "or add points"
            )
    surface.check()
    return surface


@lru_cache(maxsize=8)
def fitted(
    settings: PointsSettings, r_e: tuple[float, float], like: tuple[bool, bool], atom: bool
) -> PointFit:
    """The fit to the table of a block, kept for the next call.

    Parameters
    ----------
    settings
        The block.
    r_e, like
        Equilibrium bond lengths, bohr, and whether the ends are alike, of both molecules.
    atom
        Whether the second partner is an atom.
    """
    angular = TotalOrder.of(settings.fit_order, *like, atom=atom)
    return PointFit.to_points(read(settings, atom, r_e[1]), angular, r_e, atom)


def read(settings: PointsSettings, atom: bool, r_e: float) -> Points:
    """The points of a block in atomic units.

    Parameters
    ----------
    settings
        The block.
    atom
        Whether the second partner is an atom: columns `OF_ATOM` instead of `COLUMNS`.
    r_e
        Bond length that stands for that of an atom.

    Raises
    ------
    UserError
        If the file is no such table, or a value is missing or not finite.
    """
    names = OF_ATOM if atom else COLUMNS
    try:
        table = pd.read_csv(settings.file, comment="#", skipinitialspace=True)
    except (OSError, ValueError) as error:
        raise UserError(f"{settings.file}: no table ({error}); give columns of numbers") from None
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise UserError(
            f"{settings.file}: no column {', '.join(missing)} (there: "
            f"{', '.join(map(str, table.columns))}); the columns are {', '.join(names)}"
        )
    values = table[list(names)].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    bad = ~np.isfinite(values)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise UserError(
            f"{settings.file}: row {row + 1}: {names[column]} is "
            f"{table.iloc[row][names[column]]!r}, no finite number; correct it"
        )
    units = settings.units
    length, angle = IN_BOHR[units.length], IN_RADIAN[units.angle]
    energy = values[:, -1] * IN_HARTREE[units.energy]
    if atom:
        zero = np.zeros(len(values))
        return Points(
            values[:, 0] * length, values[:, 1] * angle, zero, zero, values[:, 2] * length,
            np.full(len(values), r_e), energy,
        )  # fmt: skip
    theta_a, theta_b, phi = values[:, 1:4].T * angle
    r_a, r_b = values[:, 4:6].T * length
    return Points(values[:, 0] * length, theta_a, theta_b, phi, r_a, r_b, energy)
