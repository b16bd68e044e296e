"""Polynomials in the orientations of two molecules: which powers a series needs.

Definitions: `expansion`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import Legendre
from numpy.polynomial.polynomial import Polynomial
from numpy.typing import NDArray
from scipy.signal import convolve
from scipy.special import factorial

from vibrates.core.errors import UserError

LARGEST_ORDER = 8  # of l2


@dataclass(frozen=True)
class Terms:
    """Powers of a polynomial in c_1, c_2, c_12, terms with one (p, q) together.

    ``a`` (t,): powers of c_1. ``groups`` (f, 2): powers (p, q) of c_2 and c_12. ``first`` (f + 1,):
    where the terms of each group begin.
    """

    a: NDArray
    groups: NDArray
    first: NDArray

    @classmethod
    def of(cls, present: NDArray) -> "Terms":
        """Of the elements of ``present`` [p, q, a] that are true."""
        rows = np.argwhere(present)
        groups, first = np.unique(rows[:, :2], axis=0, return_index=True)
        return cls(rows[:, 2], groups, np.append(first, len(rows)))

    @property
    def powers(self) -> NDArray:
        """(p, q, a) of every term, (t, 3)."""
        count = np.diff(self.first)
        return np.column_stack([np.repeat(self.groups, count, axis=0), self.a])


def series_labels(orders: tuple[int, int, int], even: tuple[bool, bool]) -> list[tuple]:
    """(l1, l2, m) of all functions up to ``orders``; even l for a molecule with like ends.

    Of high orders in both molecules only those with l1 + l2 up to the larger order plus two, which
    for N2 + H2 is as good as all of them.

    Raises
    ------
    UserError
        The order of the quantum molecule is so large that powers lose digits.
    """
    if orders[1] > LARGEST_ORDER:
        raise UserError(
            f"orders {orders} of the potential's expansion: at most {LARGEST_ORDER} for the "
            "quantum molecule; lower the second order"
        )
    steps = [2 if one else 1 for one in even]
    return [
        (l1, l2, m)
        for l2 in range(0, orders[1] + 1, steps[1])
        for m in range(min(l2, orders[0], orders[2]) + 1)
        for l1 in range(0, orders[0] + 1, steps[0])
        if l1 >= m and l1 + l2 <= max(orders[0] + 2, orders[1])
    ]


def _normalised_legendre(l: int, m: int) -> Polynomial:
    """T_{lm} in powers, of mean square one together with (1 - x^2)^m and cos(m phi)."""
    scale = (2.0 - (m == 0)) ** 0.25 * np.sqrt((2 * l + 1) * factorial(l - m) / factorial(l + m))
    derivative = Legendre.basis(l).deriv(m) if m else Legendre.basis(l)
    return scale * derivative.convert(kind=Polynomial)


def series_function(l1: int, l2: int, m: int, size: tuple[int, int, int]) -> NDArray:
    """Coefficients [p, q, a] of one function of the series, an array of shape ``size``."""

    def monomial(p, q, a, factor=1.0):
        one = np.zeros((p + 1, q + 1, a + 1))
        one[p, q, a] = factor
        return one

    def total(*parts):
        shape = np.max([part.shape for part in parts], axis=0)
        return sum(
            np.pad(x, [(0, n - k) for n, k in zip(shape, x.shape, strict=True)]) for x in parts
        )

    u = total(monomial(0, 1, 0), monomial(1, 0, 1, -1.0))
    s = convolve(
        total(monomial(0, 0, 0), monomial(0, 0, 2, -1.0)),
        total(monomial(0, 0, 0), monomial(2, 0, 0, -1.0)),
        method="direct",
    )
    q = [monomial(0, 0, 0), u]
    for k in range(1, m):
        q.append(
            total(2.0 * convolve(u, q[k], method="direct"), -convolve(s, q[k - 1], method="direct"))
        )
    product = convolve(q[m], _normalised_legendre(l1, m).coef[None, None, :], method="direct")
    product = convolve(product, _normalised_legendre(l2, m).coef[:, None, None], method="direct")
    return total(product, np.zeros(size))


def powers_of_series(labels: list[tuple]) -> tuple[Terms, NDArray]:
    """The powers that a series needs, and its functions' coefficients (functions, t) of them."""
    largest = np.max(labels, axis=0)
    size = (largest[1] + 1, largest[1] + 1, largest[0] + 1)
    matrices = np.array([series_function(l1, l2, m, size) for l1, l2, m in labels])
    present = np.abs(matrices).max(axis=0) > 0.0
    return Terms.of(present), matrices[:, present]


def powers_at(terms: Terms, c_1: NDArray, c_2: NDArray, c_12: NDArray) -> NDArray:
    """c_2^p c_12^q c_1^a of every term, first axis."""
    p, q, a = (x.reshape(-1, *(1,) * np.ndim(c_1)) for x in terms.powers.T)
    return c_2**p * c_12**q * c_1**a
