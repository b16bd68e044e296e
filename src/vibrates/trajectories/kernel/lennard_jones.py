"""The Improved Lennard-Jones forms in vector registers.

Each fills in ``potential`` (points,) and ``means`` (MEANS,), see `interaction`. In NumPy:
`vibrates.potential.lennard_jones` and `vibrates.potential.flexible`. Atomic units.
"""

from numba import njit

from vibrates.trajectories.kernel.orientation import (
    by_four_harmonics,
    by_invariants,
    extra_harmonics,
    invariants,
    weighted_sum,
)
from vibrates.trajectories.kernel.simd import at_least, load, near_zero, store
from vibrates.trajectories.kernel.state_layout import (
    BY_DISTANCE,
    BY_HARMONIC,
    C_A,
    C_AB,
    C_B,
    DISTANCE,
    HARMONICS,
    MEAN_QUADRUPOLE,
    QUADRUPOLE,
    SWITCH,
    SWITCH_SLOPE,
)
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS, exp, log


@njit(**JIT_OPTIONS)
def _store_means(g, means, by_distance, mean, mean_quadrupole, by_1, by_2, by_3, by_4):
    """``by_distance`` is <R dV/dR>, all of them without the switch."""
    switch = load(g, SWITCH)
    by_distance = switch * by_distance * (1.0 / load(g, DISTANCE))
    store(means, BY_DISTANCE, by_distance + load(g, SWITCH_SLOPE) * mean)
    store(means, MEAN_QUADRUPOLE, switch * mean_quadrupole)
    store(means, BY_HARMONIC, switch * by_1)
    store(means, BY_HARMONIC + 1, switch * by_2)
    store(means, BY_HARMONIC + 2, switch * by_3)
    store(means, BY_HARMONIC + 3, switch * by_4)


@njit(**JIT_OPTIONS)
def improved_lennard_jones(points, re, im, g, tables, quadrupole, potential, means):
    """V_vdW + V_elect: ``potential`` (points,) and ``means`` (MEANS,) are filled in.

    Arguments as in `interaction.potential_and_means`, with ``tables`` (points, 15): harmonic
    coefficients of R_m, eps and beta. Improved Lennard-Jones function: Pirani et al., PCCP 10, 5489
    (2008); with x = R/R_m, n = beta + 4 x^2: V = eps (6 x^-n - n x^-6)/(n - 6).
    """
    distance = load(g, DISTANCE)
    inverse = 1.0 / distance
    h_1, h_2 = load(g, HARMONICS), load(g, HARMONICS + 1)
    h_3, h_4 = load(g, HARMONICS + 2), load(g, HARMONICS + 3)
    angular, switch = load(g, QUADRUPOLE), load(g, SWITCH)
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
        store(potential, k, switch * value)
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
    _store_means(g, means, by_distance, mean, mean_quadrupole, by_1, by_2, by_3, by_4)


@njit(**JIT_OPTIONS)
def _by_extra(t, k, r_m, eps, beta, zeta):
    """Derivative by extra harmonic ``k``, of those by the four parameters."""
    return r_m * t[20 + k] + eps * t[32 + k] + beta * t[44 + k] + zeta * t[56 + k]


@njit(**JIT_OPTIONS)
def _flexible_shape(distance, inverse, r_m, beta, zeta):
    """V/eps of the flexible form, and what its derivatives need.

    Parameters
    ----------
    distance, inverse
        R and 1/R, vectors.
    r_m, beta, zeta
        Parameters at one grid point, vectors.

    Returns
    -------
    inverse_r_m, x, shape, by_exponent, x_by_x
        1/R_m, R/R_m, V/eps, its derivative by n at fixed x, and x times its whole one by x.
    """
    inverse_r_m = 1.0 / r_m
    x = distance * inverse_r_m
    inverse_x = r_m * inverse
    inverse_x2 = inverse_x * inverse_x
    attraction = inverse_x2 * inverse_x2 * inverse_x2
    l = log(inverse_x)
    zeta_x = zeta * x
    y = (beta + zeta_x - 6.0) * l
    power = exp(at_least(y, -600.0))
    # phi and its derivative; near y = 0 their series.
    inverse_y = 1.0 / y
    far = (power - 1.0) * inverse_y
    series = y * (1.0 / 5040.0) + 1.0 / 720.0
    series = (series * y + 1.0 / 120.0) * y + 1.0 / 24.0
    series = ((series * y + 1.0 / 6.0) * y + 0.5) * y + 1.0
    phi = near_zero(y, 0.05, series, far)
    slope = y * (1.0 / 5760.0) + 1.0 / 840.0
    slope = (slope * y + 1.0 / 144.0) * y + 1.0 / 30.0
    slope = ((slope * y + 0.125) * y + 1.0 / 3.0) * y + 0.5
    slope = near_zero(y, 0.05, slope, (power - far) * inverse_y)
    shape = attraction * (6.0 * l * phi - 1.0)
    by_exponent = 6.0 * attraction * l * l * slope
    x_by_x = zeta_x * by_exponent - 6.0 * (shape + attraction * power)
    return inverse_r_m, x, shape, by_exponent, x_by_x


