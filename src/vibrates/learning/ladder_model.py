"""Our regression of log10 k: a Gaussian process that knows how rates of a ladder behave.

    log10 k = trend + smooth + own + e

trend   a linear combination of named functions: log10 of the harmonic matrix element, v, T^(-1/3)
        and products of them (Landau-Teller and SSH have this form), coefficients with a wide prior
smooth  what the trend misses: Matern covariance in v times Matern covariance in the temperature
own     what one level does not share with its neighbours, smooth in T: trajectories of one level
        serve all temperatures, so its error is common to them
e       rounding of printed rates, and the Monte-Carlo errors with their known covariance

Which trend and which covariance, out of `CANDIDATES`, is chosen by the error of every training
level when it is left out. Test data have no part in it.
"""

from dataclasses import dataclass

import numpy as np
import tensorflow_probability as tfp
import xarray as xr

from vibrates.errors import UserError
from vibrates.learning import data as model_data
from vibrates.learning.backend import gpflow
from vibrates.learning.features import feature, varying
from vibrates.learning.gaussian_process import GaussianProcess
from vibrates.learning.kernels import SameState, base_kernel
from vibrates.learning.optimisers import lbfgs

TREND_PRIOR_STD_DEX = 10.0  # of a trend's coefficient, per standard deviation of its function
# Hyperparameters are log-normal about where they start, by this factor in the logarithm: length
# scales that the data leave open do not run away.
PRIOR_STD = 2.0
# log10 k is smooth in T: this many temperatures, even in T^(-1/3), fix the hyperparameters. The
# predictions rest on all temperatures.
TRAINING_TEMPERATURES = 12
LINEAR = ("ladder", "v", "T_cube_root", "ladder*T_cube_root", "v*T_cube_root",
          "T_cube_root*T_cube_root")
QUADRATIC = (*LINEAR, "v*v", "v*v*T_cube_root", "v*T_cube_root*T_cube_root",
             "ladder*T_cube_root*T_cube_root", "T_cube_root*T_cube_root*T_cube_root")


@dataclass(frozen=True)
class Candidate:
    """One form of the regression: trend, covariance along the ladder, temperature scale."""

    trend: tuple[str, ...]
    along: str
    temperature: str


CANDIDATES = {
    "linear trend": Candidate(LINEAR, "M52", "T_cube_root"),
    "quadratic trend": Candidate(QUADRATIC, "M52", "T_cube_root"),
    "quadratic trend, log T": Candidate(QUADRATIC, "M52", "T_log"),
    "linear trend, rough": Candidate(LINEAR, "M32", "T_cube_root"),
}
START_VARIANCE_DEX2 = {"smooth": 0.1, "own": 1e-4, "noise": 1e-5}


