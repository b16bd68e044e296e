"""Which training sets are worth training, where there are too many to train all of them.

One Matern 5/2 process gets its parameters once, from points of all levels. With these shared
parameters a training set costs one small factorisation, and every set of N levels can be tried. The
parameters know all levels, and only some points of each are used: the order is a guide to what is
then trained on its own, as the test error that the paper chooses training sets by is one.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from scipy.linalg import cho_factor, cho_solve

from vibrates.learning import optimisers
from vibrates.learning.data import log10_k
from vibrates.learning.features import feature_matrix
from vibrates.learning.search.process import new_process, standardised
from vibrates.learning.search.training_sets import initial_number, levels

KERNEL, SEED = "M52", 7
CELLS = 80  # of every level


def screened(
    data: xr.Dataset,
    features: Sequence[str],
    sets: Sequence[tuple[int, ...]],
    count: int,
    points: int,
    iterations: int,
) -> list[tuple[int, ...]]:
    """The `count` best of `sets` by the mean error of log10 k on the levels a set does not have.

    points, iterations: of the training of the shared parameters.
    """
    if len(sets) <= count:
        return list(sets)
    rng = np.random.default_rng(SEED)
    cells = np.broadcast_to(True, (data.sizes["transition"], data.sizes["temperature"]))
    X, _, _ = standardised(feature_matrix(features, data, cells))
    target = log10_k(data).ravel()
    y, mean, std = standardised(target)
    process = new_process(KERNEL, len(features))
    rows = np.sort(rng.permutation(len(y))[:points])
    process.train(X[rows], y[rows], optimisers.lbfgs(iterations))

    number = np.repeat(data[initial_number(data)].values, data.sizes["temperature"])
    values = levels(data)
    own = {level: np.flatnonzero(number == level) for level in values}
    chosen = {level: np.sort(rng.permutation(rows)[:CELLS]) for level, rows in own.items()}
    picked = np.concatenate([chosen[level] for level in values])
    X, y, target, number = X[picked], y[picked], target[picked], number[picked]
    K = process.likelihood.covariance(X, X)
    K[np.diag_indices(len(K))] += float(process.likelihood.noise.numpy())
    # Every level counts by its transitions, also where it has more cells than were picked.
    weight = np.array([len(own[level]) / len(chosen[level]) for level in number])

    def error(trained: tuple[int, ...]) -> float:
        known = np.isin(number, trained)
        factor = cho_factor(K[np.ix_(known, known)], lower=True, overwrite_a=True)
        predicted = mean + std * (K[np.ix_(~known, known)] @ cho_solve(factor, y[known]))
        relative = np.abs((predicted - target[~known]) / target[~known])
        return float(np.average(relative, weights=weight[~known]))

    return sorted(sets, key=error)[:count]
