"""Means over the trajectories of a stratum, their variance, and their sum over shells.

Means are plain, sum of (weight x) over the number of good trajectories: unbiased because the mean
of the importance weights is 1, and additive over replicates. The variance is estimated from the
spread of the replicates, which is valid for scrambled Sobol points; that of single trajectories is
not.
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
    """Cross section sigma, the sum over shells of area times mean.

    Parameters
    ----------
    sums : (..., E, S, R)
        Sums over the good trajectories of each replicate.
    count : (E, S, R)
        Numbers of good trajectories.
    area : (S,)
        Areas of the shells.

    Returns
    -------
    NDArray
        (..., E), in the unit of ``area`` times that of ``sums``.
    """
    return means(sums, count) @ area


def cross_section_stderr(sums: NDArray, count: NDArray, area: NDArray) -> NDArray:
    """Standard error of `cross_section`, in its shape and unit. Arguments as in `cross_section`."""
    return np.sqrt(mean_variance(sums, count) @ area**2)
