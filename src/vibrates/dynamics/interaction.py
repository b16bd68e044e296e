"""The interaction in vector registers: geometry, potential on the grid, mean-field forces.

Each form of interaction fills in ``potential`` (points,), V at every grid point, and ``means``, the
expectation values that the forces are made of. Atomic units.
"""

from numba import njit

from vibrates.dynamics.long_range import add_series, handover
from vibrates.dynamics.rows import (
    BY_DISTANCE, BY_HARMONIC, C_A, C_AB, C_B, DISTANCE, FADE, FADE_FROM, FADE_SLOPE, HARMONICS,
    INVERSE_FADE, L_A, L_B, MEANS, MEAN_QUADRUPOLE, N_A, N_B, QUADRUPOLE, R, SQUARE_A, SQUARE_B,
)  # fmt: skip
from vibrates.dynamics.simd import at_least, load, near_zero, sqrt, store
from vibrates.dynamics.vector_math import JIT_OPTIONS, exp, log
from vibrates.potential.forms import ATOM_PAIRS, EXPONENTIAL, FLEXIBLE_LENNARD_JONES, JOINED, SITES


@njit(**JIT_OPTIONS)
def square(c, row):
    """Squared length of the vector at ``row``."""
    x, y, z = load(c, row), load(c, row + 1), load(c, row + 2)
    return x * x + y * y + z * z


@njit(**JIT_OPTIONS)
def geometry(c, g):
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
    store(g, SQUARE_A, square(c, L_A))
    store(g, SQUARE_B, square(c, L_B))
    # s = 1 - x^5 (126 - 420 x + 540 x^2 - 315 x^3 + 70 x^4): four continuous derivatives.
    inverse_fade = load(c, INVERSE_FADE)
    x = at_least((distance - load(c, FADE_FROM)) * inverse_fade, 0.0)
    x = -at_least(-x, -1.0)
    x4 = x * x * x * x
    store(g, FADE, 1.0 - x * x4 * (126.0 + x * (x * (540.0 + x * (x * 70.0 - 315.0)) - 420.0)))
    rest = 1.0 - x
    store(g, FADE_SLOPE, -630.0 * x4 * (rest * rest * rest * rest) * inverse_fade)


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
def _flexible_lennard_jones(points, re, im, g, tables, quadrupole, potential, means):
    """As `_improved_lennard_jones`, with n = beta + zeta x and four extra harmonics.

    ``tables`` (points, 28): nine coefficients each of R_m and eps, five each of beta and zeta. With
    d = n - 6, l = -ln x, y = d l and phi(y) = (e^y - 1)/y: V = eps x^-6 (6 l phi - 1), regular at
    n = 6 (`vibrates.potential.flexible`).
    """
    distance = load(g, DISTANCE)
    inverse = 1.0 / distance
    c_a, c_b, c_ab = load(g, C_A), load(g, C_B), load(g, C_AB)
    aa, bb, ab, product = c_a * c_a, c_b * c_b, c_ab * c_ab, c_a * c_b * c_ab
    h_1, h_2 = load(g, HARMONICS), load(g, HARMONICS + 1)
    h_3, h_4 = load(g, HARMONICS + 2), load(g, HARMONICS + 3)
    uu = ab - 2.0 * product + aa * bb
    h_5, h_6, h_7, h_8 = aa * (1.0 - aa), bb * (1.0 - bb), aa * bb - product, uu * (1.0 - uu)
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
    # The extra harmonics depend on c_a^2, c_b^2, c_ab^2 and on c_a c_b c_ab, which by the fourth
    # harmonic is h_4 + (c_a^2 + c_b^2 + c_ab^2)/3 - 2/9.
    by_uu = by_8 * (1.0 - 2.0 * uu)
    by_product = -by_7 - 2.0 * by_uu
    by_1 = by_1 + by_5 * (1.0 - 2.0 * aa) + (by_7 + by_uu) * bb + by_product * (1.0 / 3.0)
    by_2 = by_2 + by_6 * (1.0 - 2.0 * bb) + (by_7 + by_uu) * aa + by_product * (1.0 / 3.0)
    by_3 = by_3 + by_uu + by_product * (1.0 / 3.0)
    by_4 = by_4 + by_product
    store(means, BY_DISTANCE, fade * by_distance * inverse + load(g, FADE_SLOPE) * mean)
    store(means, MEAN_QUADRUPOLE, fade * mean_quadrupole)
    store(means, BY_HARMONIC, fade * by_1)
    store(means, BY_HARMONIC + 1, fade * by_2)
    store(means, BY_HARMONIC + 2, fade * by_3)
    store(means, BY_HARMONIC + 3, fade * by_4)


