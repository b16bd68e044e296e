"""Covariance functions by name, and the known covariance of the training data's errors."""

import numpy as np
from tensorflow_probability import bijectors

from vibrates.errors import UserError
from vibrates.learning.backend import gpflow, tf

KERNELS = {
    "matern52": gpflow.kernels.Matern52,
}

# For standardised inputs and outputs. Data on a plane have no finite best length scale, and
# beyond a hundred times the data's extent a longer one changes nothing but rounding errors.
LENGTHSCALE_BOUNDS = (1e-2, 1e2)
VARIANCE_BOUNDS = (1e-4, 1e4)


def smooth_kernel(name: str, n_features: int, lengthscale: float) -> gpflow.kernels.Kernel:
    """Kernel `name` with one length scale per feature (ARD), all started at `lengthscale`.

    Variance and length scales stay inside their bounds, log-uniformly.
    """
    if name not in KERNELS:
        raise UserError(f"learning.kernel: {name} is unknown; choose from {', '.join(KERNELS)}")
    kernel = KERNELS[name](active_dims=list(range(n_features)))
    # The constructors wrap what they are given in a transform of their own; replace it.
    kernel.variance = _bounded(1.0, VARIANCE_BOUNDS)
    kernel.lengthscales = _bounded(np.full(n_features, lengthscale), LENGTHSCALE_BOUNDS)
    return kernel


def _bounded(value: float | np.ndarray, bounds: tuple[float, float]) -> gpflow.Parameter:
    low, high = np.log(bounds)
    transform = bijectors.Chain([bijectors.Exp(), bijectors.Sigmoid(low=low, high=high)])
    return gpflow.Parameter(value, transform=transform)


class KnownErrors(gpflow.kernels.Kernel):
    """Covariance of the errors the training data are known to have.

    GPflow's likelihoods give every datum its own variance at most, and errors of one level at
    neighbouring temperatures are correlated. As a kernel on the row number of a datum, any
    covariance enters the stock regression exactly: y = f + e, with e of this covariance.
    Points to be predicted carry the row NEW; they have no share in e, so predictions are of f.
    """

    NEW = -1.0

    def __init__(self, covariance: np.ndarray, row_dimension: int):
        """`covariance` (N, N) in the units of y^2; the input column `row_dimension` holds rows."""
        super().__init__(active_dims=[row_dimension], name="known_errors")
        self.covariance = tf.constant(covariance, dtype=gpflow.default_float())

    def K(self, X: tf.Tensor, X2: tf.Tensor | None = None) -> tf.Tensor:
        """Covariance of the errors of two sets of rows, (N1, 1), (N2, 1) -> (N1, N2)."""
        row, known = self._rows(X)
        row2, known2 = (row, known) if X2 is None else self._rows(X2)
        chosen = tf.gather(tf.gather(self.covariance, row, axis=0), row2, axis=1)
        return tf.where(known[:, None] & known2[None, :], chosen, tf.zeros_like(chosen))

    def K_diag(self, X: tf.Tensor) -> tf.Tensor:
        """Variance of the error of every row, (N, 1) -> (N,)."""
        row, known = self._rows(X)
        chosen = tf.gather(tf.linalg.diag_part(self.covariance), row)
        return tf.where(known, chosen, tf.zeros_like(chosen))

    @staticmethod
    def _rows(X: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        row = tf.cast(X[:, 0], tf.int32)
        return tf.maximum(row, 0), row >= 0
