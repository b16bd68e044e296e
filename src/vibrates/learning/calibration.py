"""How much too wide or too narrow standard deviations are, judged by left-out data.

Errors of left-out data in units of their standard deviations, u, should be those of a normal
distribution. Rates deviate from smooth ladders at few levels by much and at most by little, and at
some temperatures more than at others, which one variance for all does not know. Standard deviations
are therefore multiplied by a factor f(x) of the temperature's coordinate x: what the quantiles of
|u| near x are over those of the normal distribution. A few pseudo-observations that are normal keep
f near 1 where there are few levels.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

PSEUDO_LEVELS = 2.0
WIDTH = 0.4  # of the neighbourhood in x, in standard deviations of x
SHARES, POWERS = (0.683, 0.954), (2.0 / 3.0, 1.0 / 3.0)
_NORMAL = norm.ppf(0.5 + (np.arange(40) + 0.5) / 80.0)


def widening(u: NDArray, x: NDArray, levels: int, wanted: NDArray) -> NDArray:
    """Factors of the standard deviation at `wanted` (m,), from errors u (n,) at x (n,).

    `levels`: how many independent errors there are at a time.
    """
    if not len(u):
        return np.ones(len(wanted))
    factors = np.empty(len(wanted))
    values = np.concatenate([np.abs(u), _NORMAL])
    order = np.argsort(values)
    pseudo = np.full(len(_NORMAL), PSEUDO_LEVELS / len(_NORMAL))
    for row, centre in enumerate(wanted):
        distance = ((x - centre) / WIDTH) ** 2
        near = np.exp(-0.5 * (distance - distance.min()))
        weights = np.concatenate([near / near.sum() * levels, pseudo])[order]
        share = np.cumsum(weights) / weights.sum()
        factors[row] = np.prod(
            [
                (values[order][np.searchsorted(share, part)] / norm.ppf(0.5 + part / 2.0)) ** power
                for part, power in zip(SHARES, POWERS, strict=True)
            ]
        )
    return factors
