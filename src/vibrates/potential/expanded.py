"""Any potential, expanded once for all trajectories of a campaign.

    V(R, orientation, r_a, r_b) = sum_i A_i(t; r_a, r_b) F_i(orientation)

F_i are the bipolar harmonics of `vibrates.potential.expansion` with lambda_a + lambda_b up to one
order; t is a variable of R - rho(orientation), where the contour rho of the wall is expanded in the
same harmonics. At equal R, V differs by orders of magnitude between orientations, at equal R - rho
by little: with it order 8 is five times as accurate (N2 + H2: 0.1 % of V instead of 0.6 %).

The A_i are stored at equidistant t and at Chebyshev points of both bonds. From these they follow at
the vibrational grid points of every initial state, so that a function is called as often for one
state as for hundreds. On a grid, combinations of bond lengths that V hardly distinguishes are left
out (`COMPRESSION`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.polynomial.chebyshev import chebvander
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from vibrates.core.errors import UserError
from vibrates.core.units import BOHR_TO_ANGSTROM, HARTREE_TO_CM
from vibrates.potential.chunks import in_chunks
from vibrates.potential.contour import Contour, contour_distances
from vibrates.potential.expansion import Expansion, PotentialFunction
from vibrates.potential.orientation import cosines
from vibrates.potential.spline_grid import CLOSEST, OCTET, SplineGrid, monomials

COMPRESSION = 1e-4  # rms of V that is left out on a grid of bond lengths, relative
_BOND_POINTS = 5, 3.0  # Chebyshev points of a bond: so many, and so many per bohr of its range
_CONTOUR = 0.1  # V on the contour rho, as a share of the highest energy
_WALL = 1.5  # V at the last knot, in all orientations, as a multiple of the highest energy
_LENGTH = 8.0  # bohr: 1/t at the wall
_WALL_SPACING = 0.07  # bohr between the knots there; it grows as t^-2
_SAMPLE = np.array(
    [0.0, 1.0, 2.0, 3.0, 4.5, 6.0, 9.0]
)  # bohr from the wall: where terms are chosen
_FARTHEST = 40.0  # bohr: beyond, A_i falls off as t^6
_TAIL_POWER = 6
_LEAST_COEFFICIENT = 1e-9  # of a monomial in a harmonic; smaller ones are rounding errors
_CHUNK = 256  # geometries at a time


@dataclass(frozen=True)
class TotalOrder(Expansion):
    """An expansion with lambda_a + lambda_b up to the larger of ``order_a`` and ``order_b``."""

    @classmethod
    def of(cls, order: int, like_a: bool, like_b: bool, atom: bool = False) -> TotalOrder:
        """All harmonics up to an order.

        Parameters
        ----------
        order
            Largest lambda_a + lambda_b.
        like_a, like_b
            Whether the ends of either molecule are alike: even orders only.
        atom
            Whether the second one is an atom: orders of the first alone.
        """
        return cls(order, 0 if atom else order, 0 if atom else order // 2, like_a, like_b)

    @property
    def terms(self) -> list[tuple[int, int, int]]:
        """(lambda_a, lambda_b, mu) of every term."""
        top = max(self.order_a, self.order_b)
        return [term for term in super().terms if term[0] + term[1] <= top]


@dataclass(frozen=True, eq=False)
class ExpandedSurface:
    """See the module; atomic units.

    ``angular``: the harmonics; ``kept``: positions of those that are used; ``contour`` (terms,):
    coefficients of rho in all of them; ``radial`` (knots, kept, n_a n_b): A_i at t = 0,
    ``spacing``, ... and at the Chebyshev points of ``bonds``, the ranges of both bond lengths;
    ``offset``: of 1/t from R - rho; ``errors``: of `convergence`, in the order of its table.
    """

    angular: TotalOrder
    kept: NDArray
    contour: NDArray
    radial: NDArray
    bonds: tuple[tuple[float, float], tuple[float, float]]
    offset: float
    spacing: float
    errors: tuple[float, ...] = ()

    @classmethod
    def build(
        cls,
        potential: PotentialFunction,
        angular: TotalOrder,
        bonds: tuple[tuple[float, float], tuple[float, float]],
        r_e: tuple[float, float],
        highest: float,
        least_share: float = 0.0,
    ) -> ExpandedSurface:
        """Expand a potential.

        Parameters
        ----------
        potential
            V(R, c_a, c_b, c_ab, r_a, r_b).
        angular
            The harmonics.
        bonds
            Ranges of both bond lengths; an atom's begins where it ends.
        r_e
            Equilibrium bond lengths.
        highest
            Highest energy of the trajectories, hartree.
        least_share
            Harmonics whose share of V, and of its change with the bonds, is below it at every
            distance are left out, of rho too.

        Raises
        ------
        UserError
            If V has no wall of that height.
        """
        theta_a, theta_b, phi, weights = angular._quadrature()
        orientation = cosines(theta_a, theta_b, phi)
        projector = angular.functions(theta_a, theta_b, phi) * weights
        at_r_e = Contour(potential, orientation, r_e)
        contour = projector @ contour_distances(at_r_e, _CONTOUR * highest)
        functions = angular.functions(theta_a, theta_b, phi)

        c_a, c_b, c_ab = (c[:, None] for c in orientation)

        def radial_functions(x: NDArray, rho: NDArray, lengths: list[NDArray]) -> NDArray:
            """A_i (x, terms, n_a n_b) at values of R - rho and at bond lengths."""
            r_a, r_b = (r.ravel() for r in np.meshgrid(*lengths, indexing="ij"))
            values = np.empty((len(x), len(projector), r_a.size))
            for row, at in enumerate(x.tolist()):
                v = potential((at + rho)[:, None], c_a, c_b, c_ab, r_a, r_b)
                values[row] = projector @ np.broadcast_to(v, (len(rho), r_a.size))
            return values

        rho = functions.T @ contour
        wall = _innermost(at_r_e, rho, highest)
        sample = radial_functions(
            wall + _SAMPLE,
            rho,
            [np.linspace(*b, 3) if b[0] < b[1] else np.array(b[:1]) for b in bonds],
        )
        kept = np.flatnonzero(_shares(sample) >= least_share)
        rho = functions[kept].T @ contour[kept]
        projector = projector[kept]
        wall = _innermost(at_r_e, rho, highest)
        offset = _LENGTH - wall
        intervals = int(np.ceil(_LENGTH / _WALL_SPACING))
        spacing = 1.0 / (_LENGTH * intervals)
        begin = int(np.ceil(1.0 / ((_FARTHEST + offset) * spacing)))
        knots = np.arange(begin, intervals + 1)
        outer = radial_functions(1.0 / (knots * spacing) - offset, rho, [*map(_bond_points, bonds)])
        fall = (np.arange(begin) / begin) ** _TAIL_POWER
        radial = np.concatenate([fall[:, None, None] * outer[0], outer])
        return cls(angular, kept, contour, radial, bonds, offset, spacing)

    @cached_property
    def _orientation(self) -> tuple[NDArray, NDArray, NDArray]:
        """Labels (l, 3) of monomials; matrix (l, kept) that gives the harmonics; rho_i (l,)."""
        every = self.angular.terms
        labels = np.array([(a - mu, b - mu, mu) for a, b, mu in every])
        labels = labels[np.lexsort(labels.T)]
        theta_a, theta_b, phi, _ = self.angular._quadrature()
        x = monomials(labels, *cosines(theta_a, theta_b, phi))
        matrix = np.linalg.lstsq(x, self.angular.functions(theta_a, theta_b, phi).T, rcond=None)[0]
        contour = matrix[:, self.kept] @ self.contour[self.kept]
        matrix = matrix[:, self.kept]
        used = np.abs(matrix).max(axis=1) > _LEAST_COEFFICIENT
        return labels[used], matrix[used], contour[used]

    @cached_property
    def _pieces(self) -> NDArray:
        """Cubic polynomials of all intervals (intervals + 1, terms, 4, n_a n_b), the last linear.

        Not in t but in its distance from the knot, in units of the spacing.
        """
        spline = CubicSpline(np.arange(len(self.radial)), self.radial)
        last = len(self.radial) - 1
        pieces = np.zeros((last + 1, *self.radial.shape[1:2], 4, self.radial.shape[2]))
        pieces[:-1] = np.moveaxis(spline.c, 0, 2)
        pieces[-1, :, 2], pieces[-1, :, 3] = spline(last, 1), self.radial[-1]
        return pieces

    def _in_bonds(self, number: int, r: NDArray) -> NDArray:
        """Weights (..., n) of the Chebyshev points of a bond at lengths ``r`` (...)."""
        lower, upper = self.bonds[number]
        if lower == upper:
            return np.ones((*r.shape, 1))
        outside = (r < lower - 1e-9) | (r > upper + 1e-9)
        if outside.any():
            worst = float(r[outside][np.argmax(np.abs(r[outside] - 0.5 * (lower + upper)))])
            raise UserError(
                f"surface.bonds_angstrom[{number}]: a vibrational grid has the bond length "
                f"{worst * BOHR_TO_ANGSTROM:.4g}, the expansion goes from "
                f"{lower * BOHR_TO_ANGSTROM:.4g} to {upper * BOHR_TO_ANGSTROM:.4g}; widen it"
            )
        points = _bond_points(self.bonds[number])
        count = len(points)
        inverse = np.linalg.inv(chebvander(_unit(points, lower, upper), count - 1))
        return chebvander(_unit(r, lower, upper), count - 1) @ inverse

    def rho(self, c_a: NDArray, c_b: NDArray, c_ab: NDArray) -> NDArray:
        """rho of the module (...), bohr. Arguments as in `Potential.potential`."""
        labels, _, contour = self._orientation
        return monomials(labels, c_a, c_b, c_ab) @ contour

    def on_grid(self, r_a: ArrayLike, r_b: ArrayLike, left_out: float = COMPRESSION) -> SplineGrid:
        """The splines at grid points.

        Parameters
        ----------
        r_a, r_b : (n,), (m,)
            Bond lengths, bohr; the grid is their product.
        left_out
            Relative rms of V that may be left out.

        Raises
        ------
        UserError
            If a bond length lies outside the range of the expansion.
        """
        weights = np.kron(
            self._in_bonds(0, np.ravel(np.asarray(r_a, float))),
            self._in_bonds(1, np.ravel(np.asarray(r_b, float))),
        )
        labels, matrix, contour = self._orientation
        bonds, dual = _compressed(weights, self.radial, left_out)
        radial = np.einsum("xibn,np->xibp", self._pieces, dual, optimize=True)
        radial = np.einsum("ji,xibp->xjbp", matrix, radial, optimize=True)
        return SplineGrid(
            labels, contour, np.ascontiguousarray(radial), bonds, self.offset,
            self.spacing,
        )  # fmt: skip

    def potential(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike,
        c_ab: ArrayLike,
        r_a: ArrayLike,
        r_b: ArrayLike,
    ) -> NDArray:
        """V in hartree, without `COMPRESSION`. Arguments as in `Potential.potential`."""
        return in_chunks(self._values, (distance, c_a, c_b, c_ab, r_a, r_b), _CHUNK)

    def _values(
        self,
        distance: NDArray,
        c_a: NDArray,
        c_b: NDArray,
        c_ab: NDArray,
        r_a: NDArray,
        r_b: NDArray,
    ) -> NDArray:
        labels, matrix, contour = self._orientation
        x = monomials(labels, c_a, c_b, c_ab)
        functions = x @ matrix
        y = np.maximum(distance - x @ contour + self.offset, CLOSEST)
        place = 1.0 / (y * self.spacing)
        interval = np.minimum(place.astype(int), len(self._pieces) - 1)
        powers = (place - interval)[:, None] ** np.arange(3, -1, -1)
        weights = self._in_bonds(0, r_a)[:, :, None] * self._in_bonds(1, r_b)[:, None, :]
        c = self._pieces[interval] @ weights.reshape(len(weights), 1, -1, 1)
        return np.einsum("nib,nb,ni->n", c[..., 0], powers, functions)

    def to_arrays(self) -> dict[str, Any]:
        """The fields by name, numbers and arrays."""
        a = self.angular
        return {
            "orders": np.array([a.order_a, a.order_b, a.order_mu, a.like_a, a.like_b], int),
            "kept": self.kept,
            "contour": self.contour,
            "radial": self.radial,
            "bonds": np.array(self.bonds),
            "knots": np.array([self.offset, self.spacing]),
            "errors": np.array(self.errors),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray]) -> ExpandedSurface:
        """The inverse of `to_arrays`."""
        order_a, order_b, order_mu, like_a, like_b = (int(x) for x in arrays["orders"])
        (low_a, high_a), (low_b, high_b) = arrays["bonds"].tolist()
        offset, spacing = arrays["knots"].tolist()
        return cls(
            TotalOrder(order_a, order_b, order_mu, bool(like_a), bool(like_b)),
            np.array(arrays["kept"]), np.array(arrays["contour"]), np.array(arrays["radial"]),
            ((low_a, high_a), (low_b, high_b)), offset, spacing,
            tuple(arrays["errors"].tolist()),
        )  # fmt: skip


def _unit(r: NDArray, lower: float, upper: float) -> NDArray:
    return (2.0 * r - lower - upper) / (upper - lower)


def _bond_points(bounds: tuple[float, float]) -> NDArray:
    lower, upper = bounds
    if lower == upper:
        return np.array([lower])
    count = _BOND_POINTS[0] + int(np.ceil(_BOND_POINTS[1] * (upper - lower)))
    x = np.cos(np.pi * (np.arange(count) + 0.5) / count)[::-1]
    return 0.5 * (lower + upper) + 0.5 * (upper - lower) * x


def _innermost(at_r_e: Contour, rho: NDArray, highest: float) -> float:
    """R - rho at which V exceeds `_WALL` highest energies in all orientations."""
    for x in np.arange(0.0, -float(rho.min()), -0.1):
        lowest = float(at_r_e(rho + x).min())
        if lowest > _WALL * highest:
            return x
    v = at_r_e(rho - float(rho.min()) + 0.1)
    at_r_e.refuse(
        int(np.argmin(v)), 0.1, float(v.min()),
        f"below {_WALL * highest * HARTREE_TO_CM:.0f} cm^-1, {_WALL} of surface.highest_energy_cm; "
        "lower that energy, or correct the wall of the function or its unit",
    )  # fmt: skip
    raise AssertionError  # `refuse` does


def _shares(radial: NDArray) -> NDArray:
    """Largest share (terms,) of each harmonic in V, and in its change with the bonds."""
    parts = []
    for values in (radial, radial - radial.mean(axis=2, keepdims=True)):
        square = (values**2).mean(axis=2)
        whole = np.maximum(square.sum(axis=1, keepdims=True), 1e-300)
        parts.append(np.sqrt(square / whole).max(axis=0))
    return np.maximum(*parts)


def _compressed(weights: NDArray, radial: NDArray, tolerance: float) -> tuple[NDArray, NDArray]:
    """Functions of the bonds B (g, p) and their duals (n, p): weights A ~ B (dual A).

    p is a multiple of `OCTET`; columns beyond the grid points are zero. Knots count alike, each
    relative to V there.

    Parameters
    ----------
    weights : (g, n)
        Of the Chebyshev points at each of g grid points.
    radial : (knots, terms, n)
        The coefficients.
    tolerance
        Relative rms of V that may be left out.
    """
    points = len(weights)
    scale = np.sqrt((radial**2).mean(axis=(1, 2)))
    rows = (radial[scale > 0.0] / scale[scale > 0.0, None, None]).reshape(-1, radial.shape[2])
    gram = weights @ (rows.T @ rows) @ weights.T
    values, vectors = np.linalg.eigh(gram)
    left_out = np.sqrt(np.maximum(np.cumsum(values), 0.0) / values.sum())
    count = points - int(np.searchsorted(left_out, tolerance))
    count = min(-(-count // OCTET) * OCTET, points)
    kept = vectors[:, ::-1][:, :count] if count < points else np.eye(points)
    padding = ((0, 0), (0, -count % OCTET))
    return np.pad(kept, padding), np.pad(weights.T @ kept, padding)


# --- How good it is.

QUANTITIES = ("V", "dV/dR", "dV/dr_a", "dV/dr_b")
RANGES = ("wall", "well", "tail")
_STEP = 1e-3  # bohr, of central differences
_SOFT = 0.01  # V of the wall, at least, as a share of the highest energy


def convergence(
    expanded: ExpandedSurface,
    potential: PotentialFunction,
    r_e: tuple[float, float],
    highest: float,
    geometries: int = 1200,
    seed: int = 1,
) -> pd.DataFrame:
    """Relative errors of the expansion at random geometries that are not part of it.

    Parameters
    ----------
    expanded, potential
        The expansion, and what it is of.
    r_e
        Equilibrium bond lengths, bohr.
    highest
        Highest energy of the trajectories, hartree.
    geometries
        Number of random geometries.
    seed
        Seed of their generator.

    Returns
    -------
    pandas.DataFrame
        Rows `RANGES`, columns `QUANTITIES`: rms error over rms value, in the wall of both in units
        of V. The wall is V from 1 % of ``highest`` to ``highest``; the tail begins at 1.6 times the
        mean distance at which V is zero (without a well: 0.1 % of ``highest``).
    """
    random = np.random.default_rng(seed)
    theta_a, theta_b = np.arccos(random.uniform(-1.0, 1.0, (2, geometries)))
    orientation = cosines(theta_a, theta_b, random.uniform(0.0, np.pi, geometries))
    bonds = [
        random.uniform(low + _STEP, high - _STEP, geometries) if low < high else np.full(1, low)
        for low, high in expanded.bonds
    ]
    rho = expanded.rho(*orientation)
    at_r_e = Contour(potential, orientation, r_e)
    zero = float(np.mean(contour_distances(at_r_e, 1e-3 * highest)))
    u = random.uniform(0.0, 1.0, geometries)
    third = np.arange(geometries) % 3
    # Of R - rho: from the last knot to V = 0, from there to 1.6 and to 3.2 times that distance.
    edges = np.array([_LENGTH - expanded.offset, zero - float(np.mean(rho))])
    edges = np.append(edges, edges[1] + np.array([0.6, 2.2]) * zero)
    distance = rho + edges[third] + u * (edges[third + 1] - edges[third])
    values, errors = {}, {}
    fixed = [
        name
        for name, (low, high) in zip(QUANTITIES[2:], expanded.bonds, strict=True)
        if low == high
    ]
    for name in QUANTITIES:
        if name in fixed:
            values[name] = errors[name] = np.zeros(geometries)
            continue
        of_function, of_expansion = (
            _derivative(function, name, distance, orientation, bonds)
            for function in (potential, expanded.potential)
        )
        values[name], errors[name] = of_function, of_expansion - of_function
    v = values["V"]
    wall = (v > _SOFT * highest) & (v <= highest)
    chosen = {
        "wall": wall,
        "well": ~wall & (v <= highest) & (third < 2),
        "tail": third == 2,
    }
    table = pd.DataFrame(index=list(RANGES), columns=list(QUANTITIES), dtype=float)
    for place, mask in chosen.items():
        unit = v[mask] if place == "wall" else 1.0
        for name in QUANTITIES:
            size = np.sqrt(np.mean((values[name][mask] / unit) ** 2))
            error = np.sqrt(np.mean((errors[name][mask] / unit) ** 2))
            table.loc[place, name] = error / size if size > 0.0 else 0.0
    return table


def _derivative(
    function: PotentialFunction,
    name: str,
    distance: NDArray,
    orientation: tuple[NDArray, NDArray, NDArray],
    bonds: list[NDArray],
) -> NDArray:
    """V or a central difference of it, with steps that stay inside the ranges of the bonds."""
    if name == "V":
        return function(distance, *orientation, *bonds)
    arguments = [distance, *bonds]
    place = QUANTITIES.index(name) - 1
    ends = []
    for sign in (1.0, -1.0):
        moved = list(arguments)
        moved[place] = arguments[place] + sign * _STEP
        ends.append(function(moved[0], *orientation, *moved[1:]))
    return (ends[0] - ends[1]) / (2.0 * _STEP)
