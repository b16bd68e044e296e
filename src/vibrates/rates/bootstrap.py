"""Bootstrap over replicates: every stratum draws its own replicates with replacement."""

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError


def draw(
    seed: int, v: int, w: int, samples: int, shape: tuple[int, int, int], j: int | None = None
) -> NDArray:
    """Numbers of draws of each replicate.

    They depend on the seed and the initial state alone, so that the errors of a state do not change
    when other states are added to the campaign.

    Parameters
    ----------
    seed
        Seed of the campaign.
    v, w
        The initial state.
    samples
        Number of bootstrap samples B.
    shape
        Numbers of energies, shells and replicates (E, S, R).
    j
        Rotational level of the initial state (v, w, j) of a quantised rotor.

    Returns
    -------
    NDArray
        Integers (B, E, S, R), with sum R over the replicates.

    Raises
    ------
    UserError
        If ``samples`` is too small for a standard error.
    """
    if samples < 2:
        raise UserError(f"rates.bootstrap: {samples} samples have no spread; set 2 or more")
    generator = np.random.default_rng([seed, v, w] if j is None else [seed, v, w, j])
    replicates = shape[-1]
    equal = np.full(replicates, 1.0 / replicates)
    return generator.multinomial(replicates, equal, size=(samples, *shape[:-1]))


def cross_sections(sums: NDArray, count: NDArray, area: NDArray, draws: NDArray) -> NDArray:
    """Resampled cross sections, sums over shells of area times mean.

    A stratum whose drawn replicates contain no good trajectory contributes 0.

    Parameters
    ----------
    sums : (..., E, S, R)
        Sums over the good trajectories of each replicate.
    count : (E, S, R)
        Numbers of good trajectories.
    area : (S,)
        Areas of the shells.
    draws : (B, E, S, R)
        Numbers of draws of each replicate, from `draw`.

    Returns
    -------
    NDArray
        (..., B, E), in the unit of ``area`` times that of ``sums``.
    """
    by_stratum = np.moveaxis(draws, 0, -1).astype(float)  # (E, S, R, B)
    number = np.matmul(count[..., None, :].astype(float), by_stratum)  # (E, S, 1, B)
    flat = np.moveaxis(sums.reshape(-1, *sums.shape[-3:]), 0, -2)  # (E, S, rows, R)
    drawn = np.matmul(flat, by_stratum) / np.maximum(number, 1.0)  # (E, S, rows, B)
    total = np.einsum("esib,s->ibe", drawn, area)
    return total.reshape(*sums.shape[:-3], *total.shape[1:])


def standard_error(samples: NDArray, replicates: int, axis: int) -> NDArray:
    """Standard error from bootstrap samples.

    Their standard deviation is multiplied by sqrt(R / (R - 1)), since the spread of R resampled
    replicates is too small by this factor.

    Parameters
    ----------
    samples
        The resampled values.
    replicates
        Number of replicates R.
    axis
        Axis of the samples, which is reduced.
    """
    return np.std(samples, axis=axis, ddof=1) * np.sqrt(replicates / (replicates - 1))


def covariance(samples: NDArray, replicates: int) -> NDArray:
    """Covariance (T, T) over bootstrap samples (T, B), with the factor of `standard_error`."""
    return np.atleast_2d(np.cov(samples)) * replicates / (replicates - 1)
