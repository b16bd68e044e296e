"""The mean of a ladder's process beyond its levels, combined with a line through the nearest ones.

Where rates step from one level to the next, or bend otherwise than the process expects, a line
through three levels may extrapolate better. The mean of levels beyond the training levels is

    m + sum_b w_b (b - m),    w_b >= 0, sum_b w_b <= 1,

m that of the process, b those of `LOCAL` (`baselines`). The weights minimise the mean squared error
of training levels that are predicted from those on one side of them alone, in units of the
process's standard deviation, and are drawn to zero by as much as `PSEUDO_LEVELS` levels weigh
(stacked regressions: Breiman 1996, Machine Learning 24, 49). Each end has its own. Inside the
levels such weights gained nothing on the rates that they were chosen on, and lost where rates have
Monte-Carlo errors, which the process knows and interpolation does not.

The same left-out levels say how wide the standard deviations are (`calibration`): inside each is
predicted from all others.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import nnls

from vibrates.learning.baselines import Baseline
from vibrates.learning.data import log10_k, log10_k_stderr
from vibrates.learning.ladder_fit import LadderFit

LOCAL = ("l3",)
PSEUDO_LEVELS = 4.0
MINIMUM_LEVELS = 4  # from which a level beyond them is predicted
SIDES = ("inside", "below", "above")
_SUM = 1e4  # weight of the condition that the weights sum to one


@dataclass(frozen=True)
class LeftOut:
    """Errors of left-out cells, one row per cell, in units of the process's standard deviation.

    process (n,); local (n, len(LOCAL)), those of `process` where a form predicts nothing; x (n,),
    the coordinate of the temperature; levels: how many were left out.
    """

    process: NDArray
    local: NDArray
    x: NDArray
    levels: int

    def weights(self) -> NDArray:
        """Of `LOCAL`, (len(LOCAL),)."""
        if not self.levels:
            return np.zeros(len(LOCAL))
        errors = np.column_stack([self.process, self.local])
        spread = np.mean(self.process**2)
        pull = np.sqrt(PSEUDO_LEVELS * len(errors) / self.levels * spread)
        forms = errors.shape[1]
        rows = np.vstack([errors, pull * np.eye(forms)[1:], _SUM * pull * np.ones((1, forms))])
        right = np.concatenate([np.zeros(len(rows) - 1), [_SUM * pull]])
        return nnls(rows, right)[0][1:]

    def combined(self, weights: NDArray) -> NDArray:
        """Errors of the combination, (n,)."""
        return self.process + (self.local - self.process[:, None]) @ weights


class Combination:
    """Weights and errors of the combination for one fit of the process along v.

    `weights`: (len(LOCAL),) by SIDES; `left_out`: LeftOut by SIDES.
    """

    def __init__(self, fit: LadderFit):
        self.data, self.train = fit.data, fit.train
        levels = np.flatnonzero(self.train.any(axis=1))
        v = self.data["v"].values
        self.levels = levels[np.argsort(v[levels])]
        self.ends = v[self.levels[0]], v[self.levels[-1]]
        middle = len(levels) // 2
        self.left_out = {
            "inside": _left_out(fit, dict.fromkeys(self.levels[1:-1])),
            "below": _left_out(
                fit,
                {
                    row: self.levels[place + 1 :]
                    for place, row in enumerate(self.levels[:middle])
                    if len(levels) - place - 1 >= MINIMUM_LEVELS
                },
            ),
            "above": _left_out(
                fit,
                {
                    row: self.levels[:place]
                    for place, row in enumerate(self.levels)
                    if place >= max(middle, MINIMUM_LEVELS)
                },
            ),
        }
        self.weights = {side: found.weights() for side, found in self.left_out.items()}
        # ASSUME: inside the levels the process is the better interpolation (see above).
        self.weights["inside"] = np.zeros(len(LOCAL))

    def side(self, data: xr.Dataset) -> NDArray:
        """Of every transition of `data` one of SIDES, (N,)."""
        v = data["v"].values
        return np.where(v < self.ends[0], "below", np.where(v > self.ends[1], "above", "inside"))

    def shift(self, data: xr.Dataset, mean: NDArray, known: NDArray) -> NDArray:
        """What is added to the process's `mean` (N, M) of `data` where levels are not `known` (N,).

        Nothing at temperatures that the training data do not have.
        """
        shift = np.zeros_like(mean)
        T, own = data["temperature"].values, self.data["temperature"].values
        there = np.flatnonzero(np.isin(T, own))
        new = np.flatnonzero(~known)
        if not len(there) or not len(new):
            return shift
        columns = np.searchsorted(own, T[there])
        cells = np.ix_(new, there)
        weights = np.stack([self.weights[side] for side in self.side(data)[new]])
        for number, name in enumerate(LOCAL):
            local = Baseline(name).fit(self.data, self.train).predict(_at(data, new, own))[0]
            difference = local[:, columns] - mean[cells]
            difference[~np.isfinite(difference)] = 0.0
            shift[cells] += weights[:, number, None] * difference
        return shift


def _at(data: xr.Dataset, rows: NDArray, temperature_K: NDArray) -> xr.Dataset:
    """The transitions `rows` of `data` at other temperatures, without values."""
    coords = {
        name: ("transition", values.values[rows])
        for name, values in data.coords.items()
        if values.dims == ("transition",)
    }
    k = (("transition", "temperature"), np.ones((len(rows), len(temperature_K))))
    return xr.Dataset({"k": k}, coords | {"temperature": temperature_K})


def _left_out(fit: LadderFit, tests: dict) -> LeftOut:
    """Of the rows `tests`, each predicted from the rows that stand with it (None: all others)."""
    process, local, x, levels = [], [], [], 0
    data, T = fit.data, fit.coordinate(fit.data)[0]
    everywhere = log10_k(data)
    for row, others in tests.items():
        columns = np.flatnonzero(fit.chosen[row])
        if not len(columns):
            continue
        levels += 1
        rest = np.zeros(len(fit.train), dtype=bool)
        rest[np.flatnonzero(fit.train.any(axis=1)) if others is None else others] = True
        rest[row] = False
        cells = fit.train & rest[:, None]
        one = data.isel(transition=[row])
        if others is None:
            error, std = (part[np.nonzero(fit.chosen)[0] == row] for part in fit.left_out)
        else:
            mean, std = fit.condition(fit.chosen & cells).predict(one)
            error, std = (mean - everywhere[[row]])[0, columns], std[0, columns]
            # `left_out` is of the values, with their Monte-Carlo errors.
            std = np.hypot(std, log10_k_stderr(data)[row, columns])
        process.append(error / std)
        found = []
        for name in LOCAL:
            predicted = Baseline(name).fit(data, cells).predict(one)[0][0, columns]
            own = (predicted - everywhere[row, columns]) / std
            found.append(np.where(np.isfinite(own), own, error / std))
        local.append(np.stack(found, axis=1))
        x.append(T[columns])
    if not levels:
        return LeftOut(np.empty(0), np.empty((0, len(LOCAL))), np.empty(0), 0)
    return LeftOut(np.concatenate(process), np.concatenate(local), np.concatenate(x), levels)
