"""An example of every type of surface in the registry, for the tests that run over all of them.

A new type gets an entry in `SAMPLES`; `tests/physics/test_surface_registry.py` does the rest.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vibrates.config.surface_block import read_surface
from vibrates.longrange import Coordinate, LongRangeSurface
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.network import CoefficientNetwork
from vibrates.potential.protocol import PotentialSurface
from vibrates.potential.registry import build_surface
from vibrates.trajectories.oracle import MOLECULES, SURFACE

POLARIZABILITIES = {
    "polarizability_parallel": {"coefficients_au": [12.0, 15.0], "range_angstrom": [0.3, 2.0]},
    "polarizability_perpendicular": {"coefficients_au": [9.0, 4.0], "range_angstrom": [0.3, 2.0]},
}
EXTRAS = [0.15, -0.1, 0.12, 0.1, 0.2, -0.17, 0.3, 0.11, -0.25, 0.23, -0.14, 0.19]
FITTED: dict[str, Any] = {
    "type": "fitted",
    "stretch_length_angstrom": [0.5, 0.4],
    "terms": {
        "R_m_angstrom": [
            {"powers": [0, 0], "values": [3.58, 3.55, 3.57, 4.12, 4.2, *EXTRAS]},
            {"powers": [1, 0], "values": [0.2, 0.15, 0.0, 0.7, 0.8]},
            {"powers": [1, 1], "values": [0.1]},
            {"powers": [0, 2], "values": [0.2] * 5},
        ],
        "eps_meV": [{"powers": [0, 0], "values": [5.2, 5.6, 7.0, 3.8, 4.6, *EXTRAS[::-1]]}],
        "beta": [{"powers": [0, 0], "values": [1.9, 1.7, 1.6, 1.9, 2.0, *EXTRAS[3:]]}],
        "zeta": [
            {"powers": [0, 0], "values": [10.3, 10.1, 10.4, 14.0, 13.0, *EXTRAS[5:], *EXTRAS[:5]]}
        ],
    },
}
SITES: dict[str, Any] = {
    "type": "sites",
    "sites": {
        "r_0": 2.0, "length": 1.5,
        "nuclei": {"decay": 1.9, "damping": 3.0, "short": [[6.0, 1.0], [0.3, 0.1], [0.02, 0.0]],
                   "long": [[2.0, 0.5], [9.0, 0.0]]},
        "between": {"decay": 2.1, "damping": 2.8, "short": [[-2.0, 0.4], [0.2, 0.1], [0.01, 0.02]],
                    "long": [[0.5, 0.1], [1.0, 0.2]]},
        "middle": {"decay": 1.7, "damping": 2.5, "short": [[-1.0, 0.3], [0.1, 0.0], [0.0, 0.01]],
                   "long": [[1.0, 0.2], [-3.0, 0.4]]},
    },
}  # fmt: skip
# Extra harmonics of R_m that follow the bond lengths, and stretch functions that are no tanh.
FOLLOWING: dict[str, Any] = {
    "type": "fitted",
    "stretches": [{"logistic": [0.4, 0.6]}, {"power": 2}],
    "terms": FITTED["terms"]
    | {
        "R_m_angstrom": [
            *FITTED["terms"]["R_m_angstrom"][:1],
            {"powers": [1, 0], "values": [0.2, 0.15, 0.0, 0.7, 0.8, *EXTRAS]},
            {"powers": [0, 1], "values": [0.3, 0.1, 0.2, 0.4, 0.5, *EXTRAS[4:]]},
            {"powers": [1, 1], "values": [0.1, 0.2, -0.1, 0.3, 0.1, *EXTRAS[::-1]]},
        ]
    },
}
SERIES_FILE = "series.nc"


def series() -> LongRangeSurface:
    """Random networks for C_6 and C_8 with the symmetry of two like-ended molecules."""
    names = ("r_a", "r_b", "theta_a", "theta_b", "phi")
    ranges = ((1.4, 3.2), (0.7, 2.6), (0.0, np.pi), (0.0, np.pi), (0.0, np.pi))
    coordinates = tuple(Coordinate(n, *r) for n, r in zip(names, ranges, strict=True))
    weights = CoefficientNetwork((5, 4, 2)).random(np.random.default_rng(6))
    return LongRangeSurface((6, 8), coordinates, (4,), weights, 5.0, 7.0, 1e-3)


# Functions of the user, in a file.
FUNCTIONS = """
import numpy as np


def potential(R, theta_a, theta_b, phi, r_a, r_b):
    c_a, c_b = np.cos(theta_a), np.cos(theta_b)
    u = np.sin(theta_a) * np.sin(theta_b) * np.cos(phi)
    size = 0.3 * c_a**2 + 0.1 * c_b**2 + 0.4 * (r_a - 2.07) * (1 + c_a**2) + 0.3 * (r_b - 1.4)
    wall = 30.0 * np.exp(-1.9 * (R - size))
    series = (40.0 + 6.0 * c_a**2 + 8.0 * (r_b - 1.4)) / (R**2 + 4.0) ** 3
    return wall - series + 0.5 * (u**2 + 2.0 * c_a * c_b * u) / (R**2 + 4.0) ** 2.5


