"""Geometries of a diatom and an atom: a product grid, and points off the grid to test a fit."""

import numpy as np
import pandas as pd
from scipy.stats import qmc

from vibrates.abinitio.models import PointSet
from vibrates.core.units import BOHR_TO_ANGSTROM
from vibrates.potential.points import ANGLES, COORDINATES


def _nearest(theta_deg, distance, bond):
    """Distance of the atom from the nearer end of the bond."""
    cosine = np.abs(np.cos(np.radians(theta_deg)))
    return np.sqrt(distance**2 + 0.25 * bond**2 - distance * bond * cosine)


def atom_diatom_geometries(points: PointSet) -> pd.DataFrame:
    """Geometries in the layout of the other ab initio points (`geometries`), a row each.

    ``block`` numbers the jobs; ``group`` is ``grid`` or ``held_out``. The ends of the bond are
    equal: angles up to 90 degrees are all.
    """
    grid = np.stack(
        np.meshgrid(
            points.angles_deg,
            points.distances_bohr,
            points.bonds_bohr,
            indexing="ij",
        ),
        axis=-1,
    ).reshape(-1, 3)
    held_out = points.held_out
    # The first points of a sequence whose length is a power of two, isotropic in angle.
    random = qmc.Sobol(3, rng=held_out.seed).random(1 << (held_out.count - 1).bit_length())
    random = random[: held_out.count]
    low, high = np.transpose([held_out.distances_bohr, held_out.bonds_bohr])
    between = np.column_stack(
        [np.degrees(np.arccos(random[:, 0])), low + random[:, 1:] * (high - low)]
    )
    rows = np.concatenate([grid, between])
    group = np.repeat(["grid", "held_out"], [len(grid), len(between)])
    kept = _nearest(*rows.T) >= points.closest_bohr
    rows, group = rows[kept], group[kept]
    table = pd.DataFrame(0.0, index=range(len(rows)), columns=[*COORDINATES])
    table[ANGLES[0]] = rows[:, 0].round(2)
    table["R_angstrom"] = (rows[:, 1] * BOHR_TO_ANGSTROM).round(5)
    table["r_a_angstrom"] = (rows[:, 2] * BOHR_TO_ANGSTROM).round(5)
    table.insert(0, "configuration", group)
    table.insert(0, "group", group)
    table.insert(0, "block", np.arange(len(table)) // points.block_size)
    return table
