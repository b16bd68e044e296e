"""Thermal average of a cross section known at a few energies.

The logarithm of the cross section S (see `symmetrisation`) is interpolated in log U and the
integral evaluated by Gauss-Legendre panels between the grid energies, with the exact thermal
weight. Outside the grid S keeps its end value, so that only the thermal weight varies; the share of
the integral from there, and from the first and last interval, is reported.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.collisions.thermal import interpolate_log
from vibrates.rates.symmetrisation import energy_weight

_POINTS = 12
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_POINTS)
# Panels above the grid end at these multiples of its last energy, those below it at these
# fractions of the way from the threshold to its first energy.
_ABOVE = (1.25, 1.6, 2.2, 3.5, 6.0)
_BELOW = (0.02, 0.1, 0.25, 0.5, 0.75)


@dataclass(frozen=True)
class EnergyGrid:
    """Quadrature over U from the threshold |D|/4 to beyond the last grid energy.

    energies (n,) with a known cross section, increasing, one unit; `points` (q,) in the same
    unit; `weights` (q,) for an integral dU; `outside` and `edge` (q,) booleans: outside the grid,
    and outside it or in its first or last interval.
    """

    energies: NDArray
    points: NDArray
    weights: NDArray
    outside: NDArray
    edge: NDArray

    @classmethod
    def build(cls, energies: ArrayLike, difference: float) -> "EnergyGrid":
        """Panels between the energies, and some below the first and above the last one."""
        energies = np.asarray(energies, dtype=float)
        threshold = abs(difference) / 4
        first, last = energies[0], energies[-1]
        bounds = np.unique(
            np.concatenate(
                [
                    threshold + np.array(_BELOW) * max(first - threshold, 0.0),
                    [threshold],
                    energies,
                    last * np.array(_ABOVE),
                ]
            )
        )
        # U = 0 has no logarithm; the integrand vanishes there as U^3.
        bounds = bounds[(bounds >= threshold) & (bounds > 0)]
        low, high = np.log(bounds[:-1, None]), np.log(bounds[1:, None])
        log_points = (low + (high - low) * (_NODES + 1) / 2).ravel()
        points = np.exp(log_points)
        weights = ((high - low) / 2 * _WEIGHTS).ravel() * points
        outside = (points < first) | (points > last)
        second, last_but_one = energies[:2][-1], energies[-2:][0]
        edge = outside | (points < second) | (points > last_but_one)
        return cls(energies, points, weights, outside, edge)

    def thermal_weights(
        self, scheme: str, difference: float, kT: ArrayLike, rotors: int = 2
    ) -> NDArray:
        """Quadrature weights times `energy_weight`, dimensionless.

        Parameters
        ----------
        scheme
            One of `SCHEMES`.
        difference
            Energy defect of the transition, in the unit of the grid.
        kT : (n_T,)
            Thermal energies, in the same unit.
        rotors
            Number of classical rotors.

        Returns
        -------
        NDArray
            (n_T, q)
        """
        weight = energy_weight(scheme, self.points, difference, np.asarray(kT)[:, None], rotors)
        return weight * self.weights

    def interpolate(self, values: NDArray, nodes: NDArray | slice = slice(None)) -> NDArray:
        """S at the quadrature points: values (..., n), positive -> (..., q).

        If `nodes` are given, only the energies at these positions are used.
        """
        energies, values = self.energies[nodes], values[..., nodes]
        return np.exp(interpolate_log(np.log(energies), np.log(values), np.log(self.points)))

    def node_shares(self, density: NDArray) -> NDArray:
        """Split an integrand over the grid energies by hat functions of log U.

        density (..., q) -> (..., n): d ln k / d ln S of each grid energy, for interpolation by
        straight lines in log-log; sums to 1.
        """
        hats = np.array(
            [
                np.interp(np.log(self.points), np.log(self.energies), row)
                for row in np.eye(len(self.energies))
            ]
        )
        shares = density @ hats.T
        return shares / shares.sum(axis=-1, keepdims=True)
