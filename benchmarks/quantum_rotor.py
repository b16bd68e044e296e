"""What a trajectory with H2's rotation quantised costs, against classical rotors; where it goes.

    python benchmarks/quantum_rotor.py

N2(v = 1, eight levels) + H2(w = 0, j = 2, j to 8) at U = 2000 cm^-1 on the default surface, P of
v = 0, j' = 2, 4, 6 to 0.5 %; classical rotors with 8 x 5 states, P(1 -> 0) to 0.5 %. Times are of
the processor, the best of three; other work on the machine still makes them longer, so that
ratios are what counts.
"""

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numba import njit

from vibrates import config
from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.potential.registry import build_surface
from vibrates.trajectories import Settings, TrajectoryRunner
from vibrates.trajectories import sampling as two_rotors
from vibrates.trajectories.kernel.simd import LANES, load, store
from vibrates.trajectories.quantum_rotor import QuantumRotorRunner, interaction, internal, kernel
from vibrates.trajectories.quantum_rotor import sampling as one_rotor
from vibrates.trajectories.quantum_rotor.products import own_product, shared_product

ENERGY = 2000.0 * CM_TO_HARTREE
START = 12.0 * ANGSTROM_TO_BOHR
SHELL = (0.0, 1.5 * ANGSTROM_TO_BOHR)
COUNT = 128
FINALS = [(0, (0, j)) for j in (2, 4, 6)]


def seconds(work: Callable[[], object]) -> float:
    """Processor time of ``work``, the best of three after a first run that compiles."""
    work()
    best = np.inf
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def table_of_steps(campaign, pair, surface) -> QuantumRotorRunner:
    print(
        "| largest step / fs | steps | us per step | ms per trajectory "
        "| in units of classical rotors | largest estimated error of P / % |"
    )
    print("|---|---|---|---|---|---|")
    for time_step_fs in (1.2, 1.6, 2.0):
        chosen = Settings.from_config(
            campaign.dynamics.to_mapping() | {"time_step_fs": time_step_fs}
        )
        quantum = QuantumRotorRunner(
            surface, pair, 1, range(8), range(1), 1, 0, 2, 8, 1.2 * ENERGY, chosen
        )
        initial = one_rotor.initial_conditions(
            *pair, 7, 1, 0, 2, ENERGY, 0, SHELL, START, np.arange(COUNT), 16
        )
        outcome = quantum.run(initial, FINALS)
        classical = TrajectoryRunner(surface, *pair, 8, 5, 1, 0, chosen)
        other = two_rotors.initial_conditions(
            *pair, 7, 1, 0, ENERGY, 0, SHELL, START, np.arange(COUNT), 16
        )
        ours = seconds(partial(quantum.run, initial, FINALS)) / COUNT
        theirs = seconds(partial(classical.run, other, [(0, 0)])) / COUNT
        print(
            f"| {time_step_fs} | {outcome.steps.mean():.0f} "
            f"| {ours * COUNT / outcome.steps.sum() * 1e6:.2f} | {ours * 1e3:.2f} "
            f"| {ours / theirs:.1f} | {np.nanmax(outcome.probability_error) * 100:.2f} |",
            flush=True,
        )
    return quantum