@njit(**JIT_OPTIONS)
def flexible_lennard_jones(points, re, im, g, tables, quadrupole, potential, means):
    """As `improved_lennard_jones`, with n = beta + zeta x and extra harmonics.

    Arguments as in `interaction.potential_and_means`, with ``tables`` (points, 68): five
    coefficients each of R_m, eps, beta, zeta, then those of the extra harmonics. The latter are the
    same at every point, so that their sums are evaluated once before and once after the points.
    With d = n - 6, l = -ln x, y = d l and phi(y) = (e^y - 1)/y: V = eps x^-6 (6 l phi - 1), regular
    at n = 6 (`vibrates.potential.flexible`).
    """
    distance = load(g, DISTANCE)
    inverse = 1.0 / distance
    c_a, c_b, c_ab = load(g, C_A), load(g, C_B), load(g, C_AB)
    h_1, h_2 = load(g, HARMONICS), load(g, HARMONICS + 1)
    h_3, h_4 = load(g, HARMONICS + 2), load(g, HARMONICS + 3)
    a, b, t_, w = invariants(c_a, c_b, c_ab)
    e = extra_harmonics(a, b, t_, w)
    s = tables[0]
    extra_r_m, extra_eps = weighted_sum(e, s, 20), weighted_sum(e, s, 32)
    extra_beta, extra_zeta = weighted_sum(e, s, 44), weighted_sum(e, s, 56)
    angular, switch = load(g, QUADRUPOLE), load(g, SWITCH)
    zero = 0.0 * distance
    by_distance, mean_quadrupole, mean = zero, zero, zero
    by_1, by_2, by_3, by_4 = zero, zero, zero, zero
    sum_r_m, sum_eps, sum_beta, sum_zeta = zero, zero, zero, zero
    for k in range(points):
        t = tables[k]
        r_m = extra_r_m + t[0] + h_1 * t[1] + h_2 * t[2] + h_3 * t[3] + h_4 * t[4]
        eps = extra_eps + t[5] + h_1 * t[6] + h_2 * t[7] + h_3 * t[8] + h_4 * t[9]
        beta = extra_beta + t[10] + h_1 * t[11] + h_2 * t[12] + h_3 * t[13] + h_4 * t[14]
        zeta = extra_zeta + t[15] + h_1 * t[16] + h_2 * t[17] + h_3 * t[18] + h_4 * t[19]
        inverse_r_m, x, shape, by_exponent, x_by_x = _flexible_shape(
            distance, inverse, r_m, beta, zeta
        )
        psi_re, psi_im = load(re, k), load(im, k)
        density = psi_re * psi_re + psi_im * psi_im
        q = quadrupole[k]
        value = eps * shape + q * angular
        store(potential, k, switch * value)
        mean = mean + density * value
        radial = density * eps * x_by_x
        by_r_m = -radial * inverse_r_m
        by_eps = density * shape
        by_beta = density * eps * by_exponent
        by_zeta = by_beta * x
        by_distance = by_distance + radial
        mean_quadrupole = mean_quadrupole + density * q
        sum_r_m, sum_eps = sum_r_m + by_r_m, sum_eps + by_eps
        sum_beta, sum_zeta = sum_beta + by_beta, sum_zeta + by_zeta
        by_1 = by_1 + by_r_m * t[1] + by_eps * t[6] + by_beta * t[11] + by_zeta * t[16]
        by_2 = by_2 + by_r_m * t[2] + by_eps * t[7] + by_beta * t[12] + by_zeta * t[17]
        by_3 = by_3 + by_r_m * t[3] + by_eps * t[8] + by_beta * t[13] + by_zeta * t[18]
        by_4 = by_4 + by_r_m * t[4] + by_eps * t[9] + by_beta * t[14] + by_zeta * t[19]
    m = (sum_r_m, sum_eps, sum_beta, sum_zeta)
    by_a, by_b, by_t, by_w = by_invariants(
        a, b, t_, w,
        _by_extra(s, 0, *m), _by_extra(s, 1, *m), _by_extra(s, 2, *m), _by_extra(s, 3, *m),
        _by_extra(s, 4, *m), _by_extra(s, 5, *m), _by_extra(s, 6, *m), _by_extra(s, 7, *m),
        _by_extra(s, 8, *m), _by_extra(s, 9, *m), _by_extra(s, 10, *m), _by_extra(s, 11, *m),
    )  # fmt: skip
    more_1, more_2, more_3, more_4 = by_four_harmonics(a, b, by_a, by_b, by_t, by_w)
    by_1, by_2, by_3, by_4 = by_1 + more_1, by_2 + more_2, by_3 + more_3, by_4 + more_4
    _store_means(g, means, by_distance, mean, mean_quadrupole, by_1, by_2, by_3, by_4)


@njit(**JIT_OPTIONS)
def _by_following(t, k, r_m, eps, beta, zeta, a, b, both):
    """As `_by_extra`, with the derivatives by R_m times xi_a, xi_b and both."""
    followed = a * t[71 + k] + b * t[83 + k] + both * t[95 + k]
    return _by_extra(t, k, r_m, eps, beta, zeta) + followed


