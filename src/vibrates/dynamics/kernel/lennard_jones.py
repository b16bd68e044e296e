"""The Improved Lennard-Jones forms in vector registers (`vibrates.potential.surface`, `.flexible`).

Each fills in ``potential`` (points,) and ``means`` (MEANS,) as `interaction` says. Atomic units.
"""

from numba import njit

from vibrates.dynamics.kernel.rows import (
    BY_DISTANCE, BY_HARMONIC, C_A, C_AB, C_B, DISTANCE, FADE, FADE_SLOPE, HARMONICS, MEAN_QUADRUPOLE,
    QUADRUPOLE,
)  # fmt: skip
from vibrates.dynamics.kernel.simd import at_least, load, near_zero, store
from vibrates.dynamics.kernel.vector_math import JIT_OPTIONS, exp, log


@njit(**JIT_OPTIONS)
def extra_harmonics(c_a, c_b, c_ab):
    """Harmonics 5 to 8 of `vibrates.potential.orientation`."""
    aa, bb, product = c_a * c_a, c_b * c_b, c_a * c_b * c_ab
    uu = c_ab * c_ab - 2.0 * product + aa * bb
    return aa * (1.0 - aa), bb * (1.0 - bb), aa * bb - product, uu * (1.0 - uu)


@njit(**JIT_OPTIONS)
def by_four_harmonics(c_a, c_b, c_ab, by_1, by_2, by_3, by_4, by_5, by_6, by_7, by_8):
    """Derivatives by eight harmonics as those by the first four.

    The extra harmonics depend on c_a^2, c_b^2, c_ab^2 and on c_a c_b c_ab, which by the fourth
    harmonic is h_4 + (c_a^2 + c_b^2 + c_ab^2)/3 - 2/9.
    """
    aa, bb = c_a * c_a, c_b * c_b
    uu = c_ab * c_ab - 2.0 * (c_a * c_b * c_ab) + aa * bb
    by_uu = by_8 * (1.0 - 2.0 * uu)
    by_product = -by_7 - 2.0 * by_uu
    by_1 = by_1 + by_5 * (1.0 - 2.0 * aa) + (by_7 + by_uu) * bb + by_product * (1.0 / 3.0)
    by_2 = by_2 + by_6 * (1.0 - 2.0 * bb) + (by_7 + by_uu) * aa + by_product * (1.0 / 3.0)
    by_3 = by_3 + by_uu + by_product * (1.0 / 3.0)
    return by_1, by_2, by_3, by_4 + by_product


@njit(**JIT_OPTIONS)
def _store_means(g, means, by_distance, mean, mean_quadrupole, by_1, by_2, by_3, by_4):
    """``by_distance`` is <R dV/dR>, all of them without the fade."""
    fade = load(g, FADE)
    by_distance = fade * by_distance * (1.0 / load(g, DISTANCE))
    store(means, BY_DISTANCE, by_distance + load(g, FADE_SLOPE) * mean)
    store(means, MEAN_QUADRUPOLE, fade * mean_quadrupole)
    store(means, BY_HARMONIC, fade * by_1)
    store(means, BY_HARMONIC + 1, fade * by_2)
    store(means, BY_HARMONIC + 2, fade * by_3)
    store(means, BY_HARMONIC + 3, fade * by_4)


@njit(**JIT_OPTIONS)
def improved_lennard_jones(points, re, im, g, tables, quadrupole, potential, means):
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
    _store_means(g, means, by_distance, mean, mean_quadrupole, by_1, by_2, by_3, by_4)


@njit(**JIT_OPTIONS)
def flexible_lennard_jones(points, re, im, g, tables, quadrupole, potential, means):
    """As `improved_lennard_jones`, with n = beta + zeta x and four extra harmonics.

    ``tables`` (points, 28): nine coefficients each of R_m and eps, five each of beta and zeta. With
    d = n - 6, l = -ln x, y = d l and phi(y) = (e^y - 1)/y: V = eps x^-6 (6 l phi - 1), regular at
    n = 6 (`vibrates.potential.flexible`).
    """
    distance = load(g, DISTANCE)
    inverse = 1.0 / distance
    c_a, c_b, c_ab = load(g, C_A), load(g, C_B), load(g, C_AB)
    h_1, h_2 = load(g, HARMONICS), load(g, HARMONICS + 1)
    h_3, h_4 = load(g, HARMONICS + 2), load(g, HARMONICS + 3)
    h_5, h_6, h_7, h_8 = extra_harmonics(c_a, c_b, c_ab)
    angular, fade = load(g, QUADRUPOLE), load(g, FADE)
    zero = 0.0 * distance
    by_distance, mean_quadrupole, mean = zero, zero, zero
    by_1, by_2, by_3, by_4 = zero, zero, zero, zero
    by_5, by_6, by_7, by_8 = zero, zero, zero, zero
    for k in range(points):
        t = tables[k]
        r_m = t[0] + h_1 * t[1] + h_2 * t[2] + h_3 * t[3] + h_4 * t[4]
        r_m = r_m + h_5 * t[5] + h_6 * t[6] + h_7 * t[7] + h_8 * t[8]
        eps = t[9] + h_1 * t[10] + h_2 * t[11] + h_3 * t[12] + h_4 * t[13]
        eps = eps + h_5 * t[14] + h_6 * t[15] + h_7 * t[16] + h_8 * t[17]
        beta = t[18] + h_1 * t[19] + h_2 * t[20] + h_3 * t[21] + h_4 * t[22]
        zeta = t[23] + h_1 * t[24] + h_2 * t[25] + h_3 * t[26] + h_4 * t[27]
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
        by_zeta = by_beta * x
        by_distance = by_distance + radial
        mean_quadrupole = mean_quadrupole + density * q
        by_1 = by_1 + by_r_m * t[1] + by_eps * t[10] + by_beta * t[19] + by_zeta * t[24]
        by_2 = by_2 + by_r_m * t[2] + by_eps * t[11] + by_beta * t[20] + by_zeta * t[25]
        by_3 = by_3 + by_r_m * t[3] + by_eps * t[12] + by_beta * t[21] + by_zeta * t[26]
        by_4 = by_4 + by_r_m * t[4] + by_eps * t[13] + by_beta * t[22] + by_zeta * t[27]
        by_5 = by_5 + by_r_m * t[5] + by_eps * t[14]
        by_6 = by_6 + by_r_m * t[6] + by_eps * t[15]
        by_7 = by_7 + by_r_m * t[7] + by_eps * t[16]
        by_8 = by_8 + by_r_m * t[8] + by_eps * t[17]
    by_1, by_2, by_3, by_4 = by_four_harmonics(
        c_a, c_b, c_ab, by_1, by_2, by_3, by_4, by_5, by_6, by_7, by_8
    )
    _store_means(g, means, by_distance, mean, mean_quadrupole, by_1, by_2, by_3, by_4)