def parts(quantum: QuantumRotorRunner) -> dict[str, tuple[float, int]]:
    """Seconds and multiplications of the parts of one step of all lanes."""
    collision = quantum.collision
    tables = kernel._tables(collision)
    n, table, terms, padded, origin, spacing, first, power_of, p_of, q_of = tables.interaction
    blocks = tables.blocks
    orientations, points, count = len(n), collision.expansion.table.shape[2], len(p_of)
    functions, width = len(collision.grid.j), 2 * points
    largest, knots = max(p_of.max(), q_of.max()), len(table) // (terms * padded)
    random = np.random.default_rng(0)

    def room(rows: int):
        return 0.01 * random.normal(size=rows * LANES)

    # R = 6 bohr along x, n and L at right angles.
    c = np.repeat([6.0, 0.0, 0.0, 0.0, 0.0, 5.0, 0.6, 0.8, 0.0, 0.0, 0.0, 10.0], LANES)
    g, psi, other = room(3), room(orientations * width), room(orientations * width)
    sums, basis, density = room(orientations * width), room(functions * width), room(10**5)
    potential, angular, weights = (room(orientations * max(points, count)) for _ in range(3))
    w, moments = room(3 * count * points), room(count * points)
    scratch, of_2, of_12 = room(3 * count * padded + LANES), room(largest + 2), room(largest + 2)
    values, slopes = room(32), room(32)
    inverse = collision.inverse_on_grid
    square = np.ones((points, points, 3))
    level_of = collision.level_of()[blocks.functions]
    turn = np.ones((len(collision.levels), 1, 1))
    interaction.geometry(c, g, origin, 1.0 / spacing, knots - 3.0)

    @njit
    def with_density(psi, inverse, density, scratch):
        store(scratch, 0, kernel_density(psi, orientations, points, inverse, density))

    @njit
    def with_phase(psi, potential, scratch, inverse):
        kernel_phase(psi, orientations, points, potential, load(scratch, 0), inverse, 1.0)

    @njit
    def with_kick(c, kept, g, n, p_of, q_of, of_2, of_12, w, moments, weights, scratch):
        c[:] = kept
        square_l = kernel_kick(
            c, g, n, p_of, q_of, largest, of_2, of_12, points, w, moments, weights, 1.0
        )
        store(scratch, 0, square_l)

    @njit
    def to_basis(blocks, matrices, sums, basis):
        for s in range(len(blocks)):
            row, rows, f, many, start = blocks[s]
            shared_product(
                matrices, start, 1, many, many, rows, width, sums, row * width, basis, f * width
            )

    @njit
    def to_grid(blocks, matrices, basis, sums):
        for s in range(len(blocks)):
            row, rows, f, many, start = blocks[s]
            shared_product(
                matrices, start, many, 1, rows, many, width, basis, f * width, sums, row * width
            )

    kernel_density, kernel_phase, kernel_kick = kernel._density, kernel._phase, interaction.kick
    product = orientations * points * count
    transform = len(blocks.matrices) * width
    calls = {
        "density": (with_density, (psi, inverse, density, scratch), 3 * orientations * points),
        "sums over powers of c_1": (
            interaction.rotor_sums,
            (g, table, terms, padded, first, power_of, values, slopes, spacing, points, scratch, w),
            11 * terms * padded,
        ),
        "powers of c_2, c_12": (
            interaction.angular_functions, (c, g, n, p_of, q_of, largest, of_2, of_12, angular),
            orientations * (8 + 2 * largest + count),
        ),
        "V on the grid": (
            own_product,
            (angular, count, 1, w, points, 1, orientations, count, points, potential, points, 1),
            product,
        ),
        "moments": (
            own_product,
            (angular, 1, count, density, points, 1, count, orientations, points, moments, points,
             1),
            product,
        ),
        "weights of forces": (
            own_product,
            (density, points, 1, w, 1, points, orientations, points, count, weights, count, 1),
            product,
        ),
        "kick": (
            with_kick,
            (c, c.copy(), g, n, p_of, q_of, of_2, of_12, w, moments, weights, scratch),
            orientations * (14 + 2 * largest + 6 * count) + 2 * count * points,
        ),
        "phase": (with_phase, (psi, potential, scratch, inverse), 29 * orientations * points),
        "sums over orbits": (
            internal.orbit_sums, (psi, blocks.orbits, blocks.rows, width, sums),
            2 * orientations * width,
        ),
        "to the basis": (to_basis, (blocks.blocks, blocks.matrices, sums, basis), transform),
        "levels": (
            internal.times_levels, (basis, level_of, points, 1, turn, turn, basis),
            4 * functions * points,
        ),
        "to the grid": (to_grid, (blocks.blocks, blocks.matrices, basis, sums), transform),
        "add sums": (
            internal.add_orbit_sums, (0.0 * sums, blocks.orbits, blocks.rows, width, psi),
            3 * orientations * width,
        ),
        "levels of the rotor": (
            internal.times_square, (psi, orientations, square, points, 1, 1, 1, other),
            3 * orientations * points**2,
        ),
    }  # fmt: skip
    return {
        name: (repeated(function, arguments), work)
        for name, (function, arguments, work) in calls.items()
    }


def repeated(function, arguments, times: int = 2000) -> float:
    """Seconds of one call from compiled code."""

    @njit
    def loop(many, *arguments):
        for _ in range(many):
            function(*arguments)

    return seconds(lambda: loop(times, *arguments)) / times


def floor_of_one_multiplication() -> float:
    """Seconds of one fused multiply-add of all lanes, from a product that stays in the cache."""
    n = 16
    matrix, x = np.ones(n * n), np.ones(n * n * LANES)
    return repeated(
        shared_product, (matrix, 0, n, 1, n, n, n, x, 0, np.zeros(n * n * LANES), 0)
    ) / n**3  # fmt: skip


def main() -> None:
    campaign = config.load(Path(__file__).parents[1] / "config" / "config.yaml")
    pair = campaign.partners
    quantum = table_of_steps(campaign, pair, build_surface(campaign.surface, *pair))
    measured, one = parts(quantum), floor_of_one_multiplication()
    total = sum(time_ for time_, _ in measured.values())
    print("\n| part of a step | us per trajectory | share / % | vector operations | of the floor |")
    print("|---|---|---|---|---|")
    for name, (time_, work) in measured.items():
        print(
            f"| {name} | {time_ / LANES * 1e6:.3f} | {100 * time_ / total:.0f} | {work} "
            f"| {time_ / (work * one):.1f} |"
        )
    work = sum(work for _, work in measured.values())
    print(
        f"\nall parts {total / LANES * 1e6:.2f} us; {work} vector operations, {one * 1e9:.3f} ns "
        f"each: floor {work * one / LANES * 1e6:.2f} us"
    )


if __name__ == "__main__":
    main()