@njit(**JIT_OPTIONS)
def following_lennard_jones(points, re, im, g, tables, quadrupole, potential, means):
    """As `flexible_lennard_jones`, with extra harmonics of R_m that follow the bond lengths.

    Arguments as in `interaction.potential_and_means`, with ``tables`` (points, 107): the 68 columns
    of the flexible form; xi_a, xi_b and xi_a xi_b of the point; the coefficients of the extra
    harmonics of R_m times each, the same at every point, so that a point requires one product for
    each of the three.
    """
    distance = load(g, DISTANCE)
    inverse = 1.0 / distance
    c_a, c_b, c_ab = load(g, C_A), load(g, C_B), load(g, C_AB)
    h_1, h_2 = load(g, HARMONICS), load(g, HARMONICS + 1)
    h_3, h_4 = load(g, HARMONICS + 2), load(g, HARMONICS + 3)
    a, b, t_, w = invariants(c_a, c_b, c_ab)
    e = extra_harmonics(a, b, t_, w)
    s = tables[0]
    extra_r_m, extra_eps = weighted_sum(e, s, 20), weighted_sum(e, s, 32)
    extra_beta, extra_zeta = weighted_sum(e, s, 44), weighted_sum(e, s, 56)
    by_xi_a, by_xi_b = weighted_sum(e, s, 71), weighted_sum(e, s, 83)
    by_both = weighted_sum(e, s, 95)
    angular, switch = load(g, QUADRUPOLE), load(g, SWITCH)
    zero = 0.0 * distance
    by_distance, mean_quadrupole, mean = zero, zero, zero
    by_1, by_2, by_3, by_4 = zero, zero, zero, zero
    sum_r_m, sum_eps, sum_beta, sum_zeta = zero, zero, zero, zero
    sum_a, sum_b, sum_both = zero, zero, zero
    for k in range(points):
        t = tables[k]
        following = by_xi_a * t[68] + by_xi_b * t[69] + by_both * t[70]
        r_m = following + extra_r_m + t[0] + h_1 * t[1] + h_2 * t[2] + h_3 * t[3] + h_4 * t[4]
        eps = extra_eps + t[5] + h_1 * t[6] + h_2 * t[7] + h_3 * t[8] + h_4 * t[9]
        beta = extra_beta + t[10] + h_1 * t[11] + h_2 * t[12] + h_3 * t[13] + h_4 * t[14]
        zeta = extra_zeta + t[15] + h_1 * t[16] + h_2 * t[17] + h_3 * t[18] + h_4 * t[19]
        inverse_r_m, x, shape, by_exponent, x_by_x = _flexible_shape(
            distance, inverse, r_m, beta, zeta
        )
        psi_re, psi_im = load(re, k), load(im, k)
        density = psi_re * psi_re + psi_im * psi_im
        q = quadrupole[k]
        value = eps * shape + q * angular
        store(potential, k, switch * value)
        mean = mean + density * value
        radial = density * eps * x_by_x
        by_r_m = -radial * inverse_r_m
        by_eps = density * shape
        by_beta = density * eps * by_exponent
        by_zeta = by_beta * x
        by_distance = by_distance + radial
        mean_quadrupole = mean_quadrupole + density * q
        sum_r_m, sum_eps = sum_r_m + by_r_m, sum_eps + by_eps
        sum_beta, sum_zeta = sum_beta + by_beta, sum_zeta + by_zeta
        sum_a, sum_b = sum_a + by_r_m * t[68], sum_b + by_r_m * t[69]
        sum_both = sum_both + by_r_m * t[70]
        by_1 = by_1 + by_r_m * t[1] + by_eps * t[6] + by_beta * t[11] + by_zeta * t[16]
        by_2 = by_2 + by_r_m * t[2] + by_eps * t[7] + by_beta * t[12] + by_zeta * t[17]
        by_3 = by_3 + by_r_m * t[3] + by_eps * t[8] + by_beta * t[13] + by_zeta * t[18]
        by_4 = by_4 + by_r_m * t[4] + by_eps * t[9] + by_beta * t[14] + by_zeta * t[19]
    m = (sum_r_m, sum_eps, sum_beta, sum_zeta, sum_a, sum_b, sum_both)
    by_a, by_b, by_t, by_w = by_invariants(
        a, b, t_, w,
        _by_following(s, 0, *m), _by_following(s, 1, *m), _by_following(s, 2, *m),
        _by_following(s, 3, *m), _by_following(s, 4, *m), _by_following(s, 5, *m),
        _by_following(s, 6, *m), _by_following(s, 7, *m), _by_following(s, 8, *m),
        _by_following(s, 9, *m), _by_following(s, 10, *m), _by_following(s, 11, *m),
    )  # fmt: skip
    more_1, more_2, more_3, more_4 = by_four_harmonics(a, b, by_a, by_b, by_t, by_w)
    by_1, by_2, by_3, by_4 = by_1 + more_1, by_2 + more_2, by_3 + more_3, by_4 + more_4
    _store_means(g, means, by_distance, mean, mean_quadrupole, by_1, by_2, by_3, by_4)
