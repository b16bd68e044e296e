"""One kernel trained on the transitions of some initial levels, and its errors on all others."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from vibrates.core.checkpoint import Checkpoint
from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint
from vibrates.core.tasks import Task, run
from vibrates.learning import optimisers
from vibrates.learning.data import digest, log10_k
from vibrates.learning.features import MIHALIK, feature_matrix, varying
from vibrates.learning.gaussian_process import GaussianProcess
from vibrates.learning.search.process import new_process, standardised
from vibrates.learning.search.training_sets import initial_number, rows_of

SUBSET_SEED = 7
OVER, BELOW = 10.0, 5.0  # per cent, the accuracy targets that transitions are counted by


class Trainer:
    """Trains candidates on one data set; every trained candidate is stored and found again.

    Parameters
    ----------
    data : Dataset
        Rates.
    store : str or Path
        A directory, which several trainers may share.
    optimiser : str
        One of `optimisers.OPTIMISERS`.
    iterations : int
        Of the optimiser, at most.

    Raises
    ------
    UserError
        For an unknown optimiser.
    """

    def __init__(self, data: xr.Dataset, store: str | Path, optimiser: str, iterations: int):
        if optimiser not in optimisers.OPTIMISERS:
            raise UserError(
                f"optimiser {optimiser} is unknown; choose from {', '.join(optimisers.OPTIMISERS)}"
            )
        self.data, self.checkpoint = data, Checkpoint(Path(store) / "candidates")
        self.optimiser, self.iterations = optimiser, iterations
        self.content = digest(data)
        self.features = search_features(data)
        self.target = log10_k(data)
        self._processes: dict[str, tuple[GaussianProcess, list]] = {}

    def candidate(
        self, expression: str, trained: Sequence[int], sizes: Sequence[int], whole: bool = False
    ) -> dict:
        """Errors of the kernel `expression` trained on the initial levels `trained`.

        sizes: training points of the stages; the last is what predictions rest on, or all points
        when `whole`. Result: errors per initial level that is not trained on (mean and worst
        transition in per cent of log10 k, rms in dex, transitions over and below the targets),
        log marginal likelihood, BIC, parameters, seconds; with `whole` also percent and rms in dex
        of every transition.
        """
        task = self.task(expression, trained, sizes, whole)
        return run([task], self.checkpoint)[task.key]

    def task(
        self, expression: str, trained: Sequence[int], sizes: Sequence[int], whole: bool = False
    ) -> Task:
        """The training that `candidate` gives the result of."""
        levels, points = ([int(x) for x in values] for values in (trained, sizes))
        return Task(
            f"{expression} on {levels}, {points} points{', all transitions' if whole else ''}",
            fingerprint(
                data=self.content,
                kernel=expression,
                trained=levels,
                sizes=points,
                whole=whole,
                optimiser=self.optimiser,
                iterations=self.iterations,
                features=self.features,
                code=code_fingerprint(__name__),
            ),
            lambda: self._trained(expression, trained, sizes, whole),
        )

    def _trained(self, expression, trained, sizes, whole) -> dict:
        began = time.perf_counter()
        own = rows_of(self.data, trained)
        cells = np.broadcast_to(own[:, None], self.target.shape)
        X = feature_matrix(self.features, self.data, cells)
        y = self.target[cells]
        X, centre, scale = standardised(X)
        y, mean, std = standardised(y)
        order = np.random.default_rng(SUBSET_SEED).permutation(len(y))
        process = self._process(expression)
        report, basis = (
            {"converged": False},
            {
                "kernel": expression,
                "trained": list(trained),
                "transitions": int(own.sum()),
                "parameters": process.n_parameters,
            },
        )
        try:
            for size, limit in self._stages(sizes, len(y)):
                rows = np.sort(order[:size])
                report = process.train(
                    X[rows], y[rows], optimisers.OPTIMISERS[self.optimiser](limit)
                )
            rows = np.arange(len(y)) if whole else np.sort(order[: sizes[-1]])
            process.condition(X[rows], y[rows])
        except UserError as error:
            # A kernel that cannot be trained on these data loses; it does not end the search.
            return basis | {
                "failed": str(error),
                "levels": {},
                "bic": float("-inf"),
                "seconds": time.perf_counter() - began,
            }
        predicted = np.full(self.target.shape, np.nan)
        others = np.broadcast_to(~own[:, None], self.target.shape)
        inputs = (feature_matrix(self.features, self.data, others) - centre) / scale
        predicted[others] = mean + std * process.predict_mean(inputs)
        percent, square = transition_errors(predicted, self.target)
        # Of chosen kernels every transition is kept, of those that only compete the levels.
        each = {"percent": percent.tolist(), "rms_dex": np.sqrt(square).tolist()} if whole else {}
        return (
            basis
            | each
            | {
                "points": int(len(process.X)),
                "converged": report["converged"],
                "jitter": process.factor.jitter,
                "log_marginal_likelihood": process.log_marginal_likelihood,
                "bic": process.bic,
                "levels": level_errors(self.data, percent, square, ~own),
                "seconds": time.perf_counter() - began,
            }
        )

    def _stages(self, sizes: Sequence[int], available: int) -> list[tuple[int, int]]:
        """(points, iterations) of every stage: the first has all iterations, others a quarter.

        A likelihood costs n^3: good parameters are searched for on few points, and the last steps
        are made on many. Fewer `available` points than a size are used whole, once.
        """
        # RMSProp as published knows no stages: it runs on the last size at once.
        chosen = sizes if self.optimiser == "lbfgs" else sizes[-1:]
        last_steps = max(self.iterations // 4, 5)
        return [
            (size, last_steps if i else self.iterations)
            for i, size in enumerate(chosen)
            if i == 0 or chosen[i - 1] < available
        ]

    def _process(self, expression: str) -> GaussianProcess:
        if expression not in self._processes:
            process = new_process(expression, len(self.features))
            starts = [variable.numpy() for variable in process.likelihood.variables]
            self._processes[expression] = process, starts
        process, starts = self._processes[expression]
        for variable, start in zip(process.likelihood.variables, starts, strict=True):
            variable.assign(start)
        return process


def transition_errors(predicted, target) -> tuple[np.ndarray, np.ndarray]:
    """Errors of predicted log10 k (N, M) per transition, (N,) each.

    Mean over temperatures of |predicted - true| / |true| in per cent (Mihalik et al. 2024, section
    II), and of (predicted - true)^2 in dex^2.
    """
    return (
        100.0 * np.abs((predicted - target) / target).mean(axis=1),
        ((predicted - target) ** 2).mean(axis=1),
    )


def level_errors(data: xr.Dataset, percent, square, rows) -> dict[str, dict]:
    """Errors per initial level of the transitions `rows` (N,), from `transition_errors`."""
    number = data[initial_number(data)].values
    result = {}
    for level in np.unique(number[rows]):
        own = rows & (number == level)
        result[str(int(level))] = {
            "transitions": int(own.sum()),
            "percent": float(percent[own].mean()),
            "worst_percent": float(percent[own].max()),
            "mse_dex2": float(square[own].mean()),
            "over": int((percent[own] > OVER).sum()),
            "below": int((percent[own] < BELOW).sum()),
        }
    return result


def mean_error(result: dict, chosen: Sequence[int], quantity: str = "percent") -> float:
    """Mean over all transitions from the `chosen` initial levels of a stored candidate."""
    parts = [result["levels"][str(level)] for level in chosen if str(level) in result["levels"]]
    if not parts:
        return float("nan")
    weights = [part["transitions"] for part in parts]
    return float(np.average([part[quantity] for part in parts], weights=weights))


def search_features(data: xr.Dataset) -> list[str]:
    """The features of eq. 10, and those of a second molecule, that vary in `data`."""
    numbers = [name for name in (*MIHALIK, "w", "wp", "dw") if _available(name, data)]
    return varying(numbers, data)


def _available(name: str, data: xr.Dataset) -> bool:
    needs = {
        "T": (),
        "dv": ("v", "vp"),
        "dj": ("j", "jp"),
        "dw": ("w", "wp"),
        "dj_odd": ("j", "jp"),
        "dv_nonzero": ("v", "vp"),
    }.get(name, (name,))
    return all(number in data.coords for number in needs)
