"""A diatom and an atom in vector registers. Atomic units.

In NumPy: `vibrates.potential.atom_pairs`, `vibrates.potential.sites`.
"""

from numba import njit

from vibrates.trajectories.kernel.simd import at_least, load, sqrt, store
from vibrates.trajectories.kernel.state_layout import (
    BY_DISTANCE,
    BY_HARMONIC,
    C_A,
    DISTANCE,
    MEANS,
    SWITCH,
    SWITCH_SLOPE,
)
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS, exp, log


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
def atom_pairs(points, re, im, g, tables, potential, means):
    """Improved Lennard-Jones functions of an atom and both ends of a homonuclear diatom.

    rho^2 = R^2 + h^2 -+ 2 R h c_a with half the bond length h. V is even in c_a: its derivative by
    c_a^2 is that by c_a over 2 c_a. Arguments as in `interaction.potential_and_means`, with
    ``tables`` (points, 4): R_m, eps, beta, h.
    """
    distance, switch, c_a = load(g, DISTANCE), load(g, SWITCH), load(g, C_A)
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
        store(potential, k, switch * value)
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
    store(means, BY_DISTANCE, switch * by_distance + load(g, SWITCH_SLOPE) * mean)
    store(means, BY_HARMONIC, switch * by_1)


@njit(**JIT_OPTIONS)
def _site(distance, cosine, place, t, first, powers):
    """F, B or M of `vibrates.potential.sites` at a site, and its derivative by rho divided by rho.

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
def sites(points, re, im, g, tables, potential, means):
    """As `atom_pairs`, for five sites along the bond; V need not be even in c_a.

    Arguments as in `interaction.potential_and_means`, with the ``tables`` of
    `vibrates.potential.kernel_forms.SITES`.
    """
    distance, switch, c_a = load(g, DISTANCE), load(g, SWITCH), load(g, C_A)
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
        store(potential, k, switch * value)
        mean = mean + density * value
        by_distance = by_distance + density * radial
        by_1 = by_1 + density * angular * inverse_cosine
    for k in range(MEANS):
        store(means, k, zero)
    store(means, BY_DISTANCE, switch * by_distance + load(g, SWITCH_SLOPE) * mean)
    store(means, BY_HARMONIC, switch * by_1)
