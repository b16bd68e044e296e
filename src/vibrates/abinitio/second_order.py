"""Second-order points, for increments of the basis set.

`python -m vibrates.abinitio.second_order GEOMETRIES LEVEL BLOCK OUTPUT`, as
`vibrates.abinitio.blocks`.
"""

import numpy as np

from vibrates.abinitio import points
from vibrates.abinitio.models import PairLevel
from vibrates.core.columns import ANGLES, COORDINATES
from vibrates.core.units import HARTREE_TO_MEV

ENERGIES = ["E_HF_meV", "E_MP2_meV"]
STAGE = points.Stage(
    PairLevel,
    COORDINATES,
    ("symbols", "masses_u", "basis", "midbond", "program"),
    ENERGIES,
    5,
    "vibrates.abinitio.second_order",
)


def point(row: points.Row, level: PairLevel) -> np.ndarray:
    """HF and MP2 interaction energies (2,) of one geometry, meV.

    ``row``: values in the columns COORDINATES, degree and angstrom. Raises UserError if an energy
    does not converge.
    """
    # PySCF is optional: only the point itself needs it.
    from vibrates.abinitio.energies import Level, positions, second_order_interaction

    xyz = positions(
        level.masses_u,
        [row[name] for name in ANGLES],
        row["R_angstrom"],
        (row["r_a_angstrom"], row["r_b_angstrom"]),
    )
    method = Level(level.basis, level.midbond)
    return second_order_interaction(level.symbols, xyz, method) * HARTREE_TO_MEV


def compute_block(
    geometries: str, settings: str, block: int, output: str, expected: str | None = None,
    known: str | None = None,
) -> None:  # fmt: skip
    """Compute the points of ``block`` that are not yet stored; write ``output``."""
    STAGE.compute_block(point, geometries, settings, block, output, expected, STAGE.known(known))


if __name__ == "__main__":
    points.main(compute_block, __doc__)
