"""The propagation of `plain` in vector registers: LANES trajectories side by side.

Arrays of vectors are flat. psi: orientation k in the order of `symmetry`, then real and imaginary
part, then grid point g: vector number (2 k + part) G + g. Atomic units.
"""

from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.kernel.lanes import _has_ended
from vibrates.trajectories.kernel.simd import LANES, load, store
from vibrates.trajectories.kernel.state_layout import L_A, N_A, P, R
from vibrates.trajectories.kernel.strang import _turn
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS, sincos
from vibrates.trajectories.quantum_rotor.collision import Collision
from vibrates.trajectories.quantum_rotor.interaction import (
    C_1,
    GEOMETRY,
    angular_functions,
    geometry,
    kick,
    powers_and_slopes,
    rotor_sums,
)
from vibrates.trajectories.quantum_rotor.internal import (
    add_orbit_sums,
    orbit_sums,
    times_levels,
    times_square,
)
from vibrates.trajectories.quantum_rotor.products import own_product, shared_product
from vibrates.trajectories.quantum_rotor.symmetry import ReflectionBlocks

_STATE = 12  # rows of the classical state: R, P, n, L


@njit(**JIT_OPTIONS)
def _density(psi, orientations, points, inverse, density):
    """|psi|^2 (orientations, points), and <1/(mu r^2)> of the rotor."""
    mean = 0.0 * load(psi, 0)
    for k in range(orientations):
        a = 2 * k * points
        for i in range(points):
            x, y = load(psi, a + i), load(psi, a + points + i)
            one = x * x + y * y
            store(density, k * points + i, one)
            mean = mean + inverse[i] * one
    return mean


@njit(**JIT_OPTIONS)
def _drift(c, mean_inverse, reduced_mass, time):
    """Free motion of R and n."""
    for k in range(3):
        store(c, R + k, load(c, R + k) + load(c, P + k) * (time / reduced_mass))
    _turn(c, N_A, L_A, mean_inverse * time)


@njit(**JIT_OPTIONS)
def _phase(psi, orientations, points, potential, square_l, inverse, time):
    """psi *= exp(-i dt (V + L^2/2 mu r^2))."""
    rotation = (0.5 * time) * square_l
    for k in range(orientations):
        for i in range(points):
            sine, cosine = sincos(time * load(potential, k * points + i) + inverse[i] * rotation)
            a = 2 * k * points + i
            x, y = load(psi, a), load(psi, a + points)
            store(psi, a, x * cosine + y * sine)
            store(psi, a + points, y * cosine - x * sine)


@njit(**JIT_OPTIONS)
def run_lanes(
    classical, psi_in, steps, order, time_step, maximum_steps, end_distance, reduced_mass, inverse,
    n, table, terms, padded, origin, spacing, first, power_of, p_of, q_of, orbits, rows_of, blocks,
    matrices, level_of, levels_re, levels_im, complement, of_rotor,
):  # fmt: skip
    """Run every trajectory to its end, in place; arguments as `propagate` prepares them.

    ``classical`` (N, 18); ``psi_in`` (N, 2 K G); ``order`` (N,): in which trajectories are taken
    up; ``inverse`` (G,).
    """
    total = len(classical)
    orientations, points, p = len(n), len(inverse), len(complement)
    vibrations = points // p
    count, functions = len(p_of), len(level_of)
    size = 2 * orientations * points
    width = 2 * points
    largest = max(p_of.max(), q_of.max())
    powers = power_of.max() + 1
    knots = len(table) // (terms * padded)
    c, g = np.zeros(_STATE * LANES), np.zeros(GEOMETRY * LANES)
    psi, other = np.zeros(size * LANES), np.zeros(size * LANES)
    amplitudes = np.zeros(2 * functions * points * LANES)
    turned = np.zeros(2 * functions * points * LANES)
    density = np.zeros(orientations * points * LANES)
    potential = np.zeros(orientations * points * LANES)
    angular = np.zeros(orientations * count * LANES)
    weights = np.zeros(orientations * count * LANES)
    w = np.zeros(3 * count * points * LANES)
    moments = np.zeros(count * points * LANES)
    of_2, of_12 = np.zeros((largest + 2) * LANES), np.zeros((largest + 2) * LANES)
    scratch = np.zeros((3 * count * padded + LANES) * LANES)
    values, slopes = np.zeros(powers * LANES), np.zeros(powers * LANES)
    running = np.full(LANES, -1)
    done = np.zeros(LANES, np.int64)
    taken, finished = 0, 0
    inverse_spacing = 1.0 / spacing

    # A lane without a trajectory repeats a harmless state, molecules far apart.
    c[R * LANES : (R + 1) * LANES] = end_distance.max()
    c[N_A * LANES : (N_A + 1) * LANES] = 1.0
    idle = c.copy()

    while True:
        for l in range(LANES):
            trajectory = running[l]
            if trajectory >= 0:
                if not _has_ended(c, l, end_distance[trajectory]) and done[l] < maximum_steps:
                    continue
                for k in range(_STATE):
                    classical[trajectory, k] = c[k * LANES + l]
                for k in range(size):
                    psi_in[trajectory, k] = psi[k * LANES + l]
                steps[trajectory] = done[l]
                finished += 1
            if taken < total:
                trajectory = order[taken]
                running[l], done[l] = trajectory, 0
                for k in range(_STATE):
                    c[k * LANES + l] = classical[trajectory, k]
                for k in range(size):
                    psi[k * LANES + l] = psi_in[trajectory, k]
                taken += 1
            else:
                running[l] = -1
                for k in range(_STATE):
                    c[k * LANES + l] = idle[k * LANES + l]
        if finished == total:
            break
        for l in range(LANES):
            done[l] += 1

        mean_inverse = _density(psi, orientations, points, inverse, density)
        _drift(c, mean_inverse, reduced_mass, 0.5 * time_step)
        geometry(c, g, origin, inverse_spacing, knots - 3.0)
        powers_and_slopes(load(g, C_1), powers, values, slopes)
        rotor_sums(
            g, table, terms, padded, first, power_of, values, slopes, spacing, points, scratch, w
        )
        angular_functions(c, g, n, p_of, q_of, largest, of_2, of_12, angular)
        own_product(
            angular, count, 1, w, points, 1, orientations, count, points, potential, points, 1
        )
        own_product(
            angular, 1, count, density, points, 1, count, orientations, points, moments, points, 1
        )
        own_product(
            density, points, 1, w, 1, points, orientations, points, count, weights, count, 1
        )
        square_l = kick(
            c, g, n, p_of, q_of, largest, of_2, of_12, points, w, moments, weights, time_step
        )  # fmt: skip
        _phase(psi, orientations, points, potential, square_l, inverse, time_step)
        _drift(c, mean_inverse, reduced_mass, 0.5 * time_step)

        orbit_sums(psi, orbits, rows_of, width, other)
        for s in range(len(blocks)):
            row, n_rows, function, n_functions, start = blocks[s]
            shared_product(
                matrices, start, 1, n_functions, n_functions, n_rows, width, other, row * width,
                amplitudes, function * width,
            )  # fmt: skip
        times_levels(amplitudes, level_of, vibrations, p, levels_re, levels_im, turned)
        for s in range(len(blocks)):
            row, n_rows, function, n_functions, start = blocks[s]
            shared_product(
                matrices, start, n_functions, 1, n_rows, n_functions, width, turned,
                function * width, other, row * width,
            )  # fmt: skip
        add_orbit_sums(other, orbits, rows_of, width, psi)
        if p > 1:
            times_square(psi, orientations, complement, p, 1, vibrations, p, other)
            psi, other = other, psi
        times_square(psi, orientations, of_rotor, vibrations, p, p, 1, other)
        psi, other = other, psi


