"""The propagation of trajectories: Ehrenfest dynamics of two vibrating classical rotors.

Quantum: psi[g_a, g_b], amplitudes of both vibrations on the product of two PODVR grids.
Classical: R, P of the relative motion; unit bond vector n and angular momentum L of each rotor.

    H = P^2/2mu + sum_i <L_i^2 / 2 mu_i r_i^2> + <h_a + h_b> + <V>

One Strang step of length dt, between two half steps of h_a + h_b:

    half drift   R += P dt/2mu; n_i turns about L_i by |L_i| <1/mu_i r_i^2> dt/2
    kick         P, L_i from <dV>, psi *= exp(-i dt V), both at fixed R and n
    half drift   again, with the new P and L_i

The centrifugal phase exp(-i dt L_i^2 / 2 mu_i r_i^2) takes half its weight before and half after
the kick of L_i, which keeps the step time-reversible. Two half steps of h that meet are one
multiplication with K_i = B exp(-i E dt) B^T, a complex symmetric matrix on the grid.

The interaction fades to zero over a range of R before the distance where trajectories start and
end, so slowly that vibrations follow: initial and final states are then those of isolated molecules,
and weak transitions do not drown in the sudden onset of V.

LANES trajectories run side by side in vector registers; a lane whose trajectory has ended takes the
next one from the queue. Arrays are laid out as `rows` says. Atomic units throughout.
"""

import numpy as np
from numba import njit

from vibrates.dynamics.interaction import geometry, potential_and_means, square
from vibrates.dynamics.rows import (
    BY_DISTANCE, BY_HARMONIC, CLASSICAL, C_A, C_AB, C_B, DISTANCE, FADE_FROM, GEOMETRY,
    INVERSE_FADE, LANE_STATE, L_A, L_B, MEANS, MEAN_QUADRUPOLE, N_A, N_B, P, QUADRUPOLE, R,
    SQUARE_A, SQUARE_B,
)  # fmt: skip
from vibrates.dynamics.simd import LANES, load, sqrt, store
from vibrates.dynamics.vector_math import JIT_OPTIONS, sincos

@njit(**JIT_OPTIONS)
def _apply_rotating(matrix_re, matrix_im, n, m, re, im, out_re, out_im):
    """out[b, a'] = sum_a K[a', a] psi[a, b]: exp(-i h dt) of one oscillator.

    psi is n x m, out m x n: writing the result transposed lets a second call act on the other
    oscillator and restores the order. Two rows at a time keep the arithmetic units busy.
    """
    for i in range(0, n - 1, 2):
        for j in range(m):
            x_re, x_im = load(re, j), load(im, j)
            p_re = matrix_re[i, 0] * x_re - matrix_im[i, 0] * x_im
            p_im = matrix_re[i, 0] * x_im + matrix_im[i, 0] * x_re
            q_re = matrix_re[i + 1, 0] * x_re - matrix_im[i + 1, 0] * x_im
            q_im = matrix_re[i + 1, 0] * x_im + matrix_im[i + 1, 0] * x_re
            for k in range(1, n):
                x_re, x_im = load(re, k * m + j), load(im, k * m + j)
                a_re, a_im = matrix_re[i, k], matrix_im[i, k]
                b_re, b_im = matrix_re[i + 1, k], matrix_im[i + 1, k]
                p_re = p_re + a_re * x_re - a_im * x_im
                p_im = p_im + a_re * x_im + a_im * x_re
                q_re = q_re + b_re * x_re - b_im * x_im
                q_im = q_im + b_re * x_im + b_im * x_re
            store(out_re, j * n + i, p_re)
            store(out_im, j * n + i, p_im)
            store(out_re, j * n + i + 1, q_re)
            store(out_im, j * n + i + 1, q_im)
    if n % 2:
        i = n - 1
        for j in range(m):
            p_re, p_im = 0.0 * load(re, j), 0.0 * load(im, j)
            for k in range(n):
                x_re, x_im = load(re, k * m + j), load(im, k * m + j)
                a_re, a_im = matrix_re[i, k], matrix_im[i, k]
                p_re = p_re + a_re * x_re - a_im * x_im
                p_im = p_im + a_re * x_im + a_im * x_re
            store(out_re, j * n + i, p_re)
            store(out_im, j * n + i, p_im)


