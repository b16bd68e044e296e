"""The potential of all lanes at once, its means and the forces: polynomials and splines.

Arrays of vectors are flat; grid points run fastest. Definitions: `expansion`. Atomic units.
"""

import numpy as np
from numba import njit

from vibrates.trajectories.kernel.interaction import square
from vibrates.trajectories.kernel.simd import LANES, load, sqrt, store
from vibrates.trajectories.kernel.state_layout import L_A, N_A, P, R
from vibrates.trajectories.kernel.strang import _torque
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS, log
from vibrates.trajectories.quantum_rotor.products import transpose

# Rows of the geometry.
DISTANCE, C_1, POSITION = 0, 1, 2
GEOMETRY = 3


@njit(**JIT_OPTIONS)
def geometry(c, g, origin, inverse_spacing, last):
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
def powers_and_slopes(x, count, values, slopes):
    """x^a and a x^(a-1) for a = 0 to ``count`` - 1."""
    power = 0.0 * x + 1.0
    store(values, 0, power)
    store(slopes, 0, 0.0 * x)
    for a in range(1, count):
        store(slopes, a, a * power)
        power = power * x
        store(values, a, power)


@njit(**JIT_OPTIONS)
def rotor_sums(
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
def cosines(c, g, n, k):
    """c_2 and c_12 of orientation k."""
    inverse = 1.0 / load(g, DISTANCE)
    x, y, z = n[k, 0], n[k, 1], n[k, 2]
    c_2 = (load(c, R) * x + load(c, R + 1) * y + load(c, R + 2) * z) * inverse
    return c_2, load(c, N_A) * x + load(c, N_A + 1) * y + load(c, N_A + 2) * z


@njit(**JIT_OPTIONS)
def angular_functions(c, g, n, p_of, q_of, largest, of_2, of_12, functions):
    """c_2^p c_12^q at all orientations, (orientations, functions)."""
    count = len(p_of)
    for k in range(len(n)):
        c_2, c_12 = cosines(c, g, n, k)
        a, b = 0.0 * c_2 + 1.0, 0.0 * c_2 + 1.0
        for power in range(largest + 1):
            store(of_2, power, a)
            store(of_12, power, b)
            a, b = a * c_2, b * c_12
        for f in range(count):
            store(functions, k * count + f, load(of_2, p_of[f]) * load(of_12, q_of[f]))


@njit(**JIT_OPTIONS)
def kick(c, g, n, p_of, q_of, largest, of_2, of_12, points, w, moments, weights, time):
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
        c_2, c_12 = cosines(c, g, n, k)
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
