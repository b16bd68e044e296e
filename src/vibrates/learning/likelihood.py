"""The marginal likelihood of exact regression, its gradient in closed form, and factorisations.

-log p(y) = y' K^-1 y / 2 + log|K| / 2 + n log(2 pi) / 2 (Rasmussen & Williams 2006, eq. 2.30) has
the derivative (K^-1 - a a') / 2 with respect to K, a = K^-1 y (their eq. 5.9). LAPACK gives it for
2/3 n^3 operations beyond the factorisation, while the reverse pass of automatic differentiation
through a Cholesky factor takes most of an evaluation. TensorFlow only differentiates the kernel,
block of rows by block of rows, so that no n x n intermediate is ever stored: the memory is one
matrix.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from vibrates.core.errors import UserError
from vibrates.learning.backend import gpflow, tf

BLOCK = 512  # rows: blocks of a few MB stay in the processor's cache
JITTERS = (0.0, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4)


@dataclass
class Factor:
    """Lower Cholesky factor of K in the lower triangle of `matrix` (n, n), Fortran order.

    `jitter` was added to the diagonal, as a fraction of its mean, to make the factorisation
    succeed.
    """

    matrix: np.ndarray
    jitter: float

    def solve(self, right: np.ndarray) -> np.ndarray:
        """K^-1 `right`, (n,) or (n, m)."""
        return lapack.dpotrs(self.matrix, right, lower=1)[0].reshape(right.shape)

    def half_solve(self, right: np.ndarray) -> np.ndarray:
        """L^-1 `right`, (n, m)."""
        return lapack.dtrtrs(self.matrix, right, lower=1)[0]

    @property
    def log_determinant(self) -> float:
        """log |K|."""
        return 2.0 * float(np.log(np.diagonal(self.matrix)).sum())

    def inverse(self) -> np.ndarray:
        """K^-1 in the lower triangle, in place of the factor, which is lost."""
        return lapack.dpotri(self.matrix, lower=1, overwrite_c=1)[0]


class Likelihood:
    """Marginal likelihood for one kernel; its TensorFlow functions are traced once and reused."""

    def __init__(self, kernel: gpflow.kernels.Kernel, noise: gpflow.Parameter):
        """`noise`: variance of independent errors, as a parameter, trainable or not."""
        self.kernel, self.noise = kernel, noise
        # Looked up once: GPflow walks through the whole object at every look.
        self._of_kernel = list(kernel.trainable_variables)
        self._of_noise = list(noise.trainable_variables)
        self.parameters = [p for p in (*kernel.trainable_parameters, noise) if p.trainable]
        # Unconstrained trainable variables: of the kernel, then the noise where trainable.
        self.variables = [*self._of_kernel, *self._of_noise]
        shape = tf.TensorSpec((None, None), tf.float64)
        self._block = tf.function(lambda X, X2: kernel(X, X2), input_signature=[shape, shape])
        self._diagonal = tf.function(lambda X: kernel(X, full_cov=False), input_signature=[shape])
        self._pull = tf.function(self._pulled, input_signature=[shape, shape, shape])
        self._terms = tf.function(self._own_terms)

    def covariance(self, X: np.ndarray, X2: np.ndarray) -> np.ndarray:
        """Kernel matrix (n, n2) of two sets of points."""
        columns = tf.constant(X2)
        return (
            np.concatenate(
                [self._block(tf.constant(X[rows]), columns).numpy() for rows in blocks(len(X))]
            )
            if len(X)
            else np.empty((0, len(X2)))
        )

    def variance(self, X: np.ndarray) -> np.ndarray:
        """Kernel diagonal (n,)."""
        return self._diagonal(tf.constant(X)).numpy()

    def factor(self, X: np.ndarray, known: np.ndarray | None = None) -> Factor:
        """Factor of kernel + noise + `known`: the known covariance of errors, (n,) or (n, n).

        Adds the smallest jitter of `JITTERS` that makes it succeed; UserError when none does.
        """
        for jitter in JITTERS:
            matrix = self._matrix(X, known)
            diagonal = np.einsum("ii->i", matrix)
            with np.errstate(over="ignore", invalid="ignore"):  # of a line search gone too far
                diagonal += jitter * diagonal.mean()
            if not np.isfinite(diagonal).all():
                break
            matrix, info = lapack.dpotrf(matrix, lower=1, clean=0, overwrite_a=1)
            if info == 0 and np.isfinite(np.diagonal(matrix)).all():
                return Factor(matrix, jitter)
        raise UserError(
            f"the covariance matrix of {len(X)} points cannot be factorised, even with "
            f"{JITTERS[-1]:g} of its diagonal added; look for repeated points or "
            "outliers, or choose another kernel"
        )

    def loss(self, X: np.ndarray, y: np.ndarray, known: np.ndarray | None = None) -> float:
        """-log p(y | X) without priors."""
        factor = self.factor(X, known)
        return _loss(factor, y, factor.solve(y))

    def loss_and_gradient(
        self, X: np.ndarray, y: np.ndarray, known: np.ndarray | None = None
    ) -> tuple[float, np.ndarray]:
        """-log p(y) - log prior, and its gradient over all `variables`, flat."""
        factor = self.factor(X, known)
        a = factor.solve(y)
        loss = _loss(factor, y, a)
        inverse = factor.inverse()
        gradient = [np.zeros(v.shape) for v in self._of_kernel]
        for rows in blocks(len(X)):
            for total, part in zip(
                gradient,
                self._pull(
                    tf.constant(X[rows]),
                    tf.constant(X[: rows.stop]),
                    tf.constant(_weights(inverse, a, rows)),
                ),
                strict=True,
            ):
                total += part.numpy()
        prior, prior_gradient, noise_gradient = self._terms()
        trace = 0.5 * (np.trace(inverse) - a @ a)
        gradient += [trace * part.numpy() for part in noise_gradient]
        flat = np.concatenate([np.ravel(g) for g in gradient])
        return loss - float(prior), flat - np.concatenate([np.ravel(p) for p in prior_gradient])

    def _matrix(self, X: np.ndarray, known: np.ndarray | None) -> np.ndarray:
        n = len(X)
        matrix = np.zeros((n, n), order="F")
        for rows in blocks(n):
            block = self._block(tf.constant(X[rows]), tf.constant(X[: rows.stop])).numpy()
            matrix[rows, : rows.stop] = block
        if known is not None and known.ndim == 2:
            matrix += known
        np.einsum("ii->i", matrix)[:] += float(self.noise.numpy()) + (
            known if known is not None and known.ndim == 1 else 0.0
        )
        return matrix

    def _pulled(self, X: tf.Tensor, X2: tf.Tensor, weights: tf.Tensor) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(self.kernel(X, X2) * weights)
        return tape.gradient(
            total, self._of_kernel, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )

    def _own_terms(self) -> tuple[tf.Tensor, list[tf.Tensor], list[tf.Tensor]]:
        """log prior, its gradient over all variables, d noise / d its variables."""
        with tf.GradientTape(persistent=True) as tape:
            noise = tf.convert_to_tensor(self.noise)
            densities = [p.log_prior_density() for p in self.parameters if p.prior is not None]
            prior = tf.add_n([tf.zeros((), tf.float64), *densities])
        zero = tf.UnconnectedGradients.ZERO
        return (
            prior,
            tape.gradient(prior, self.variables, unconnected_gradients=zero),
            tape.gradient(noise, self._of_noise, unconnected_gradients=zero),
        )


def _loss(factor: Factor, y: np.ndarray, a: np.ndarray) -> float:
    return 0.5 * (float(y @ a) + factor.log_determinant + len(y) * np.log(2.0 * np.pi))


def blocks(n: int) -> list[slice]:
    """Slices of at most `BLOCK` rows that cover n rows."""
    return [slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]


def _weights(inverse: np.ndarray, a: np.ndarray, rows: slice) -> np.ndarray:
    """Rows of dloss/dK up to the diagonal block; columns before it count for their mirror too."""
    weights = np.array(inverse[rows, : rows.stop], order="C")
    corner = weights[:, rows.start :]
    lower = np.tril(corner)
    corner[:] = 0.5 * (lower + np.tril(lower, -1).T)
    corner -= 0.5 * np.outer(a[rows], a[rows])
    weights[:, : rows.start] -= np.outer(a[rows], a[: rows.start])
    return weights