@njit(**JIT_OPTIONS)
def _turn(c, n, axis, angle_by_length):
    """Turn the unit vector at row n about the angular momentum at row axis, at right angles.

    ``angle_by_length``: the angle divided by |L|.
    """
    x, y, z = load(c, axis), load(c, axis + 1), load(c, axis + 2)
    length = sqrt(x * x + y * y + z * z) + 1e-150
    sine, cosine = sincos(length * angle_by_length)
    sine = sine / length
    n_x, n_y, n_z = load(c, n), load(c, n + 1), load(c, n + 2)
    store(c, n, n_x * cosine + (y * n_z - z * n_y) * sine)
    store(c, n + 1, n_y * cosine + (z * n_x - x * n_z) * sine)
    store(c, n + 2, n_z * cosine + (x * n_y - y * n_x) * sine)


@njit(**JIT_OPTIONS)
def _half_drift(n, m, re, im, c, inverse_a, inverse_b, reduced_mass, time):
    """Free motion of R and of both bond vectors for ``time``."""
    mean_a = 0.0 * load(re, 0)
    mean_b = mean_a
    for i in range(n):
        row = 0.0 * mean_a
        for j in range(m):
            x, y = load(re, i * m + j), load(im, i * m + j)
            density = x * x + y * y
            row = row + density
            mean_b = mean_b + density * inverse_b[j]
        mean_a = mean_a + row * inverse_a[i]
    for k in range(3):
        store(c, R + k, load(c, R + k) + load(c, P + k) * (time / reduced_mass))
    _turn(c, N_A, L_A, mean_a * time)
    _turn(c, N_B, L_B, mean_b * time)


@njit(**JIT_OPTIONS)
def _torque(c, bond, momentum, f_x, f_y, f_z, time):
    """L -= dt n x f for the bond vector at row ``bond``, f = <dV/dn>."""
    x, y, z = load(c, bond), load(c, bond + 1), load(c, bond + 2)
    store(c, momentum, load(c, momentum) - time * (y * f_z - z * f_y))
    store(c, momentum + 1, load(c, momentum + 1) - time * (z * f_x - x * f_z))
    store(c, momentum + 2, load(c, momentum + 2) - time * (x * f_y - y * f_x))


@njit(**JIT_OPTIONS)
def _kick(c, g, means, time):
    """P -= dt <dV/dR>, L_i -= dt n_i x <dV/dn_i>; L_i^2 becomes its mean before and after."""
    inverse = 1.0 / load(g, DISTANCE)
    c_a, c_b, c_ab = load(g, C_A), load(g, C_B), load(g, C_AB)
    by_a, by_b = load(means, BY_HARMONIC), load(means, BY_HARMONIC + 1)
    by_ab, by_3 = load(means, BY_HARMONIC + 2), load(means, BY_HARMONIC + 3)
    mean_quadrupole = load(means, MEAN_QUADRUPOLE)
    inverse_2 = inverse * inverse
    q = mean_quadrupole * inverse_2 * inverse_2 * inverse
    cross = 5.0 * c_a * c_b - c_ab
    # Derivatives of <V> by R, c_a, c_b and c_ab.
    d_r = load(means, BY_DISTANCE) - 5.0 * inverse * mean_quadrupole * load(g, QUADRUPOLE)
    d_a = 2.0 * c_a * by_a + (c_b * c_ab - 2.0 / 3.0 * c_a) * by_3
    d_a = d_a + q * (15.0 * c_b * cross - 7.5 * c_a - 22.5 * c_a * c_b * c_b)
    d_b = 2.0 * c_b * by_b + (c_a * c_ab - 2.0 / 3.0 * c_b) * by_3
    d_b = d_b + q * (15.0 * c_a * cross - 7.5 * c_b - 22.5 * c_a * c_a * c_b)
    d_ab = 2.0 * c_ab * by_ab + (c_a * c_b - 2.0 / 3.0 * c_ab) * by_3 - 3.0 * q * cross
    e_x, e_y, e_z = load(c, R) * inverse, load(c, R + 1) * inverse, load(c, R + 2) * inverse
    a_x, a_y, a_z = load(c, N_A), load(c, N_A + 1), load(c, N_A + 2)
    b_x, b_y, b_z = load(c, N_B), load(c, N_B + 1), load(c, N_B + 2)
    along = d_r - inverse * (d_a * c_a + d_b * c_b)
    store(c, P, load(c, P) - time * (along * e_x + inverse * (d_a * a_x + d_b * b_x)))
    store(c, P + 1, load(c, P + 1) - time * (along * e_y + inverse * (d_a * a_y + d_b * b_y)))
    store(c, P + 2, load(c, P + 2) - time * (along * e_z + inverse * (d_a * a_z + d_b * b_z)))
    _torque(
        c, N_A, L_A, d_a * e_x + d_ab * b_x, d_a * e_y + d_ab * b_y, d_a * e_z + d_ab * b_z, time
    )
    _torque(
        c, N_B, L_B, d_b * e_x + d_ab * a_x, d_b * e_y + d_ab * a_y, d_b * e_z + d_ab * a_z, time
    )
    store(g, SQUARE_A, 0.5 * (load(g, SQUARE_A) + square(c, L_A)))
    store(g, SQUARE_B, 0.5 * (load(g, SQUARE_B) + square(c, L_B)))


