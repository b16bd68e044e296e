"""One form of our regression, trained on cells of a data set (`ladder_model` chooses the form)."""

import numpy as np
import tensorflow_probability as tfp
import xarray as xr

from vibrates.learning import data as model_data
from vibrates.learning.backend import gpflow
from vibrates.learning.features import feature
from vibrates.learning.gaussian_process import GaussianProcess
from vibrates.learning.kernels import IntegratedWiener, SameState, Wiener, base_kernel
from vibrates.learning.optimisers import lbfgs
from vibrates.learning.rounding import rounding_std, significant_digits
from vibrates.learning.transitions import quantum_numbers
from vibrates.learning.trends import SPLINES, Candidate, trend_matrix

TREND_PRIOR_STD_DEX = 10.0  # of a trend's coefficient, per standard deviation of its function
# Hyperparameters are log-normal about where they start, by this factor in the logarithm: length
# scales that the data leave open do not run away.
PRIOR_STD = 2.0
# log10 k is smooth in T: this many temperatures, even in T^(-1/3), fix the hyperparameters. The
# predictions rest on all temperatures.
TRAINING_TEMPERATURES = 12
# Of splines (`spline_process`). v in units of 10, and priors of the logarithms of standard
# deviations and lengths by their width; the line's coefficients are given in dex, and dex per unit.
SPLINE_UNIT_V = 10.0
SPLINE_STD, SPLINE_LENGTH_STD, SPLINE_LINE_STD_DEX, SQUARE_STD_DEX = 3.0, 0.5, 2.0, 0.02
SPLINE_NOISE_DEX2 = 1e-9
SPLINE_TRAINING_TEMPERATURES = 8
BEND_STD_DEX = (0.1, 0.05)  # of what the line departs from its law in T: at v = 0, per unit
SPLINE_HYPERPARAMETERS = [
    "bend_std_dex",
    "bend_slope_std_dex",
    "bend_length_T",
    "square_std_dex",
    "smooth_std_dex",
    "smooth_length_T",
    "rough_std_dex",
    "rough_length_T",
    "own_std_dex",
    "own_length_T",
]
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
        self.splines = candidate.along == SPLINES
        if self.splines:  # they start at v = 0
            self.centre[0], self.scale[0] = 0.0, SPLINE_UNIT_V
        self.trend = candidate.terms(data, "w" in self.levels)
        terms = trend_matrix(self.trend, data, train)
        self.trend_centre, self.trend_scale = terms.mean(axis=0), terms.std(axis=0)
        self.mean = (model_data.log10_k(data) - self._offset(data))[train].mean()
        shape = (candidate.along, len(self.levels), len(self.trend))
        if shape not in processes:
            processes[shape] = spline_process() if self.splines else _process(*shape)
        self.process, starts = processes[shape]
        for parameter, value in starts:
            parameter.assign(value)
        self.digits = significant_digits(data["k"].values[train])
        few = SPLINE_TRAINING_TEMPERATURES if self.splines else TRAINING_TEMPERATURES
        self.chosen = chosen = train & _few_temperatures(data, train, few)
        X, y, known = self._points(chosen)
        self.process.train(X, y, lbfgs(), known)
        self.values = [parameter.numpy() for parameter, _ in starts]
        self.parameters = [parameter for parameter, _ in starts]
        self.left_out = self.process.condition(X, y, known).left_out(np.nonzero(chosen)[0])

    def condition(self, cells: np.ndarray | None = None) -> "LadderFit":
        """Condition predictions on the training cells, or on those of the mask `cells` (N, M)."""
        self.conditioned = self.train if cells is None else cells
        for parameter, value in zip(self.parameters, self.values, strict=True):
            parameter.assign(value)
        X, y, known = self._points(self.train if cells is None else cells)
        self.process.condition(X, y, known)
        return self

    def predict(self, data: xr.Dataset, as_computed: bool = False) -> tuple:
        """Mean and standard deviation of log10 k, dex, (N, M) each.

        as_computed: of the values that trajectories give or gave, with their Monte-Carlo errors.
        Those of a level are correlated over the temperatures, so that its values at some tell the
        error at others. The size of the error is that of the level's training cells, interpolated;
        of a level without, nothing is added.
        """
        shape = (data.sizes["transition"], data.sizes["temperature"])
        inputs = self._inputs(data, np.ones(shape, dtype=bool))
        if as_computed:
            shared, own = self._shared_errors(data)
            mean, variance = self.process.predict(inputs, shared)
            variance = np.maximum(variance + own, 0.0)
        else:
            mean, variance = self.process.predict(inputs)
        mean = mean + self.mean + self._offset(data).ravel()
        # A value that it is compared with is rounded as the training data are.
        std = np.sqrt(
            variance
            + float(self.process.likelihood.noise.numpy())
            + rounding_std(mean, self.digits) ** 2
        )
        return mean.reshape(shape), std.reshape(shape)

    def known_variance(self, data: xr.Dataset, as_computed: bool = False) -> np.ndarray:
        """Part of the variance that the known errors of the data make, (N, M), dex^2.

        Monte-Carlo errors and rounding; with `as_computed` those of the predicted values too.
        """
        shape = (data.sizes["transition"], data.sizes["temperature"])
        inputs = self._inputs(data, np.ones(shape, dtype=bool))
        if not as_computed:
            return self.process.known_variance(inputs).reshape(shape)
        shared, own = self._shared_errors(data)
        return (self.process.known_variance(inputs, shared) + own).reshape(shape)

    def coordinate(self, data: xr.Dataset) -> np.ndarray:
        """That of the temperature, (N, M)."""
        return feature(self.candidate.temperature, data)

    def covariance(self, data: xr.Dataset) -> np.ndarray:
        """Posterior covariance of log10 k between all cells of `data`, (N M, N M), dex^2."""
        every = np.ones((data.sizes["transition"], data.sizes["temperature"]), dtype=bool)
        return self.process.covariance(self._inputs(data, every))

    @property
    def hyperparameters(self) -> dict[str, float]:
        """Standard deviations in dex, length scales in standard deviations of the feature."""
        names = (
            SPLINE_HYPERPARAMETERS
            if self.splines
            else [
                "smooth_std_dex",
                *(f"length_{n}" for n in self.levels),
                "length_T",
                "own_std_dex",
                "own_length_T",
                "noise_std_dex",
            ]
        )
        values = np.concatenate([np.ravel(v) for v in self.values])
        return {
            name: float(np.sqrt(value)) if name.endswith("dex") else float(value)
            for name, value in zip(names, values, strict=True)
        }

    def _shared_errors(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        """Covariance of the errors of `data` with those conditioned on (m, n); variances (m,)."""
        row, column = np.nonzero(self.conditioned)
        codes, of_data = state_codes(self.data)[row], state_codes(data)
        x = feature(self.candidate.temperature, self.data)[0]
        stderr = model_data.log10_k_stderr(self.data)
        correlation = model_data.error_correlation(self.data)
        m = data.sizes["temperature"]
        shared, own = np.zeros((len(of_data) * m, len(row))), np.zeros(len(of_data) * m)
        same_temperatures = np.array_equal(data["temperature"], self.data["temperature"])
        for number, code in enumerate(of_data):
            known = np.flatnonzero(codes == code)
            if not len(known) or not same_temperatures:
                continue
            level, there = row[known[0]], column[known]
            errors = np.interp(x, np.sort(x[there]), stderr[level, there][np.argsort(x[there])])
            cells = slice(number * m, (number + 1) * m)
            shared[cells, known] = (
                correlation[level][:, there] * errors[:, None] * stderr[level, there]
            )
            own[cells] = errors**2
        return shared, own

    def left_out_cells(self) -> np.ndarray:
        """Errors over standard deviations of the training cells, each from all others, (n,)."""
        self.condition()
        errors, std = self.process.left_out(np.arange(len(self.process.X)))
        return errors / std

    def _offset(self, data: xr.Dataset) -> np.ndarray:
        """What is known of log10 k and not learned, (N, M)."""
        return feature("ladder", data) if self.splines else np.zeros(data["k"].shape)

    def _inputs(self, data: xr.Dataset, cells: np.ndarray) -> np.ndarray:
        columns = [*self.levels, self.candidate.temperature]
        smooth = np.column_stack([feature(name, data)[cells] for name in columns])
        codes = np.broadcast_to(state_codes(data)[:, None], cells.shape)[cells]
        trend = (trend_matrix(self.trend, data, cells) - self.trend_centre) / self.trend_scale
        return np.column_stack(
            [
                (smooth - self.centre) / self.scale,
                codes,
                np.ones(len(codes)),
                trend,
            ]
        )

    def _points(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        y = (model_data.log10_k(self.data) - self._offset(self.data))[cells] - self.mean
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


def _few_temperatures(data: xr.Dataset, train: np.ndarray, few: int) -> np.ndarray:
    """(M,) true for `few` of the temperatures with data, even in T^(-1/3)."""
    there = np.flatnonzero(train.any(axis=0))
    x = data["temperature"].values[there] ** (-1.0 / 3.0)
    wanted = np.linspace(x[0], x[-1], min(few, len(there)))
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


def spline_process() -> tuple[GaussianProcess, list]:
    """The process on columns u = v/10, temperature, state, 1; and its parameters' starts.

    A straight line in u, whose coefficients are quadratic in the temperature's scale (a law with a
    wide prior) plus what the data make them depart from it: independent errors of different
    temperatures average out along the law, errors that all temperatures share do not. A square of
    u of the size that the anharmonicity gives it (second order of Landau and Teller's exponent in
    the vibrational quantum); cubic and linear splines in u for what is left; and what one level
    has to itself. Where the data have no errors the mean at each temperature is close to a cubic
    spline of them, and with errors to a smoothing one.
    """
    u, T, state, one = 0, 1, 2, 3
    parts, starts = [], []

    def parameter(owner, name: str, value, std: float) -> None:
        fresh = positive_parameter(value, std)
        setattr(owner, name, fresh)
        starts.append((fresh, fresh.numpy()))

    def in_temperature(length: float | None, kind: str) -> gpflow.kernels.Kernel:
        kernel = base_kernel(kind, [T])
        gpflow.set_trainable(kernel.variance, False)
        if length is None:
            parameter(kernel, "lengthscales", np.full(1, 1.5), SPLINE_LENGTH_STD)
        else:
            kernel.lengthscales.assign([length])
            gpflow.set_trainable(kernel.lengthscales, False)
        return kernel

    line = gpflow.kernels.Linear(variance=np.full(2, SPLINE_LINE_STD_DEX**2), active_dims=[one, u])
    law = gpflow.kernels.Polynomial(degree=2, active_dims=[T])
    gpflow.set_trainable(line, False)
    gpflow.set_trainable(law, False)
    parts.append(line * law)
    bend = gpflow.kernels.Linear(active_dims=[one, u])
    parameter(bend, "variance", np.array(BEND_STD_DEX) ** 2, 2.0 * SPLINE_STD)
    parts.append(bend * in_temperature(None, "M52"))
    square = gpflow.kernels.Linear(active_dims=[u])
    parameter(square, "variance", SQUARE_STD_DEX**2, 2.0 * 0.7)
    once = gpflow.kernels.Linear(active_dims=[u])
    gpflow.set_trainable(once, False)
    parts.append(square * once * in_temperature(2.0, "M52"))
    for kernel, start_dex in (
        (IntegratedWiener(u), 0.02),
        (Wiener(u), 0.01),
        (gpflow.kernels.Constant() * SameState(active_dims=[state]), 0.01),
    ):
        owner = kernel.kernels[0] if isinstance(kernel, gpflow.kernels.Product) else kernel
        parameter(owner, "variance", start_dex**2, 2.0 * SPLINE_STD)
        parts.append(kernel * in_temperature(None, "M32"))
    noise = gpflow.Parameter(SPLINE_NOISE_DEX2, trainable=False)
    return GaussianProcess(gpflow.kernels.Sum(parts), noise), starts


def positive_parameter(value: float | np.ndarray, std: float = PRIOR_STD) -> gpflow.Parameter:
    """A positive parameter, log-normal about `value`: its logarithm is most likely that of `value`.

    GPflow counts priors as densities of the parameter itself, whose maximum lies a factor
    exp(-std^2) below the median; the median is therefore put that far above `value`.
    """
    median = np.log(np.asarray(value, dtype=float)) + std**2
    return gpflow.Parameter(
        value,
        transform=tfp.bijectors.Exp(),
        prior=tfp.distributions.Normal(median, np.float64(std)),
        prior_on="unconstrained",
    )
