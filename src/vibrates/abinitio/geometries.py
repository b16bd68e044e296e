"""Which geometries of a pair of diatoms are computed: cuts, stretched bonds, skew orientations.

The distance of every geometry is a contact distance, which follows the orientation as the surface
does (five harmonics) or is that of the atoms (`contact`), plus an offset: so each orientation is
sampled from its wall to its tail.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from scipy.stats import qmc

from vibrates.abinitio import contact
from vibrates.abinitio.contact import Partners
from vibrates.abinitio.models import (
    BondsGroup,
    Geometries,
    ListedGroup,
    ReferenceGroup,
    SkewGroup,
)
from vibrates.core import tables
from vibrates.core.columns import COORDINATES
from vibrates.core.errors import UserError
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
# The same with a, b or both turned round, which is another geometry where their ends differ.
REVERSED_ANGLES = {
    "Ta": {"Ta_b": (90.0, 180.0, 0.0)},
    "Tb": {"Tb_a": (180.0, 90.0, 0.0)},
    "H": {"H_ab": (90.0, 90.0, 180.0)},
    "I": {"I_a": (180.0, 0.0, 0.0), "I_b": (0.0, 180.0, 0.0), "I_ab": (180.0, 180.0, 0.0)},
}


def reference_angles(
    configurations: Sequence[str] | None, like_ends: tuple[bool, bool]
) -> dict[str, tuple[float, float, float]]:
    """Angles (degrees) of reference configurations by name, all of them if None are named.

    A bond with unlike ends is turned round as well: the name then says which.
    """
    unlike = {name for name, like in zip("ab", like_ends, strict=True) if not like}
    found = {}
    for name in configurations or REFERENCE_ANGLES:
        found[name] = REFERENCE_ANGLES[name]
        for turned, angles in REVERSED_ANGLES.get(name, {}).items():
            if set(turned.partition("_")[2]) <= unlike:
                found[turned] = angles
    return found


def skew_orientations(count: int, seed: int, symmetric_a: bool, symmetric_b: bool) -> np.ndarray:
    """Scrambled Sobol orientations, uniform on the sphere: (count, 3) angles in degrees.

    A bond with like ends is turned into the half sphere that holds all of its orientations.
    """
    points = qmc.Sobol(3, rng=seed).random(1 << (count - 1).bit_length())[:count]
    c_a = points[:, 0] if symmetric_a else 2.0 * points[:, 0] - 1.0
    c_b = points[:, 1] if symmetric_b else 2.0 * points[:, 1] - 1.0
    angles = np.degrees([np.arccos(c_a), np.arccos(c_b), np.pi * points[:, 2]])
    return np.round(angles.T, 2)


def _reference(spec: ReferenceGroup, group: str, like_ends: tuple[bool, bool]) -> Iterator[tuple]:
    for name, angles in reference_angles(spec.configurations, like_ends).items():
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
        for offset, (u_a, u_b) in zip(offsets, stretch.random(len(offsets)), strict=True):
            yield group, name, *angles, offset, *spec.stretch((u_a, u_b))


def _bonds(spec: BondsGroup, group: str, like_ends: tuple[bool, bool]) -> Iterator[tuple]:
    orientations = reference_angles(spec.configurations, like_ends) if spec.configurations else {}
    for name, angles in (orientations | spec.orientations_deg).items():
        for r_a, r_b in spec.bonds_angstrom:
            for offset in spec.offsets_angstrom:
                yield group, name, *angles, offset, r_a, r_b


def _listed(spec: ListedGroup, group: str) -> pd.DataFrame:
    columns = ["group", "configuration", *COORDINATES]
    table, _ = tables.read(spec.file, columns, "a file of geometries")
    chosen = table.loc[table["group"] == group, columns]
    if chosen.empty:
        raise UserError(
            f"groups.{group}: {spec.file} has no row of this group (there: "
            f"{', '.join(table['group'].unique())}); name one of them"
        )
    return chosen


def contact_distance(chosen: Geometries, angles_deg: np.ndarray, partners: Partners) -> np.ndarray:
    """The contact distance (n,), angstrom, of orientations (n, 3), degree."""
    orientations = cosines(*np.asarray(angles_deg, dtype=float).T)
    if chosen.contact_atoms is not None:
        radii, decay = chosen.contact_atoms.radii_angstrom, chosen.contact_atoms.decay_angstrom
        return contact.contact_distance(partners, radii, decay, np.stack(orientations))
    values = [getattr(chosen.contact_angstrom, name) for name in REFERENCE_CONFIGURATIONS]
    return coefficients(values) @ harmonics(*orientations)


def _long(chosen: Geometries, spec: BondsGroup, group: str, partners: Partners) -> pd.DataFrame:
    columns = ["group", "configuration", *ANGLES, "offset", "r_a_angstrom", "r_b_angstrom"]
    table = pd.DataFrame(_bonds(spec, group, partners.like_ends), columns=columns)
    distance = contact_distance(chosen, table[ANGLES].to_numpy(), partners) + table.pop("offset")
    for name, angle, rest in zip(columns[-2:], ANGLES, partners.r_e, strict=False):
        distance += 0.5 * (table[name] - rest) * np.cos(np.radians(table[angle])) ** 2
    table["R_angstrom"] = distance.round(2)
    return table


def _relative(chosen: Geometries, rows: Iterator[tuple], partners: Partners) -> pd.DataFrame:
    """Rows with offsets and stretches, as distances and bond lengths."""
    columns = ["group", "configuration", *ANGLES, "offset", "stretch_a", "stretch_b"]
    table = pd.DataFrame(rows, columns=columns)
    distance = contact_distance(chosen, table[ANGLES].to_numpy(), partners) + table.pop("offset")
    table["R_angstrom"] = distance.round(2)
    r_e = partners.r_e
    table["r_a_angstrom"] = (r_e[0] * (1.0 + table.pop("stretch_a"))).round(4)
    table["r_b_angstrom"] = (r_e[1] * (1.0 + table.pop("stretch_b"))).round(4)
    return table


def geometries(chosen: Geometries, partners: Partners) -> pd.DataFrame:
    """The list of geometries: group, configuration, angles (degrees), distances (angstrom).

    ``block`` numbers the jobs. Raises UserError if a file of geometries is missing or damaged, or
    has no row of its group.
    """
    parts, like_ends = [], partners.like_ends
    for name, group in chosen.groups.items():
        if isinstance(group, ReferenceGroup):
            parts.append(_relative(chosen, _reference(group, name, like_ends), partners))
        elif isinstance(group, SkewGroup):
            parts.append(_relative(chosen, _skew(group, name, like_ends), partners))
        elif isinstance(group, BondsGroup):
            parts.append(_long(chosen, group, name, partners))
        else:
            parts.append(_listed(group, name))
    columns = ["group", "configuration", *COORDINATES]
    table = pd.concat(parts, ignore_index=True)[columns]
    table.insert(0, "block", np.arange(len(table)) // chosen.block_size)
    return table