class _Tables:
    """Arrays of a collision in the kernel's layout, but for those that depend on the step."""

    def __init__(self, collision: Collision) -> None:
        self.blocks = ReflectionBlocks.build(collision.grid)
        expansion = collision.expansion
        terms = expansion.terms
        knots, n_terms, points = expansion.table.shape
        padded = -(-points // LANES) * LANES
        table = np.zeros((knots, n_terms, padded))
        table[:, :, :points] = expansion.table
        self.interaction = (
            np.ascontiguousarray(collision.grid.n[self.blocks.points]),
            table.ravel(),
            n_terms,
            padded,
            expansion.origin,
            expansion.spacing,
            terms.first,
            terms.a,
            *np.ascontiguousarray(terms.groups.T),
        )


@lru_cache(maxsize=8)
def _tables(collision: Collision) -> _Tables:
    return _Tables(collision)


def propagate(
    collision: Collision,
    classical: NDArray,
    psi: NDArray,
    time_step: float,
    maximum_steps: int,
    end_distance: NDArray,
) -> NDArray:
    """As `plain.propagate`."""
    tables = _tables(collision)
    blocks = tables.blocks
    mine = psi[:, blocks.points]
    flat = np.stack([mine.real, mine.imag], axis=2).reshape(len(psi), -1)
    steps = np.zeros(len(classical), np.int64)
    b = collision.rotor.amplitudes
    of_rotor = (b * np.exp(-1j * time_step * collision.rotor.energies)) @ b.T
    of_level = collision.quantum.propagators(time_step)
    complement = of_level[-1]
    change = np.linalg.inv(complement) @ of_level[:-1] - np.eye(len(complement))
    if len(complement) == 1:
        of_rotor = of_rotor * complement[0, 0]
    momentum = classical[:, rows.P : rows.P + 3]
    run_lanes(
        classical,
        flat,
        steps,
        # Slow trajectories, which last longest, first: the lanes end together.
        np.argsort((momentum**2).sum(axis=1), kind="stable"),
        time_step,
        maximum_steps,
        end_distance,
        collision.reduced_mass,
        collision.inverse_on_grid,
        *tables.interaction,
        blocks.orbits,
        blocks.rows,
        blocks.blocks,
        blocks.matrices,
        collision.level_of()[blocks.functions],
        *(np.ascontiguousarray(x) for x in (change.real, change.imag)),
        *(
            np.stack([x.real, x.imag - x.real, x.real + x.imag], axis=2)
            for x in (complement, of_rotor)
        ),
    )
    shape = (len(psi), len(blocks.points), 2, psi.shape[2])
    parts = flat.reshape(shape)
    psi[:, blocks.points] = parts[:, :, 0] + 1j * parts[:, :, 1]
    return steps
