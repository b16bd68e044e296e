"""What a trajectory costs: by size of the bases, against the slow reference, over MPI ranks.

    make bench            prints the tables of docs/performance.md

Times are of whole calls (sampling, dressed states, propagation, projection), the best of three;
other work on the machine makes them longer, so ratios are what counts.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import subprocess
import sys
import time

import numpy as np

from vibrates.core.dispatch import share_out
from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.trajectories import Settings, TrajectoryRunner, oracle
from vibrates.trajectories.sampling import initial_conditions
from vibrates.trajectories.slow_reference import SlowCollision

BASES = {(5, 4): 1, (11, 11): 1, (31, 4): 20, (48, 8): 36}  # sizes of the bases: initial level v
ENERGY_CM = 2000.0
COUNT = 256


def settings(time_step_fs: float, accuracy: float = np.inf, repetitions: int = 0) -> Settings:
    return Settings.from_config(
        {
            "time_step_fs": time_step_fs,
            "accuracy": accuracy,
            "interaction_range_angstrom": 12.0,
            "switching_from": 0.75,
            "relative_energy_error_limit": 1e-3,
            "norm_error_limit": 1e-9,
            "maximum_steps": 10**6,
            "repetitions": repetitions,
        }
    )


def sample(v: int, count: int = COUNT, seed: int = 1):
    n2, h2, _ = oracle.molecules_and_surface()
    return initial_conditions(
        n2, h2, seed, v, 0, ENERGY_CM * CM_TO_HARTREE, 0, (0.0, 1.0 * ANGSTROM_TO_BOHR),
        13.0 * ANGSTROM_TO_BOHR, np.arange(count), 16,
    )  # fmt: skip


def measure(n_a: int, n_b: int, v: int, chosen: Settings, count: int = COUNT):
    """Seconds per trajectory, mean number of steps, and what became of the trajectories."""
    n2, h2, surface = oracle.molecules_and_surface()
    collision = TrajectoryRunner(surface, n2, h2, n_a, n_b, v, 0, chosen)
    finals = [(v - 1, 0)]
    collision.run(sample(v, 8), finals)
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        outcome = collision.run(sample(v, count), finals)
        best = min(best, time.perf_counter() - start)
    return best / count, outcome.steps.mean(), outcome


def table_of_bases() -> None:
    """With constant steps, and as campaigns run: steps controlled so that P is good to 0.5 %.

    The error is the median one of P(v -> v - 1), against controlled steps with an accuracy of 1e-5.
    """
    print(f"N2 + H2, U = {ENERGY_CM:g} cm-1, start at 13 angstrom, one core\n")
    print("| basis | states | dt / fs | steps | us per step | ms per trajectory | error of P / % |")
    print("|---|---|---|---|---|---|---|")
    for (n_a, n_b), v in BASES.items():
        exact = measure(n_a, n_b, v, settings(1.2, 1e-5, 10), 64)[2].probability[:, v - 1, 0]
        for name, chosen in {
            "0.8": settings(0.8), "0.4": settings(0.4), "controlled": settings(1.2, 0.005, 3),
        }.items():  # fmt: skip
            seconds, steps, outcome = measure(n_a, n_b, v, chosen)
            p = outcome.probability[: len(exact), v - 1, 0]
            error = 100.0 * np.median(np.abs(p / exact - 1.0))
            print(
                f"| {n_a} x {n_b} | {n_a * n_b} | {name} | {steps:.0f} "
                f"| {seconds / steps * 1e6:.2f} | {seconds * 1e3:.2f} | {error:.3f} |",
                flush=True,
            )


def table_of_states() -> None:
    print("\n| states | us per step | ns per step and state |")
    print("|---|---|---|")
    for n_a, n_b in ((4, 2), (8, 5), (12, 8), (16, 12), (24, 12), (32, 12)):
        seconds, steps, _ = measure(n_a, n_b, 1, settings(0.8), 64)
        per_step = seconds / steps
        print(
            f"| {n_a} x {n_b} = {n_a * n_b} | {per_step * 1e6:.2f} | "
            f"{per_step / n_a / n_b * 1e9:.1f} |"
        )


def ratio_to_slow_reference() -> None:
    n2, h2, _ = oracle.molecules_and_surface()
    slow = SlowCollision(oracle.SURFACE, n2, h2, 8, 5, 1, 0)
    initial = sample(1, 1)
    start = time.perf_counter()
    slow.run(initial.classical()[0])
    slow_seconds = time.perf_counter() - start
    fast_seconds, *_ = measure(8, 5, 1, settings(1.2, 0.005, 3))
    print(
        f"\n8 x 5 states: slow reference {slow_seconds:.1f} s a trajectory, ours "
        f"{fast_seconds * 1e3:.3f} ms, ratio {slow_seconds / fast_seconds:.0f}"
    )


def scaling_over_ranks(largest: int = 2) -> None:
    """One rank against two, with the same work in all, shared out as batches share out theirs."""
    worker = [sys.executable, __file__, "--worker"]
    seconds = {}
    for ranks in range(1, largest + 1):
        best = np.inf
        for _ in range(2):
            run = subprocess.run(
                ["mpiexec", "-n", str(ranks), *worker], capture_output=True, text=True, check=True
            )
            best = min(best, float(run.stdout.split()[-1]))
        seconds[ranks] = best
        print(f"{ranks} rank(s): {best:.2f} s, {seconds[1] / best:.2f} times as fast as one")


def work_of_a_rank() -> None:
    from mpi4py import MPI

    communicator = MPI.COMM_WORLD
    n2, h2, surface = oracle.molecules_and_surface()
    collision = TrajectoryRunner(surface, n2, h2, 11, 11, 1, 0, settings(1.2, 0.005, 3))
    collision.run(sample(1, 8), [(0, 0)])
    communicator.Barrier()
    start = time.perf_counter()
    share_out(
        communicator, range(32), lambda unit: collision.run(sample(1, 128, unit), [(0, 0)]).steps,
        lambda unit, steps: None,
    )  # fmt: skip
    communicator.Barrier()
    if communicator.rank == 0:
        print(time.perf_counter() - start)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    if parser.parse_args().worker:
        work_of_a_rank()
    else:
        table_of_bases()
        table_of_states()
        ratio_to_slow_reference()
        print()
        scaling_over_ranks()
