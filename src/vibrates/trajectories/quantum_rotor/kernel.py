"""The propagation of `plain` in vector registers: LANES trajectories side by side.

Arrays of vectors are flat. psi: orientation k in the order of `symmetry`, then real and imaginary
part, then grid point g: vector number (2 k + part) G + g. Atomic units.
"""

from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.kernel.interaction import square
from vibrates.trajectories.kernel.lanes import _has_ended
from vibrates.trajectories.kernel.simd import LANES, load, sqrt, store
from vibrates.trajectories.kernel.state_layout import L_A, N_A, P, R
from vibrates.trajectories.kernel.strang import _torque, _turn
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS, log, sincos
from vibrates.trajectories.quantum_rotor.collision import Collision
from vibrates.trajectories.quantum_rotor.products import own_product, shared_product, transpose
from vibrates.trajectories.quantum_rotor.symmetry import ReflectionBlocks

_STATE = 12  # rows of the classical state: R, P, n, L
# Rows of the geometry.
DISTANCE, C_1, POSITION = 0, 1, 2
_GEOMETRY = 3


@njit(**JIT_OPTIONS)
def _geometry(c, g, origin, inverse_spacing, last):
    """R, c_1, and the place among the knots, at most ``last``."""
    x, y, z = load(c, R), load(c, R + 1), load(c, R + 2)
    distance = sqrt(x * x + y * y + z * z)
    n_x, n_y, n_z = load(c, N_A), load(c, N_A + 1), load(c, N_A + 2)
    c_1 = (n_x * x + n_y * y + n_z * z) / distance
    store(g, DISTANCE, distance)
    store(g, C_1, c_1)
    store(g, POSITION, (log(distance) - origin) * inverse_spacing)
    for l in range(LANES):
        k = POSITION * LANES + l
        # A state that is not finite fails every comparison: it must not lead out of the table.
        if not (g[k] < last):
            g[k] = last
        elif g[k] < -last:
            g[k] = -last


@njit(**JIT_OPTIONS)
def _powers(x, count, values, slopes):
    """x^a and a x^(a-1) for a = 0 to ``count`` - 1."""
    power = 0.0 * x + 1.0
    store(values, 0, power)
    store(slopes, 0, 0.0 * x)
    for a in range(1, count):
        store(slopes, a, a * power)
        power = power * x
        store(values, a, power)


