"""Exact Gaussian-process regression of log10 k on features of (v, T), with known errors."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import block_diag

from vibrates.errors import UserError
from vibrates.learning.backend import gpflow, tf
from vibrates.learning.features import feature_matrix
from vibrates.learning.kernels import KnownErrors, smooth_kernel
from vibrates.learning.ladder import Ladder

# Fixed variance added to every datum, dex^2: rates are printed with three digits, which is 1e-3 dex
# at best; it also keeps the covariance matrix of data without errors positive definite.
ROUNDING_VARIANCE = 1e-6
# The marginal likelihood may have several maxima; the best of these fixed starts is taken.
LENGTHSCALE_STARTS = (1.0, 4.0)
MAXIMUM_ITERATIONS = 500
# L-BFGS-B reports a failed line search where rounding hides any further gain; a gradient of the
# log likelihood below this (per e-fold of a parameter) is an optimum all the same.
GRADIENT_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Standardisation:
    """Shift and scale that give training data mean 0 and standard deviation 1."""

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> "Standardisation":
        """Of `values` (N, D), column by column; a constant column keeps its scale."""
        scale = values.std(axis=0)
        return cls(values.mean(axis=0), np.where(scale > 0, scale, 1.0))

    def apply(self, values: np.ndarray) -> np.ndarray:
        return (values - self.mean) / self.scale


class GaussianProcess:
    """log10 k = f(v, T) + error; f a Gaussian process, the errors' covariance known.

    Features and log10 k are standardised with the training data. The prior of f has a constant
    mean (that of the data) and the named kernel with one length scale per feature; variance and
    length scales maximise the marginal likelihood (Rasmussen & Williams 2006, eq. 2.30) by
    L-BFGS-B.
    """

    def __init__(self, features: list[str], kernel: str = "matern52"):
        self.features = list(features)
        self.kernel = kernel

    def fit(self, ladder: Ladder) -> "GaussianProcess":
        """Optimise on `ladder`; raises UserError when no start converges."""
        inputs = feature_matrix(self.features, ladder.v, ladder.temperature_K)
        targets = ladder.log10_k.reshape(-1, 1)
        self._inputs = Standardisation.of(inputs)
        self._targets = Standardisation.of(targets)
        rows = np.arange(len(targets), dtype=float)[:, None]
        data = (
            np.hstack([self._inputs.apply(inputs), rows]),
            self._targets.apply(targets),
        )
        scale2 = float(self._targets.scale[0] ** 2)
        covariance = block_diag(*ladder.log10_k_covariance) / scale2
        candidates = [self._optimised(data, covariance, scale2, s) for s in LENGTHSCALE_STARTS]
        converged = [c for c in candidates if c is not None]
        if not converged:
            raise UserError(
                f"learning: the likelihood of the {self.kernel} Gaussian process was not maximised "
                f"within {MAXIMUM_ITERATIONS} iterations from any of {len(LENGTHSCALE_STARTS)} "
                "starts; look for outliers in k, or change learning.features"
            )
        self.log_marginal_likelihood, self._model = max(converged, key=lambda c: c[0])
        return self

    def _optimised(
        self,
        data: tuple[np.ndarray, np.ndarray],
        covariance: np.ndarray,
        scale2: float,
        lengthscale: float,
    ) -> tuple[float, gpflow.models.GPR] | None:
        """Log marginal likelihood and model from one start; None when it did not converge."""
        n_features = len(self.features)
        kernel = smooth_kernel(self.kernel, n_features, lengthscale)
        rounding = ROUNDING_VARIANCE / scale2
        model = gpflow.models.GPR(
            data,
            kernel + KnownErrors(covariance, n_features),
            likelihood=gpflow.likelihoods.Gaussian(
                variance=rounding, variance_lower_bound=0.5 * rounding
            ),
        )
        gpflow.set_trainable(model.likelihood, False)
        try:
            result = gpflow.optimizers.Scipy().minimize(
                model.training_loss,
                model.trainable_variables,
                method="L-BFGS-B",
                compile=False,
                options={"maxiter": MAXIMUM_ITERATIONS},
            )
            likelihood = float(model.log_marginal_likelihood())
        except (tf.errors.InvalidArgumentError, ValueError):  # a factorisation failed
            return None
        converged = result.success or np.abs(result.jac).max() < GRADIENT_TOLERANCE
        if not (converged and np.isfinite(likelihood)):
            return None
        return likelihood, model

    def predict(self, v: np.ndarray, temperature_K: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of f in dex at every pair, (N, M) each; v (N,), T (M,)."""
        shape = (len(v), len(temperature_K))
        inputs = self._inputs.apply(feature_matrix(self.features, v, temperature_K))
        rows = np.full((len(inputs), 1), KnownErrors.NEW)
        mean, variance = self._model.predict_f(np.hstack([inputs, rows]))
        scale = self._targets.scale[0]
        log10_k = self._targets.mean[0] + scale * mean.numpy()[:, 0]
        std = scale * np.sqrt(np.maximum(variance.numpy()[:, 0], 0.0))
        if not (np.isfinite(log10_k).all() and np.isfinite(std).all()):
            raise UserError(
                "learning: the Gaussian process predicts values that are not finite; look for "
                "outliers in k, or change learning.features"
            )
        return log10_k.reshape(shape), std.reshape(shape)

    @property
    def hyperparameters(self) -> dict[str, float]:
        """Prior standard deviation of f in dex; length scales in standard deviations of a feature
        and, `*_natural`, in the feature's own unit; log marginal likelihood of standardised data.
        """
        kernel = self._model.kernel.kernels[0]
        values = {
            "prior_std_dex": float(np.sqrt(kernel.variance.numpy()) * self._targets.scale[0]),
            "log_marginal_likelihood": self.log_marginal_likelihood,
        }
        lengthscales = np.atleast_1d(kernel.lengthscales.numpy())
        for name, length, unit in zip(
            self.features, lengthscales, self._inputs.scale, strict=True
        ):
            values[f"lengthscale_{name}"] = float(length)
            values[f"lengthscale_{name}_natural"] = float(length * unit)
        return values
