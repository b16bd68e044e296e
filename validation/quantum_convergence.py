"""How far the numbers of config/quantum/hehd.yaml are converged; a section of docs/quantum.md.

    python validation/quantum_convergence.py

|S|^2 of single partial waves against calculations with one setting made better: median and 95 % point of
the relative change, for strong, weak and very weak transitions between the levels of the data set.
"""

import copy

import numpy as np
from report import DOCUMENT, table, timed, write_section

from vibrates.core.units import CM_TO_HARTREE
from vibrates.scattering import settings
from vibrates.scattering.channels import coupled_states

PAGE = DOCUMENT.with_name("quantum.md")
CONFIG = DOCUMENT.parents[1] / "config" / "quantum" / "hehd.yaml"
# The level the collision begins in, collision energy in cm^-1, J.
CASES = (
    ((0, 5), 100.0, 4),
    ((1, 0), 30.0, 2),
    ((1, 5), 1500.0, 15),
    ((2, 10), 30.0, 2),
    ((2, 15), 3000.0, 10),
    ((2, 20), 4000.0, 10),
)
RANGES = ((1e-4, 2.0), (1e-8, 1e-4), (1e-12, 1e-8), (1e-16, 1e-12))


def variants(described: dict) -> dict[str, dict]:
    basis, sectors = described["basis"], described["sectors_bohr"]
    return {
        "sectors of half the width": {"sectors_bohr": [[r, h / 2] for r, h in sectors]},
        "range 45 bohr": {"sectors_bohr": [*sectors[:-1], [sectors[-1][0], 0.2], [45.0, 0.2]]},
        "16 Legendre terms": {"legendre_terms": 16},
        "14 vibrational points": {"molecule": described["molecule"] | {"vibrations": 14}},
        "levels 8000 cm^-1 above E": {"basis": basis | {"closed_cm": 8000}},
        "v to 7, j higher": {"basis": {"j_max": [29, 28, 27, 25, 23, 20, 17, 13], "closed_cm": 4500}},
    }  # fmt: skip


def probabilities(described: dict, level: tuple, collision_cm: float, total: int) -> dict:
    """|S|^2 by (v, j, v', j') of open levels of the data set, Omega = 0."""
    collision = settings.collision(described)
    rotor = collision.rotor
    energy = rotor.energies[level] + collision_cm * CM_TO_HARTREE
    among = settings.in_basis(described, rotor.energies, energy)
    channels = coupled_states(rotor, total, 0, collision.terms, among)
    s = collision.s_matrices(channels, np.array([energy]))[0]
    wanted = described["levels"]
    mine = np.flatnonzero((channels.v <= wanted["v_max"]) & (channels.j <= wanted["j_max"])
                          & (channels.thresholds < energy))  # fmt: skip
    # Only collisions that begin at or above the level: others are much faster than those of the data.
    return {
        (channels.v[a], channels.j[a], channels.v[b], channels.j[b]): abs(s[a, b]) ** 2
        for a in mine for b in mine
        if channels.thresholds[a] > channels.thresholds[b]
        and channels.thresholds[a] >= rotor.energies[level] - 1e-9
    }  # fmt: skip


def main() -> None:
    """Rewrite the section."""
    described = settings.load(CONFIG)
    lines: list[str] = []
    rows = []
    with timed(lines):
        for level, energy, total in CASES:
            base = probabilities(described, level, energy, total)
            for name, change in variants(copy.deepcopy(described)).items():
                better = probabilities(described | change, level, energy, total)
                keys = [key for key in base if better.get(key, 0.0) > 0.0]
                p = np.array([better[key] for key in keys])
                deviation = np.abs(np.array([base[key] for key in keys]) / p - 1.0)
                cells = []
                for low, high in RANGES:
                    inside = deviation[(p >= low) & (p < high)]
                    cells.append(f"{np.median(inside):.0e} / {np.quantile(inside, 0.95):.0e} ({inside.size})"
                                 if inside.size else "")  # fmt: skip
                rows.append(
                    [f"({level[0]},{level[1]}), {energy:g} cm^-1, J = {total}", name, *cells]
                )
    head = ["collision", "better", *(f"P = {low:g} to {min(high, 1):g}" for low, high in RANGES)]
    write_section(
        "convergence", "\n".join([table(head, rows), *lines]).replace(", two processes", ""), PAGE
    )


if __name__ == "__main__":
    main()