class LadderModel:
    """Fit with `fit(data, train)`, predict with `predict(data)`; one object serves many fits."""

    def __init__(self, candidates: dict[str, Candidate] = CANDIDATES):
        self.candidates = candidates
        self._processes: dict[tuple, tuple[GaussianProcess, list]] = {}

    def fit(self, data: xr.Dataset, train: np.ndarray, seed: int = 0) -> "LadderModel":
        """Choose among the candidates and train on the cells where `train` (N, M) is true."""
        levels = np.flatnonzero(train.any(axis=1))
        if len(levels) < 2:
            raise UserError(f"{data.attrs.get('source', 'rates')}: {len(levels)} transition to "
                            "learn from, at least 2 needed; add states")
        self.scores = {}
        fits = {}
        for name, candidate in self.candidates.items():
            fits[name] = _Fit(candidate, data, train, self._processes)
            self.scores[name] = fits[name].left_out_mse
        self.chosen = min(self.scores, key=self.scores.get)
        self._fit = fits[self.chosen].condition()
        return self

    def predict(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of log10 k, dex, (N, M) each.

        The standard deviation includes what single values scatter (rounding), but no Monte-Carlo
        errors of the value that is predicted.
        """
        return self._fit.predict(data)

    def covariance(self, data: xr.Dataset) -> np.ndarray:
        """Posterior covariance of log10 k between all cells of `data`, (N M, N M), dex^2."""
        return self._fit.covariance(data)

    @property
    def description(self) -> str:
        """What was chosen, in words."""
        chosen = self.candidates[self.chosen]
        return (f"Gaussian process, {self.chosen}; {chosen.along} along the ladder, M52 in "
                f"{chosen.temperature}")

    @property
    def hyperparameters(self) -> dict[str, float]:
        """Standard deviations in dex, length scales in standard deviations of the feature."""
        return self._fit.hyperparameters


class _Fit:
    """One candidate, trained on `train` cells of `data`."""

    def __init__(self, candidate: Candidate, data: xr.Dataset, train: np.ndarray, processes: dict):
        self.candidate, self.data, self.train = candidate, data, train
        self.levels = [name for name in ("v", "w") if name in data.coords
                       and np.ptp(data[name].values[train.any(axis=1)]) > 0] or ["v"]
        columns = [*self.levels, candidate.temperature]
        values = np.column_stack([feature(name, data)[train] for name in columns])
        self.centre, scale = values.mean(axis=0), values.std(axis=0)
        self.scale = np.where(scale > 0, scale, 1.0)
        usable = varying([n for n in ("ladder", "v", "w", "T_cube_root")
                          if n[0] in "Tl" or n in data.coords], data)
        self.trend = [term for term in (*candidate.trend, *self._of_w())
                      if set(term.split("*")) <= set(usable)]
        terms = np.column_stack([self._term(t, data)[train] for t in self.trend])
        self.trend_centre, self.trend_scale = terms.mean(axis=0), terms.std(axis=0)
        self.mean = model_data.log10_k(data)[train].mean()
        shape = (candidate.along, len(self.levels), len(self.trend))
        if shape not in processes:
            processes[shape] = _process(*shape)
        self.process, starts = processes[shape]
        for parameter, value in starts:
            parameter.assign(value)
        chosen = train & _few_temperatures(data, train)
        X, y, known = self._points(chosen)
        self.process.train(X, y, lbfgs(), known)
        self.values = [parameter.numpy() for parameter, _ in starts]
        self.parameters = [parameter for parameter, _ in starts]
        errors = self.process.condition(X, y, known).left_out_errors(np.nonzero(chosen)[0])
        self.left_out_mse = float(np.mean(errors**2))

    def condition(self) -> "_Fit":
        """Make all training cells the data that predictions rest on."""
        for parameter, value in zip(self.parameters, self.values, strict=True):
            parameter.assign(value)
        X, y, known = self._points(self.train)
        self.process.condition(X, y, known)
        return self

    def predict(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        shape = (data.sizes["transition"], data.sizes["temperature"])
        mean, variance = self.process.predict(self._inputs(data, np.ones(shape, dtype=bool)))
        # A value that it is compared with is rounded as the training data are.
        std = np.sqrt(variance + float(self.process.likelihood.noise.numpy()))
        return (mean + self.mean).reshape(shape), std.reshape(shape)

    def covariance(self, data: xr.Dataset) -> np.ndarray:
        inputs = self._inputs(data, np.ones((data.sizes["transition"], data.sizes["temperature"]),
                                            dtype=bool))
        return self.process.covariance(inputs)

    @property
    def hyperparameters(self) -> dict[str, float]:
        names = ["smooth_std_dex", *(f"length_{n}" for n in self.levels), "length_T",
                 "own_std_dex", "own_length_T", "noise_std_dex"]
        values = np.concatenate([np.ravel(v) for v in self.values])
        return {name: float(np.sqrt(value)) if name.endswith("dex") else float(value)
                for name, value in zip(names, values, strict=True)}

    def _of_w(self) -> tuple[str, ...]:
        return ("w", "w*T_cube_root", "v*w") if "w" in self.levels else ()

    def _term(self, term: str, data: xr.Dataset) -> np.ndarray:
        return np.prod([feature(name, data) / _UNIT[name] for name in term.split("*")], axis=0)

    def _inputs(self, data: xr.Dataset, cells: np.ndarray) -> np.ndarray:
        columns = [*self.levels, self.candidate.temperature]
        smooth = np.column_stack([feature(name, data)[cells] for name in columns])
        trend = np.column_stack([self._term(t, data)[cells] for t in self.trend])
        codes = np.broadcast_to(state_codes(data)[:, None], cells.shape)[cells]
        return np.column_stack([(smooth - self.centre) / self.scale, codes, np.ones(len(codes)),
                                (trend - self.trend_centre) / self.trend_scale])

    def _points(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        y = model_data.log10_k(self.data)[cells] - self.mean
        return self._inputs(self.data, cells), y, known_covariance(self.data, cells)


# So that no product of functions is huge before it is standardised.
_UNIT = {"v": 10.0, "w": 10.0, "ladder": 1.0, "T_cube_root": 0.1}


def state_codes(data: xr.Dataset) -> np.ndarray:
    """One number per transition (N,), the same for the same quantum numbers in any data set."""
    code = np.zeros(data.sizes["transition"])
    for name in model_data.quantum_numbers(data):
        code = 1000.0 * code + data[name].values
    return code


def known_covariance(data: xr.Dataset, cells: np.ndarray) -> np.ndarray | None:
    """Covariance of the Monte-Carlo errors of log10 k of the chosen cells, (n, n) in dex^2.

    Different transitions are taken as independent. None where all errors are zero.
    """
    stderr = model_data.log10_k_stderr(data)
    if not stderr[cells].any():
        return None
    row, column = np.nonzero(cells)
    correlation = model_data.error_correlation(data)
    same = row[:, None] == row[None, :]
    values = correlation[row[:, None], column[:, None], column[None, :]]
    return np.where(same, values * np.outer(stderr[cells], stderr[cells]), 0.0)


def _few_temperatures(data: xr.Dataset, train: np.ndarray) -> np.ndarray:
    """(M,) true for `TRAINING_TEMPERATURES` of those with data, even in T^(-1/3)."""
    there = np.flatnonzero(train.any(axis=0))
    x = data["temperature"].values[there] ** (-1.0 / 3.0)
    wanted = np.linspace(x[0], x[-1], min(TRAINING_TEMPERATURES, len(there)))
    chosen = np.zeros(train.shape[1], dtype=bool)
    chosen[there[np.abs(x[:, None] - wanted).argmin(axis=0)]] = True
    return chosen


def _process(along: str, n_levels: int, n_trend: int) -> tuple[GaussianProcess, list]:
    """The process on columns levels, temperature, state, 1, trend; and its parameters' starts."""
    T, state, first = n_levels, n_levels + 1, n_levels + 2
    smooth_v = base_kernel(along, list(range(n_levels)))
    smooth_T, own_T = base_kernel("M52", [T]), base_kernel("M52", [T])
    for kernel in (smooth_T, own_T):  # the variance of a product stands in one factor
        gpflow.set_trainable(kernel.variance, False)
    own = SameState(active_dims=[state])
    level_of_own = gpflow.kernels.Constant()
    trend = gpflow.kernels.Linear(variance=np.full(1 + n_trend, TREND_PRIOR_STD_DEX**2),
                                  active_dims=list(range(first, first + 1 + n_trend)))
    gpflow.set_trainable(trend, False)
    starts = []

    def parameter(owner, name: str, value) -> None:
        fresh = positive_parameter(value)
        setattr(owner, name, fresh)
        starts.append((fresh, fresh.numpy()))

    parameter(smooth_v, "variance", START_VARIANCE_DEX2["smooth"])
    parameter(smooth_v, "lengthscales", np.ones(n_levels))
    parameter(smooth_T, "lengthscales", np.ones(1))
    parameter(level_of_own, "variance", START_VARIANCE_DEX2["own"])
    parameter(own_T, "lengthscales", np.ones(1))
    noise = positive_parameter(START_VARIANCE_DEX2["noise"])
    starts.append((noise, noise.numpy()))
    kernel = smooth_v * smooth_T + level_of_own * own * own_T + trend
    return GaussianProcess(kernel, noise), starts


def positive_parameter(value: float | np.ndarray) -> gpflow.Parameter:
    """A positive parameter, log-normal about `value`."""
    centre = np.log(np.asarray(value, dtype=float))
    return gpflow.Parameter(
        value, transform=tfp.bijectors.Exp(),
        prior=tfp.distributions.Normal(centre, np.float64(PRIOR_STD)), prior_on="unconstrained")
