"""The internal energies of both molecules in vector registers: sums over orbits, levels.

psi: orientation k in the order of `symmetry`, then real and imaginary part, then grid point g:
vector number (2 k + part) G + g. Atomic units.
"""

from numba import njit

from vibrates.trajectories.kernel.simd import load, store
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS


@njit(**JIT_OPTIONS)
def orbit_sums(psi, orbits, rows_of, width, out):
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
def add_orbit_sums(sums, orbits, rows_of, width, psi):
    """The transpose of `orbit_sums`, added to psi."""
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
def times_levels(amplitudes, level_of, n, p, matrix_re, matrix_im, out):
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
def times_square(psi, orientations, three, n, step, others, jump, out):
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
