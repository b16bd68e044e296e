"""Bootstrap over replicates: every stratum draws its own replicates with replacement."""

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError


def draw(seed: int, v: int, w: int, samples: int, shape: tuple[int, int, int]) -> NDArray:
    """How often each replicate is drawn: shape (E, S, R) -> int (samples, E, S, R).

    Depends on (seed, v, w) alone, so that a state keeps its errors when others join the campaign.

    Raises
    ------
    UserError
        If ``samples`` is too small for a standard error.
    """
    if samples < 2:
        raise UserError(f"rates.bootstrap: {samples} samples have no spread; set 2 or more")
    generator = np.random.default_rng([seed, v, w])
    replicates = shape[-1]
    equal = np.full(replicates, 1.0 / replicates)
    return generator.multinomial(replicates, equal, size=(samples, *shape[:-1]))


def cross_sections(sums: NDArray, count: NDArray, area: NDArray, draws: NDArray) -> NDArray:
    """Resampled sum over shells of area * mean: sums (..., E, S, R) -> (..., B, E).

    count (E, S, R), area (S,), draws (B, E, S, R). A stratum whose drawn replicates hold no good
    trajectory at all contributes 0.
    """
    by_stratum = np.moveaxis(draws, 0, -1).astype(float)  # (E, S, R, B)
    number = np.matmul(count[..., None, :].astype(float), by_stratum)  # (E, S, 1, B)
    flat = np.moveaxis(sums.reshape(-1, *sums.shape[-3:]), 0, -2)  # (E, S, rows, R)
    drawn = np.matmul(flat, by_stratum) / np.maximum(number, 1.0)  # (E, S, rows, B)
    total = np.einsum("esib,s->ibe", drawn, area)
    return total.reshape(*sums.shape[:-3], *total.shape[1:])


def standard_error(samples: NDArray, replicates: int, axis: int) -> NDArray:
    """Standard deviation over bootstrap samples along `axis`, which the result lacks.

    The factor sqrt(R / (R - 1)) makes up for the smaller spread of resampled replicates, of which
    there are R = ``replicates``.
    """
    return np.std(samples, axis=axis, ddof=1) * np.sqrt(replicates / (replicates - 1))


def covariance(samples: NDArray, replicates: int) -> NDArray:
    """Covariance (T, T) over bootstrap samples (T, B), with the factor of `standard_error`."""
    return np.atleast_2d(np.cov(samples)) * replicates / (replicates - 1)
