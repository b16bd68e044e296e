"""Leave-one-out validation: each level v predicted from all the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vibrates.errors import UserError
from vibrates.learning.ladder import Ladder


class Regression(Protocol):
    """What validation asks of a model."""

    def fit(self, ladder: Ladder) -> "Regression": ...

    def predict(
        self, v: np.ndarray, temperature_K: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]: ...


@dataclass(frozen=True)
class LeaveOneOut:
    """Predictions for the left-out levels, (N, M) each, in dex.

    `std` is the predictive standard deviation of the computed value: that of the model and the
    value's own Monte-Carlo error in quadrature, since the value compared with carries both.
    `interpolated` (N,) is false for the lowest and the highest level, which are extrapolated.
    """

    predicted: np.ndarray
    std: np.ndarray
    error: np.ndarray
    interpolated: np.ndarray

    def scores(self, log10_k: np.ndarray) -> dict[str, float]:
        """Scores over all left-out values; `log10_k` (N, M) are the computed ones.

        `mse_normalised` is for log10 k mapped to [0, 1] over the whole data set, the measure of
        Hong et al. 2023, section 4.
        """
        mse = float(np.mean(self.error**2))
        deviation = np.abs(self.error) / self.std
        return {
            "mse_dex2": mse,
            "mse_interpolated_dex2": float(np.mean(self.error[self.interpolated] ** 2)),
            "mse_normalised": mse / float(np.ptp(log10_k)) ** 2,
            "worst_dex": float(np.abs(self.error).max()),
            "coverage_1_sigma": float(np.mean(deviation <= 1.0)),
            "coverage_2_sigma": float(np.mean(deviation <= 2.0)),
        }


def leave_each_v_out(ladder: Ladder, model: Callable[[], Regression]) -> LeaveOneOut:
    """Fit a fresh `model()` to all levels but one, once per level, and predict that level.

    The left-out level enters nothing: neither the standardisation nor the hyperparameters.
    """
    predicted = np.empty_like(ladder.k)
    std = np.empty_like(ladder.k)
    for i, v in enumerate(ladder.v):
        fitted = model().fit(ladder.subset(ladder.v != v))
        mean, model_std = fitted.predict(ladder.v[i : i + 1], ladder.temperature_K)
        predicted[i] = mean[0]
        std[i] = np.hypot(model_std[0], ladder.log10_k_stderr[i])
    interpolated = (ladder.v > ladder.v.min()) & (ladder.v < ladder.v.max())
    return LeaveOneOut(predicted, std, predicted - ladder.log10_k, interpolated)


VALIDATIONS = {"each_v": leave_each_v_out}


def validate(name: str, ladder: Ladder, model: Callable[[], Regression]) -> LeaveOneOut:
    """Run the validation that learning.left_out names."""
    if name not in VALIDATIONS:
        raise UserError(
            f"learning.left_out: {name} is unknown; choose from {', '.join(VALIDATIONS)}"
        )
    return VALIDATIONS[name](ladder, model)
