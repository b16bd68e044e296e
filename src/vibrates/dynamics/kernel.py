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
next one from the queue. Every array is flat, and item k of it is a vector of LANES numbers: row k
of the classical state, or grid point k = g_a m + g_b. Atomic units throughout.
"""

import numpy as np
from numba import njit

from vibrates.dynamics.simd import LANES, at_least, load, sqrt, store
from vibrates.dynamics.vector_math import JIT_OPTIONS, exp, log, sincos
from vibrates.potential.forms import EXPONENTIAL

# Rows of the classical state: R, P, n_a, L_a, n_b, L_b, three components each.
R, P, N_A, L_A, N_B, L_B = 0, 3, 6, 9, 12, 15
CLASSICAL = 18
# Two more rows of a lane: where the interaction begins to fade, and 1 over the length of the fade.
FADE_FROM, INVERSE_FADE = 18, 19
LANE_STATE = 20

# Rows of the geometry that follows from it. HARMONICS: the four harmonics after the constant one;
# QUADRUPOLE: A^224/R^5; SQUARE_A, SQUARE_B: L_i^2; FADE, FADE_SLOPE: s(R) that multiplies V, and
# ds/dR.
DISTANCE, C_A, C_B, C_AB, HARMONICS, QUADRUPOLE, SQUARE_A, SQUARE_B = 0, 1, 2, 3, 4, 8, 9, 10
FADE, FADE_SLOPE = 11, 12
GEOMETRY = 13

# Rows of the expectation values that the forces are made of: <dV/dR> at fixed A^224/R^5,
# <Q_a Q_b>, and the derivative of <V> by each of the four harmonics.
BY_DISTANCE, MEAN_QUADRUPOLE, BY_HARMONIC = 0, 1, 2
MEANS = 6


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
def _geometry(c, g):
    """Distance, cosines, harmonics of the orientation, A^224/R^5 and L_i^2."""
    x, y, z = load(c, R), load(c, R + 1), load(c, R + 2)
    distance = sqrt(x * x + y * y + z * z)
    inverse = 1.0 / distance
    a_x, a_y, a_z = load(c, N_A), load(c, N_A + 1), load(c, N_A + 2)
    b_x, b_y, b_z = load(c, N_B), load(c, N_B + 1), load(c, N_B + 2)
    c_a = (a_x * x + a_y * y + a_z * z) * inverse
    c_b = (b_x * x + b_y * y + b_z * z) * inverse
    c_ab = a_x * b_x + a_y * b_y + a_z * b_z
    aa, bb, ab = c_a * c_a, c_b * c_b, c_ab * c_ab
    cross = 5.0 * c_a * c_b - c_ab
    angular = 0.75 * (1.0 - 5.0 * (aa + bb) - 15.0 * aa * bb + 2.0 * cross * cross)
    inverse_2 = inverse * inverse
    store(g, DISTANCE, distance)
    store(g, C_A, c_a)
    store(g, C_B, c_b)
    store(g, C_AB, c_ab)
    store(g, HARMONICS, aa - 1.0 / 3.0)
    store(g, HARMONICS + 1, bb - 1.0 / 3.0)
    store(g, HARMONICS + 2, ab - 1.0 / 3.0)
    store(g, HARMONICS + 3, c_a * c_b * c_ab - (aa + bb + ab) * (1.0 / 3.0) + 2.0 / 9.0)
    store(g, QUADRUPOLE, angular * inverse_2 * inverse_2 * inverse)
    store(g, SQUARE_A, _square(c, L_A))
    store(g, SQUARE_B, _square(c, L_B))
    # s = 1 - x^5 (126 - 420 x + 540 x^2 - 315 x^3 + 70 x^4): four continuous derivatives.
    inverse_fade = load(c, INVERSE_FADE)
    x = at_least((distance - load(c, FADE_FROM)) * inverse_fade, 0.0)
    x = -at_least(-x, -1.0)
    x4 = x * x * x * x
    store(g, FADE, 1.0 - x * x4 * (126.0 + x * (x * (540.0 + x * (x * 70.0 - 315.0)) - 420.0)))
    rest = 1.0 - x
    store(g, FADE_SLOPE, -630.0 * x4 * (rest * rest * rest * rest) * inverse_fade)


@njit(**JIT_OPTIONS)
def _square(c, row):
    """Squared length of the vector at ``row``."""
    x, y, z = load(c, row), load(c, row + 1), load(c, row + 2)
    return x * x + y * y + z * z


@njit(**JIT_OPTIONS)
def _exponential(points, re, im, g, tables, potential, means):
    """As `_improved_lennard_jones`, for V = A exp(-alpha R)."""
    distance, fade = load(g, DISTANCE), load(g, FADE)
    by_distance, mean = 0.0 * distance, 0.0 * distance
    for k in range(points):
        value = tables[k, 0] * exp(at_least(-tables[k, 1] * distance, -600.0))
        x, y = load(re, k), load(im, k)
        store(potential, k, fade * value)
        weighted = value * (x * x + y * y)
        mean = mean + weighted
        by_distance = by_distance - tables[k, 1] * weighted
    for k in range(MEANS):
        store(means, k, 0.0 * distance)
    store(means, BY_DISTANCE, fade * by_distance + load(g, FADE_SLOPE) * mean)


@njit(**JIT_OPTIONS)
def _potential(form, points, re, im, g, tables, quadrupole, potential, means):
    """V at every grid point, and the expectation values that the forces are made of."""
    if form == EXPONENTIAL:
        _exponential(points, re, im, g, tables, potential, means)
    else:
        _improved_lennard_jones(points, re, im, g, tables, quadrupole, potential, means)


@njit(**JIT_OPTIONS)
def _improved_lennard_jones(points, re, im, g, tables, quadrupole, potential, means):
    """V_vdW + V_elect: ``potential`` (points,) and ``means`` (MEANS,) are filled in.

    ``tables`` (points, 15): harmonic coefficients of R_m, eps and beta; ``quadrupole`` (points,):
    Q_a Q_b. Improved Lennard-Jones function: Pirani et al., PCCP 10, 5489 (2008); with x = R/R_m,
    n = beta + 4 x^2: V = eps (6 x^-n - n x^-6)/(n - 6).
    """
    distance = load(g, DISTANCE)
    inverse = 1.0 / distance
    h_1, h_2 = load(g, HARMONICS), load(g, HARMONICS + 1)
    h_3, h_4 = load(g, HARMONICS + 2), load(g, HARMONICS + 3)
    angular, fade = load(g, QUADRUPOLE), load(g, FADE)
    zero = 0.0 * distance
    by_distance, mean_quadrupole, mean = zero, zero, zero
    by_1, by_2, by_3, by_4 = zero, zero, zero, zero
    for k in range(points):
        t = tables[k]
        r_m = t[0] + h_1 * t[1] + h_2 * t[2] + h_3 * t[3] + h_4 * t[4]
        eps = t[5] + h_1 * t[6] + h_2 * t[7] + h_3 * t[8] + h_4 * t[9]
        beta = t[10] + h_1 * t[11] + h_2 * t[12] + h_3 * t[13] + h_4 * t[14]
        inverse_r_m = 1.0 / r_m
        x = distance * inverse_r_m
        four_x2 = 4.0 * x * x
        exponent = beta + four_x2
        inverse_x = r_m * inverse
        inverse_x2 = inverse_x * inverse_x
        attraction = inverse_x2 * inverse_x2 * inverse_x2
        log_inverse = log(inverse_x)
        # x^-n is under 1e-260 where the bound acts: molecules far apart.
        repulsion = exp(at_least(exponent * log_inverse, -600.0))
        scale = 1.0 / (exponent - 6.0)
        shape = scale * (6.0 * repulsion - exponent * attraction)
        # d shape/dn at fixed x, then x times the total d shape/dx, where n = beta + 4 x^2.
        by_exponent = scale * (6.0 * repulsion * log_inverse - attraction - shape)
        x_by_x = 6.0 * exponent * scale * (attraction - repulsion) + 2.0 * four_x2 * by_exponent
        psi_re, psi_im = load(re, k), load(im, k)
        density = psi_re * psi_re + psi_im * psi_im
        q = quadrupole[k]
        value = eps * shape + q * angular
        store(potential, k, fade * value)
        mean = mean + density * value
        radial = density * eps * x_by_x
        by_r_m = -radial * inverse_r_m
        by_eps = density * shape
        by_beta = density * eps * by_exponent
        by_distance = by_distance + radial
        mean_quadrupole = mean_quadrupole + density * q
        by_1 = by_1 + by_r_m * t[1] + by_eps * t[6] + by_beta * t[11]
        by_2 = by_2 + by_r_m * t[2] + by_eps * t[7] + by_beta * t[12]
        by_3 = by_3 + by_r_m * t[3] + by_eps * t[8] + by_beta * t[13]
        by_4 = by_4 + by_r_m * t[4] + by_eps * t[9] + by_beta * t[14]
    store(means, BY_DISTANCE, fade * by_distance * inverse + load(g, FADE_SLOPE) * mean)
    store(means, MEAN_QUADRUPOLE, fade * mean_quadrupole)
    store(means, BY_HARMONIC, fade * by_1)
    store(means, BY_HARMONIC + 1, fade * by_2)
    store(means, BY_HARMONIC + 2, fade * by_3)
    store(means, BY_HARMONIC + 3, fade * by_4)


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
    store(g, SQUARE_A, 0.5 * (load(g, SQUARE_A) + _square(c, L_A)))
    store(g, SQUARE_B, 0.5 * (load(g, SQUARE_B) + _square(c, L_B)))


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
        _geometry(c, g)
        _potential(form, points, re, im, g, tables, quadrupole, potential, means)
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
        _geometry(c, g)
        _potential(form, points, re, im, g, tables, quadrupole, potential, means)
        for l in range(min(LANES, total - first)):
            for k in range(l, points * LANES, LANES):
                out[first + l] += (re[k] * re[k] + im[k] * im[k]) * potential[k]
    return out
