"""Interpolation without training: what any regression of rates has to be better than.

Along v, at each temperature by itself, of log10 k minus log10 of the harmonic matrix element
(`features`, ladder): q4, a quadratic fitted to the four nearest levels; l3, a straight line fitted
to the three nearest; spline, cubic through all levels; trend, one straight line. Along T, of each
level by itself: line, log10 k linear in (T + 300 K)^(-1/3) through the six nearest temperatures;
spline_T, a cubic spline in T^(-1/3). None has an error.
"""

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from vibrates.core.errors import UserError
from vibrates.learning.data import log10_k
from vibrates.learning.features import feature


def nearest_polynomial(
    x: NDArray, y: NDArray, wanted: NDArray, degree: int, points: int
) -> NDArray:
    """A polynomial fitted to the `points` values y (n, ...) nearest in x (n,), at wanted (m,).

    Of a lower degree where there are fewer than degree + 1 points.
    """
    found = np.empty((len(wanted), *y.shape[1:]))
    for row, centre in enumerate(wanted):
        near = np.argsort(np.abs(x - centre), kind="stable")[:points]
        powers = np.vander(x[near] - centre, min(degree, len(near) - 1) + 1, increasing=True)
        found[row] = np.linalg.lstsq(powers, y[near], rcond=None)[0][0]
    return found


def _spline(x: NDArray, y: NDArray, wanted: NDArray) -> NDArray:
    if len(x) < 3:
        return nearest_polynomial(x, y, wanted, 1, 2)
    order = np.argsort(x)
    return CubicSpline(x[order], y[order])(wanted)


ALONG_V: dict[str, Callable[[NDArray, NDArray, NDArray], NDArray]] = {
    "q4": lambda x, y, wanted: nearest_polynomial(x, y, wanted, 2, 4),
    "l3": lambda x, y, wanted: nearest_polynomial(x, y, wanted, 1, 3),
    "spline": _spline,
    "trend": lambda x, y, wanted: nearest_polynomial(x, y, wanted, 1, len(x)),
}
ALONG_T: dict[str, Callable[[NDArray, NDArray, NDArray], NDArray]] = {
    "line": lambda x, y, wanted: nearest_polynomial(x, y, wanted, 1, 6),
    "spline_T": _spline,
}
# Of T, in which rates are nearly linear (line) or smooth (spline_T).
COORDINATE = {"line": "T_cube_root_300", "spline_T": "T_cube_root"}
NAMES = (*ALONG_V, *ALONG_T)


class Baseline:
    """One of NAMES as a regression. Its predictions are nan where it has nothing to go by:

    along v at temperatures, along T of levels, that have fewer than two training cells.
    """

    def __init__(self, name: str):
        if name not in NAMES:
            raise UserError(f"baseline {name} is unknown; choose from {', '.join(NAMES)}")
        self.name, self.description = name, f"{name}: interpolation"

    def fit(self, data: xr.Dataset, train: NDArray, seed: int = 0) -> "Baseline":
        """Keep the `train` cells (N, M) of `data`; levels of the second molecule stay apart."""
        self.data, self.train = data, train
        return self

    def predict(self, data: xr.Dataset) -> tuple[NDArray, None]:
        """log10 k, (N, M), and no error."""
        return (self._along_v(data) if self.name in ALONG_V else self._along_T(data)), None

    def _along_v(self, data: xr.Dataset) -> NDArray:
        values = log10_k(self.data) - feature("ladder", self.data)
        v, wanted = self.data["v"].values.astype(float), data["v"].values.astype(float)
        found = np.full((len(wanted), values.shape[1]), np.nan)
        w, wanted_w = _second_level(self.data), _second_level(data)
        for level in np.unique(wanted_w):
            asked = np.flatnonzero(wanted_w == level)
            # Temperatures that have the same levels are done together.
            train = self.train & (w == level)[:, None]
            patterns, which = np.unique(train, axis=1, return_inverse=True)
            for number, known in enumerate(patterns.T):
                if known.sum() >= 2:
                    columns = np.flatnonzero(which.ravel() == number)
                    own = values[np.ix_(known, columns)]
                    found[np.ix_(asked, columns)] = ALONG_V[self.name](v[known], own, wanted[asked])
        return found + feature("ladder", data)

    def _along_T(self, data: xr.Dataset) -> NDArray:
        coordinate = COORDINATE[self.name]
        x, wanted = (feature(coordinate, each)[0] for each in (self.data, data))
        values, found = log10_k(self.data), np.full(data["k"].shape, np.nan)
        place = {state: row for row, state in enumerate(_states(self.data))}
        for row, state in enumerate(_states(data)):
            known = self.train[place[state]] if state in place else np.zeros(len(x), dtype=bool)
            if known.sum() >= 2:
                y = values[place[state], known]
                found[row] = ALONG_T[self.name](x[known], y, wanted)
        return found


def _second_level(data: xr.Dataset) -> NDArray:
    """w of every transition (N,), 0 where the data have none."""
    return data["w"].values if "w" in data.coords else np.zeros(data.sizes["transition"], int)


def _states(data: xr.Dataset) -> list[tuple[int, int]]:
    return list(zip(data["v"].values.tolist(), _second_level(data).tolist(), strict=True))
