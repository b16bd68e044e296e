"""Cost of a trajectory over states and energies: measured, and by vibrates.campaign.cost.

    python benchmarks/cost.py [config/paper.yaml]

Prints one line per initial state and energy, and the ratio of all measured to all modelled time.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys
import time

import numpy as np

from vibrates.campaign import cost
from vibrates.config import load
from vibrates.trajectories import plan
from vibrates.trajectories.work import BatchWork

COUNT = 256


def main() -> None:
    config = load(sys.argv[1] if len(sys.argv) > 1 else "config/paper.yaml")
    frame, grid = plan.pilot(config), config.grid.energies
    every = config.grid.states
    print("| v, w | states | U / cm^-1 | time step / fs | ms a trajectory | by the model |")
    print("|---|---|---|---|---|---|")
    ratios = []
    for v, w in [every[i] for i in np.linspace(0, len(every) - 1, 5).astype(int)]:
        rows = frame[(frame["v"] == v) & (frame["w"] == w)].assign(batch=0)[plan.COLUMNS]
        work = BatchWork(config, rows)
        for energy in grid[np.linspace(0, len(grid) - 1, 5).astype(int)]:
            numbers = np.arange(COUNT, dtype=np.int32)
            work.columns(energy, 1, numbers, work.initial(energy, 1, numbers))  # prepares
            start = time.process_time()
            columns = work.columns(energy, 1, numbers, work.initial(energy, 1, numbers))
            measured = (time.process_time() - start) / COUNT
            model = float(cost.trajectory_seconds(config, v, w, np.array([energy]))[0])
            ratios.append(measured / model)
            print(
                f"| {v}, {w} | {columns['probability'][0].size} | {energy:g} "
                f"| {columns['time_step'].mean():.2f} | {measured * 1e3:.2f} | {model * 1e3:.2f} |",
                flush=True,
            )
    spread = np.quantile(ratios, [0.1, 0.5, 0.9])
    print(
        f"\nmeasured over modelled: median {spread[1]:.2f}, 80 % between {spread[0]:.2f} and "
        f"{spread[2]:.2f}"
    )


if __name__ == "__main__":
    main()
