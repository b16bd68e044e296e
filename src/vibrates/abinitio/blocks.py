"""One block of geometries: `python -m vibrates.abinitio.blocks GEOMETRIES LEVEL BLOCK OUTPUT`.

Every finished point is added to OUTPUT.part at once, and a job that died takes them from there.
"""

from collections.abc import Mapping

import numpy as np

from vibrates.abinitio import kept_points
from vibrates.core.units import HARTREE_TO_MEV
from vibrates.potential.points import ANGLES, COORDINATES

ENERGIES = ["E_HF_meV", "E_CCSD_meV", "E_CCSDT_meV"]


def point(row: Mapping, settings: Mapping) -> np.ndarray:
    """Interaction energies (3,) of one geometry, meV; ``settings``: symbols, masses_u, level."""
    # PySCF is optional: only the point itself needs it.
    from vibrates.abinitio.energies import Level, interaction_energies, positions

    xyz = positions(
        settings["masses_u"],
        [row[name] for name in ANGLES],
        row["R_angstrom"],
        (row["r_a_angstrom"], row["r_b_angstrom"]),
    )
    level = Level(settings["basis"], settings["midbond"])
    return interaction_energies(settings["symbols"], xyz, level) * HARTREE_TO_MEV


def compute_block(geometries: str, settings: str, block: int, output: str) -> None:
    """Compute the points of ``block`` that are not yet in the part file; write ``output``."""
    columns = kept_points.Columns(COORDINATES, ENERGIES, 5)
    kept_points.compute(point, columns, geometries, settings, block, output)


if __name__ == "__main__":
    kept_points.main(compute_block, __doc__)
