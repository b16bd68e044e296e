"""How parameters are trained: L-BFGS (ours), RMSProp (as published)."""

import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from vibrates.core.errors import UserError
from vibrates.learning.backend import tf
from vibrates.learning.likelihood import Likelihood

RESTARTS = 3  # of L-BFGS, after a line search that met impossible parameters


def lbfgs(iterations: int = 100) -> Callable[..., dict]:
    """L-BFGS-B on the unconstrained parameters, at most ``iterations`` iterations.

    The objective is the loss per datum, so that tolerances mean the same for few and many data.
    Where no jitter makes a factorisation succeed the line search is sent back by a large value;
    if that ends it, the search starts anew from the best parameters. The optimiser raises UserError
    if the likelihood cannot be evaluated where it starts.
    """

    def optimise(likelihood: Likelihood, X, y, known=None) -> dict:
        clock, impossible = time.perf_counter(), []

        def objective(values: np.ndarray) -> tuple[float, np.ndarray]:
            _assign(likelihood, values)
            try:
                loss, gradient = likelihood.loss_and_gradient(X, y, known)
            except UserError:
                loss, gradient = np.inf, np.zeros_like(values)
            if np.isfinite(loss) and np.isfinite(gradient).all():
                return loss / len(y), gradient / len(y)
            impossible.append(values)
            return first + 1.0 + abs(first), np.zeros_like(values)

        first = np.nan
        first, _ = objective(_values(likelihood))
        if not np.isfinite(first):
            raise UserError(_NO_START)
        start, left, evaluations = _values(likelihood), iterations, 1
        for _ in range(1 + RESTARTS):
            impossible.clear()
            result = minimize(
                objective,
                start,
                jac=True,
                method="L-BFGS-B",
                options={"maxiter": left, "maxls": 30},
            )
            start, left = result.x, left - int(result.nit)
            evaluations += int(result.nfev)
            if result.success or left <= 0 or not impossible:
                break
        _assign(likelihood, start)
        return {
            "loss": float(result.fun) * len(y),
            "evaluations": evaluations,
            "iterations": iterations - left,
            "converged": bool(result.success),
            "seconds": time.perf_counter() - clock,
        }

    return optimise


def rmsprop(iterations: int = 100, learning_rate: float = 1.0) -> Callable[..., dict]:
    """RMSProp (Mihalik et al. 2024: learning rate 1); keeps the best parameters it has seen.

    The paper does not say for how many iterations. A step from which the likelihood cannot be
    evaluated ends the training. The optimiser raises UserError if it cannot be evaluated where it
    starts.
    """

    def optimise(likelihood: Likelihood, X, y, known=None) -> dict:
        optimiser = tf.keras.optimizers.RMSprop(learning_rate)
        clock, done, converged = time.perf_counter(), 0, True
        best, best_values = np.inf, _values(likelihood)
        for done in range(1, iterations + 1):  # noqa: B007 - used after the loop
            try:
                loss, gradient = likelihood.loss_and_gradient(X, y, known)
            except UserError:
                loss, gradient = np.nan, np.full(len(best_values), np.nan)
            if not (np.isfinite(loss) and np.isfinite(gradient).all()):
                converged = False
                break
            if loss < best:
                best, best_values = loss, _values(likelihood)
            optimiser.apply_gradients(
                zip(_shaped(likelihood, gradient), likelihood.variables, strict=True)
            )
        if not np.isfinite(best):
            raise UserError(_NO_START)
        _assign(likelihood, best_values)
        return {
            "loss": best,
            "evaluations": done,
            "iterations": done,
            "converged": converged,
            "seconds": time.perf_counter() - clock,
        }

    return optimise


_NO_START = (
    "learning: the likelihood cannot be evaluated at its start; look for outliers in k, or "
    "choose another kernel"
)
OPTIMISERS = {"lbfgs": lbfgs, "rmsprop": rmsprop}


def _values(likelihood: Likelihood) -> np.ndarray:
    return np.concatenate([np.ravel(v.numpy()) for v in likelihood.variables])


def _shaped(likelihood: Likelihood, values: np.ndarray) -> list[tf.Tensor]:
    sizes = [int(np.prod(v.shape)) for v in likelihood.variables]
    parts = np.split(values, np.cumsum(sizes)[:-1])
    return [
        tf.constant(part.reshape(v.shape))
        for part, v in zip(parts, likelihood.variables, strict=True)
    ]


def _assign(likelihood: Likelihood, values: np.ndarray) -> None:
    for variable, value in zip(likelihood.variables, _shaped(likelihood, values), strict=True):
        variable.assign(value)
