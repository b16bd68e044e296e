"""Kernel against slow reference, trajectory by trajectory; in docs/accuracy.md, its table.

    python validation/slow_reference.py

Both start from the same random initial conditions on the surface of the oracle trajectories. The
kernel is run with steps of 0.05 and 0.025 fs, whose probabilities are extrapolated to step zero;
the reference integrates the close-coupled equations with an eighth-order method.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

from multiprocessing import Pool

import numpy as np
from report import run_study, table, took

from vibrates.core.units import ANGSTROM_TO_BOHR, BOHR_TO_ANGSTROM, CM_TO_HARTREE
from vibrates.trajectories import Settings, TrajectoryRunner, oracle
from vibrates.trajectories.sampling import initial_conditions
from vibrates.trajectories.slow_reference import SlowCollision

NEEDS = ()
REMEDY = "run: make validate"
SECTIONS = ("evidence/accuracy/slow_reference", "accuracy/slow_reference summary")
PROCESSES = {  # initial level, its main final level
    "V-T of N2": ((1, 0), (0, 0)),
    "V-T of H2": ((0, 1), (0, 0)),
    "V-V": ((0, 1), (1, 0)),
}
LEVELS = (12, 12)
# Final levels compared: far enough from the end of the bases for truncation not to be what is seen.
COMPARED = (5, 3)
COUNTS = (7, 6, 7)
STEPS_FS = (0.05, 0.025)
FLOOR, LIMIT = 1e-8, 1e-3


def trajectories() -> list[tuple]:
    """The twenty of them: process, U in cm^-1, initial conditions."""
    n2, h2, _ = oracle.molecules_and_surface()
    cases = []
    names = [name for name, count in zip(PROCESSES, COUNTS, strict=True) for _ in range(count)]
    energies = np.geomspace(2000.0, 20000.0, len(names))
    # Every process meets every part of the range of energies.
    order = np.random.default_rng(3).permutation(len(names))
    for number, (name, energy_cm) in enumerate(zip(names, energies[order], strict=True)):
        initial = initial_conditions(
            n2, h2, 2026, *PROCESSES[name][0], energy_cm * CM_TO_HARTREE, number,
            (0.0, 2.0 * ANGSTROM_TO_BOHR), 12.0 * ANGSTROM_TO_BOHR, np.arange(1), 1,
        )  # fmt: skip
        cases.append((name, energy_cm, initial))
    return cases


def compare(case: tuple) -> dict:
    """Deviations of one trajectory."""
    name, energy_cm, initial = case
    (v, w), final = PROCESSES[name]
    n2, h2, surface = oracle.molecules_and_surface()
    limits = {
        "accuracy": np.inf, "interaction_range_angstrom": np.inf, "switching_from": 1.0,
        "relative_energy_error_limit": 1e-3, "norm_error_limit": 1e-9,
        "maximum_steps": 10**6, "repetitions": 0,
    }  # fmt: skip
    coarse, fine = (
        TrajectoryRunner(
            surface, n2, h2, *LEVELS, v, w, Settings.from_config(limits | {"time_step_fs": step})
        )
        .run(initial)
        .probability[0]
        for step in STEPS_FS
    )
    kernel = (4.0 * fine - coarse) / 3.0
    slow = SlowCollision(oracle.SURFACE, n2, h2, *LEVELS, v, w)
    reference = slow.run(initial.classical()[0])[1]
    kept = np.zeros(LEVELS, dtype=bool)
    kept[: COMPARED[0], : COMPARED[1]] = True
    kept &= reference > FLOOR
    deviation = np.where(kept, np.abs(kernel / reference - 1.0), 0.0)
    worst = np.unravel_index(deviation.argmax(), LEVELS)
    p = reference[final]
    return {
        "process": name,
        "energy_cm": energy_cm,
        "impact_parameter_angstrom": initial.impact_parameter[0] * BOHR_TO_ANGSTROM,
        "probability": p,
        "deviation": abs(kernel[final] / p - 1.0),
        "compared": int(kept.sum()),
        "largest_deviation": deviation.max(),
        "probability_there": reference[worst],
    }


def measure() -> dict:
    """All trajectories."""
    with Pool(2) as pool:
        return {"trajectories": pool.map(compare, trajectories(), chunksize=1)}


def sections(numbers: dict) -> dict[str, str]:
    """The table, and how many trajectories are within the limit."""
    found = numbers["trajectories"]
    rows = [
        [
            row["process"],
            f"{row['energy_cm']:.0f}",
            f"{row['impact_parameter_angstrom']:.2f}",
            f"{row['probability']:.6e}",
            f"{row['deviation']:.1e}",
            row["compared"],
            row["largest_deviation"],
            f"{row['probability_there']:.1e}",
        ]
        for row in found
    ]
    head = [
        "process", "U / cm^-1", "b / angstrom", "P of it", "deviation", f"P > {FLOOR:g}",
        "largest deviation", "there P =",
    ]  # fmt: skip
    largest = [row["largest_deviation"] for row in found]
    summary = (
        f"{sum(x < LIMIT for x in largest)} of {len(rows)} trajectories have all their P within "
        f"{LIMIT:g}; the largest of {sum(row['compared'] for row in found)} deviations is "
        f"{max(largest):.1e}."
    )
    return {
        "evidence/accuracy/slow_reference": f"{table(head, rows)}\n{took(numbers)}",
        "accuracy/slow_reference summary": summary,
    }


if __name__ == "__main__":
    run_study("slow_reference")
