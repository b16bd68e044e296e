"""One form of our regression, trained on cells of a data set (`ladder_model` chooses the form)."""

import numpy as np
import tensorflow_probability as tfp
import xarray as xr

from vibrates.learning import data as model_data
from vibrates.learning.backend import gpflow
from vibrates.learning.features import feature
from vibrates.learning.gaussian_process import GaussianProcess
from vibrates.learning.kernels import SameState, base_kernel
from vibrates.learning.optimisers import lbfgs
from vibrates.learning.rounding import rounding_std, significant_digits
from vibrates.learning.transitions import quantum_numbers
from vibrates.learning.trends import Candidate, trend_matrix

TREND_PRIOR_STD_DEX = 10.0  # of a trend's coefficient, per standard deviation of its function
# Hyperparameters are log-normal about where they start, by this factor in the logarithm: length
# scales that the data leave open do not run away.
PRIOR_STD = 2.0
# log10 k is smooth in T: this many temperatures, even in T^(-1/3), fix the hyperparameters. The
# predictions rest on all temperatures.
TRAINING_TEMPERATURES = 12
START_VARIANCE_DEX2 = {"smooth": 1e-2, "own": 1e-5, "noise": 1e-7}


class LadderFit:
    """One candidate, trained on `train` cells (N, M) of `data`.

    processes: traced processes by shape, shared by many fits. `left_out`: error and standard
    deviation (dex) of every training transition, predicted from the others.
    """

    def __init__(self, candidate: Candidate, data: xr.Dataset, train: np.ndarray, processes: dict):
        self.candidate, self.data, self.train = candidate, data, train
        self.levels = [
            name
            for name in ("v", "w")
            if name in data.coords and np.ptp(data[name].values[train.any(axis=1)]) > 0
        ] or ["v"]
        columns = [*self.levels, candidate.temperature]
        values = np.column_stack([feature(name, data)[train] for name in columns])
        self.centre, scale = values.mean(axis=0), values.std(axis=0)
        self.scale = np.where(scale > 0, scale, 1.0)
        self.trend = candidate.terms(data, "w" in self.levels)
        terms = trend_matrix(self.trend, data, train)
        self.trend_centre, self.trend_scale = terms.mean(axis=0), terms.std(axis=0)
        self.mean = model_data.log10_k(data)[train].mean()
        shape = (candidate.along, len(self.levels), len(self.trend))
        if shape not in processes:
            processes[shape] = _process(*shape)
        self.process, starts = processes[shape]
        for parameter, value in starts:
            parameter.assign(value)
        self.digits = significant_digits(data["k"].values[train])
        chosen = train & _few_temperatures(data, train)
        X, y, known = self._points(chosen)
        self.process.train(X, y, lbfgs(), known)
        self.values = [parameter.numpy() for parameter, _ in starts]
        self.parameters = [parameter for parameter, _ in starts]
        self.left_out = self.process.condition(X, y, known).left_out(np.nonzero(chosen)[0])

    def condition(self, cells: np.ndarray | None = None) -> "LadderFit":
        """Condition predictions on the training cells, or on those of the mask `cells` (N, M)."""
        for parameter, value in zip(self.parameters, self.values, strict=True):
            parameter.assign(value)
        X, y, known = self._points(self.train if cells is None else cells)
        self.process.condition(X, y, known)
        return self

    def predict(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of log10 k, dex, (N, M) each."""
        shape = (data.sizes["transition"], data.sizes["temperature"])
        mean, variance = self.process.predict(self._inputs(data, np.ones(shape, dtype=bool)))
        mean = mean + self.mean
        # A value that it is compared with is rounded as the training data are.
        std = np.sqrt(
            variance
            + float(self.process.likelihood.noise.numpy())
            + rounding_std(mean, self.digits) ** 2
        )
        return mean.reshape(shape), std.reshape(shape)

    def covariance(self, data: xr.Dataset) -> np.ndarray:
        """Posterior covariance of log10 k between all cells of `data`, (N M, N M), dex^2."""
        every = np.ones((data.sizes["transition"], data.sizes["temperature"]), dtype=bool)
        return self.process.covariance(self._inputs(data, every))

    @property
    def hyperparameters(self) -> dict[str, float]:
        """Standard deviations in dex, length scales in standard deviations of the feature."""
        names = [
            "smooth_std_dex",
            *(f"length_{n}" for n in self.levels),
            "length_T",
            "own_std_dex",
            "own_length_T",
            "noise_std_dex",
        ]
        values = np.concatenate([np.ravel(v) for v in self.values])
        return {
            name: float(np.sqrt(value)) if name.endswith("dex") else float(value)
            for name, value in zip(names, values, strict=True)
        }

    def _inputs(self, data: xr.Dataset, cells: np.ndarray) -> np.ndarray:
        columns = [*self.levels, self.candidate.temperature]
        smooth = np.column_stack([feature(name, data)[cells] for name in columns])
        codes = np.broadcast_to(state_codes(data)[:, None], cells.shape)[cells]
        trend = trend_matrix(self.trend, data, cells)
        return np.column_stack(
            [
                (smooth - self.centre) / self.scale,
                codes,
                np.ones(len(codes)),
                (trend - self.trend_centre) / self.trend_scale,
            ]
        )

    def _points(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        y = model_data.log10_k(self.data)[cells] - self.mean
        return self._inputs(self.data, cells), y, known_covariance(self.data, cells, self.digits)


def state_codes(data: xr.Dataset) -> np.ndarray:
    """One number per transition (N,), the same for the same quantum numbers in any data set."""
    code = np.zeros(data.sizes["transition"])
    for name in quantum_numbers(data):
        code = 1000.0 * code + data[name].values
    return code


def known_covariance(data: xr.Dataset, cells: np.ndarray, digits: int) -> np.ndarray | None:
    """Covariance of the errors of log10 k of the chosen cells that are known, (n, n) in dex^2.

    Monte-Carlo errors, of different transitions independent, and the rounding to `digits`. None
    where there are neither.
    """
    stderr = model_data.log10_k_stderr(data)[cells]
    rounding = rounding_std(model_data.log10_k(data)[cells], digits)
    if not (stderr.any() or rounding.any()):
        return None
    row, column = np.nonzero(cells)
    correlation = model_data.error_correlation(data)
    same = row[:, None] == row[None, :]
    values = correlation[row[:, None], column[:, None], column[None, :]]
    return np.where(same, values * np.outer(stderr, stderr), 0.0) + np.diag(rounding**2)


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
    trend = gpflow.kernels.Linear(
        variance=np.full(1 + n_trend, TREND_PRIOR_STD_DEX**2),
        active_dims=list(range(first, first + 1 + n_trend)),
    )
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
    """A positive parameter, log-normal about `value`: its logarithm is most likely that of `value`.

    GPflow counts priors as densities of the parameter itself, whose maximum lies a factor
    exp(-PRIOR_STD^2) below the median; the median is therefore put that far above `value`.
    """
    median = np.log(np.asarray(value, dtype=float)) + PRIOR_STD**2
    return gpflow.Parameter(
        value,
        transform=tfp.bijectors.Exp(),
        prior=tfp.distributions.Normal(median, np.float64(PRIOR_STD)),
        prior_on="unconstrained",
    )