@njit(**JIT_OPTIONS)
def _joined(points, re, im, g, tables, quadrupole, potential, means):
    """(1 - s) V_flexible + s V_series, s(R) from 0 to 1 with four continuous derivatives."""
    fade, fade_slope = load(g, FADE), load(g, FADE_SLOPE)
    last = tables.shape[1] - 1
    far, far_slope = handover(load(g, DISTANCE), tables[0, last - 1], tables[0, last])
    store(g, FADE, fade * (1.0 - far))
    store(g, FADE_SLOPE, fade_slope * (1.0 - far) - fade * far_slope)
    _flexible_lennard_jones(points, re, im, g, tables, quadrupole, potential, means)
    store(g, FADE, fade * far)
    store(g, FADE_SLOPE, fade_slope * far + fade * far_slope)
    add_series(points, re, im, g, tables, quadrupole, potential, means)
    store(g, FADE, fade)
    store(g, FADE_SLOPE, fade_slope)


@njit(**JIT_OPTIONS)
def _atom_pair(square_distance, r_m, beta):
    """ILJ function of one pair of atoms in units of eps, and rho dV/drho."""
    x2 = square_distance / (r_m * r_m)
    inverse_x2 = 1.0 / x2
    exponent = beta + 4.0 * x2
    log_inverse = 0.5 * log(inverse_x2)
    attraction = inverse_x2 * inverse_x2 * inverse_x2
    repulsion = exp(at_least(exponent * log_inverse, -600.0))
    scale = 1.0 / (exponent - 6.0)
    shape = scale * (6.0 * repulsion - exponent * attraction)
    by_exponent = scale * (6.0 * repulsion * log_inverse - attraction - shape)
    return shape, 6.0 * exponent * scale * (attraction - repulsion) + 8.0 * x2 * by_exponent


@njit(**JIT_OPTIONS)
def _atom_pairs(points, re, im, g, tables, potential, means):
    """As `_improved_lennard_jones`, for an atom and both ends of a homonuclear diatom.

    rho^2 = R^2 + h^2 -+ 2 R h c_a with half the bond length h. V is even in c_a: its derivative by
    c_a^2 is that by c_a over 2 c_a.
    """
    distance, fade, c_a = load(g, DISTANCE), load(g, FADE), load(g, C_A)
    zero = 0.0 * distance
    by_distance, mean, by_1 = zero, zero, zero
    inverse_cosine = 0.5 * c_a / (c_a * c_a + 1e-200)
    for k in range(points):
        r_m, eps, beta, half = tables[k, 0], tables[k, 1], tables[k, 2], tables[k, 3]
        centre = distance * distance + half * half
        shift = 2.0 * half * distance * c_a
        near, far = centre - shift, centre + shift
        shape_near, slope_near = _atom_pair(near, r_m, beta)
        shape_far, slope_far = _atom_pair(far, r_m, beta)
        x, y = load(re, k), load(im, k)
        density = x * x + y * y
        value = eps * (shape_near + shape_far)
        store(potential, k, fade * value)
        mean = mean + density * value
        # (dV/drho)/rho of both pairs.
        slope_near, slope_far = slope_near / near, slope_far / far
        weight = density * eps
        along = half * c_a
        by_distance = by_distance + weight * (
            slope_near * (distance - along) + slope_far * (distance + along)
        )
        by_1 = by_1 + weight * half * distance * (slope_far - slope_near) * inverse_cosine
    for k in range(MEANS):
        store(means, k, zero)
    store(means, BY_DISTANCE, fade * by_distance + load(g, FADE_SLOPE) * mean)
    store(means, BY_HARMONIC, fade * by_1)


