"""Probabilities at a time step of zero from runs with two steps, and their errors.

The Strang step is of second order and time-reversible: P(dt) = P(0) + a dt^2 + b dt^4 + ... Two
runs with dt and dt/RATIO remove the dt^2 term (Richardson). Three of them give two extrapolated
values, whose difference gives the dt^4 term; with two runs its size can only be estimated.
"""

import numpy as np
from numpy.typing import NDArray

RATIO = 1.5  # of successive steps
# Error after two runs: the first factor times the squared relative correction, and at least the
# second times the correction. The first was measured (docs/performance.md), the second is a margin.
_OF_SQUARE, _OF_CORRECTION = 4.0, 0.1
# A transition with a smaller probability contributes to no rate and need not be accurate.
_NEGLIGIBLE = 1e-16


def extrapolate(coarse: NDArray, fine: NDArray) -> NDArray:
    """P at step zero from ``coarse`` and ``fine``, of the same shape, with rows that sum to one.

    Where the two differ too much for an extrapolation, ``fine`` is kept. The
    corrections of a row sum to zero, so that rows still sum to one where every element has been
    extrapolated; otherwise they miss one by the corrections left out. Those are of small P as a
    rule: by at most 2e-5 (v = 1) and 1.4e-4 (v = 10) in the default campaign, 4608 trajectories
    each, and by more than 1e-6 in less than one trajectory in a thousand.
    """
    correction = (fine - coarse) / (RATIO**2 - 1.0)
    return np.where(np.abs(correction) < 0.5 * fine, fine + correction, fine)


def relative_error(coarse: NDArray, fine: NDArray, before: NDArray) -> NDArray:
    """Estimated relative error of ``extrapolate(coarse, fine)``.

    Parameters
    ----------
    coarse, fine : (N, k)
        Probabilities of k transitions with the longer and the shorter step.
    before : (N, k)
        The same, extrapolated from ``coarse`` and the run before it; NaN where there was none.

    Returns
    -------
    NDArray
        The largest of the errors of the k columns, (N,).
    """
    scale = np.maximum(fine, _NEGLIGIBLE)
    correction = np.abs(fine - coarse) / (RATIO**2 - 1.0) / scale
    guess = np.maximum(_OF_SQUARE * correction**2, _OF_CORRECTION * correction)
    known = np.abs(extrapolate(coarse, fine) - before) / (RATIO**4 - 1.0) / scale
    return np.where(np.isnan(known), guess, known).max(axis=1, initial=0.0)