@njit(**JIT_OPTIONS)
def _of_rotor(
    g, table, terms, padded, first, power_of, values, slopes, spacing, points, scratch, w
):
    """Sums over powers of c_1: w holds W, dW/dR and dW/dc_1, each (functions, points).

    Vectors run over grid points here, one trajectory after the other, because each has its own
    place among the knots.
    """
    functions = len(first) - 1
    chunks = padded // LANES
    knot = terms * chunks
    width = 3 * functions * chunks
    for l in range(LANES):
        position = g[POSITION * LANES + l]
        interval = min(max(int(np.floor(position)), 0), len(table) // (terms * padded) - 4)
        t = position - interval
        s = 1.0 - t
        w_0, w_3 = s * s * s / 6.0, t * t * t / 6.0
        w_1 = (4.0 - 6.0 * t * t + 3.0 * t * t * t) / 6.0
        w_2 = (4.0 - 6.0 * s * s + 3.0 * s * s * s) / 6.0
        scale = 0.5 / (spacing * g[DISTANCE * LANES + l])
        d_0, d_3 = -s * s * scale, t * t * scale
        d_1, d_2 = t * (3.0 * t - 4.0) * scale, s * (4.0 - 3.0 * s) * scale
        for chunk in range(chunks):
            for f in range(functions):
                base = interval * knot + first[f] * chunks + chunk
                value = 0.0 * load(table, base)
                slope, by_c = value, value
                for term in range(first[f], first[f + 1]):
                    a_0, a_1 = load(table, base), load(table, base + knot)
                    a_2, a_3 = load(table, base + 2 * knot), load(table, base + 3 * knot)
                    radial = w_0 * a_0 + w_1 * a_1 + w_2 * a_2 + w_3 * a_3
                    by_r = d_0 * a_0 + d_1 * a_1 + d_2 * a_2 + d_3 * a_3
                    k = power_of[term] * LANES + l
                    value = value + values[k] * radial
                    slope = slope + values[k] * by_r
                    by_c = by_c + slopes[k] * radial
                    base += chunks
                to = l * width + f * chunks + chunk
                store(scratch, to, value)
                store(scratch, to + functions * chunks, slope)
                store(scratch, to + 2 * functions * chunks, by_c)
    for row in range(3 * functions):
        for chunk in range(chunks):
            here, to = points - chunk * LANES, row * points + chunk * LANES
            if here >= LANES:
                transpose(scratch, row * chunks + chunk, width, w, to)
            else:
                transpose(scratch, row * chunks + chunk, width, scratch, LANES * width)
                for i in range(here):
                    store(w, to + i, load(scratch, LANES * width + i))


@njit(**JIT_OPTIONS)
def _cosines(c, g, n, k):
    """c_2 and c_12 of orientation k."""
    inverse = 1.0 / load(g, DISTANCE)
    x, y, z = n[k, 0], n[k, 1], n[k, 2]
    c_2 = (load(c, R) * x + load(c, R + 1) * y + load(c, R + 2) * z) * inverse
    return c_2, load(c, N_A) * x + load(c, N_A + 1) * y + load(c, N_A + 2) * z


@njit(**JIT_OPTIONS)
def _functions(c, g, n, p_of, q_of, largest, of_2, of_12, functions):
    """c_2^p c_12^q at all orientations, (orientations, functions)."""
    count = len(p_of)
    for k in range(len(n)):
        c_2, c_12 = _cosines(c, g, n, k)
        a, b = 0.0 * c_2 + 1.0, 0.0 * c_2 + 1.0
        for power in range(largest + 1):
            store(of_2, power, a)
            store(of_12, power, b)
            a, b = a * c_2, b * c_12
        for f in range(count):
            store(functions, k * count + f, load(of_2, p_of[f]) * load(of_12, q_of[f]))


@njit(**JIT_OPTIONS)
def _kick(c, g, n, p_of, q_of, largest, of_2, of_12, points, w, moments, weights, time):
    """P -= dt <dV/dR>, L -= dt n x <dV/dn>; mean L^2 of before and after.

    ``moments`` (functions, points): means of the functions; ``weights`` (orientations, functions):
    of V's derivatives by them.
    """
    count = len(p_of)
    part = count * points
    zero = 0.0 * load(g, C_1)
    d_r, d_1 = zero, zero
    for k in range(part):
        moment = load(moments, k)
        d_r = d_r + load(w, part + k) * moment
        d_1 = d_1 + load(w, 2 * part + k) * moment
    f_x, f_y, f_z, h_x, h_y, h_z = zero, zero, zero, zero, zero, zero
    for k in range(len(n)):
        c_2, c_12 = _cosines(c, g, n, k)
        # Rows power + 1: the derivative of the zeroth power is zero.
        a, b = zero + 1.0, zero + 1.0
        for power in range(1, largest + 2):
            store(of_2, power, a)
            store(of_12, power, b)
            a, b = a * c_2, b * c_12
        d_2, d_12 = zero, zero
        for f in range(count):
            weight = load(weights, k * count + f)
            p, q = p_of[f], q_of[f]
            d_2 = d_2 + weight * (p * load(of_2, p)) * load(of_12, q + 1)
            d_12 = d_12 + weight * (q * load(of_12, q)) * load(of_2, p + 1)
        x, y, z = n[k, 0], n[k, 1], n[k, 2]
        f_x, f_y, f_z = f_x + x * d_2, f_y + y * d_2, f_z + z * d_2
        h_x, h_y, h_z = h_x + x * d_12, h_y + y * d_12, h_z + z * d_12
    inverse = 1.0 / load(g, DISTANCE)
    e_x, e_y, e_z = load(c, R) * inverse, load(c, R + 1) * inverse, load(c, R + 2) * inverse
    f_x, f_y = f_x + d_1 * load(c, N_A), f_y + d_1 * load(c, N_A + 1)
    f_z = f_z + d_1 * load(c, N_A + 2)
    along = d_r - inverse * (f_x * e_x + f_y * e_y + f_z * e_z)
    before = square(c, L_A)
    store(c, P, load(c, P) - time * (along * e_x + inverse * f_x))
    store(c, P + 1, load(c, P + 1) - time * (along * e_y + inverse * f_y))
    store(c, P + 2, load(c, P + 2) - time * (along * e_z + inverse * f_z))
    _torque(c, N_A, L_A, d_1 * e_x + h_x, d_1 * e_y + h_y, d_1 * e_z + h_z, time)
    return 0.5 * (before + square(c, L_A))


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
def _orbit_sums(psi, orbits, rows_of, width, out):
    """Sums over orbits, vector number (row, column) of ``out``."""
    point = 0
    for _ in range(orbits[0]):
        for x in range(width):
            i = point * width + x
            a, b = load(psi, i), load(psi, i + width)
            c, d = load(psi, i + 2 * width), load(psi, i + 3 * width)
            store(out, rows_of[point] * width + x, (a + b) + (c + d))
            store(out, rows_of[point + 1] * width + x, (a - b) + (c - d))
            store(out, rows_of[point + 2] * width + x, (a + b) - (c + d))
            store(out, rows_of[point + 3] * width + x, (a - b) - (c - d))
        point += 4
    for _ in range(orbits[1]):
        for x in range(width):
            a, b = load(psi, point * width + x), load(psi, (point + 1) * width + x)
            store(out, rows_of[point] * width + x, a + b)
            store(out, rows_of[point + 1] * width + x, a - b)
        point += 2
    for _ in range(orbits[2]):
        for x in range(width):
            store(out, rows_of[point] * width + x, load(psi, point * width + x))
        point += 1


@njit(**JIT_OPTIONS)
def _add_orbit_sums(sums, orbits, rows_of, width, psi):
    """The transpose of `_orbit_sums`, added to psi."""
    point = 0
    for _ in range(orbits[0]):
        for x in range(width):
            a = load(sums, rows_of[point] * width + x)
            b = load(sums, rows_of[point + 1] * width + x)
            c = load(sums, rows_of[point + 2] * width + x)
            d = load(sums, rows_of[point + 3] * width + x)
            i = point * width + x
            store(psi, i, load(psi, i) + ((a + b) + (c + d)))
            store(psi, i + width, load(psi, i + width) + ((a - b) + (c - d)))
            i += 2 * width
            store(psi, i, load(psi, i) + ((a + b) - (c + d)))
            store(psi, i + width, load(psi, i + width) + ((a - b) - (c - d)))
        point += 4
    for _ in range(orbits[1]):
        for x in range(width):
            a = load(sums, rows_of[point] * width + x)
            b = load(sums, rows_of[point + 1] * width + x)
            i = point * width + x
            store(psi, i, load(psi, i) + (a + b))
            store(psi, i + width, load(psi, i + width) + (a - b))
        point += 2
    for _ in range(orbits[2]):
        for x in range(width):
            i = point * width + x
            store(psi, i, load(psi, i) + load(sums, rows_of[point] * width + x))
        point += 1


@njit(**JIT_OPTIONS)
def _times_levels(amplitudes, level_of, n, p, matrix_re, matrix_im, out):
    """On the vibrational points of the quantum molecule, the matrix of each function's level."""
    points = n * p
    for f in range(len(level_of)):
        a, b = matrix_re[level_of[f]], matrix_im[level_of[f]]
        row = 2 * f * points
        if p == 1:
            a_0, b_0 = a[0, 0], b[0, 0]
            for i in range(row, row + n):
                v, w = load(amplitudes, i), load(amplitudes, i + n)
                store(out, i, a_0 * v - b_0 * w)
                store(out, i + n, a_0 * w + b_0 * v)
            continue
        for i in range(n):
            for r in range(p):
                x, y = 0.0 * load(amplitudes, row), 0.0 * load(amplitudes, row)
                for s in range(p):
                    v = load(amplitudes, row + i * p + s)
                    w = load(amplitudes, row + points + i * p + s)
                    x = x + a[r, s] * v - b[r, s] * w
                    y = y + a[r, s] * w + b[r, s] * v
                store(out, row + i * p + r, x)
                store(out, row + points + i * p + r, y)


@njit(**JIT_OPTIONS)
def _times_square(psi, orientations, three, n, step, others, jump, out):
    """A complex matrix A + i B on one index of every orientation's points, ``three`` (n, n, 3).

    The index has n values with the stride ``step``; the ``others`` have the stride ``jump``. With
    A, B - A and A + B in ``three``, three products do instead of four:
    A (x + y) - (A + B) y and A (x + y) + (B - A) x are the parts of (A + i B)(x + i y).
    """
    points = n * others
    whole = n - n % 4
    for k in range(orientations):
        for o in range(others):
            base = 2 * k * points + o * jump
            for i in range(0, whole, 4):
                x, y = load(psi, base), load(psi, base + points)
                both = x + y
                a = three[i, 0]
                p_0, q_0, r_0 = a[0] * both, a[1] * x, a[2] * y
                a = three[i + 1, 0]
                p_1, q_1, r_1 = a[0] * both, a[1] * x, a[2] * y
                a = three[i + 2, 0]
                p_2, q_2, r_2 = a[0] * both, a[1] * x, a[2] * y
                a = three[i + 3, 0]
                p_3, q_3, r_3 = a[0] * both, a[1] * x, a[2] * y
                for s in range(1, n):
                    x, y = load(psi, base + s * step), load(psi, base + points + s * step)
                    both = x + y
                    a = three[i, s]
                    p_0, q_0, r_0 = p_0 + a[0] * both, q_0 + a[1] * x, r_0 + a[2] * y
                    a = three[i + 1, s]
                    p_1, q_1, r_1 = p_1 + a[0] * both, q_1 + a[1] * x, r_1 + a[2] * y
                    a = three[i + 2, s]
                    p_2, q_2, r_2 = p_2 + a[0] * both, q_2 + a[1] * x, r_2 + a[2] * y
                    a = three[i + 3, s]
                    p_3, q_3, r_3 = p_3 + a[0] * both, q_3 + a[1] * x, r_3 + a[2] * y
                to = base + i * step
                store(out, to, p_0 - r_0)
                store(out, to + points, p_0 + q_0)
                to += step
                store(out, to, p_1 - r_1)
                store(out, to + points, p_1 + q_1)
                to += step
                store(out, to, p_2 - r_2)
                store(out, to + points, p_2 + q_2)
                to += step
                store(out, to, p_3 - r_3)
                store(out, to + points, p_3 + q_3)
            for i in range(whole, n):
                p_0 = 0.0 * load(psi, base)
                q_0, r_0 = p_0, p_0
                for s in range(n):
                    x, y = load(psi, base + s * step), load(psi, base + points + s * step)
                    a = three[i, s]
                    p_0, q_0, r_0 = p_0 + a[0] * (x + y), q_0 + a[1] * x, r_0 + a[2] * y
                store(out, base + i * step, p_0 - r_0)
                store(out, base + points + i * step, p_0 + q_0)


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
    c, g = np.zeros(_STATE * LANES), np.zeros(_GEOMETRY * LANES)
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
        _geometry(c, g, origin, inverse_spacing, knots - 3.0)
        _powers(load(g, C_1), powers, values, slopes)
        _of_rotor(
            g, table, terms, padded, first, power_of, values, slopes, spacing, points, scratch, w
        )
        _functions(c, g, n, p_of, q_of, largest, of_2, of_12, angular)
        own_product(
            angular, count, 1, w, points, 1, orientations, count, points, potential, points, 1
        )
        own_product(
            angular, 1, count, density, points, 1, count, orientations, points, moments, points, 1
        )
        own_product(
            density, points, 1, w, 1, points, orientations, points, count, weights, count, 1
        )
        square_l = _kick(
            c, g, n, p_of, q_of, largest, of_2, of_12, points, w, moments, weights, time_step
        )  # fmt: skip
        _phase(psi, orientations, points, potential, square_l, inverse, time_step)
        _drift(c, mean_inverse, reduced_mass, 0.5 * time_step)

        _orbit_sums(psi, orbits, rows_of, width, other)
        for s in range(len(blocks)):
            row, n_rows, function, n_functions, start = blocks[s]
            shared_product(
                matrices, start, 1, n_functions, n_functions, n_rows, width, other, row * width,
                amplitudes, function * width,
            )  # fmt: skip
        _times_levels(amplitudes, level_of, vibrations, p, levels_re, levels_im, turned)
        for s in range(len(blocks)):
            row, n_rows, function, n_functions, start = blocks[s]
            shared_product(
                matrices, start, n_functions, 1, n_rows, n_functions, width, turned,
                function * width, other, row * width,
            )  # fmt: skip
        _add_orbit_sums(other, orbits, rows_of, width, psi)
        if p > 1:
            _times_square(psi, orientations, complement, p, 1, vibrations, p, other)
            psi, other = other, psi
        _times_square(psi, orientations, of_rotor, vibrations, p, p, 1, other)
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
