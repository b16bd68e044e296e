"""Errors of the thermal integral that are independent of the number of trajectories.

Interpolation: k from every second energy has a larger error than k from all energies, since the
error of the interpolant decreases at least with the square of the spacing. The mean over the two
interleaved halves of the grid, which both keep its ends, differs from k by their interpolation
error: the Monte-Carlo errors of the energies cancel to first order. This difference is the
estimate, although the error of the full grid is a third of it or less, because the cross section is
not known between the energies. With fewer than three energies there is no estimate: the error is k.

Ends: beyond the grid S keeps its end value. It could also continue with the slope of log S in log U
over the last interval, or vanish. The error of an end is the larger change of k in these two cases,
separately for the lower and the upper end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.rates.thermal import EnergyGrid

# At the lower end S rises at most as 1/U: capture at long range gives a weaker dependence for every
# potential, and noise can make the slope arbitrarily large.
_STEEPEST_RISE = -1.0


@dataclass(frozen=True)
class QuadratureError:
    """Errors of k in the unit of the integral, each (T,), fully correlated over temperature.

    `interpolation` keeps its sign, `lower` and `upper` end are not negative.
    """

    interpolation: NDArray
    lower: NDArray
    upper: NDArray

    @classmethod
    def of(cls, grid: EnergyGrid, values: NDArray, weights: NDArray) -> "QuadratureError":
        """Errors of the integral over a grid.

        Parameters
        ----------
        grid
            The energies and the quadrature.
        values : (T or 1, n)
            S at the energies of the grid.
        weights : (T, q)
            Thermal weights at the quadrature points (`EnergyGrid.thermal_weights`).
        """
        constant = grid.interpolate(values)
        whole = (constant * weights).sum(axis=-1)
        coarse = [
            (grid.interpolate(values, half) * weights).sum(axis=-1)
            for half in halves(len(grid.energies))
        ]
        interpolation = np.mean(coarse, axis=0) - whole if coarse else whole
        below = grid.points < grid.energies[0]
        above = grid.points > grid.energies[-1]
        continued = _continued(grid, values)
        ends = []
        for outside in (below, above):
            vanished = (constant * weights)[:, outside].sum(axis=-1)
            sloping = ((continued - constant) * weights)[:, outside].sum(axis=-1)
            ends.append(np.maximum(np.abs(sloping), vanished))
        return cls(interpolation, *ends)


def halves(n: int) -> list[NDArray]:
    """Indices of the two interleaved halves of n energies, with both ends in each.

    Only those that are smaller than the grid: for three energies the two ends, for fewer none.
    """
    parts = [np.unique([0, *range(start, n, 2), n - 1]) for start in (0, 1)]
    return [part for part in parts if len(part) < n]


def _continued(grid: EnergyGrid, values: NDArray) -> NDArray:
    """S (..., q) with the slopes of the first and the last interval beyond the grid."""
    log_energy, log_values, x = np.log(grid.energies), np.log(values), np.log(grid.points)
    result = np.log(grid.interpolate(values))
    if len(log_energy) > 1:
        slopes = np.diff(log_values, axis=-1) / np.diff(log_energy)
        lower = np.maximum(slopes[..., :1], _STEEPEST_RISE)
        result = result + lower * np.minimum(x - log_energy[0], 0.0)
        result = result + slopes[..., -1:] * np.maximum(x - log_energy[-1], 0.0)
    return np.exp(result)