def atom(R, theta, r):
    c = np.cos(theta)
    wall = 3e7 * np.exp(-3.4 * (R - 0.2 * c**2 - 0.1 * c - 0.2 * (r - 1.098)))
    return wall - 4e4 * (1.0 + 0.2 * c) / (R**2 + 1.0) ** 3
"""
FUNCTION_FILE = "own_surface.py"
FUNCTION: dict[str, Any] = {
    "type": "function",
    "source": f"{FUNCTION_FILE}:potential",
    "units": {"length": "bohr", "angle": "radian", "energy": "hartree"},
    "bonds_angstrom": [[0.85, 1.45], [0.45, 1.45]],
    "highest_energy_cm": 20000,
    "order": 4,
    "error_limit": 0.05,
}
ATOM_FUNCTION: dict[str, Any] = FUNCTION | {
    "source": f"{FUNCTION_FILE}:atom",
    "units": {"length": "angstrom", "angle": "radian", "energy": "cm^-1"},
    "bonds_angstrom": [[0.85, 1.45]],
}
POINTS: dict[str, Any] = {
    name: ATOM_FUNCTION[name] for name in ATOM_FUNCTION if name != "source"
} | {
    "type": "points",
    "file": "points.csv",
    "fit_order": 4,
    "fit_error_limit": 0.05,
}


def table_of_points() -> pd.DataFrame:
    """V of `atom` in FUNCTIONS (angstrom, radian, cm^-1) on a grid with random offsets."""
    namespace: dict[str, Any] = {}
    exec(FUNCTIONS, namespace)
    random = np.random.default_rng(8)
    distance, theta, r = (
        x.ravel()
        for x in np.meshgrid(
            np.geomspace(2.1, 7.0, 18), np.linspace(0.05, 3.1, 11), [0.85, 1.0, 1.1, 1.25, 1.45],
            indexing="ij",
        )
    )  # fmt: skip
    distance = distance * random.uniform(0.98, 1.02, distance.size)
    v = namespace["atom"](distance, theta, r)
    return pd.DataFrame({"R": distance, "theta": theta, "r": r, "V": v})[v < 30000.0]


@dataclasses.dataclass(frozen=True)
class Sample:
    """A ``surface`` block, and the molecules that it is for."""

    block: dict[str, Any]
    molecules: str = "two diatoms"

    @property
    def type(self) -> str:
        """The type that it is an example of."""
        return self.block["type"]


SAMPLES = {
    "original": Sample({"type": "original", "beta": 8.0, "deformation": "none"}),
    "modified": Sample(
        {
            "type": "modified",
            "beta": {"H": 8.0, "X": 7.5, "Ta": 8.1, "Tb": 9.0, "I": 7.0},
            "deformation": "polarizability",
        }
    ),
    "correlation": Sample({"type": "correlation", "beta": 9.0, "deformation": "polarizability"}),
    "table": Sample(SURFACE),
    "fitted": Sample(FITTED),
    "fitted, extra harmonics follow": Sample(FOLLOWING),
    "fitted, joined to a series": Sample(
        FITTED | {"long_range": {"file": SERIES_FILE, "digest": series().digest(),
                                 "switch_angstrom": [3.2, 4.3]}}
    ),
    "extra harmonics follow, joined to a series": Sample(
        FOLLOWING | {"long_range": {"file": SERIES_FILE, "digest": series().digest(),
                                    "switch_angstrom": [3.2, 4.3]}}
    ),
    "atom_pairs": Sample(
        {"type": "atom_pairs", "atom_pair": {"R_m_angstrom": 3.3, "eps_meV": 7.4, "beta": 8.0}},
        "diatom and atom",
    ),
    # Unequal masses: V is not even in cos theta.
    "sites": Sample(SITES, "unlike diatom and atom"),
    "function": Sample(FUNCTION),
    "function, an atom": Sample(ATOM_FUNCTION, "unlike diatom and atom"),
    "points": Sample(POINTS, "unlike diatom and atom"),
}  # fmt: skip


def molecules(sample: Sample) -> tuple[Diatom, Diatom | Atom]:
    """Those of a sample."""
    a, b = (Diatom.from_config(n, MOLECULES[n] | POLARIZABILITIES) for n in ("N2", "H2"))
    if sample.molecules == "two diatoms":
        return a, b
    if sample.molecules == "unlike diatom and atom":
        a = dataclasses.replace(a, total_mass=1.6 * a.total_mass, like_ends=False)
    return a, Atom.from_config("O", {"masses_u": [16.0]})


_expanded: dict[str, PotentialSurface] = {}


def surface(block: Mapping[str, Any], a: Diatom, b: Diatom | Atom) -> PotentialSurface:
    """That of a ``surface`` block; a function is expanded once for all tests."""
    settings = read_surface(block, "test")
    if block["type"] not in ("function", "points"):
        return build_surface(settings, a, b)
    return _expanded.setdefault(repr(settings), build_surface(settings, a, b))


def write_files(directory: Path) -> None:
    """The files that samples name, relative to the working directory."""
    series().save(directory / SERIES_FILE)
    (directory / FUNCTION_FILE).write_text(FUNCTIONS)
    table_of_points().to_csv(directory / POINTS["file"], index=False)
