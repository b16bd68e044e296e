"""The parts of one Strang step of Ehrenfest dynamics, in vector registers.

One Strang step of length dt, between two half steps of h_a + h_b:

    half drift   R += P dt/2mu; n_i turns about L_i by |L_i| <1/mu_i r_i^2> dt/2
    kick         P, L_i from <dV>, psi *= exp(-i dt V), both at fixed R and n
    half drift   again, with the new P and L_i

The centrifugal phase exp(-i dt L_i^2 / 2 mu_i r_i^2) takes half its weight before and half after
the kick of L_i, which keeps the step time-reversible. Two half steps of h that meet are one
multiplication with K_i = B exp(-i E dt) B^T, a complex symmetric matrix on the grid.

For the layout of arrays see `state_layout`. Atomic units throughout.
"""

from numba import njit

from vibrates.trajectories.kernel.interaction import square
from vibrates.trajectories.kernel.simd import load, sqrt, store
from vibrates.trajectories.kernel.state_layout import (
    BY_DISTANCE,
    BY_HARMONIC,
    C_A,
    C_AB,
    C_B,
    DISTANCE,
    L_A,
    L_B,
    MEAN_QUADRUPOLE,
    N_A,
    N_B,
    QUADRUPOLE,
    SQUARE_A,
    SQUARE_B,
    P,
    R,
)
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS, sincos


@njit(**JIT_OPTIONS)
def apply_rotating(matrix_re, matrix_im, n, m, re, im, out_re, out_im):
    """out[b, a'] = sum_a K[a', a] psi[a, b]: exp(-i h dt) of one oscillator.

    Since the result is transposed, a second call acts on the other oscillator and restores the
    order. Two rows at a time make better use of the arithmetic units.

    Parameters
    ----------
    matrix_re, matrix_im : (n, n)
        Real and imaginary part of K.
    n, m
        Numbers of grid points of this oscillator and of the other one.
    re, im
        Real and imaginary part of psi, vectors (n m,).
    out_re, out_im
        Filled in: the result, vectors (m n,).
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
    """Rotate the unit vector at row n about the perpendicular angular momentum at row axis.

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
def half_drift(n, m, re, im, c, inverse_a, inverse_b, reduced_mass, time):
    """Free motion of R and of both bond vectors for ``time``.

    Parameters
    ----------
    n, m
        Numbers of grid points of the two oscillators.
    re, im
        Real and imaginary part of psi, vectors (n m,).
    c
        Classical state of the lanes, which is changed.
    inverse_a, inverse_b : (n,), (m,)
        1/(mu_i r_i^2) on the grids.
    reduced_mass
        Of the relative motion.
    time
        Duration of the motion.
    """
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
def kick(c, g, means, time):
    """P -= dt <dV/dR>, L_i -= dt n_i x <dV/dn_i>; L_i^2 becomes its mean before and after.

    Parameters
    ----------
    c, g
        Classical state and geometry of the lanes, which are changed.
    means
        Expectation values for the forces, vectors (MEANS,).
    time
        dt.
    """
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
def phase(n, m, re, im, g, potential, inverse_a, inverse_b, time):
    """psi *= exp(-i dt (V + L_a^2/2 mu_a r_a^2 + L_b^2/2 mu_b r_b^2)) on the grid.

    Parameters
    ----------
    n, m
        Numbers of grid points of the two oscillators.
    re, im
        Real and imaginary part of psi, vectors (n m,), which are changed.
    g
        Geometry of the lanes, with L_i^2.
    potential
        V, vectors (n m,).
    inverse_a, inverse_b : (n,), (m,)
        1/(mu_i r_i^2) on the grids.
    time
        dt.
    """
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
