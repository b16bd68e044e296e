"""The description of a long-range surface, `config/longrange/*.yaml`; its points and networks."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from vibrates.core import tables
from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint
from vibrates.core.units import CM_TO_HARTREE, HARTREE_TO_CM
from vibrates.core.yaml_files import read_layers
from vibrates.longrange.models import LongRangeTraining
from vibrates.longrange.polar_pair import PolarPair
from vibrates.longrange.training import Problem, Training
from vibrates.molecules.diatom import Diatom
from vibrates.potential.flexible import FittedSurface
from vibrates.potential.long_range import Coordinate
from vibrates.potential.orientation import cosines, quadrupole_angular
from vibrates.potential.settings import FittedSettings

DISTANCE = "R_bohr"


def load(path: str | Path) -> dict[str, Any]:
    """The validated description; UserError in one line otherwise."""
    return LongRangeTraining.from_mapping(read_layers(path), str(path)).to_mapping()


class Tail:
    """The van der Waals part of a fitted surface of two diatoms, x as in `PolarPair`."""

    def __init__(self, source: dict[str, Any]) -> None:
        config = read_layers(source["surface"])
        molecules = [Diatom.from_config(name, config["molecules"][name]) for name in source["pair"]]
        settings = FittedSettings.from_mapping(config["surface"], source["surface"], "surface")
        self.surface = FittedSurface.from_settings(settings, *molecules)

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


def known_surface(described: dict[str, Any]) -> PolarPair | Tail | None:
    """The surface that the points are taken from; None where PySCF computes them."""
    source = described["source"]
    if "excitation_hartree" in source:
        return PolarPair.from_file(source["properties"], source["excitation_hartree"])
    return Tail(source) if "surface" in source else None


def is_known(described: dict[str, Any]) -> bool:
    """Whether the points come from a known surface, and not from PySCF."""
    return "python" not in described["source"]


def in_atomic_units(described: dict[str, Any], values: NDArray) -> NDArray:
    """Coordinates (N, d) converted from the units of their columns; angles as cosines if asked."""
    found = np.array(values, dtype=float)
    for i, one in enumerate(described["coordinates"]):
        if one["column"].endswith("_deg"):
            found[:, i] = np.radians(found[:, i])
        if one.get("cosine", False):
            # A right angle is meant where its cosine is 6e-17.
            found[:, i] = np.round(np.cos(found[:, i]), 12)
    return found


def coordinates(described: dict[str, Any]) -> tuple[Coordinate, ...]:
    """Internal coordinates: bohr, radian, or cosines of angles."""
    ends = in_atomic_units(
        described, np.array([one["range"] for one in described["coordinates"]]).T
    )
    found = []
    for one, (lower, upper) in zip(described["coordinates"], np.sort(ends, axis=0).T, strict=True):
        name = ("cos_" if one.get("cosine", False) else "") + one["column"].rsplit("_", 1)[0]
        found.append(Coordinate(name, float(lower), float(upper), one.get("even", False)))
    return tuple(found)


def training(described: dict[str, Any]) -> Training:
    """How the networks are trained, energies in hartree."""
    chosen = dict(described["training"])
    floor = chosen.pop("relative_floor_cm")
    return Training(
        **chosen | {"hidden": tuple(chosen["hidden"])},
        relative_floor=np.inf if floor is None else floor * CM_TO_HARTREE,
    )


# Keys of a description that the fit of a network depends on, beside the points.
FITTED = ("powers", "coordinates", "training", "energy_column")


def member_settings(described: dict[str, Any], number: int) -> str:
    """Of all but the points that the network ``number`` of the ensemble depends on."""
    return fingerprint(
        described={key: described[key] for key in FITTED},
        number=number,
        code=code_fingerprint("vibrates.longrange.training", __name__),
    )


def member_fingerprint(described: dict[str, Any], number: int, points: str | Path) -> str:
    """Of all that the network ``number`` of the ensemble depends on; stated in its file."""
    return fingerprint(settings=member_settings(described, number), points=Path(points))


def read_points(described: dict[str, Any], path: str | Path) -> tuple[Problem, pd.DataFrame]:
    """The points that are fitted, and the table of all, cut included; UserError if it is none."""
    columns = [one["column"] for one in described["coordinates"]]
    needed = [DISTANCE, "group", described["energy_column"], *columns]
    table, _ = tables.read(path, needed, "a file of points, or make the points first")
    return problem(described, table[table["group"] == "sample"]), table


def problem(described: dict[str, Any], table: pd.DataFrame) -> Problem:
    """What is fitted to the points of ``table``."""
    columns = [one["column"] for one in described["coordinates"]]
    return Problem(
        table[DISTANCE].to_numpy(), in_atomic_units(described, table[columns].to_numpy()),
        table[described["energy_column"]].to_numpy() * CM_TO_HARTREE,
        tuple(described["powers"]), coordinates(described),
    )  # fmt: skip


def known_points(described: dict[str, Any]) -> pd.DataFrame:
    """Sobol points of the known surface: uniform in ln R, bond lengths, and over orientations."""
    source, described_coordinates = described["source"], described["coordinates"]
    inner, outer = source["R_bohr"]
    unit = qmc.Sobol(6, rng=source["seed"]).random(1 << (source["count"] - 1).bit_length())
    unit = unit[: source["count"]]
    table = pd.DataFrame(
        {"group": "sample", DISTANCE: np.round(inner * (outer / inner) ** unit[:, 0], 4)}
    )
    for number, one in enumerate(described_coordinates, start=1):
        lower, upper = one["range"]
        if one["column"].startswith("theta"):
            values = np.degrees(np.arccos(1.0 - 2.0 * unit[:, number]))
        else:
            values = lower + (upper - lower) * unit[:, number]
        table[one["column"]] = np.round(values, 4)
    x = in_atomic_units(
        described, table[[one["column"] for one in described_coordinates]].to_numpy()
    )
    energy = known_surface(described).energy(table[DISTANCE].to_numpy(), x)
    return table.assign(**{described["energy_column"]: energy * HARTREE_TO_CM})
