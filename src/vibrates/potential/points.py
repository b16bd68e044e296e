"""Ab initio points of two diatoms for the fit, and deviations of a surface from them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vibrates.core import tables
from vibrates.core.columns import ANGLES, COORDINATES, ENERGY
from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, BOHR_TO_ANGSTROM, HARTREE_TO_MEV
from vibrates.molecules.diatom import Diatom
from vibrates.potential import orientation
from vibrates.potential.electrostatics import quadrupole_product
from vibrates.potential.orientation import quadrupole_angular
from vibrates.potential.protocol import Potential
from vibrates.potential.stretch import Stretch, as_stretch

WALL_MEV = (50.0, 1000.0)
WELL_MEV = 0.0  # below: attraction


def read(path: str | Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Table and provenance of ab initio points; UserError for a damaged or another file."""
    columns = [*COORDINATES, ENERGY, "group", "configuration"]
    return tables.read(path, columns, "a file of ab initio points")


class Source(NamedTuple):
    """A file of points, and a further standard deviation of each: floor (meV), fraction of V.

    ``groups``: those of the file that are read, all if None.
    """

    path: str | Path
    floor_meV: float = 0.0
    fraction: float = 0.0
    groups: Sequence[str] | None = None

    def table(self) -> pd.DataFrame:
        """The points; UserError for a damaged file, or a group that is not there."""
        whole, _ = read(self.path)
        if self.groups is None:
            return whole
        if absent := [name for name in self.groups if name not in set(whole["group"])]:
            raise UserError(
                f"{self.path}: no points of the group {', '.join(absent)}; name groups that the "
                f"file has: {', '.join(dict.fromkeys(whole['group']))}"
            )
        return whole[whole["group"].isin(self.groups)].reset_index(drop=True)


def read_all(sources: Sequence[Source]) -> pd.DataFrame:
    """The points of several files, one below the other, with the columns that all of them have.

    Those of sources with an error have it in the column error_meV, all others zero there.

    Raises UserError as `Source.table`, and for a geometry that two files have.
    """
    tables_, columns = [], None
    for source in sources:
        table = source.table()
        size = np.hypot(source.floor_meV, source.fraction * table[ENERGY].to_numpy())
        columns = [name for name in table if columns is None or name in columns]
        tables_.append(table.assign(error_meV=size))
    if len(tables_) == 1 and not tables_[0]["error_meV"].any():
        return tables_[0].drop(columns="error_meV")
    whole = pd.concat(tables_, ignore_index=True)[[*(columns or []), "error_meV"]]
    if (twice := whole.duplicated(COORDINATES)).any():
        row = whole[twice].iloc[0]
        named = ", ".join(f"{name} = {row[name]:g}" for name in COORDINATES)
        raise UserError(
            f"{', '.join(str(source.path) for source in sources)}: the geometry {named} is there "
            "twice; leave one of them out"
        )
    return whole


def cosines(theta_a_deg, theta_b_deg, phi_deg) -> tuple[NDArray, NDArray, NDArray]:
    """Cosines c_a, c_b, c_ab. Arguments as in `orientation.cosines`, but in degrees."""
    return orientation.cosines(*np.radians([theta_a_deg, theta_b_deg, phi_deg]))


def with_cosines(points: pd.DataFrame) -> pd.DataFrame:
    """The points with columns c_a, c_b, c_ab of their orientations."""
    c_a, c_b, c_ab = cosines(*(points[name].to_numpy() for name in ANGLES))
    # Rounded, since the cosine of a right angle is computed as 6e-17.
    rounded = (np.round(c, 12) for c in (c_a, c_b, c_ab))
    return points.assign(**dict(zip(("c_a", "c_b", "c_ab"), rounded, strict=True)))


