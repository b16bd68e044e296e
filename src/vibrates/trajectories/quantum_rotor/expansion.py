"""The potential as a polynomial in the orientations of both molecules.

    V = sum A_apq(R; g) c_1^a c_2^p c_12^q

with c_1 = n_1.R^ of the rotor, c_2 = n_2.R^ of the quantum molecule, c_12 = n_1.n_2, and g the grid
points of both vibrations. It is the series in T_{l1 m}(c_1) T_{l2 m}(c_2) q_m(u, S), where T_{lm}
is the m-th derivative of the Legendre polynomial P_l, u = c_12 - c_1 c_2,
S = (1 - c_1^2)(1 - c_2^2), and q_m = S^(m/2) cos(m phi) with the dihedral angle phi is a
polynomial too: q_0 = 1, q_1 = u, q_(m+1) = 2 u q_m - S q_(m-1). These functions are orthogonal
under isotropic orientations, so that coefficients are quadratures of the surface; powers cost least
to evaluate, and so low ones lose no digits that matter.

The radial functions are cubic splines in x = ln R on equidistant knots, with the switching function
in them; forces are derivatives of the same splines, so that the potential that is propagated in
conserves energy.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import Legendre, leggauss
from numpy.polynomial.polynomial import Polynomial
from numpy.typing import NDArray
from scipy.interpolate import BSpline
from scipy.signal import convolve
from scipy.special import factorial

from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM
from vibrates.potential.joined import switching_function

# V(R, c_1, c_2, c_12, r_1, r_2), arguments broadcast; atomic units.
Potential = Callable[..., NDArray]

# Largest l1, l2, m. For N2 + H2 on the fitted surface P of vibrational transitions is converged to
# 1 % with l1 to 12; nearly cancelling rotational ones need 16 (20 % off with 14, 1 % with 16).
DEFAULT_ORDERS = (16, 6, 4)
LARGEST_ORDER = 8  # of l2
REMAINDER_LIMIT = 0.02  # rms error over rms anisotropy, anywhere that the molecules reach
_SPACING = 0.01  # of the knots in ln R
_CHUNK = 16  # distances at a time


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
    matrices = np.array([series_function(*label, size) for label in labels])
    present = np.abs(matrices).max(axis=0) > 0.0
    return Terms.of(present), matrices[:, present]


def powers_at(terms: Terms, c_1: NDArray, c_2: NDArray, c_12: NDArray) -> NDArray:
    """c_2^p c_12^q c_1^a of every term, first axis."""
    p, q, a = (x.reshape(-1, *(1,) * np.ndim(c_1)) for x in terms.powers.T)
    return c_2**p * c_12**q * c_1**a


def _orientations(points: tuple[int, int, int], even: tuple[bool, bool]):
    """c_1, c_2, c_12 and weights (sum 1) of a product quadrature over both orientations."""
    axes, weights = [], []
    for count, like_ends in zip(points[:2], even, strict=True):
        x, w = leggauss(2 * count)
        if like_ends:
            x, w = x[x > 0], 2.0 * w[x > 0]
        axes.append(x)
        weights.append(0.5 * w)
    phi = np.pi * (np.arange(2 * points[2]) + 0.5) / (2 * points[2])
    c_1, c_2, phi = (x.ravel() for x in np.meshgrid(*axes, phi, indexing="ij"))
    weight = np.outer(np.outer(*weights), np.full(2 * points[2], 0.5 / points[2])).ravel()
    c_12 = c_1 * c_2 + np.sqrt((1.0 - c_1**2) * (1.0 - c_2**2)) * np.cos(phi)
    return c_1, c_2, c_12, weight


@dataclass(frozen=True, eq=False)
class AngularExpansion:
    """The series of one pair on the vibrational grids of a trajectory.

    ``table`` (knots, terms, g): spline coefficients; ``origin``, ``spacing``: of the knots in
    ln R; ``reach``: (nearest, farthest) R, bohr; ``remainder``: the largest rms error of V over its
    rms anisotropy, where V is below the energy that was asked for.
    """

    terms: Terms
    table: NDArray
    origin: float
    spacing: float
    reach: tuple[float, float]
    remainder: float

    @classmethod
    def build(
        cls,
        potential: Potential,
        r_1: NDArray,
        r_2: NDArray,
        weights_2: NDArray,
        energy: float,
        switch: tuple[float, float],
        even: tuple[bool, bool],
        orders: tuple[int, int, int] = DEFAULT_ORDERS,
    ) -> "AngularExpansion":
        """Expand ``potential`` on the grid of bond lengths.

        Parameters
        ----------
        potential : Potential
            V(R, c_1, c_2, c_12, r_1, r_2).
        r_1 : NDArray
            Bond lengths (n,) of the rotor's grid, bohr.
        r_2, weights_2 : NDArray
            Bond lengths (q,) of the quantum molecule and weights (q, p) that average V to the
            points that carry amplitudes; g = n p grid points, the latter fastest.
        energy : float
            Highest energy of the trajectories, hartree: V is expanded from where it is larger
            everywhere.
        switch : tuple[float, float]
            R, bohr, where V begins to be switched off and where it has vanished, the largest R.
        even : tuple[bool, bool]
            Whether the ends of the rotor, of the quantum molecule are alike.
        orders : tuple[int, int, int]
            Largest l1, l2, m.

        Raises
        ------
        UserError
            The range is infinite, or the orders are too low: `REMAINDER_LIMIT`.
        """
        farthest = switch[1]
        if not np.isfinite(farthest):
            raise UserError(
                "dynamics.interaction_range_angstrom is infinite; a quantised rotor needs a finite "
                "one, 12 say"
            )
        labels = series_labels(orders, even)
        terms, powers = powers_of_series(labels)
        c_1, c_2, c_12, weight = _orientations(tuple(order // 2 + 4 for order in orders), even)
        functions = powers @ powers_at(terms, c_1, c_2, c_12)

        def mean_potential(distances: NDArray) -> NDArray:
            """V (R, orientations, g)."""
            values = potential(
                distances[:, None, None, None], c_1[:, None, None], c_2[:, None, None],
                c_12[:, None, None], r_1[:, None], r_2,
            )  # fmt: skip
            full = (len(distances), len(c_1), len(r_1), len(r_2))
            averaged = np.broadcast_to(values, full) @ weights_2
            kept = 1.0 - switching_function(distances, *switch)
            return kept[:, None, None] * averaged.reshape(len(distances), len(c_1), -1)

        nearest = _nearest(mean_potential, energy, farthest)
        origin = np.log(nearest)
        intervals = int(np.ceil((np.log(farthest) - origin) / _SPACING))
        spacing = (np.log(farthest) - origin) / intervals
        # Two more points than knots settle the ends of the spline.
        x = origin + spacing * np.sort([0.5, intervals - 0.5, *range(intervals + 1)])
        values, remainder = [], 0.0
        for first in range(0, len(x), _CHUNK):
            v = mean_potential(np.exp(x[first : first + _CHUNK]))
            coefficients = (functions * weight) @ v
            values.append(coefficients)
            error = v - np.einsum("to,rtg->rog", functions, coefficients)
            remainder = max(remainder, _relative_error(error, v, weight, energy))
        if remainder > REMAINDER_LIMIT:
            raise UserError(
                f"orders {orders} of the potential's expansion leave {remainder:.1%} of its "
                f"anisotropy, more than {REMAINDER_LIMIT:.0%}; raise the orders, or lower the "
                f"highest energy, {energy * HARTREE_TO_CM:.0f} cm^-1"
            )
        knots = origin + spacing * np.arange(-3, intervals + 4)
        design = BSpline.design_matrix(x, knots, 3).toarray()
        flat = np.concatenate(values).reshape(len(x), -1)
        of_series = np.linalg.solve(design, flat).reshape(len(x), *values[0].shape[1:])
        table = np.einsum("st,rsg->rtg", powers, of_series)
        return cls(terms, table, origin, spacing, (nearest, farthest), remainder)

    def radial(self, distance: NDArray) -> tuple[NDArray, NDArray]:
        """A and dA/dR (N, terms, g) at distances (N,)."""
        position = (np.log(distance) - self.origin) / self.spacing
        position = np.minimum(position, len(self.table) - 3)  # beyond the range V is zero
        interval = np.clip(np.floor(position), 0, len(self.table) - 4).astype(int)
        weights, slopes = spline_weights(position - interval)
        stencil = self.table[interval[:, None] + np.arange(4)]
        value = np.einsum("nq,nqtg->ntg", weights, stencil)
        slope = np.einsum("nq,nqtg->ntg", slopes, stencil)
        return value, slope / (self.spacing * distance)[:, None, None]

    def of_rotor(self, distance: NDArray, c_1: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        """Sums over powers of c_1, W (N, f, g), and their derivatives by R and c_1."""
        value, slope = self.radial(distance)
        a = self.terms.a
        t = (c_1[:, None] ** a)[:, :, None]
        by_c = (a * c_1[:, None] ** np.maximum(a - 1, 0))[:, :, None]
        first = self.terms.first[:-1]
        return tuple(
            np.add.reduceat(x, first, axis=1) for x in (t * value, t * slope, by_c * value)
        )


def spline_weights(t: NDArray) -> tuple[NDArray, NDArray]:
    """The four cubic B-splines of an interval and their derivatives (..., 4), 0 <= t <= 1."""
    s = 1.0 - t
    value = (s**3, 4.0 - 6.0 * t**2 + 3.0 * t**3, 4.0 - 6.0 * s**2 + 3.0 * s**3, t**3)
    slope = (-(s**2), t * (3.0 * t - 4.0), s * (4.0 - 3.0 * s), t**2)
    return np.stack(value, axis=-1) / 6.0, 0.5 * np.stack(slope, axis=-1)


def _nearest(mean_potential: Callable, energy: float, farthest: float) -> float:
    """Distance within which V is larger than ``energy`` in all orientations and bond lengths."""
    distances = np.exp(np.arange(np.log(farthest), 0.0, -0.05))
    for first in range(0, len(distances), _CHUNK):
        some = distances[first : first + _CHUNK]
        lowest = mean_potential(some).min(axis=(1, 2))
        beyond = np.flatnonzero(lowest > 1.2 * energy)
        if beyond.size:
            return float(some[beyond[0]])
    return float(distances[-1])


def _relative_error(error: NDArray, v: NDArray, weight: NDArray, energy: float) -> float:
    """Largest rms error over rms anisotropy, at distances where V is below ``energy`` on average.

    Anisotropies below 1e-3 of the largest V are not looked at: an isotropic potential has none.
    """
    mean = np.einsum("o,rog->rg", weight, v)
    anisotropy = np.sqrt(np.einsum("o,rog->rg", weight, (v - mean[:, None]) ** 2))
    rms = np.sqrt(np.einsum("o,rog->rg", weight, error**2))
    counts = (mean < energy) & (anisotropy > 1e-3 * np.abs(v).max(axis=1))
    return float((rms[counts] / anisotropy[counts]).max(initial=0.0))
