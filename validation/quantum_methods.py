"""Coupled states against close coupling, He + HD: docs/quantum.md, its table.

    python validation/quantum_methods.py

Cross sections of the same basis both ways. Vibrational relaxation of (1,0) goes into fast rotation,
so that its ratio needs many rotational levels: it is computed with more and more of them.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from report import ROOT, run_study, span, table, took

from vibrates.core.units import BOHR2_TO_ANGSTROM2, CM_TO_HARTREE
from vibrates.scattering import Rotor, ScatteringProblem, cross_sections, settings
from vibrates.scattering.partial_waves import METHODS

NEEDS = ()
REMEDY = "run: make judge-methods"
SECTIONS = (
    "evidence/quantum/methods",
    "quantum/methods summary",
    "evidence/quantum/methods of data",
    "quantum/methods judged",
    "method/methods",
)
CONFIG = ROOT / "config" / "quantum" / "hehd.yaml"
COLLISIONS_CM = (100.0, 1000.0)
ROTATION = (((0, 1), 0, 0), ((0, 2), 0, 1), ((0, 2), 0, 0))  # initial level, final v, final j
RELAXING = (1, 0)
# Highest j of the basis: of the rotational transitions, and of the relaxation one after the other.
J_ROTATION, J_RELAXATION = 5, (5, 9, 13)
CLOSED_CM = 4500.0  # levels above the highest energy that take part, as in the data set
STEP = 3
NAMES = ("close_coupling", "coupled_states")


def collision(j_max: int) -> ScatteringProblem:
    """v = 0-1, j = 0-``j_max``."""
    described = settings.load(CONFIG)
    whole = settings.collision(described)
    mass, _ = settings.reduced_masses(described)
    basis = settings.read_curve(described.molecule.curve).basis(mass, described.molecule.vibrations)
    return ScatteringProblem(
        Rotor.from_basis(basis, mass, 2, j_max),
        whole.reduced_mass,
        whole.potential,
        10,
        settings.sector_edges([[2.0, 0.1], [10.0, 0.15], [25.0, 0.15]]),
    )


def ratio(problem: ScatteringProblem, level: tuple[int, int], vp: int, jp: int | None) -> dict:
    """sigma (angstrom^2) by both methods at the collision energies; over all j' if jp is None."""
    levels = problem.rotor.energies
    energies = levels[level] + np.array(COLLISIONS_CM) * CM_TO_HARTREE
    among = levels <= energies[-1] + CLOSED_CM * CM_TO_HARTREE
    wanted = np.zeros((*levels.shape, *levels.shape), dtype=bool)
    wanted[(*level, vp, slice(None) if jp is None else jp)] = True
    found = {}
    for method in NAMES:
        sigma = []
        # One energy after the other: each needs partial waves of its own.
        for energy in energies:
            all_levels = cross_sections(problem, energy[None], method, tolerance=1e-2, step=STEP,
                                        among=among, wanted=wanted)  # fmt: skip
            finals = all_levels[(0, *level, vp)]
            sigma.append(BOHR2_TO_ANGSTROM2 * (np.nansum(finals) if jp is None else finals[jp]))
        found[method] = sigma
    return {"level": level, "vp": vp, "jp": jp, "j_max": levels.shape[1] - 1} | found


def measure() -> dict:
    """Cross sections of the rotational transitions, and of the relaxation by size of the basis."""
    assert set(NAMES) == set(METHODS)
    small = collision(J_ROTATION)
    return {
        "collisions_cm": COLLISIONS_CM,
        "rotation": [ratio(small, *transition) for transition in ROTATION],
        "relaxation": [ratio(collision(j_max), RELAXING, 0, None) for j_max in J_RELAXATION],
    }


def sections(numbers: dict) -> dict[str, str]:
    """The table, and the ratio in the largest basis wherever it is quoted."""

    def cells(row: dict) -> list[str]:
        return [
            f"{cs / cc:.2f} ({cc:.1e})"
            for cs, cc in zip(row["coupled_states"], row["close_coupling"], strict=True)
        ]

    rows = [
        [
            f"({row['level'][0]},{row['level'][1]}) -> "
            f"({row['vp']},{'all' if row['jp'] is None else row['jp']})",
            f"{row['j_max']}",
            *cells(row),
        ]
        for row in (*numbers["rotation"], *numbers["relaxation"])
    ]
    largest = numbers["relaxation"][-1]
    ratios = [
        cs / cc for cs, cc in zip(largest["coupled_states"], largest["close_coupling"], strict=True)
    ]
    at = " and ".join(
        f"{r:.2f} at {e:g} cm^-1" for r, e in zip(ratios, numbers["collisions_cm"], strict=True)
    )
    head = ["transition", "highest j", *(f"{e:g} cm^-1" for e in numbers["collisions_cm"])]
    return {
        "evidence/quantum/methods": table(head, rows) + "\n" + took(numbers),
        "quantum/methods summary": (
            f"For (1,0) -> 0 coupled states are {at} of close coupling (j to {largest['j_max']})"
        ),
        "evidence/quantum/methods of data": f"{span(ratios)} of close coupling",
        "quantum/methods judged": f"{span(ratios)} of close coupling for (1,0) -> 0",
        "method/methods": f"{span(ratios)} of close coupling there",
    }


if __name__ == "__main__":
    run_study("quantum_methods")
