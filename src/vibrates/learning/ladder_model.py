"""Our regression of log10 k: a Gaussian process that knows how rates of a ladder behave.

    log10 k = trend + smooth + own + e

trend   a linear combination of named functions: log10 of the harmonic matrix element, v, T^(-1/3)
        and products of them (Landau-Teller and SSH have this form), coefficients with a wide prior
smooth  what the trend misses: Matern covariance in v times Matern covariance in the temperature
own     what one level does not share with its neighbours, smooth in T: trajectories of one level
        serve all temperatures, so its error is common to them
e       rounding of printed rates, and the Monte-Carlo errors with their known covariance

Several forms are fitted and weighted on training data, by a test that is like the task:

- of `CANDIDATES` by how they predict left-out levels: their predictions are stacked (`stacking`).
- where temperatures below or above all training data are asked for, of `BEYOND` by how they predict
  the last training temperature from those as far away from it as the data are from what is asked.
  The levels err together there, so that the test is hardly more than one observation and rules no
  form out: each has the weight of its inverse mean squared error (Bates & Granger 1969, Operational
  Research Quarterly 20, 451), and the errors are those of Student's distribution with one degree
  of freedom.

Test data have no part in either.
"""

from functools import partial

import numpy as np
import xarray as xr

from vibrates.core.errors import UserError
from vibrates.learning.calibration import widening as widening_of
from vibrates.learning.combination import Combination
from vibrates.learning.data import log10_k
from vibrates.learning.ladder_fit import LadderFit, state_codes
from vibrates.learning.stacking import mixture_std, stacking_weights
from vibrates.learning.trends import (
    BEYOND,
    CANDIDATES,
    OF_STATES,
    RESONANT,
    RESONANT_BEYOND,
    SPLINES,
    Candidate,
)

MINIMUM_TEMPERATURES = 3  # to be left for a test beyond them
# Beyond the trained temperatures the errors of all levels go together, and the scale of the stated
# ones rests on hardly more than one observation: 68 % of Student's distribution with one degree of
# freedom lie within this many of its units.
ONE_OBSERVATION = 1.84
MINIMUM_WEIGHT = 0.01  # of a form that takes part


