"""How far the numbers of config/quantum/hehd.yaml are converged; docs/evidence/quantum.md.

    python validation/quantum_convergence.py

|S|^2 of single partial waves against calculations with one setting made better: median and 95 %
point of the relative change, for strong, weak and very weak transitions between the levels of the
data set.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from report import ROOT, run_study, table, took

from vibrates.core.units import CM_TO_HARTREE
from vibrates.scattering import settings
from vibrates.scattering.channels import coupled_states
from vibrates.scattering.models import Scattering

NEEDS = ()
REMEDY = "run: make judge-methods"
SECTIONS = ("evidence/quantum/convergence",)
CONFIG = ROOT / "config" / "quantum" / "hehd.yaml"
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


def variants(described: Scattering) -> dict[str, dict]:
    sectors = described.sectors_bohr
    return {
        "sectors of half the width": {"sectors_bohr": [[r, h / 2] for r, h in sectors]},
        "range 45 bohr": {"sectors_bohr": [*sectors[:-1], [sectors[-1][0], 0.2], [45.0, 0.2]]},
        "16 Legendre terms": {"legendre_terms": 16},
        "14 vibrational points": {"molecule": {"vibrations": 14}},
        "levels 8000 cm^-1 above E": {"basis": {"closed_cm": 8000}},
        "v to 7, j higher": {
            "basis": {"j_max": [29, 28, 27, 25, 23, 20, 17, 13], "closed_cm": 4500}
        },
    }


def probabilities(described: Scattering, level: tuple, collision_cm: float, total: int) -> dict:
    """|S|^2 by (v, j, v', j') of open levels of the data set, Omega = 0."""
    collision = settings.collision(described)
    rotor = collision.rotor
    energy = rotor.energies[level] + collision_cm * CM_TO_HARTREE
    among = settings.in_basis(described.basis, rotor.energies, energy)
    channels = coupled_states(rotor, total, 0, collision.terms, among)
    s = collision.s_matrices(channels, np.array([energy]))[0]
    wanted = described.levels
    mine = np.flatnonzero((channels.v <= wanted.v_max) & (channels.j <= wanted.j_max)
                          & (channels.thresholds < energy))  # fmt: skip
    # Only collisions that begin at or above the level: others are much faster than those of the
    # data.
    return {
        (channels.v[a], channels.j[a], channels.v[b], channels.j[b]): abs(s[a, b]) ** 2
        for a in mine for b in mine
        if channels.thresholds[a] > channels.thresholds[b]
        and channels.thresholds[a] >= rotor.energies[level] - 1e-9
    }  # fmt: skip


def measure() -> dict:
    """Median, 95 % point and number of the relative changes of |S|^2.

    By collision, setting and range of P.
    """
    described = settings.load(CONFIG)
    rows = []
    for level, energy, total in CASES:
        base = probabilities(described, level, energy, total)
        for name, change in variants(described).items():
            better = probabilities(described.changed(change), level, energy, total)
            keys = [key for key in base if better.get(key, 0.0) > 0.0]
            p = np.array([better[key] for key in keys])
            deviation = np.abs(np.array([base[key] for key in keys]) / p - 1.0)
            ranges = []
            for low, high in RANGES:
                inside = deviation[(p >= low) & (p < high)]
                ranges.append(
                    [np.median(inside), np.quantile(inside, 0.95), inside.size]
                    if inside.size
                    else None
                )
            rows.append(
                {"level": level, "energy_cm": energy, "J": total, "better": name, "ranges": ranges}
            )
    return {"changes": rows}


def sections(numbers: dict) -> dict[str, str]:
    """The table."""
    rows = [
        [
            f"({row['level'][0]},{row['level'][1]}), {row['energy_cm']:g} cm^-1, J = {row['J']}",
            row["better"],
            *(
                "" if own is None else f"{own[0]:.0e} / {own[1]:.0e} ({own[2]})"
                for own in row["ranges"]
            ),
        ]
        for row in numbers["changes"]
    ]
    head = ["collision", "better", *(f"P = {low:g} to {min(high, 1):g}" for low, high in RANGES)]
    return {"evidence/quantum/convergence": table(head, rows) + "\n" + took(numbers)}


if __name__ == "__main__":
    run_study("quantum_convergence")
