"""Exact Gaussian-process regression: training, conditioning, prediction, cross-validation."""

from collections.abc import Callable

import numpy as np

from vibrates.core.errors import UserError
from vibrates.learning.backend import gpflow
from vibrates.learning.likelihood import Factor, Likelihood, blocks

Optimiser = Callable[[Likelihood, np.ndarray, np.ndarray, np.ndarray | None], dict]


class GaussianProcess:
    """y = f(x) + e: f has covariance `kernel` and mean zero, e the variances `noise` and `known`.

    Training maximises the marginal likelihood times the priors of the parameters.
    """

    def __init__(self, kernel: gpflow.kernels.Kernel, noise: gpflow.Parameter):
        self.likelihood = Likelihood(kernel, noise)

    @property
    def n_parameters(self) -> int:
        """Trainable parameters: of the kernel and, where it is one, the noise."""
        return sum(int(np.prod(v.shape)) for v in self.likelihood.variables)

    def train(
        self, X: np.ndarray, y: np.ndarray, optimiser: Optimiser, known: np.ndarray | None = None
    ) -> dict:
        """Optimise the parameters.

        Parameters
        ----------
        X : array, (n, D)
            Inputs.
        y : array, (n,)
            Values.
        optimiser : Optimiser
            One of `optimisers`.
        known : array, (n,) or (n, n), optional
            Variances or covariance of the errors of ``y``, where they are known.

        Returns
        -------
        dict
            What the optimiser reports.

        Raises
        ------
        UserError
            If there are fewer points than parameters, or the covariance matrix cannot be factorised
            at the start.
        """
        # A prior determines its parameter where points do not.
        bounded = [one for one in self.likelihood.parameters if one.prior is not None]
        free = self.n_parameters - sum(int(np.prod(one.shape)) for one in bounded)
        if len(y) < free:
            raise UserError(
                f"learning: {len(y)} points for {free} parameters of the "
                "Gaussian process; add data, or choose a simpler kernel"
            )
        return optimiser(self.likelihood, X, y, known)

    def condition(
        self, X: np.ndarray, y: np.ndarray, known: np.ndarray | None = None
    ) -> "GaussianProcess":
        """Condition predictions on the data `X`, `y`, with unchanged parameters."""
        self.X, self.factor = X, self.likelihood.factor(X, known)
        self.known = known
        self.weights = self.factor.solve(y)
        self.log_marginal_likelihood = -0.5 * (
            float(y @ self.weights) + self.factor.log_determinant + len(y) * np.log(2.0 * np.pi)
        )
        return self

    @property
    def bic(self) -> float:
        """log p(y) - (parameters / 2) log n (Schwarz 1978): the larger the better."""
        return self.log_marginal_likelihood - 0.5 * self.n_parameters * np.log(len(self.X))

    def predict_mean(self, X: np.ndarray) -> np.ndarray:
        """Posterior mean of f at X (m, D), (m,); never holds more than a block of rows."""
        parts = [
            self.likelihood.covariance(X[rows], self.X) @ self.weights for rows in blocks(len(X))
        ]
        return np.concatenate(parts) if parts else np.empty(0)

    def predict(
        self, X: np.ndarray, shared: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Posterior mean and variance of f at X (m, D), (m,) each.

        `shared` (m, n): covariance of the errors of values at X with those of the data; then of
        the values, whose own variance of errors is still to be added to what is returned.
        """
        cross = self.likelihood.covariance(X, self.X)
        if shared is not None:
            cross = cross + shared
        half = self.factor.half_solve(np.asfortranarray(cross.T))
        variance = self.likelihood.variance(X) - np.einsum("ij,ij->j", half, half)
        if shared is None:
            variance = np.maximum(variance, 0.0)
        return cross @ self.weights, variance

    def known_variance(self, X: np.ndarray, shared: np.ndarray | None = None) -> np.ndarray:
        """Variance of the mean at X (m, D) by the known errors of the data, (m,).

        The mean is linear in the data, W y: W C W' with the covariance C of their known errors.
        `shared` (m, n): as in `predict`; then of the difference to the values at X, whose own
        variance is still to be added.
        """
        if self.known is None:
            return np.zeros(len(X))
        cross = self.likelihood.covariance(X, self.X)
        if shared is not None:
            cross = cross + shared
        weights = self.factor.solve(np.asfortranarray(cross.T))
        if self.known.ndim == 1:
            variance = np.einsum("ij,i,ij->j", weights, self.known, weights)
        else:
            variance = np.einsum("ij,ij->j", weights, self.known @ weights)
        if shared is not None:
            variance = variance - 2.0 * np.einsum("ji,ij->j", shared, weights)
        return variance

    def covariance(self, X: np.ndarray) -> np.ndarray:
        """Posterior covariance of f at X (m, D), (m, m)."""
        half = self.factor.half_solve(np.asfortranarray(self.likelihood.covariance(self.X, X)))
        return self.likelihood.covariance(X, X) - half.T @ half

    def left_out(self, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Error and standard deviation of every datum predicted from all other groups, (n,) each.

        groups (n,). In closed form, with the covariance C_g = [(K^-1)_gg]^-1 and e_g = -C_g a_g
        (Rasmussen & Williams 2006, section 5.4.2, for blocks); the parameters are those of all
        data.
        """
        inverse = Factor(self.factor.matrix.copy(order="F"), 0.0).inverse()
        inverse = np.tril(inverse) + np.tril(inverse, -1).T
        errors, variance = np.empty(len(self.X)), np.empty(len(self.X))
        for group in np.unique(groups):
            own = np.flatnonzero(groups == group)
            covariance = np.linalg.inv(inverse[np.ix_(own, own)])
            errors[own] = -covariance @ self.weights[own]
            variance[own] = np.diagonal(covariance)
        return errors, np.sqrt(variance)