@njit(**JIT_OPTIONS)
def _phase(n, m, re, im, g, potential, inverse_a, inverse_b, time):
    """psi *= exp(-i dt (V + L_a^2/2 mu_a r_a^2 + L_b^2/2 mu_b r_b^2)) on the grid."""
    half_a, half_b = 0.5 * load(g, SQUARE_A), 0.5 * load(g, SQUARE_B)
    for i in range(n):
        rotation_a = half_a * inverse_a[i]
        for j in range(m):
            k = i * m + j
            energy = load(potential, k) + rotation_a + half_b * inverse_b[j]
            sine, cosine = sincos(time * energy)
            x, y = load(re, k), load(im, k)
            store(re, k, x * cosine + y * sine)
            store(im, k, y * cosine - x * sine)


@njit(**JIT_OPTIONS)
def _put(t, l, classical, psi_re, psi_im, fade, c, re, im):
    """Trajectory t into lane l."""
    for k in range(CLASSICAL):
        c[k * LANES + l] = classical[t, k]
    c[FADE_FROM * LANES + l] = fade[t, 0]
    c[INVERSE_FADE * LANES + l] = fade[t, 1]
    for k in range(psi_re.shape[1]):
        re[k * LANES + l] = psi_re[t, k]
        im[k * LANES + l] = psi_im[t, k]


@njit(**JIT_OPTIONS)
def _take(t, l, classical, psi_re, psi_im, c, re, im):
    """Lane l back to trajectory t."""
    for k in range(CLASSICAL):
        classical[t, k] = c[k * LANES + l]
    for k in range(psi_re.shape[1]):
        psi_re[t, k] = re[k * LANES + l]
        psi_im[t, k] = im[k * LANES + l]


@njit(**JIT_OPTIONS)
def _has_ended(c, l, end_distance):
    """Whether the molecules in lane l are apart and separate, or the state is not finite."""
    separation, outward = 0.0, 0.0
    for k in range(3):
        x = c[(R + k) * LANES + l]
        separation += x * x
        outward += x * c[(P + k) * LANES + l]
    # A state that is not finite fails every comparison.
    broken = not (outward * outward < 1e300)
    return broken or (outward > 0.0 and separation > end_distance * end_distance)