def prepare(
    points: pd.DataFrame, a: Diatom, b: Diatom, stretches: Sequence[Stretch | float]
) -> pd.DataFrame:
    """Points with the columns that `fit.Design` reads.

    Parameters
    ----------
    points
        The table of `read`.
    a, b
        The two molecules.
    stretches
        Their stretch functions, for lengths in angstrom; a number is the length l of a tanh.
    """
    out = with_cosines(points)
    out["energy_meV"] = out[ENERGY]
    r_a, r_b = (
        out[name].to_numpy() * ANGSTROM_TO_BOHR for name in ("r_a_angstrom", "r_b_angstrom")
    )
    bonds = zip(("xi_a", "xi_b"), (r_a, r_b), (a, b), stretches, strict=True)
    for name, r, molecule, given in bonds:
        xi = as_stretch(given).scaled(ANGSTROM_TO_BOHR)(r, molecule.r_e)
        # Input bond lengths are rounded: near r_e the stretch is set to zero.
        out[name] = np.where(np.abs(xi) < 2e-4, 0.0, xi * BOHR_TO_ANGSTROM)
    angular = quadrupole_angular(out["c_a"], out["c_b"], out["c_ab"])
    distance = out["R_angstrom"].to_numpy() * ANGSTROM_TO_BOHR
    product = quadrupole_product(a, b, r_a, r_b)
    out["electrostatic_meV"] = product * angular / distance**5 * HARTREE_TO_MEV
    return out


def lengths_from_equilibrium(r_angstrom: ArrayLike, molecule: Diatom) -> NDArray:
    """Relative change r/r_e - 1 of bond lengths in angstrom."""
    return np.asarray(r_angstrom) * (ANGSTROM_TO_BOHR / molecule.r_e) - 1.0


def energy(surface: Potential, points: pd.DataFrame) -> NDArray:
    """V of a surface at every point, meV."""
    lengths = (points[n].to_numpy() * ANGSTROM_TO_BOHR
               for n in ("R_angstrom", "r_a_angstrom", "r_b_angstrom"))  # fmt: skip
    distance, r_a, r_b = lengths
    c_a, c_b, c_ab = (points[n].to_numpy() for n in ("c_a", "c_b", "c_ab"))
    return HARTREE_TO_MEV * surface.potential(distance, c_a, c_b, c_ab, r_a, r_b)


def quality(reference: NDArray, error: NDArray) -> dict[str, float]:
    """Root mean square and largest deviation: relative on the wall, in meV in the well."""
    out: dict[str, float] = {"points": len(reference)}
    wall = (reference >= WALL_MEV[0]) & (reference <= WALL_MEV[1])
    well = reference < WELL_MEV
    for name, mask, values in (
        ("wall_percent", wall, 100.0 * error / np.where(wall, reference, 1.0)),
        ("well_meV", well, error),
    ):
        out[f"{name}_points"] = int(mask.sum())
        if mask.any():
            out[f"{name}_rms"] = float(np.sqrt(np.mean(values[mask] ** 2)))
            out[f"{name}_largest"] = float(np.abs(values[mask]).max())
    return out


def by_configuration(points: pd.DataFrame, error: NDArray) -> dict[str, dict[str, float]]:
    """`quality` of each configuration, of the skew ones together, and of all points."""
    label = np.where(
        points["configuration"].isin(["H", "X", "Ta", "Tb", "I"]), points["configuration"], "skew"
    )
    reference = points["energy_meV"].to_numpy()
    out = {
        name: quality(reference[label == name], error[label == name])
        for name in dict.fromkeys(label)
    }
    return out | {"all": quality(reference, error)}


def slope_quality(surface: Potential, points: pd.DataFrame) -> Mapping[str, float]:
    """Deviation (percent) of the mean slope between neighbouring points of a cut, on the wall."""
    deviations: dict[str, list[float]] = {}
    values = energy(surface, points)
    keys = ["configuration", "r_a_angstrom", "r_b_angstrom"]
    for (name, *_), cut in points.assign(surface=values).groupby(keys, sort=False):
        cut = cut.sort_values("R_angstrom")
        low = cut["energy_meV"].to_numpy()
        wall = (low[:-1] <= WALL_MEV[1]) & (low[1:] >= WALL_MEV[0])
        ratio = np.diff(cut["surface"]) / np.diff(low) - 1.0
        deviations.setdefault(str(name), []).extend(100.0 * ratio[wall])
    return {name: float(np.sqrt(np.mean(np.square(v)))) for name, v in deviations.items() if v}
