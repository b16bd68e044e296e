"""Whether every trajectory meets the accuracy asked for, and what that costs.

    python benchmarks/step_control.py

Controlled steps (accuracy 0.5 %, as campaigns run) against constant ones. Errors are those of P of
the trajectories that make up 99.9 % of the cross section, against controlled steps with an accuracy
of 1e-6. Half of the trajectories are drawn head-on.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from trajectories import settings

from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.trajectories import TrajectoryRunner, oracle
from vibrates.trajectories.sampling import initial_conditions

COUNT = 256
ACCURACY = 0.005
CASES = {  # initial (v, w), final state, bases, U in cm^-1
    "V-T of N2, 1 -> 0, 500": ((1, 0), (0, 0), (8, 5), 500.0),
    "V-T of N2, 1 -> 0, 3000": ((1, 0), (0, 0), (8, 5), 3000.0),
    "V-T of N2, 1 -> 0, 20000": ((1, 0), (0, 0), (8, 5), 20000.0),
    "V-T of N2, 10 -> 8, 3000": ((10, 0), (8, 0), (18, 5), 3000.0),
    "V-T of H2, 1 -> 0, 10000": ((0, 1), (0, 0), (8, 6), 10000.0),
    "V-V (0,1) -> (1,0), 1000": ((0, 1), (1, 0), (8, 6), 1000.0),
    "V-V (0,1) -> (1,0), 10000": ((0, 1), (1, 0), (8, 6), 10000.0),
}


def main() -> None:
    n2, h2, surface = oracle.molecules_and_surface()
    print("| process, U / cm^-1 | steps | mean of a trajectory | within 0.5 % | median error "
          "| 99 % below | error of mean P |")  # fmt: skip
    print("|---|---|---|---|---|---|---|")

    def run(case, initial, chosen):
        (v, w), final, sizes, _ = case
        collision = TrajectoryRunner(surface, n2, h2, *sizes, v, w, settings(*chosen))
        outcome = collision.run(initial, [final])
        return outcome.probability[:, *final], outcome.steps.mean()

    for name, case in CASES.items():
        (v, w), _, _, energy = case
        initial = initial_conditions(
            n2, h2, 1, v, w, energy * CM_TO_HARTREE, 0, (0.0, 2.0 * ANGSTROM_TO_BOHR),
            12.0 * ANGSTROM_TO_BOHR, np.arange(COUNT), 16, 0.5,
        )  # fmt: skip
        exact = run(case, initial, (0.6, 1e-6, 12))[0]
        share = initial.weight * exact
        order = np.argsort(-share)
        counts = order[np.cumsum(share[order]) < 0.999 * share.sum()]
        for what, chosen in {
            "controlled": (1.2, ACCURACY, 3),
            "0.4 fs": (0.4, np.inf, 0),
            "0.2 fs": (0.2, np.inf, 0),
        }.items():
            p, steps = run(case, initial, chosen)
            error = np.abs(p / exact - 1.0)[counts]
            mean = (initial.weight * p).mean() / share.mean() - 1.0
            print(
                f"| {name} | {what} | {steps:.0f} | {100 * np.mean(error < ACCURACY):.0f} % "
                f"| {100 * np.median(error):.3f} % | {100 * np.quantile(error, 0.99):.1f} % "
                f"| {100 * mean:+.3f} % |", flush=True
            )  # fmt: skip


if __name__ == "__main__":
    main()
