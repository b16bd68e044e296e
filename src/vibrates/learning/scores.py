"""How good predictions of log10 k are."""

import numpy as np


def scores(
    predicted: np.ndarray,
    std: np.ndarray | None,
    true: np.ndarray,
    true_stderr: np.ndarray,
    data_range: float,
) -> dict[str, float | None]:
    """Scores of predictions (n,) of log10 k against `true` (n,), all in dex.

    mse_normalised is for log10 k scaled to [0, 1] over the whole data set, `data_range` its range:
    the measure of Hong et al. 2023, section 4. coverage_* (None without std): the share of values
    within one and two standard deviations, of prediction and value together (68 and 95 % expected).
    """
    error = predicted - true
    mse = float(np.mean(error**2))
    result: dict[str, float | None] = {
        "mse_normalised": mse / data_range**2,
        "mse_dex2": mse,
        "worst_dex": float(np.abs(error).max()),
    }
    for factor in (1, 2):
        result[f"coverage_{factor}"] = (
            None
            if std is None
            else float(np.mean(np.abs(error) <= factor * np.hypot(std, true_stderr)))
        )
    return result
