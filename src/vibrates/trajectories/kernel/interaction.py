"""The interaction in vector registers: geometry, potential on the grid, mean-field forces.

Each form of interaction fills in ``potential`` (points,), V at every grid point, and ``means``, the
expectation values from which the forces are computed. Atomic units.
"""

from numba import njit

from vibrates.potential import kernel_forms
from vibrates.trajectories.kernel.atom_diatom import atom_pairs, sites
from vibrates.trajectories.kernel.lennard_jones import (
    flexible_lennard_jones,
    following_lennard_jones,
    improved_lennard_jones,
)
from vibrates.trajectories.kernel.long_range import add_series, switching_function
from vibrates.trajectories.kernel.simd import at_least, load, sqrt, store
from vibrates.trajectories.kernel.splines import splines
from vibrates.trajectories.kernel.state_layout import (
    BY_DISTANCE,
    C_A,
    C_AB,
    C_B,
    DISTANCE,
    HARMONICS,
    INVERSE_SWITCH_LENGTH,
    L_A,
    L_B,
    MEANS,
    N_A,
    N_B,
    QUADRUPOLE,
    SQUARE_A,
    SQUARE_B,
    SWITCH,
    SWITCH_FROM,
    SWITCH_SLOPE,
    R,
)
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS, exp

# Constants of the compiled code.
_EXPONENTIAL = kernel_forms.EXPONENTIAL.number
_FLEXIBLE_LENNARD_JONES = kernel_forms.FLEXIBLE_LENNARD_JONES.number
_FOLLOWING_LENNARD_JONES = kernel_forms.FOLLOWING_LENNARD_JONES.number
_ATOM_PAIRS = kernel_forms.ATOM_PAIRS.number
_JOINED = kernel_forms.JOINED.number
_FOLLOWING_JOINED = kernel_forms.FOLLOWING_JOINED.number
_SITES = kernel_forms.SITES.number
_SPLINES = kernel_forms.SPLINES.number


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
    share, slope = switching_function(
        distance, load(c, SWITCH_FROM), load(c, INVERSE_SWITCH_LENGTH)
    )
    store(g, SWITCH, 1.0 - share)
    store(g, SWITCH_SLOPE, -slope)


@njit(**JIT_OPTIONS)
def _exponential(points, re, im, g, tables, potential, means):
    """As `improved_lennard_jones`, for V = A exp(-alpha R)."""
    distance, switch = load(g, DISTANCE), load(g, SWITCH)
    by_distance, mean = 0.0 * distance, 0.0 * distance
    for k in range(points):
        value = tables[k, 0] * exp(at_least(-tables[k, 1] * distance, -600.0))
        x, y = load(re, k), load(im, k)
        store(potential, k, switch * value)
        weighted = value * (x * x + y * y)
        mean = mean + weighted
        by_distance = by_distance - tables[k, 1] * weighted
    for k in range(MEANS):
        store(means, k, 0.0 * distance)
    store(means, BY_DISTANCE, switch * by_distance + load(g, SWITCH_SLOPE) * mean)


@njit(**JIT_OPTIONS)
def _joined(form, points, re, im, g, tables, quadrupole, potential, means):
    """(1 - s) V_inner + s V_series, s(R) from 0 to 1 with four continuous derivatives."""
    switch, switch_slope = load(g, SWITCH), load(g, SWITCH_SLOPE)
    last = tables.shape[1] - 1
    far, far_slope = switching_function(load(g, DISTANCE), tables[0, last - 1], tables[0, last])
    store(g, SWITCH, switch * (1.0 - far))
    store(g, SWITCH_SLOPE, switch_slope * (1.0 - far) - switch * far_slope)
    if form == _JOINED:
        flexible_lennard_jones(points, re, im, g, tables, quadrupole, potential, means)
    else:
        following_lennard_jones(points, re, im, g, tables, quadrupole, potential, means)
    store(g, SWITCH, switch * far)
    store(g, SWITCH_SLOPE, switch_slope * far + switch * far_slope)
    add_series(points, re, im, g, tables, quadrupole, potential, means)
    store(g, SWITCH, switch)
    store(g, SWITCH_SLOPE, switch_slope)


@njit(**JIT_OPTIONS)
def potential_and_means(form, points, re, im, g, tables, quadrupole, potential, means):
    """Compute V at every grid point, and the expectation values for the forces.

    Parameters
    ----------
    form
        Number of the `vibrates.potential.kernel_forms.KernelForm`.
    points
        Number of grid points n m.
    re, im
        Real and imaginary part of psi, vectors (points,).
    g
        Geometry of the lanes (`state_layout`).
    tables, quadrupole
        Parameters of the interaction, (points, ...) and (points,).
    potential, means
        Filled in: V (points,) and expectation values (MEANS,), vectors.
    """
    if form == _EXPONENTIAL:
        _exponential(points, re, im, g, tables, potential, means)
    elif form == _ATOM_PAIRS:
        atom_pairs(points, re, im, g, tables, potential, means)
    elif form in (_JOINED, _FOLLOWING_JOINED):
        _joined(form, points, re, im, g, tables, quadrupole, potential, means)
    elif form == _SITES:
        sites(points, re, im, g, tables, potential, means)
    elif form == _SPLINES:
        splines(points, re, im, g, tables, potential, means)
    elif form == _FLEXIBLE_LENNARD_JONES:
        flexible_lennard_jones(points, re, im, g, tables, quadrupole, potential, means)
    elif form == _FOLLOWING_LENNARD_JONES:
        following_lennard_jones(points, re, im, g, tables, quadrupole, potential, means)
    else:
        improved_lennard_jones(points, re, im, g, tables, quadrupole, potential, means)
