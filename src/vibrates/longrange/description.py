"""The description of a long-range surface, `config/longrange/*.yaml`; its points and networks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from vibrates.core import tables
from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint
from vibrates.core.units import CM_TO_HARTREE, HARTREE_TO_CM
from vibrates.core.yaml_files import read_layers
from vibrates.longrange import models
from vibrates.longrange.models import (
    AbInitioSource,
    AnalyticSource,
    InternalCoordinate,
    LongRangeTraining,
    TailSource,
)
from vibrates.longrange.polar_pair import PolarPair
from vibrates.longrange.training import Problem, Training
from vibrates.molecules.diatom import Diatom
from vibrates.potential.flexible import FittedSurface
from vibrates.potential.long_range import Coordinate
from vibrates.potential.orientation import cosines, quadrupole_angular
from vibrates.potential.settings import FittedSettings

DISTANCE = "R_bohr"


def load(path: str | Path) -> LongRangeTraining:
    """Read a description; raises UserError, one line, if it is missing or breaks a rule."""
    return LongRangeTraining.from_mapping(read_layers(path), str(path))


class Tail:
    """The van der Waals part of a fitted surface of two diatoms, x as in `PolarPair`.

    ``path``: a configuration with the surface and both molecules, UserError if it is missing.
    """

    def __init__(self, path: str | Path, pair: Sequence[str]) -> None:
        config = read_layers(path)
        a, b = (Diatom.from_config(name, config["molecules"][name]) for name in pair)
        settings = FittedSettings.from_mapping(config["surface"], str(path), "surface")
        self.surface = FittedSurface.from_settings(settings, a, b)

    def energy(self, distance: NDArray, x: NDArray) -> NDArray:
        """u (N,) at R (N,) and x (N, 5): r_a, r_b, theta_a, theta_b, phi; hartree, bohr, radian."""
        r_a, r_b, theta_a, theta_b, phi = x.T
        c_a, c_b, c_ab = cosines(theta_a, theta_b, phi)
        one_by_one = zip(distance, c_a, c_b, c_ab, r_a, r_b, strict=True)
        whole = np.array([float(self.surface.potential(*row)) for row in one_by_one])
        electrostatic = self.surface.quadrupole_product(r_a, r_b) * quadrupole_angular(
            c_a, c_b, c_ab
        )
        return whole - electrostatic / distance**5


def known_surface(source: models.Source) -> PolarPair | Tail | None:
    """The surface that the points are taken from; None where PySCF computes them.

    Raises UserError if its file is missing or of another kind.
    """
    if isinstance(source, AnalyticSource):
        return PolarPair.from_file(source.properties, source.excitation_hartree)
    return Tail(source.surface, source.pair) if isinstance(source, TailSource) else None


def is_known(source: models.Source) -> bool:
    """Whether the points come from a known surface, and not from PySCF."""
    return not isinstance(source, AbInitioSource)


def in_atomic_units(described: Sequence[InternalCoordinate], values: NDArray) -> NDArray:
    """Convert internal coordinates from the units of their columns.

    Parameters
    ----------
    described : sequence of InternalCoordinate, (d,)
        The coordinates.
    values : array, (N, d)
        Bond lengths in bohr, angles in degree.

    Returns
    -------
    array, (N, d)
        Bohr and radian; cosines of the angles that the network sees so.
    """
    found = np.array(values, dtype=float)
    for i, one in enumerate(described):
        if one.column.endswith("_deg"):
            found[:, i] = np.radians(found[:, i])
        if one.cosine:
            # A right angle is meant where its cosine is 6e-17.
            found[:, i] = np.round(np.cos(found[:, i]), 12)
    return found


def coordinates(described: Sequence[InternalCoordinate]) -> tuple[Coordinate, ...]:
    """Internal coordinates: bohr, radian, or cosines of angles."""
    ends = in_atomic_units(described, np.array([one.range for one in described]).T)
    found = []
    for one, (lower, upper) in zip(described, np.sort(ends, axis=0).T, strict=True):
        name = ("cos_" if one.cosine else "") + one.column.rsplit("_", 1)[0]
        found.append(Coordinate(name, float(lower), float(upper), bool(one.even)))
    return tuple(found)


def training(chosen: models.Training) -> Training:
    """How the networks are trained, energies in hartree."""
    floor = chosen.relative_floor_cm
    return Training(
        hidden=chosen.hidden,
        iterations=chosen.iterations,
        test_share=chosen.test_share,
        patience=chosen.patience,
        restarts=chosen.restarts,
        relative_floor=np.inf if floor is None else floor * CM_TO_HARTREE,
        seed=chosen.seed,
        single=bool(chosen.single),
    )


# Keys of a description that the fit of a network depends on, beside the points.
FITTED = ("powers", "coordinates", "training", "energy_column")


def member_settings(described: LongRangeTraining, number: int) -> str:
    """Of all but the points that the network ``number`` of the ensemble depends on."""
    stated = described.to_mapping()
    return fingerprint(
        described={key: stated[key] for key in FITTED},
        number=number,
        code=code_fingerprint("vibrates.longrange.training", __name__),
    )


def member_fingerprint(described: LongRangeTraining, number: int, points: str | Path) -> str:
    """Of all that the network ``number`` of the ensemble depends on; stated in its file.

    Raises UserError if the file of points cannot be read.
    """
    return fingerprint(settings=member_settings(described, number), points=Path(points))


def read_points(described: LongRangeTraining, path: str | Path) -> tuple[Problem, pd.DataFrame]:
    """The points that are fitted, and the table of all, cut included.

    Raises UserError if the file is missing, damaged or lacks a column, or a point lies outside the
    ranges of the coordinates.
    """
    columns = [one.column for one in described.coordinates]
    needed = [DISTANCE, "group", described.energy_column, *columns]
    table, _ = tables.read(path, needed, "a file of points, or make the points first")
    return problem(described, table[table["group"] == "sample"]), table


def problem(described: LongRangeTraining, table: pd.DataFrame) -> Problem:
    """What is fitted to the points of ``table``. Raises UserError as `Problem` does."""
    columns = [one.column for one in described.coordinates]
    return Problem(
        table[DISTANCE].to_numpy(),
        in_atomic_units(described.coordinates, table[columns].to_numpy()),
        table[described.energy_column].to_numpy() * CM_TO_HARTREE,
        described.powers, coordinates(described.coordinates),
    )  # fmt: skip


def known_points(described: LongRangeTraining) -> pd.DataFrame:
    """Sobol points of the known surface: uniform in ln R, bond lengths, and over orientations.

    Columns: group, R_bohr, those of the coordinates, u in cm^-1. Raises UserError if the points are
    computed by PySCF.
    """
    source = described.source
    surface = known_surface(source)
    if surface is None or isinstance(source, AbInitioSource):
        raise UserError("source: points are computed by PySCF; run the target 'points'")
    inner, outer = source.R_bohr
    unit = qmc.Sobol(6, rng=source.seed).random(1 << (source.count - 1).bit_length())
    unit = unit[: source.count]
    table = pd.DataFrame(
        {"group": "sample", DISTANCE: np.round(inner * (outer / inner) ** unit[:, 0], 4)}
    )
    for number, one in enumerate(described.coordinates, start=1):
        lower, upper = one.range
        if one.column.startswith("theta"):
            values = np.degrees(np.arccos(1.0 - 2.0 * unit[:, number]))
        else:
            values = lower + (upper - lower) * unit[:, number]
        table[one.column] = np.round(values, 4)
    columns = [one.column for one in described.coordinates]
    x = in_atomic_units(described.coordinates, table[columns].to_numpy())
    energy = surface.energy(table[DISTANCE].to_numpy(), x)
    return table.assign(**{described.energy_column: energy * HARTREE_TO_CM})
