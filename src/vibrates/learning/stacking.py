"""Several predictions made one: weights from left-out data, and the mixture they give.

Yao, Vehtari, Simpson & Gelman 2018, Bayesian Analysis 13, 917: the weights maximise the mean log
density of left-out data under the mixture of the predictive distributions.
"""

import numpy as np

STEPS, PRECISION = 2000, 1e-6


def stacking_weights(error: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Weights (K,), none negative, sum 1, of K Gaussian predictions of n left-out data.

    error, std (K, n): predicted minus true, and its predictive standard deviation. The objective is
    concave; the step is that of expectation maximisation for the weights of a mixture.
    """
    log_density = -0.5 * (error / std) ** 2 - np.log(std)
    density = np.exp(log_density - log_density.max(axis=0))
    weights = np.full(len(error), 1.0 / len(error))
    for _ in range(STEPS):
        before = weights
        weights = np.mean(before[:, None] * density / (before @ density), axis=1)
        if np.abs(weights - before).max() < PRECISION:
            break
    return weights


def mixture_std(
    weights: np.ndarray, mean: np.ndarray, means: np.ndarray, stds: np.ndarray
) -> np.ndarray:
    """Root mean square deviation from `mean` (...) of the mixture of K predictions (K, ...)."""
    return np.sqrt(np.tensordot(weights, stds**2 + (means - mean) ** 2, 1))
