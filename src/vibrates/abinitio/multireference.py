"""Points by CASSCF and NEVPT2, for bonds of N2 that one reference does not describe.

`python -m vibrates.abinitio.multireference GEOMETRIES LEVEL BLOCK OUTPUT`, as
`vibrates.abinitio.blocks`.
"""

import numpy as np

from vibrates.abinitio import points
from vibrates.abinitio.models import PairLevel
from vibrates.core.columns import ANGLES, COORDINATES
from vibrates.core.units import HARTREE_TO_MEV

ENERGIES = ["E_CASSCF_meV", "E_NEVPT2_meV"]
# Weight of the leading determinant of the pair, its natural occupations around the Fermi level
# (fourth and fifth of eight), and the least singular value between the monomers' active orbitals
# and those of the pair: 1 if they span the same space.
DIAGNOSTICS = ["leading_weight", "occupation_4", "occupation_5", "active_overlap"]
STAGE = points.Stage(
    PairLevel,
    COORDINATES,
    ("symbols", "masses_u", "basis", "midbond", "program"),
    [*ENERGIES, *DIAGNOSTICS],
    5,
    "vibrates.abinitio.multireference",
)


def point(row: points.Row, level: PairLevel) -> np.ndarray:
    """CASSCF and NEVPT2 interaction energies, meV, and diagnostics of one geometry (6,).

    ``row``: values in the columns COORDINATES, degree and angstrom. Raises UserError if an energy
    does not converge.
    """
    # PySCF is optional: only the point itself needs it.
    from vibrates.abinitio.energies import Level, positions
    from vibrates.abinitio.nevpt2 import interaction

    xyz = positions(
        level.masses_u,
        [row[name] for name in ANGLES],
        row["R_angstrom"],
        (row["r_a_angstrom"], row["r_b_angstrom"]),
    )
    energies, diagnostics = interaction(level.symbols, xyz, Level(level.basis, level.midbond))
    return np.concatenate([energies * HARTREE_TO_MEV, diagnostics])


def compute_block(
    geometries: str, settings: str, block: int, output: str, expected: str | None = None,
    known: str | None = None,
) -> None:  # fmt: skip
    """Compute the points of ``block`` that are not yet stored; write ``output``."""
    STAGE.compute_block(point, geometries, settings, block, output, expected, STAGE.known(known))


if __name__ == "__main__":
    points.main(compute_block, __doc__)
