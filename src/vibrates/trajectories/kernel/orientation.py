"""Extra harmonics of the orientation in vector registers, and derivatives by them.

Definitions and names: `vibrates.potential.orientation.extra_harmonics`.
"""

from numba import njit

from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS


@njit(**JIT_OPTIONS)
def invariants(c_a, c_b, c_ab):
    """A, B, T, W of an orientation. Arguments as in `vibrates.potential.orientation.harmonics`."""
    aa, bb, product = c_a * c_a, c_b * c_b, c_a * c_b * c_ab
    return aa, bb, product - aa * bb, c_ab * c_ab - 2.0 * product + aa * bb


@njit(**JIT_OPTIONS)
def extra_harmonics(aa, bb, t, w):
    """The extra harmonics from the invariants, a tuple. Arguments as in `by_invariants`."""
    ab = aa * bb
    return (
        aa * (1.0 - aa), bb * (1.0 - bb), -t, w * (1.0 - w), ab * (1.0 - aa), ab * (1.0 - bb),
        aa * w, bb * w, aa * t, bb * t, aa * aa * (1.0 - aa), bb * bb * (1.0 - bb),
    )  # fmt: skip


@njit(**JIT_OPTIONS)
def by_invariants(
    aa, bb, t, w, by_0, by_1, by_2, by_3, by_4, by_5, by_6, by_7, by_8, by_9, by_10, by_11
):
    """Derivatives by A, B, T, W from those by the extra harmonics.

    Parameters
    ----------
    aa, bb, t, w
        The invariants A, B, T, W, vectors.
    by_0, by_1, by_2, by_3, by_4, by_5, by_6, by_7, by_8, by_9, by_10, by_11
        Derivatives by the extra harmonics, in their order.

    Returns
    -------
    by_a, by_b, by_t, by_w
        Derivatives by the invariants.
    """
    by_a = (
        by_0 * (1.0 - 2.0 * aa)
        + by_6 * w
        + by_8 * t
        + bb * (by_4 * (1.0 - 2.0 * aa) + by_5 * (1.0 - bb))
    )
    by_b = (
        by_1 * (1.0 - 2.0 * bb)
        + by_7 * w
        + by_9 * t
        + aa * (by_5 * (1.0 - 2.0 * bb) + by_4 * (1.0 - aa))
    )
    by_a, by_b = by_a + by_10 * aa * (2.0 - 3.0 * aa), by_b + by_11 * bb * (2.0 - 3.0 * bb)
    by_t = by_8 * aa + by_9 * bb - by_2
    by_w = by_3 * (1.0 - 2.0 * w) + by_6 * aa + by_7 * bb
    return by_a, by_b, by_t, by_w


@njit(**JIT_OPTIONS)
def by_four_harmonics(aa, bb, by_a, by_b, by_t, by_w):
    """Derivatives by the four harmonics from those by A, B, T, W.

    T = P - A B and W = c_ab^2 - 2 P + A B with P = c_a c_b c_ab, which by the fourth harmonic is
    h_4 + (A + B + c_ab^2)/3 - 2/9.

    Parameters
    ----------
    aa, bb
        The invariants A and B, vectors.
    by_a, by_b, by_t, by_w
        Derivatives by A, B, T, W.

    Returns
    -------
    by_1, by_2, by_3, by_4
        Derivatives by the four harmonics.
    """
    by_product = by_t - 2.0 * by_w
    third = by_product * (1.0 / 3.0)
    by_1, by_2 = by_a + (by_w - by_t) * bb + third, by_b + (by_w - by_t) * aa + third
    return by_1, by_2, by_w + third, by_product


@njit(**JIT_OPTIONS)
def weighted_sum(e, t, first):
    """Sum of extra harmonics times their coefficients.

    Parameters
    ----------
    e
        The extra harmonics, vectors.
    t
        A row of a table, with the coefficients.
    first
        Position of the first coefficient in it.
    """
    low = e[0] * t[first] + e[1] * t[first + 1] + e[2] * t[first + 2] + e[3] * t[first + 3]
    low = low + e[4] * t[first + 4] + e[5] * t[first + 5] + e[6] * t[first + 6]
    low = low + e[7] * t[first + 7] + e[8] * t[first + 8] + e[9] * t[first + 9]
    return low + e[10] * t[first + 10] + e[11] * t[first + 11]
