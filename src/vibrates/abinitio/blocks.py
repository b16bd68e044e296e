"""One block of geometries: `python -m vibrates.abinitio.blocks GEOMETRIES LEVEL BLOCK OUTPUT`.

Every finished point is kept beside OUTPUT at once, and a job that died takes them from there.
"""

import numpy as np

from vibrates.abinitio import points
from vibrates.abinitio.models import PairLevel
from vibrates.core.columns import ANGLES, COORDINATES
from vibrates.core.units import HARTREE_TO_MEV

ENERGIES = ["E_HF_meV", "E_CCSD_meV", "E_CCSDT_meV"]
STAGE = points.Stage(
    PairLevel,
    COORDINATES,
    ("symbols", "masses_u", "basis", "midbond", "program"),
    ENERGIES,
    5,
    "vibrates.abinitio.blocks",
)


def point(row: points.Row, level: PairLevel) -> np.ndarray:
    """HF, CCSD and CCSD(T) interaction energies (3,) of one geometry, meV.

    ``row``: values in the columns COORDINATES, degree and angstrom. Raises UserError if an energy
    does not converge.
    """
    # PySCF is optional: only the point itself needs it.
    from vibrates.abinitio.energies import Level, interaction_energies, positions

    xyz = positions(
        level.masses_u,
        [row[name] for name in ANGLES],
        row["R_angstrom"],
        (row["r_a_angstrom"], row["r_b_angstrom"]),
    )
    method = Level(level.basis, level.midbond)
    return interaction_energies(level.symbols, xyz, method) * HARTREE_TO_MEV


def compute_block(
    geometries: str, settings: str, block: int, output: str, expected: str | None = None
) -> None:
    """Compute the points of ``block`` that are not yet stored; write ``output``."""
    STAGE.compute_block(point, geometries, settings, block, output, expected)


if __name__ == "__main__":
    points.main(compute_block, __doc__)
