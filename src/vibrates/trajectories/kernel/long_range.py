"""The long-range series in vector registers: V = -C_6/R^6 - C_7/R^7 - C_8/R^8 + Q_a Q_b A^224/R^5.

The C_m follow the orientation through the five harmonics and the first four extra ones of
`vibrates.potential.orientation`. Atomic units.
"""

from numba import njit

from vibrates.trajectories.kernel.orientation import (
    by_four_harmonics,
    by_invariants,
    extra_harmonics,
    invariants,
)
from vibrates.trajectories.kernel.simd import at_least, load, store
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
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS


@njit(**JIT_OPTIONS)
def switching_function(distance, begin, inverse_length):
    """s(R) = x^5 (126 - 420 x + 540 x^2 - 315 x^3 + 70 x^4), x from 0 to 1, and its slope.

    Parameters
    ----------
    distance
        R, a vector.
    begin
        Distance at which x = 0.
    inverse_length
        1 over the length on which x rises to 1.

    Returns
    -------
    s, slope
        s(R) and ds/dR, vectors.
    """
    x = at_least((distance - begin) * inverse_length, 0.0)
    x = -at_least(-x, -1.0)
    x4 = x * x * x * x
    rest = 1.0 - x
    share = x * x4 * (126.0 + x * (x * (540.0 + x * (x * 70.0 - 315.0)) - 420.0))
    return share, 630.0 * x4 * (rest * rest * rest * rest) * inverse_length


@njit(**JIT_OPTIONS)
def add_series(points, re, im, g, tables, quadrupole, potential, means):
    """Add the series, times SWITCH of ``g``, to ``potential`` (points,) and ``means`` (MEANS,).

    Arguments as in `interaction.potential_and_means`. The last 29 columns of ``tables`` begin with
    nine coefficients each of C_6, C_7, C_8.
    """
    distance = load(g, DISTANCE)
    inverse = 1.0 / distance
    inverse_6 = inverse * inverse
    inverse_6 = inverse_6 * inverse_6 * inverse_6
    c_a, c_b, c_ab = load(g, C_A), load(g, C_B), load(g, C_AB)
    h_1, h_2 = load(g, HARMONICS), load(g, HARMONICS + 1)
    h_3, h_4 = load(g, HARMONICS + 2), load(g, HARMONICS + 3)
    a, b, t_, w = invariants(c_a, c_b, c_ab)
    e = extra_harmonics(a, b, t_, w)
    h_5, h_6, h_7, h_8 = e[0], e[1], e[2], e[3]
    angular, switch = load(g, QUADRUPOLE), load(g, SWITCH)
    zero = 0.0 * distance
    by_distance, mean_quadrupole, mean = zero, zero, zero
    first = tables.shape[1] - 29
    # Derivatives of <V> by the harmonics are means of the tables: two sums over the grid.
    by_1, by_2, by_3, by_4 = zero, zero, zero, zero
    by_5, by_6, by_7, by_8 = zero, zero, zero, zero
    for k in range(points):
        t = tables[k, first : first + 27]
        c_6 = t[0] + h_1 * t[1] + h_2 * t[2] + h_3 * t[3] + h_4 * t[4]
        c_6 = c_6 + h_5 * t[5] + h_6 * t[6] + h_7 * t[7] + h_8 * t[8]
        c_7 = t[9] + h_1 * t[10] + h_2 * t[11] + h_3 * t[12] + h_4 * t[13]
        c_7 = inverse * (c_7 + h_5 * t[14] + h_6 * t[15] + h_7 * t[16] + h_8 * t[17])
        c_8 = t[18] + h_1 * t[19] + h_2 * t[20] + h_3 * t[21] + h_4 * t[22]
        c_8 = inverse * inverse * (c_8 + h_5 * t[23] + h_6 * t[24] + h_7 * t[25] + h_8 * t[26])
        psi_re, psi_im = load(re, k), load(im, k)
        density = psi_re * psi_re + psi_im * psi_im
        q = quadrupole[k]
        value = q * angular - inverse_6 * (c_6 + c_7 + c_8)
        store(potential, k, load(potential, k) + switch * value)
        mean = mean + density * value
        mean_quadrupole = mean_quadrupole + density * q
        by_distance = by_distance + density * (6.0 * c_6 + 7.0 * c_7 + 8.0 * c_8)
        by_1 = by_1 + density * (t[1] + inverse * (t[10] + inverse * t[19]))
        by_2 = by_2 + density * (t[2] + inverse * (t[11] + inverse * t[20]))
        by_3 = by_3 + density * (t[3] + inverse * (t[12] + inverse * t[21]))
        by_4 = by_4 + density * (t[4] + inverse * (t[13] + inverse * t[22]))
        by_5 = by_5 + density * (t[5] + inverse * (t[14] + inverse * t[23]))
        by_6 = by_6 + density * (t[6] + inverse * (t[15] + inverse * t[24]))
        by_7 = by_7 + density * (t[7] + inverse * (t[16] + inverse * t[25]))
        by_8 = by_8 + density * (t[8] + inverse * (t[17] + inverse * t[26]))
    by_a, by_b, by_t, by_w = by_invariants(
        a, b, t_, w, by_5, by_6, by_7, by_8, zero, zero, zero, zero, zero, zero, zero, zero
    )
    more_1, more_2, more_3, more_4 = by_four_harmonics(a, b, by_a, by_b, by_t, by_w)
    by_1, by_2, by_3, by_4 = by_1 + more_1, by_2 + more_2, by_3 + more_3, by_4 + more_4
    weight = -switch * inverse_6
    radial = switch * by_distance * inverse_6 * inverse + load(g, SWITCH_SLOPE) * mean
    store(means, BY_DISTANCE, load(means, BY_DISTANCE) + radial)
    store(means, MEAN_QUADRUPOLE, load(means, MEAN_QUADRUPOLE) + switch * mean_quadrupole)
    store(means, BY_HARMONIC, load(means, BY_HARMONIC) + weight * by_1)
    store(means, BY_HARMONIC + 1, load(means, BY_HARMONIC + 1) + weight * by_2)
    store(means, BY_HARMONIC + 2, load(means, BY_HARMONIC + 2) + weight * by_3)
    store(means, BY_HARMONIC + 3, load(means, BY_HARMONIC + 3) + weight * by_4)
