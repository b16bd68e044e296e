"""Coupled states against close coupling of N2 + H2 at one J and parity; in docs/quantum.md.

    python validation/quantum_pair_methods.py

Sums of |S|^2 of N2(1, j1) + H2(j2) -> N2(0) + H2(j2') over j1' and l, by j1, j2 and j2'. One parity
holds one state of every Omega > 0 and one symmetry of Omega = 0: close coupling mixes them, coupled
states solve them apart.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import time

import numpy as np
from report import ROOT, run_study, table, took

from vibrates.core.units import CM_TO_HARTREE
from vibrates.scattering import settings
from vibrates.scattering.pair_calculation import PairCalculation
from vibrates.scattering.partial_waves import METHODS, probabilities

NEEDS = ()
REMEDY = "run: make judge-methods"
SECTIONS = ("quantum/pair methods",)
CONFIG = ROOT / "config" / "quantum" / "n2h2.yaml"
# j2, highest j1 and j2, J, collision energy in cm^-1. The channels grow with J and limit what can
# be done: some thousand take minutes.
CASES = (
    ("even", [8, 7], 4, 700.0),
    ("even", [16, 7], 2, 700.0),
    ("even", [12, 7], 4, 700.0),
    ("even", [8, 7], 12, 700.0),
    ("even", [10, 7], 8, 700.0),
    ("odd", [8, 7], 4, 700.0),
    ("odd", [8, 7], 12, 700.0),
)
STARTS = (0, 2, 4)  # j1
SMALLEST = 0.03  # share of the sum from one j1 from which a pair (j2, j2') is shown
# Converged to 1e-3 at 1000 cm^-1 (docs/quantum.md) and cheaper than those of the rates.
SECTORS = [[4.2, 0.12], [7.0, 0.2], [14.0, 0.2]]


def sums(kind: str, j_max: list[int], total: int, collision_cm: float, method: str) -> dict:
    """Sums of |S|^2 by (j1, j2, j2'); channels of the largest block, and seconds."""
    changes = {
        "modifications": {"H2": [kind]},
        "basis": {"j_max": j_max, "points": [6, 6]},
        "levels": {"j_max": [4, 2]},
        "energies": {"collision_cm": [100, 400, collision_cm]},
        "sectors_bohr": SECTORS,
        "method": "coupled_states",
    }
    asked = PairCalculation(settings.load(CONFIG).changed(changes))
    (block,) = asked.blocks()
    problem, labels = asked.problem(block), np.array(asked.basis(block.modification))
    lowest = asked.energies(asked.initial_levels(block.modification, (1, 0))).min()
    energy, waves = np.array([lowest + collision_cm * CM_TO_HARTREE]), np.array([total])
    began = time.process_time()
    pieces = problem.pieces(waves, method)
    # J even: the parity +1 has the states of Omega = 0 with reflection +1.
    if method == "close_coupling":
        pieces = [piece for piece in pieces if piece.name.endswith("parity = 1")]
    else:
        pieces = [piece for piece in pieces if piece.name != "Omega = 0, reflection = -1"]
    p, largest = 0.0, 0
    for piece in pieces:
        channels = piece.channels()
        largest = max(largest, len(channels))
        p = p + probabilities(problem, channels, waves, energy, labels, transition=False)[0]
    found: dict[tuple[int, int, int], float] = {}
    for i in np.flatnonzero((labels[:, 0] == 1) & np.isin(labels[:, 1], STARTS)):
        if problem.energies[i] >= energy[0]:
            continue
        for f in np.flatnonzero(labels[:, 0] == 0):
            key = (int(labels[i, 1]), int(labels[i, 3]), int(labels[f, 3]))
            found[key] = found.get(key, 0.0) + float(p[i, f])
    return {
        "sums": [[*key, value] for key, value in found.items()],
        "channels": largest,
        "seconds": time.process_time() - began,
    }


def measure() -> dict:
    """Sums by both methods of every case."""
    rows = []
    for kind, j_max, total, collision_cm in CASES:
        both = {method: sums(kind, j_max, total, collision_cm, method) for method in METHODS}
        row = {"kind": kind, "j_max": j_max, "J": total, "collision_cm": collision_cm}
        rows.append(row | both)
    return {"cases": rows}


def sections(numbers: dict) -> dict[str, str]:
    """The table: ratio of coupled states to close coupling."""
    rows = []
    for case in numbers["cases"]:
        exact, approximate = (
            {tuple(row[:3]): row[3] for row in case[method]["sums"]} for method in METHODS
        )
        for start in STARTS:
            mine = {key: value for key, value in exact.items() if key[0] == start}
            whole = sum(mine.values())
            ratios = ", ".join(
                f"{key[1]}->{key[2]} {approximate[key] / value:.2f}"
                for key, value in sorted(mine.items())
                if value > SMALLEST * whole
            )
            total = sum(approximate[key] for key in mine) / whole
            channels = (
                f"{case['close_coupling']['channels']}, {case['close_coupling']['seconds']:.0f} s"
            )
            rows.append([
                case["kind"], case["j_max"][0], case["J"], start,
                f"{total:.2f}", ratios, channels,
            ])  # fmt: skip
    head = [
        "j2",
        "highest j1",
        "J",
        "j1",
        "all",
        "j2 -> j2'",
        "channels and time of close coupling",
    ]
    return {"quantum/pair methods": table(head, rows) + "\n" + took(numbers)}


if __name__ == "__main__":
    run_study("quantum_pair_methods")
