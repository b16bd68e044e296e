"""Levenberg-Marquardt least squares, the Jacobian in blocks (Hagan and Menhaj 1994).

The normal equations are summed over blocks of points by multithreaded matrix products, so that 4000
weights and 30 000 points need the memory of one block and one square matrix.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.linalg.blas import dsyrk, ssyrk

_BLOCK_NUMBERS = 2.5e7  # of a block of the Jacobian: 200 MB

# Residuals (n,) and their Jacobian (n, p), of the points in a slice.
Block = Callable[[NDArray, slice], tuple[NDArray, NDArray]]


@dataclass(frozen=True)
class Iteration:
    """State after one accepted step: ``loss`` is half the sum of squared residuals."""

    weights: NDArray
    loss: float
    damping: float


def normal_equations(
    block: Block, weights: NDArray, points: int, single: bool = False
) -> tuple[NDArray, NDArray, float]:
    """J^T J (upper triangle), J^T e and half of e^T e, summed over blocks of points.

    ``single``: J^T J alone in single precision, columns scaled to one size; it only steers the
    step, and the damping hides its rounding.
    """
    size = len(weights)
    rows = max(1, int(_BLOCK_NUMBERS // size))
    update, kind = (ssyrk, np.float32) if single else (dsyrk, np.float64)
    matrix, vector, loss = np.zeros((size, size), kind, order="F"), np.zeros(size), 0.0
    scale = np.zeros(0)  # of the columns, from the first block
    for start in range(0, points, rows):
        residual, jacobian = block(weights, slice(start, min(start + rows, points)))
        vector += jacobian.T @ residual
        loss += 0.5 * float(residual @ residual)
        if single:
            if not scale.size:
                length = np.linalg.norm(jacobian, axis=0)
                scale = 1.0 / np.where(length > 0.0, length, 1.0)
            jacobian = (jacobian * scale).astype(kind)
        matrix = update(1.0, jacobian.T, beta=1.0, c=matrix, overwrite_c=True)
    if single:
        matrix = matrix.astype(np.float64, order="F")
        matrix /= scale[:, None]
        matrix /= scale
    return matrix, vector, loss


def minimise(
    block: Block,
    loss: Callable[[NDArray], float],
    start: NDArray,
    points: int,
    iterations: int,
    damping: float = 1e-3,
    single: bool = False,
    exponent: float = 0.5,
) -> Iterator[Iteration]:
    """Accepted steps, one after the other; ends where no damping makes the loss fall.

    ``block``: residuals and Jacobian; ``loss``: half the sum of squares without the Jacobian.
    Weights are damped by the ``exponent``-th power of their curvature, by default between Levenberg
    (0) and Marquardt (1). A rejected step costs a factorisation, not a Jacobian.
    """
    weights = start
    for _ in range(iterations):
        matrix, vector, now = normal_equations(block, weights, points, single)
        diagonal = np.diag(matrix).copy()
        largest = max(diagonal.max(), 1e-300)
        scale = largest * np.maximum(diagonal / largest, 1e-12) ** exponent
        while True:
            np.fill_diagonal(matrix, diagonal + damping * scale)
            try:
                step = cho_solve(cho_factor(matrix, lower=False, check_finite=False), -vector)
                trial = weights + step
                found = loss(trial)
            except LinAlgError:
                found = np.inf
            if found < now:
                break
            damping *= 2.0
            if damping > 1e10:
                return
        weights, damping = trial, max(damping / 3.0, 1e-16)
        yield Iteration(weights, found, damping)
        if now - found < 1e-12 * now:
            return