class LadderModel:
    """LadderFit with `fit(data, train)`, predict with `predict(data)`; one object serves many fits.

    `weights`: of the forms, by name; `chosen` has the largest.
    """

    def __init__(
        self,
        candidates: dict[str, Candidate] = CANDIDATES,
        beyond: dict[str, Candidate] = BEYOND,
        of_states: dict[str, Candidate] = OF_STATES,
    ):
        self.candidates, self.beyond, self.of_states = candidates, beyond, of_states
        self._processes: dict[tuple, tuple] = {}

    def fit(self, data: xr.Dataset, train: np.ndarray, seed: int = 0) -> "LadderModel":
        """Train the forms, and weight them.

        Parameters
        ----------
        data : Dataset
            Rates; temperatures without a training cell are what will be asked for.
        train : array of bool, (N, M)
            Cells (transition, temperature) that are learned from.
        seed : int
            Without effect: the training draws no random numbers.

        Raises
        ------
        UserError
            If fewer than two transitions have a training cell.
        """
        levels = np.flatnonzero(train.any(axis=1))
        if len(levels) < 2:
            raise UserError(
                f"{data.attrs.get('source', 'rates')}: {len(levels)} transition to "
                "learn from, at least 2 needed; add states"
            )
        tests = edge_tests(data["temperature"].values, train)
        w_varies = "w" in data.coords and np.ptp(data["w"].values[levels]) > 0
        levels_by = self.of_states if w_varies else self.candidates
        self._offered = self.beyond if tests else levels_by
        fits = {
            name: LadderFit(candidate, data, train, self._processes)
            for name, candidate in self._offered.items()
        }
        if tests:
            found = [_beyond(fit, data, train, tests) for fit in fits.values()]
            weights = 1.0 / np.array([mse for mse, _ in found])
            widening = np.maximum([ratio for _, ratio in found], 1.0)
        else:
            weights = stacking_weights(*np.stack([fit.left_out for fit in fits.values()], axis=1))
            weights[weights < MINIMUM_WEIGHT] = 0.0
            widening = np.ones(len(fits))
        self._calibrate(data, train, None if tests else fits.get("splines"))
        self.weights = dict(zip(fits, (weights / weights.sum()).tolist(), strict=True))
        self.chosen = max(self.weights, key=self.weights.__getitem__)
        self._fits = {name: fit for name, fit in fits.items() if self.weights[name] > 0}
        self._widening = widening[weights > 0]
        known = data["temperature"].values[train.any(axis=0)]
        self._range = known.min(), known.max()
        return self

    def predict(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of log10 k, dex, (N, M) each.

        The standard deviation includes how the forms differ and what single values scatter
        (rounding), but no Monte-Carlo errors of the value that is predicted. Beyond the trained
        temperatures each form counts as wide as its errors were in the tests there.
        """
        return self._mixture(data, as_computed=False)

    def predict_computed(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """`predict` of the values that the trajectories of the training's levels give.

        With their Monte-Carlo errors, of which other temperatures of a level tell (`LadderFit`).
        """
        return self._mixture(data, as_computed=True)

    def _mixture(self, data: xr.Dataset, as_computed: bool) -> tuple[np.ndarray, np.ndarray]:
        weights = np.array([self.weights[name] for name in self._fits])
        means, stds = (
            np.stack(part)
            for part in zip(
                *(fit.condition().predict(data, as_computed) for fit in self._fits.values()),
                strict=True,
            )
        )
        T = data["temperature"].values
        outside = (T < self._range[0]) | (T > self._range[1])
        stds *= np.where(outside, self._widening[:, None, None], 1.0)
        if self._combination is not None:
            (fit,) = self._fits.values()
            means += self._combination.shift(data, means[0], self._is_known(data))
            # Known errors of the data are what they are: only the rest is rescaled.
            fixed = np.minimum(fit.known_variance(data, as_computed), stds**2)
            factor = self._calibration(self._combination, data)
            stds = np.sqrt(fixed + factor**2 * (stds**2 - fixed))
        mean = np.tensordot(weights, means, 1)
        std = mixture_std(weights, mean, means, stds)
        return mean, np.where(outside, ONE_OBSERVATION, 1.0) * std

    def _calibrate(self, data: xr.Dataset, train: np.ndarray, fit: LadderFit | None) -> None:
        """Means and errors of new levels, and errors of new cells of known ones."""
        self._combination, self._of_cells = None, None
        if fit is None:
            return
        self._combination = Combination(fit)
        levels = train.any(axis=1)
        self._known = state_codes(data)[levels]
        self._unit = fit.coordinate(data)[0].std()
        self._of_levels = {
            side: partial(
                widening_of,
                left_out.combined(self._combination.weights[side]),
                left_out.x / self._unit,
                left_out.levels,
            )
            for side, left_out in self._combination.left_out.items()
        }
        if (~train[levels]).any():
            at = fit.coordinate(data)[train] / self._unit
            self._of_cells = partial(widening_of, fit.left_out_cells(), at, int(levels.sum()))

    def _is_known(self, data: xr.Dataset) -> np.ndarray:
        """Whether a transition has training cells, (N,)."""
        return np.isin(state_codes(data), self._known)

    def _calibration(self, combination: Combination, data: xr.Dataset) -> np.ndarray:
        """Factor of the standard deviation, (N, M)."""
        (fit,) = self._fits.values()
        x = fit.coordinate(data)[0] / self._unit
        of_sides = {side: widening(x) for side, widening in self._of_levels.items()}
        factor = np.stack([of_sides[side] for side in combination.side(data)])
        factor[self._is_known(data)] = 1.0 if self._of_cells is None else self._of_cells(x)
        return factor

    def covariance(self, data: xr.Dataset) -> np.ndarray:
        """Posterior covariance of log10 k between all cells of `data`, (N M, N M), dex^2.

        That of the chosen form.
        """
        return self._fits[self.chosen].condition().covariance(data)

    def predict_jointly(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Mean of log10 k (N, M), and covariance between all cells (N M, N M), dex^2.

        Variances are those of `predict`, correlations those of the chosen form.
        """
        mean, std = self.predict(data)
        covariance = self.covariance(data)
        own = np.sqrt(np.maximum(np.diagonal(covariance), 1e-30))
        correlation = 0.5 * (covariance + covariance.T) / np.outer(own, own)
        np.fill_diagonal(correlation, 1.0)
        return mean, correlation * np.outer(std, std)

    @property
    def description(self) -> str:
        """What was chosen, in words."""
        parts = [
            f"{self.weights[name]:.2f} {name} ({form.along} along the ladder, "
            f"{'M32' if form.along == SPLINES else 'M52'} in {form.temperature})"
            for name, form in self._offered.items()
            if self.weights[name] > 0
        ]
        return f"Gaussian processes, weights of the forms: {'; '.join(parts)}"

    @property
    def hyperparameters(self) -> dict[str, float]:
        """Of the chosen form: standard deviations in dex, lengths in standard deviations."""
        return self._fits[self.chosen].hyperparameters


def models_by_resonance() -> dict[bool, LadderModel]:
    """One model for all families of one sign of the energy defect, one for those of both signs."""
    return {
        False: LadderModel(),
        True: LadderModel(RESONANT, RESONANT_BEYOND, RESONANT),
    }


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
    if last < len(temperature_K) - 1:
        factor = temperature_K[-1] / temperature_K[last]
        tests.append((last, known & (temperature_K <= temperature_K[last] / factor * (1 + 1e-9))))
    return [test for test in tests if test[1].sum() >= MINIMUM_TEMPERATURES]


def _beyond(fit: LadderFit, data: xr.Dataset, train: np.ndarray, tests) -> tuple[float, float]:
    """Mean squared error (dex^2) of the tests, and rms of error over standard deviation."""
    errors, ratios = [], []
    for column, columns in tests:
        rows = train[:, column]
        mean, std = fit.condition(train & columns).predict(data.isel(temperature=[column]))
        error = (mean - log10_k(data)[:, [column]])[rows]
        errors.append(error**2)
        ratios.append((error / std[rows]) ** 2)
    return float(np.mean(np.concatenate(errors))), float(np.sqrt(np.mean(np.concatenate(ratios))))
