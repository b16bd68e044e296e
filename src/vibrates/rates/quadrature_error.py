"""Errors of the thermal integral that more trajectories do not lower: interpolation, and both ends.

Interpolation: k from every second energy is further from the truth than k from all of them, since
the error of the interpolant falls at least with the square of the spacing. The two interleaved
halves of the grid, which both keep its ends, average to k up to their error of interpolation: the
Monte-Carlo errors of the energies cancel to first order. The difference is taken as it is,
although the error of the full grid is a third of it or less: the cross section is known nowhere
between the energies. Fewer than three energies show nothing of its course: the error is k itself.

Ends: beyond the grid S keeps its end value. It could as well go on with the slope that log S has in
log U over the last interval, or vanish: the error of an end is the larger of the changes of k that
these make, for the lower and for the upper end separately.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.rates.thermal import EnergyGrid

# At the lower end S rises no faster than 1/U: the law of capture at long range is slower for every
# potential, and with noise a slope would be anything.
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
        """From S at the grid energies, `values` (T or 1, n), and `weights` (T, q)."""
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

    Those that are smaller than the grid: of three energies the ends alone, none of fewer.
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
