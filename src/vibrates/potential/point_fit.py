"""A potential from a table of points, by linear least squares with a prior.

    V = sum_i F_i(orientation) sum_pq xi_a^p xi_b^q [ sum_n C_inpq exp(-n alpha (R - R_0)/2)
                                                      + sum_m D_impq f(R) (R_0/R)^m ]

F_i are bipolar harmonics, xi = l tanh((r - r_e)/l) the stretches, and f = 1 - exp(-(R/R_0)^8) damps
the inverse powers. All coefficients have a normal prior around zero, narrower for higher orders, so
that what the points do not tell stays small. Its width and alpha are those of least error in a
cross-validation that leaves out whole orientations.

The fit is used where there are points. Inside of them V goes on as an exponential that falls with
R, outside of them as two inverse powers; V and dV/dR are continuous.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import BOHR_TO_ANGSTROM, EV_TO_HARTREE, HARTREE_TO_CM, HARTREE_TO_EV
from vibrates.potential.contour import Contour, contour_distances
from vibrates.potential.expanded import TotalOrder
from vibrates.potential.orientation import cosines

_EXPONENTIALS = (1.0, 2.0, 3.0, 4.0)  # n, in halves of alpha
_INVERSE = (5, 6, 8)
_STRETCHES = 2  # largest p + q
_STRETCH_LENGTH = 1.0  # bohr
_ALPHAS = (1.3, 1.7, 2.1)  # 1/bohr
_WIDTHS = 10.0 ** np.arange(-2.0, 6.0)  # of the prior, relative to the floor
_FLOOR = 20.0 / HARTREE_TO_CM  # hartree: errors count relative to |V| plus this
_HIGHEST = 50.0 * EV_TO_HARTREE  # 95th percentile of V of a table that makes sense
_FOLDS = 5
_CONTOUR = 0.3  # energy of the contour, as a share of the 95th percentile of V
_INSIDE = 0.02  # share of the points that lie inside of where the wall is joined
_DECAYS = (0.3, 6.0)  # 1/bohr: limits of the decay of that wall
_STEP = 1e-3  # bohr, of the slopes at the joints
_AT_ONCE = 20000
_TEMPERED = 0.1  # least V at the inner joint, as a share of the energy of the contour


@dataclass(frozen=True)
class Points:
    """R, theta_a, theta_b, phi, r_a, r_b and V, each (n,); atomic units and radian."""

    distance: NDArray
    theta_a: NDArray
    theta_b: NDArray
    phi: NDArray
    r_a: NDArray
    r_b: NDArray
    energy: NDArray

    def part(self, mask: NDArray) -> Points:
        """The points of a mask (n,)."""
        return Points(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class PointFit:
    """See the module; atomic units.

    ``coefficients`` (columns,), of the columns of `design`; ``rho`` (terms,): harmonics of the
    contour of the wall, and ``inside``: R - rho where it is joined; ``outside``: R where the tail
    is; ``least``: smallest V at the inner joint; ``error_wall`` (relative, V above the floor) and
    ``error_well`` (hartree): rms of the cross-validation.
    """

    angular: TotalOrder
    r_e: tuple[float, float]
    centre: float
    atom: bool
    alpha: float = 0.0
    coefficients: NDArray | None = None
    rho: NDArray | None = None
    inside: float = 0.0
    outside: float = np.inf
    least: float = 0.0
    error_wall: float = np.nan
    error_well: float = np.nan

    @classmethod
    def to_points(
        cls, points: Points, angular: TotalOrder, r_e: tuple[float, float], atom: bool
    ) -> PointFit:
        """The fit to a table of points.

        Parameters
        ----------
        points
            The points.
        angular
            The harmonics.
        r_e
            Equilibrium bond lengths, bohr.
        atom
            Whether the second partner is an atom.

        Raises
        ------
        UserError
            If there are too few points, or if they show no wall.
        """
        wall = float(np.quantile(points.energy, 0.95))
        near = points.distance[points.energy > _CONTOUR * wall]
        if wall < 10.0 * _FLOOR or near.size < 20:
            raise UserError(
                f"surface.file: of {points.energy.size} points 5 % lie above "
                f"{wall * HARTREE_TO_CM:.4g} cm^-1, fewer than needed for a wall of at least "
                f"{10 * _FLOOR * HARTREE_TO_CM:.0f}; add points at small R, or correct the unit"
            )
        if wall > _HIGHEST:
            row = int(np.argmax(points.energy))
            raise UserError(
                f"surface.file: 5 % of the points lie above {wall * HARTREE_TO_EV:.4g} eV, row "
                f"{row + 1} at R = {points.distance[row] * BOHR_TO_ANGSTROM:.4g} angstrom has "
                f"{points.energy[row] * HARTREE_TO_EV:.4g}; the limit is "
                f"{_HIGHEST * HARTREE_TO_EV:.0f}: correct surface.units, or leave such points out"
            )
        start = cls(angular, r_e, float(np.median(near)), atom)
        fits = [start._regressed(points, alpha) for alpha in _ALPHAS]
        best = min(fits, key=lambda one: one[1])[0]
        return best._joined(points, _CONTOUR * wall)

    def design(self, alpha: float, p: Points) -> tuple[NDArray, NDArray]:
        """Columns at points, and their scale by order.

        Parameters
        ----------
        alpha
            Decay of the exponentials.
        p
            Points; their V is not used.

        Returns
        -------
        columns, scale
            (n, columns) and (columns,), the prior width of each relative to the others.
        """
        f = self.angular.functions(p.theta_a, p.theta_b, p.phi)
        f = f / self.angular.functions(*np.zeros((3, 1)))[0]
        s_a, s_b = (
            _STRETCH_LENGTH * np.tanh((r - r_e) / _STRETCH_LENGTH)
            for r, r_e in zip((p.r_a, p.r_b), self.r_e, strict=True)
        )
        away = p.distance - self.centre
        damping = -np.expm1(-((p.distance / self.centre) ** 8))
        radial = [np.exp(-0.5 * n * alpha * away) for n in _EXPONENTIALS]
        radial += [damping * (self.centre / p.distance) ** m for m in _INVERSE]
        columns, scale = [], []
        for (la, lb, _), harmonic in zip(self.angular.terms, f, strict=True):
            level = (la + lb + 1) // 2
            for i in range(_STRETCHES + 1):
                for j in range(_STRETCHES + 1 - i):
                    if (self.atom and j) or (i + j and i + j + level > _STRETCHES + 2):
                        continue
                    part = harmonic * s_a**i * s_b**j
                    columns += [part * one for one in radial]
                    scale += [0.5**level] * len(radial)
        return np.stack(columns, axis=1), np.array(scale)

    def _regressed(self, points: Points, alpha: float) -> tuple[PointFit, float]:
        """The fit with this alpha and its score, the error in cross-validation."""
        columns, scale = self.design(alpha, points)
        weight = 1.0 / (np.abs(points.energy) + _FLOOR)
        x, y = columns * scale * (_FLOOR * weight)[:, None], points.energy * weight
        angles = np.round(np.stack([points.theta_a, points.theta_b, points.phi]), 6)
        _, orientation = np.unique(angles, axis=1, return_inverse=True)
        orientation = orientation.ravel()
        # Of few orientations none can be left out; then points are.
        groups = orientation if orientation.max() >= 2 * _FOLDS else np.arange(y.size)
        fold = np.random.default_rng(1).permutation(groups.max() + 1)[groups] % _FOLDS
        predicted = np.empty((len(_WIDTHS), y.size))
        for number in range(_FOLDS):
            out = fold == number
            for row, found in enumerate(_ridge(x[~out], y[~out])):
                predicted[row, out] = x[out] @ found
        score = np.sqrt(((predicted - y) ** 2).mean(axis=1))
        best = int(np.argmin(score))
        error = (predicted[best] - y) / weight
        wall = points.energy > 5.0 * _FLOOR
        fit = replace(
            self,
            alpha=alpha,
            coefficients=_ridge(x, y)[best] * scale * _FLOOR,
            error_wall=float(np.sqrt(np.mean((error[wall] / points.energy[wall]) ** 2))),
            error_well=float(np.sqrt(np.mean(error[~wall] ** 2))) if (~wall).any() else np.nan,
        )
        return fit, float(score[best])

    def _joined(self, points: Points, energy: float) -> PointFit:
        """With the wall and the tail that go on from the points."""
        theta_a, theta_b, phi, weights = self.angular._quadrature()
        at_r_e = Contour(self._inner_of_cosines, cosines(theta_a, theta_b, phi), self.r_e)
        functions = self.angular.functions(theta_a, theta_b, phi)
        rho = (functions * weights) @ contour_distances(at_r_e, energy)
        away = points.distance - self._contour(rho, points)
        inside = float(np.quantile(away[points.energy > energy], _INSIDE))
        outside = float(np.quantile(points.distance, 0.99))
        return replace(self, rho=rho, inside=inside, outside=outside, least=_TEMPERED * energy)

    def _contour(self, rho: NDArray, p: Points) -> NDArray:
        return rho @ self.angular.functions(p.theta_a, p.theta_b, p.phi)

    def _inner_of_cosines(
        self,
        distance: NDArray,
        c_a: NDArray,
        c_b: NDArray,
        c_ab: NDArray,
        r_a: NDArray,
        r_b: NDArray,
    ) -> NDArray:
        sines = np.sqrt(np.maximum((1.0 - c_a**2) * (1.0 - c_b**2), 1e-300))
        phi = np.arccos(np.clip((c_ab - c_a * c_b) / sines, -1.0, 1.0))
        x, theta_a, theta_b, phi, r_a, r_b = np.broadcast_arrays(
            distance, np.arccos(c_a), np.arccos(c_b), phi, r_a, r_b
        )
        return self._inner(Points(x, theta_a, theta_b, phi, r_a, r_b, np.zeros_like(x)))

    def _inner(self, p: Points) -> NDArray:
        """V (n,) of the fit alone."""
        assert self.coefficients is not None  # a fit
        return self.design(self.alpha, p)[0] @ self.coefficients

    def __call__(
        self,
        distance: NDArray,
        theta_a: NDArray,
        theta_b: NDArray,
        phi: NDArray,
        r_a: NDArray,
        r_b: NDArray,
    ) -> NDArray:
        """V (n,) in hartree. Arguments (n,), atomic units and radian."""
        every = Points(distance, theta_a, theta_b, phi, r_a, r_b, np.zeros_like(distance))
        number = np.arange(distance.size) // _AT_ONCE
        parts = [self._values(every.part(number == one)) for one in np.unique(number)]
        return np.concatenate(parts)

    def _values(self, p: Points) -> NDArray:
        assert self.rho is not None  # a joined fit
        near = self._contour(self.rho, p) + self.inside
        far = np.maximum(self.outside, near + 1.0)
        place = np.clip(p.distance, near, far)
        moved = [replace(p, distance=place + step) for step in (-_STEP, 0.0, _STEP)]
        before, v, after = (self._inner(one) for one in moved)
        slope = (after - before) / (2.0 * _STEP)
        # A wall at the joint, whatever the fit has there, that falls with R.
        height = np.maximum(v, self.least)
        decay = np.clip(-slope / height, *_DECAYS)
        wall = height * np.exp(np.minimum(decay * (near - p.distance), 50.0))
        first, second = (6.0, 7.0) if self.atom else (5.0, 6.0)
        share = place / p.distance
        of_first = second * v + place * slope
        tail = of_first * share**first + (v - of_first) * share**second
        return np.where(p.distance < near, wall, np.where(p.distance > far, tail, v))


def _ridge(x: NDArray, y: NDArray) -> list[NDArray]:
    """Coefficients (columns,) with unit errors and a prior of each of `_WIDTHS`."""
    values, vectors = np.linalg.eigh(x.T @ x)
    right = vectors.T @ (x.T @ y)
    return [vectors @ (right / (np.maximum(values, 0.0) + width**-2)) for width in _WIDTHS]
