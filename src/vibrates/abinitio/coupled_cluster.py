"""Coupled-cluster points with diagnostics, for bonds of any length.

`python -m vibrates.abinitio.coupled_cluster GEOMETRIES LEVEL BLOCK OUTPUT`, as
`vibrates.abinitio.blocks`, with MP2 and the T1 and D1 diagnostics beside the energies of that.
"""

import numpy as np

from vibrates.abinitio import points
from vibrates.abinitio.models import PairLevel
from vibrates.core.columns import ANGLES, COORDINATES
from vibrates.core.units import HARTREE_TO_MEV

ENERGIES = ["E_HF_meV", "E_MP2_meV", "E_CCSD_meV", "E_CCSDT_meV"]
DIAGNOSTICS = ["T1", "D1"]
STAGE = points.Stage(
    PairLevel,
    COORDINATES,
    ("symbols", "masses_u", "basis", "midbond", "program"),
    [*ENERGIES, *DIAGNOSTICS],
    5,
    "vibrates.abinitio.coupled_cluster",
)


def point(row: points.Row, level: PairLevel) -> np.ndarray:
    """Interaction energies by HF, MP2, CCSD, CCSD(T), meV, and T1, D1 of the pair (6,).

    ``row``: values in the columns COORDINATES, degree and angstrom. Raises UserError if an energy
    does not converge.
    """
    # PySCF is optional: only the point itself needs it.
    from vibrates.abinitio.energies import Level, diagnosed_interaction, positions

    xyz = positions(
        level.masses_u,
        [row[name] for name in ANGLES],
        row["R_angstrom"],
        (row["r_a_angstrom"], row["r_b_angstrom"]),
    )
    method = Level(level.basis, level.midbond)
    energies, diagnostics = diagnosed_interaction(level.symbols, xyz, method)
    return np.concatenate([energies * HARTREE_TO_MEV, diagnostics])


def compute_block(
    geometries: str, settings: str, block: int, output: str, expected: str | None = None,
    known: str | None = None,
) -> None:  # fmt: skip
    """Compute the points of ``block`` that are not yet stored; write ``output``."""
    STAGE.compute_block(point, geometries, settings, block, output, expected, STAGE.known(known))


if __name__ == "__main__":
    points.main(compute_block, __doc__)
