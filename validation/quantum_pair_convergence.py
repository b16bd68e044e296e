"""How far the rates of config/quantum/n2h2.yaml are converged; sections of docs/quantum.md.

    python validation/quantum_pair_convergence.py

Sums of |S|^2 of N2(1, j1) + H2(j2) -> N2(0) + H2(j2') over j1', by j2 and j2', of one J and Omega,
against calculations with one setting made better. Then what the steps in J and in energy and the
highest Omega do, in a basis so small that all can be computed.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

from functools import lru_cache

import numpy as np
from report import ROOT, run_study, table, took

from vibrates.core.units import CM_TO_HARTREE
from vibrates.scattering import cumulative, plan, product, settings
from vibrates.scattering.pair_calculation import PairCalculation
from vibrates.scattering.pair_models import PairScattering
from vibrates.scattering.partial_waves import probabilities
from vibrates.scattering.work import Work

NEEDS = ()
REMEDY = "run: make judge-methods"
SECTIONS = ("quantum/pair convergence", "quantum/pair steps")
CONFIG = ROOT / "config" / "quantum" / "n2h2.yaml"
# Modification of H2, j1, collision energy in cm^-1 above the lowest level, J, Omega.
CASES = (
    ("even", 4, 700.0, 6, 2),
    ("odd", 5, 700.0, 6, 2),
)
SMALLEST = 0.02  # share of the sum from which a pair (j2, j2') is shown
MEMORY_MB = 8000  # the largest variants need more than a job of the rates
# Of the steps: a basis and waves so small that all can be computed.
STEPS = {
    "modifications": {"N2": ["even"], "H2": ["even"]},
    "basis": {"j_max": [6, 4], "points": [6, 6]},
    "expansion_orders": [6, 4, 4],
    "levels": {"j_max": [4, 2]},
    "energies": {"collision_cm": [40, 120, 250, 420, 700, 1100]},
}


def variants(described: PairScattering) -> dict[str, dict]:
    """Settings made better, one at a time."""
    basis, sectors = described.basis, described.sectors_bohr
    (j_1, j_2), orders = basis.j_max, described.expansion_orders
    vibrations = [*basis.vibrations, (2, 0)]
    return {
        f"j1 to {j_1 + 4}": {"basis": {"j_max": [j_1 + 4, j_2]}},
        f"j2 to {j_2 + 2}": {"basis": {"j_max": [j_1, j_2 + 2]}},
        "v1 = 2 as well": {"basis": {"vibrations": vibrations}},
        "v2 = 1 as well": {"basis": {"vibrations": [*basis.vibrations, (0, 1), (1, 1)]}},
        "sectors of half the width": {"sectors_bohr": [[r, h / 2] for r, h in sectors]},
        "from 3.6 bohr": {"sectors_bohr": [[3.6, sectors[0][1]], *sectors[1:]]},
        "to 18 bohr": {"sectors_bohr": [*sectors[:-1], [18.0, sectors[-1][1]]]},
        f"lambda1 to {orders[0] + 4}": {"expansion_orders": [orders[0] + 4, *orders[1:]]},
        f"lambda2 to {orders[1] + 2}": {"expansion_orders": [orders[0], orders[1] + 2, orders[2]]},
        f"mu to {orders[2] + 2}": {"expansion_orders": [*orders[:2], orders[2] + 2]},
        "12 vibrational points": {"basis": {"points": [12, 12]}},
    }


def sums(described: PairScattering, case: tuple) -> dict[tuple[int, int], float]:
    """Sum of |S|^2 from one j1 by (j2, j2')."""
    kind, j_1, collision_cm, total, omega = case
    own = {"N2": ["even" if j_1 % 2 == 0 else "odd"], "H2": [kind]}
    memory = {"jobs": {"memory_mb": MEMORY_MB}}
    asked = PairCalculation(described.changed({"modifications": own} | memory))
    block = asked.blocks()[0]
    problem, labels = asked.problem(block), np.array(asked.basis(block.modification))
    lowest = asked.energies(asked.initial_levels(block.modification, (1, 0))).min()
    pieces = problem.pieces(np.array([total]), described.method, omega)
    energy = np.array([lowest + collision_cm * CM_TO_HARTREE])
    p = probabilities(
        problem, pieces[-1].channels(), np.array([total]), energy, labels, transition=False
    )[0]
    start = (labels[:, 0] == 1) & (labels[:, 1] == j_1) & (labels[:, 3] <= 3)
    end = (labels[:, 0] == 0) & (labels[:, 2] == 0)
    found: dict[tuple[int, int], float] = {}
    for i in np.flatnonzero(start & (labels[:, 2] == 0)):
        for f in np.flatnonzero(end):
            key = (int(labels[i, 3]), int(labels[f, 3]))
            found[key] = found.get(key, 0.0) + float(p[i, f])
    return found


@lru_cache(maxsize=1)
def _all_waves() -> tuple:
    """Work of the small basis with every J; its opacities (Omega, waves, energies, pairs)."""
    described = settings.load(CONFIG)
    every = {"waves": {"step": 1, "every": 1000}, "jobs": {"energies": 100, "chunks": 1}}
    work = Work(described.changed(STEPS | every), 0, 0)
    return described, work, np.array([work.opacity(i) for i in range(len(work.pieces))])


def thermal(waves: np.ndarray | None = None, energies: slice = slice(None), omegas: int = 10**6):
    """k(T) of the small basis from some of the partial waves, energies and projections."""
    described, work, opacity = _all_waves()
    computed = work.waves if waves is None else waves
    names = (*work.calculation.names, *(f"{n}p" for n in work.calculation.names))
    initial, final = work.pairs
    columns = np.concatenate([work.labels[initial].T, work.labels[final].T])
    last = computed[np.searchsorted(computed, work.block.last).clip(max=len(computed) - 1)]
    block = product.xr.Dataset(
        {
            "opacity": (
                ("wave", "energy", "pair"),
                opacity[:omegas].sum(axis=0)[np.searchsorted(work.waves, computed)][:, energies],
            ),
            "last": ("energy", last[energies]),
            "reference": ("energy", work.block.reference[energies] / CM_TO_HARTREE),
        },
        {"wave": computed, "energy": work.block.energies[energies] / CM_TO_HARTREE}
        | {name: ("pair", values) for name, values in zip(names, columns, strict=True)},
    )
    asked = work.calculation
    found = product.cross_sections([block], asked)
    temperatures = np.array(described.temperatures_K)
    parts = cumulative.partial_rates(found, asked, work.block.modification, temperatures)
    return parts.groupby("T_K")["k_cm3_s"].sum()


def measure() -> dict:
    """Relative changes of the sums by case and setting, and of k by steps."""
    described = settings.load(CONFIG)
    rows = []
    for case in CASES:
        base = sums(described, case)
        whole = sum(base.values())
        shown = {key: value for key, value in base.items() if value > SMALLEST * whole}
        for name, change in variants(described).items():
            better = sums(described.changed(change), case)
            rows.append({
                "case": case, "better": name, "sum": whole,
                "change": whole / sum(better.values()) - 1.0,
                "by_j2": [[*key, value / better[key] - 1.0] for key, value in shown.items()],
            })  # fmt: skip
    full = thermal()
    _, work, opacity = _all_waves()
    waves = plan.waves_of(described).computed(int(work.waves.max()))
    changes = {
        f"J in steps as configured ({len(waves)} of {len(work.waves)})": thermal(waves),
        # With the highest one: what lies beyond it stands in `checks.json`.
        "every second energy": thermal(energies=slice(1, None, 2)),
        "Omega to half of the highest": thermal(omegas=1 + (len(opacity) + 1) // 2),
    }
    steps = [
        {"setting": name, "change": [float(k[t] / full[t] - 1.0) for t in full.index]}
        for name, k in changes.items()
    ]
    return {"changes": rows, "steps": steps, "temperatures_K": list(full.index)}


def sections(numbers: dict) -> dict[str, str]:
    """Both tables."""
    rows = []
    for row in numbers["changes"]:
        kind, j_1, energy, total, omega = row["case"]
        parts = ", ".join(f"{a}->{b} {100 * x:+.1f}" for a, b, x in row["by_j2"])
        start = f"{kind} j2, j1 = {j_1}, {energy:g} cm^-1, J = {total}, Omega = {omega}"
        rows.append([start, row["better"], f"{100 * row['change']:+.1f} %", parts])
    head = ["collision", "better", "sum", "j2 -> j2', %"]
    steps = [
        [row["setting"], *(f"{100 * x:+.1f} %" for x in row["change"])] for row in numbers["steps"]
    ]
    at = [f"{t:g} K" for t in numbers["temperatures_K"]]
    return {
        "quantum/pair convergence": table(head, rows) + "\n" + took(numbers),
        "quantum/pair steps": table(["against all", *at], steps),
    }


if __name__ == "__main__":
    run_study("quantum_pair_convergence")