@njit(**JIT_OPTIONS)
def _site(distance, cosine, place, t, first, powers):
    """F, B or M of `vibrates.potential.sites` at a site, and its derivative by rho over rho.

    ``t[first:]``: decay, d^2, the ``powers`` a_k, c_6, c_8.
    """
    square_rho = distance * distance + place * (place - 2.0 * distance * cosine)
    rho = sqrt(square_rho)
    decay, start = t[first], first + 2
    wall = exp(at_least(-decay * rho, -600.0))
    series = 0.0 * rho + t[start + powers - 1]
    slope = 0.0 * rho
    for k in range(powers - 2, -1, -1):
        slope = slope * rho + series
        series = series * rho + t[start + k]
    c_6, c_8 = t[start + powers], t[start + powers + 1]
    inverse = 1.0 / (square_rho + t[first + 1])
    inverse_3 = inverse * inverse * inverse
    value = wall * series - inverse_3 * (c_6 + c_8 * inverse)
    by_rho = wall * (slope - decay * series) / rho
    return value, by_rho + inverse_3 * inverse * (6.0 * c_6 + 8.0 * c_8 * inverse)


@njit(**JIT_OPTIONS)
def _sites(points, re, im, g, tables, potential, means):
    """As `_atom_pairs`, for five places along the bond; V need not be even in c_a."""
    distance, fade, c_a = load(g, DISTANCE), load(g, FADE), load(g, C_A)
    zero = 0.0 * distance
    by_distance, mean, by_1 = zero, zero, zero
    inverse_cosine = 0.5 * c_a / (c_a * c_a + 1e-200)
    powers = (tables.shape[1] - 17) // 3
    for k in range(points):
        t = tables[k]
        x, y = load(re, k), load(im, k)
        density = x * x + y * y
        value, radial, angular = zero, zero, zero
        for site in range(5):
            first = 5 + site // 2 * (powers + 4)
            one, slope = _site(distance, c_a, t[site], t, first, powers)
            value = value + one
            radial = radial + slope * (distance - t[site] * c_a)
            angular = angular - slope * (t[site] * distance)
        store(potential, k, fade * value)
        mean = mean + density * value
        by_distance = by_distance + density * radial
        by_1 = by_1 + density * angular * inverse_cosine
    for k in range(MEANS):
        store(means, k, zero)
    store(means, BY_DISTANCE, fade * by_distance + load(g, FADE_SLOPE) * mean)
    store(means, BY_HARMONIC, fade * by_1)


@njit(**JIT_OPTIONS)
def potential_and_means(form, points, re, im, g, tables, quadrupole, potential, means):
    """V at every grid point, and the expectation values that the forces are made of."""
    if form == EXPONENTIAL:
        _exponential(points, re, im, g, tables, potential, means)
    elif form == ATOM_PAIRS:
        _atom_pairs(points, re, im, g, tables, potential, means)
    elif form == JOINED:
        _joined(points, re, im, g, tables, quadrupole, potential, means)
    elif form == SITES:
        _sites(points, re, im, g, tables, potential, means)
    elif form == FLEXIBLE_LENNARD_JONES:
        _flexible_lennard_jones(points, re, im, g, tables, quadrupole, potential, means)
    else:
        _improved_lennard_jones(points, re, im, g, tables, quadrupole, potential, means)
