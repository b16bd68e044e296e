"""Means over the trajectories of a stratum, their variance, and their sum over shells.

Means are plain, sum of (weight x) over the number of good trajectories: unbiased because the mean
of the importance weights is 1, and additive over replicates. The variance comes from the spread
of the replicates, which holds for scrambled Sobol points where that of single trajectories
does not.
"""

import numpy as np
from numpy.typing import NDArray


def means(sums: NDArray, count: NDArray) -> NDArray:
    """Stratum means: sums (..., E, S, R), count (E, S, R) -> (..., E, S)."""
    return sums.sum(axis=-1) / count.sum(axis=-1)


def mean_variance(sums: NDArray, count: NDArray) -> NDArray:
    """Variance of the stratum means, from R replicates: (..., E, S, R) -> (..., E, S).

    sum_r (s_r - m n_r)^2 / N^2 * R / (R - 1), with replicate sums s_r and counts n_r, N = sum n_r.
    """
    replicates = sums.shape[-1]
    residual = sums - means(sums, count)[..., None] * count
    spread = np.sum(residual**2, axis=-1) * replicates / (replicates - 1)
    return spread / count.sum(axis=-1) ** 2


def cross_section(sums: NDArray, count: NDArray, area: NDArray) -> NDArray:
    """sigma = sum over shells of area * mean: (..., E, S, R), area (S,) -> (..., E)."""
    return means(sums, count) @ area


def cross_section_stderr(sums: NDArray, count: NDArray, area: NDArray) -> NDArray:
    """Standard error of `cross_section`: (..., E, S, R) -> (..., E)."""
    return np.sqrt(mean_variance(sums, count) @ area**2)
