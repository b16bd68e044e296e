"""Which geometries of a pair of diatoms are computed: cuts, stretched bonds, skew orientations.

The distance of every geometry is a contact distance, which follows the orientation as the surface
does (five harmonics), plus an offset: so each orientation is sampled from its wall to its tail.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import qmc

from vibrates.abinitio.models import Geometries, ReferenceGroup, SkewGroup
from vibrates.potential.orientation import REFERENCE_CONFIGURATIONS, coefficients, harmonics
from vibrates.potential.points import ANGLES, cosines

# Angles (degrees) of the reference configurations: theta_a, theta_b, phi.
REFERENCE_ANGLES = {
    "H": (90.0, 90.0, 0.0),
    "X": (90.0, 90.0, 90.0),
    "Ta": (90.0, 0.0, 0.0),
    "Tb": (0.0, 90.0, 0.0),
    "I": (0.0, 0.0, 0.0),
}


def skew_orientations(count: int, seed: int, symmetric_a: bool, symmetric_b: bool) -> np.ndarray:
    """Scrambled Sobol orientations, uniform on the sphere: (count, 3) angles in degrees.

    A bond with like ends is turned into the half sphere that holds all of its orientations.
    """
    points = qmc.Sobol(3, rng=seed).random(1 << (count - 1).bit_length())[:count]
    c_a = points[:, 0] if symmetric_a else 2.0 * points[:, 0] - 1.0
    c_b = points[:, 1] if symmetric_b else 2.0 * points[:, 1] - 1.0
    angles = np.degrees([np.arccos(c_a), np.arccos(c_b), np.pi * points[:, 2]])
    return np.round(angles.T, 2)


def _reference(spec: ReferenceGroup, group: str) -> Iterator[tuple]:
    for name in spec.configurations or REFERENCE_ANGLES:
        angles = REFERENCE_ANGLES[name]
        for stretch_a, stretch_b in spec.stretches:
            for offset in spec.offsets_angstrom:
                yield group, name, *angles, offset, stretch_a, stretch_b


def _skew(spec: SkewGroup, group: str, like_ends: tuple[bool, bool]) -> Iterator[tuple]:
    orientations = skew_orientations(spec.count, spec.seed, *like_ends)
    stretch = qmc.Sobol(2, rng=spec.seed + 1)
    for index, angles in enumerate(orientations):
        name = f"{group}{index:02d}"
        for offset in spec.offsets_angstrom:
            yield group, name, *angles, offset, 0.0, 0.0
        offsets = spec.stretched_offsets_angstrom
        for offset, (s_a, s_b) in zip(offsets, stretch.random(len(offsets)), strict=True):
            largest = spec.largest_stretch
            yield group, name, *angles, offset, largest * (2 * s_a - 1), largest * (2 * s_b - 1)


def geometries(
    chosen: Geometries, r_e: tuple[float, float], like_ends: tuple[bool, bool]
) -> pd.DataFrame:
    """The list of geometries: group, configuration, angles (degrees), distances (angstrom).

    ``r_e``: equilibrium bond lengths, angstrom; ``like_ends``: whether the two atoms of a, of b
    are the same. ``block`` numbers the jobs.
    """
    rows: list[tuple] = []
    for name, group in chosen.groups.items():
        if isinstance(group, ReferenceGroup):
            rows += _reference(group, name)
        else:
            rows += _skew(group, name, like_ends)
    columns = ["group", "configuration", *ANGLES, "offset", "stretch_a", "stretch_b"]
    table = pd.DataFrame(rows, columns=columns)
    contact = coefficients(
        [getattr(chosen.contact_angstrom, name) for name in REFERENCE_CONFIGURATIONS]
    )
    angular = harmonics(*cosines(*(table[name].to_numpy() for name in ANGLES)))
    table["R_angstrom"] = (contact @ angular + table.pop("offset")).round(2)
    table["r_a_angstrom"] = (r_e[0] * (1.0 + table.pop("stretch_a"))).round(4)
    table["r_b_angstrom"] = (r_e[1] * (1.0 + table.pop("stretch_b"))).round(4)
    table.insert(0, "block", np.arange(len(table)) // chosen.block_size)
    return table
