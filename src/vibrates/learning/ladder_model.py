"""Our regression of log10 k: a Gaussian process that knows how rates of a ladder behave.

    log10 k = trend + smooth + own + e

trend   a linear combination of named functions: log10 of the harmonic matrix element, v, T^(-1/3)
        and products of them (Landau-Teller and SSH have this form), coefficients with a wide prior
smooth  what the trend misses: Matern covariance in v times Matern covariance in the temperature
own     what one level does not share with its neighbours, smooth in T: trajectories of one level
        serve all temperatures, so its error is common to them
e       rounding of printed rates, and the Monte-Carlo errors with their known covariance

Which form is taken is decided on training data, by a test that is like the task: of `CANDIDATES` the
one that predicts left-out levels best; where temperatures below or above all training data are asked
for, of `BEYOND` the one that best predicts the last training temperature from those as far away from
it as the data are from what is asked. Test data have no part in either.
"""

import numpy as np
import xarray as xr

from vibrates.errors import UserError
from vibrates.learning.data import log10_k
from vibrates.learning.ladder_fit import Fit
from vibrates.learning.trends import BEYOND, CANDIDATES, Candidate

MINIMUM_TEMPERATURES = 3  # to be left for a test beyond them


class LadderModel:
    """Fit with `fit(data, train)`, predict with `predict(data)`; one object serves many fits."""

    def __init__(self, candidates: dict[str, Candidate] = CANDIDATES,
                 beyond: dict[str, Candidate] = BEYOND):
        self.candidates, self.beyond = candidates, beyond
        self._processes: dict[tuple, tuple] = {}

    def fit(self, data: xr.Dataset, train: np.ndarray, seed: int = 0) -> "LadderModel":
        """Choose among the candidates and train on the cells where `train` (N, M) is true.

        Temperatures of `data` without a training cell are what will be asked for.
        """
        levels = np.flatnonzero(train.any(axis=1))
        if len(levels) < 2:
            raise UserError(f"{data.attrs.get('source', 'rates')}: {len(levels)} transition to "
                            "learn from, at least 2 needed; add states")
        tests = edge_tests(data["temperature"].values, train)
        self._offered = self.beyond if tests else self.candidates
        self.scores, fits, spreads = {}, {}, {}
        for name, candidate in self._offered.items():
            fits[name] = Fit(candidate, data, train, self._processes)
            if tests:
                self.scores[name], spreads[name] = _beyond(fits[name], data, train, tests)
            else:
                self.scores[name], spreads[name] = fits[name].left_out_mse, 1.0
        self.chosen = min(self.scores, key=self.scores.get)
        self._fit = fits[self.chosen].condition()
        self._spread = max(spreads[self.chosen], 1.0)
        known = data["temperature"].values[train.any(axis=0)]
        self._range = known.min(), known.max()
        return self

    def predict(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of log10 k, dex, (N, M) each.

        The standard deviation includes what single values scatter (rounding), but no Monte-Carlo
        errors of the value that is predicted. Beyond the trained temperatures it is widened by the
        factor by which it was too small in the tests there.
        """
        mean, std = self._fit.predict(data)
        T = data["temperature"].values
        outside = (T < self._range[0]) | (T > self._range[1])
        return mean, np.where(outside, self._spread, 1.0) * std

    def covariance(self, data: xr.Dataset) -> np.ndarray:
        """Posterior covariance of log10 k between all cells of `data`, (N M, N M), dex^2."""
        return self._fit.covariance(data)

    @property
    def description(self) -> str:
        """What was chosen, in words."""
        chosen = self._offered[self.chosen]
        return (f"Gaussian process, {self.chosen}; {chosen.along} along the ladder, M52 in "
                f"{chosen.temperature}")

    @property
    def hyperparameters(self) -> dict[str, float]:
        """Standard deviations in dex, length scales in standard deviations of the feature."""
        return self._fit.hyperparameters


def edge_tests(temperature_K: np.ndarray, train: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """Tests like the temperatures (M,) beyond all training cells (N, M): what to predict from what.

    Each test is (column, columns that it is predicted from (M,)): where the data end a factor f
    above what is asked, the lowest trained temperature from those at least f above it, and
    likewise at the upper end. Empty where nothing beyond is asked, or too few columns stay.
    """
    known = train.any(axis=0)
    first, last = np.flatnonzero(known)[[0, -1]]
    tests = []
    if first > 0:
        factor = temperature_K[first] / temperature_K[0]
        tests.append((first, known & (temperature_K >= factor * temperature_K[first] * (1 - 1e-9))))
    if last < len(known) - 1:
        factor = temperature_K[-1] / temperature_K[last]
        tests.append((last, known & (temperature_K <= temperature_K[last] / factor * (1 + 1e-9))))
    return [test for test in tests if test[1].sum() >= MINIMUM_TEMPERATURES]


def _beyond(fit: Fit, data: xr.Dataset, train: np.ndarray, tests) -> tuple[float, float]:
    """Mean squared error (dex^2) of the tests, and rms of error over standard deviation."""
    errors, ratios = [], []
    for column, columns in tests:
        rows = train[:, column]
        mean, std = fit.condition(train & columns).predict(data.isel(temperature=[column]))
        error = (mean - log10_k(data)[:, [column]])[rows]
        errors.append(error**2)
        ratios.append((error / std[rows]) ** 2)
    return float(np.mean(np.concatenate(errors))), float(np.sqrt(np.mean(np.concatenate(ratios))))
