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
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM
from vibrates.potential.joined import switching_function
from vibrates.trajectories.quantum_rotor.series import (
    Terms,
    powers_at,
    powers_of_series,
    series_labels,
)

# V(R, c_1, c_2, c_12, r_1, r_2), arguments broadcast; atomic units.
PotentialFunction = Callable[..., NDArray]

# Largest l1, l2, m. For N2 + H2 on the fitted surface P of vibrational transitions is converged to
# 1 % with l1 to 12; nearly cancelling rotational ones need 16 (20 % off with 14, 1 % with 16).
DEFAULT_ORDERS = (16, 6, 4)
REMAINDER_LIMIT = 0.02  # rms error over rms anisotropy, anywhere that the molecules reach
_SPACING = 0.01  # of the knots in ln R
_CHUNK = 16  # distances at a time


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
        potential: PotentialFunction,
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
        potential : PotentialFunction
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
        counts = (orders[0] // 2 + 4, orders[1] // 2 + 4, orders[2] // 2 + 4)
        c_1, c_2, c_12, weight = _orientations(counts, even)
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
        w, by_distance, by_cosine = (
            np.add.reduceat(x, first, axis=1) for x in (t * value, t * slope, by_c * value)
        )
        return w, by_distance, by_cosine


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