@njit(**JIT_OPTIONS)
def propagate(
    classical,
    psi_re,
    psi_im,
    steps,
    order,
    time_step,
    maximum_steps,
    end_distance,
    fade,
    reduced_mass,
    inverse_a,
    inverse_b,
    form,
    tables,
    quadrupole,
    k_a_re,
    k_a_im,
    k_b_re,
    k_b_im,
):
    """Run every trajectory to its end, in place.

    ``classical`` (N, 18), ``psi_re``, ``psi_im`` (N, n m): initial state in, final state out; psi
    is the amplitude on the grid half a step of h late, at the start and at the end. ``steps``
    (N,): steps done, ``maximum_steps`` where a trajectory did not end. ``order`` (N,): the order in
    which trajectories are taken up. A trajectory ends when the molecules are farther apart than
    ``end_distance`` (N,) and separate. ``fade`` (N, 2): distance from which the interaction fades, and
    1 over the length over which it does. ``inverse_a`` (n,), ``inverse_b`` (m,): 1/(mu_i r_i^2);
    ``form``, ``tables`` (n m, ...), ``quadrupole`` (n m,): the interaction; ``k_a_re`` (n, n), ...:
    exp(-i h_i dt) on the grid.
    """
    total = len(classical)
    n, m = len(inverse_a), len(inverse_b)
    points = n * m
    c = np.zeros(LANE_STATE * LANES)
    g = np.zeros(GEOMETRY * LANES)
    means = np.zeros(MEANS * LANES)
    re, im = np.zeros(points * LANES), np.zeros(points * LANES)
    turned_re, turned_im = np.zeros(points * LANES), np.zeros(points * LANES)
    potential = np.zeros(points * LANES)
    running = np.full(LANES, -1)
    count = np.zeros(LANES, np.int64)
    taken, finished = 0, 0

    # A lane without a trajectory repeats a harmless state, molecules far apart.
    c[R * LANES : (R + 1) * LANES] = end_distance.max()
    c[N_A * LANES : (N_A + 1) * LANES] = 1.0
    c[N_B * LANES : (N_B + 1) * LANES] = 1.0
    idle = c.copy()

    while True:
        for l in range(LANES):
            t = running[l]
            if t >= 0:
                if not _has_ended(c, l, end_distance[t]) and count[l] < maximum_steps:
                    continue
                _take(t, l, classical, psi_re, psi_im, c, re, im)
                steps[t] = count[l]
                finished += 1
            if taken < total:
                running[l] = order[taken]
                count[l] = 0
                _put(order[taken], l, classical, psi_re, psi_im, fade, c, re, im)
                taken += 1
            else:
                running[l] = -1
                for k in range(CLASSICAL):
                    c[k * LANES + l] = idle[k * LANES + l]
        if finished == total:
            break
        for l in range(LANES):
            count[l] += 1

        _half_drift(n, m, re, im, c, inverse_a, inverse_b, reduced_mass, 0.5 * time_step)
        geometry(c, g)
        potential_and_means(form, points, re, im, g, tables, quadrupole, potential, means)
        _kick(c, g, means, time_step)
        _phase(n, m, re, im, g, potential, inverse_a, inverse_b, time_step)
        _half_drift(n, m, re, im, c, inverse_a, inverse_b, reduced_mass, 0.5 * time_step)
        _apply_rotating(k_a_re, k_a_im, n, m, re, im, turned_re, turned_im)
        _apply_rotating(k_b_re, k_b_im, m, n, turned_re, turned_im, re, im)


@njit(**JIT_OPTIONS)
def mean_potential(classical, psi_re, psi_im, fade, form, tables, quadrupole):
    """<V> (N,) of every trajectory, hartree; arguments as in `propagate`."""
    total, points = psi_re.shape
    out = np.zeros(total)
    c = np.zeros(LANE_STATE * LANES)
    g = np.zeros(GEOMETRY * LANES)
    means = np.zeros(MEANS * LANES)
    re, im = np.zeros(points * LANES), np.zeros(points * LANES)
    potential = np.zeros(points * LANES)
    for first in range(0, total, LANES):
        for l in range(LANES):
            _put(min(first + l, total - 1), l, classical, psi_re, psi_im, fade, c, re, im)
        geometry(c, g)
        potential_and_means(form, points, re, im, g, tables, quadrupole, potential, means)
        for l in range(min(LANES, total - first)):
            for k in range(l, points * LANES, LANES):
                out[first + l] += (re[k] * re[k] + im[k] * im[k]) * potential[k]
    return out
