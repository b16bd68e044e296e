"""Covariance functions: the seven of Mihalik et al. 2024 (eqs. 3-7), and sums and products of them.

An expression is read from left to right, as the search builds it: M52*EXP+RBF is
(M52 times EXP) plus RBF, and (M52+EXP)*RBF multiplies the sum. Each base kernel has one length
scale (LIN: one variance) per input.
"""

import re

import numpy as np

from vibrates.core.errors import UserError
from vibrates.learning.backend import gpflow, tf

# EXP and M12 are one family: GPflow's Exponential is exp(-r/2), its Matern12 exp(-r), equal for
# length scales that differ by two. Both stay, since the published search has both; they start at
# different points of one likelihood.
BASE = {
    "LIN": gpflow.kernels.Linear,
    "RBF": gpflow.kernels.SquaredExponential,
    "EXP": gpflow.kernels.Exponential,
    "M12": gpflow.kernels.Matern12,
    "M32": gpflow.kernels.Matern32,
    "M52": gpflow.kernels.Matern52,
    "RQ": gpflow.kernels.RationalQuadratic,
}
OPERATIONS = ("+", "*")
# Of standardised inputs. Shorter ones change nothing but rounding errors: squared distances are
# differences of squares, and at 1e-5 they are no longer those of a positive definite matrix.
LENGTHSCALE_FLOOR = 1e-2


def base_kernel(name: str, dimensions: list[int]) -> gpflow.kernels.Kernel:
    """Base kernel ``name`` on the given input columns, every parameter started at 1.

    Raises UserError for a name that is not in BASE.
    """
    if name not in BASE:
        raise UserError(f"kernel {name} is unknown; choose from {', '.join(BASE)}")
    ones = np.ones(len(dimensions))
    if name == "LIN":
        return BASE[name](active_dims=dimensions, variance=ones)
    kernel = BASE[name](active_dims=dimensions, lengthscales=ones)
    kernel.lengthscales = gpflow.Parameter(
        ones, transform=gpflow.utilities.positive(LENGTHSCALE_FLOOR)
    )
    return kernel


def parse(expression: str) -> list[tuple[str, str]]:
    """The steps (operation, base kernel) of an expression; the first operation is '+'.

    Raises UserError if it is no expression or names an unknown kernel.
    """
    steps = re.findall(r"([+*]?)([A-Z0-9]+)", expression.replace("(", "").replace(")", ""))
    parsed = [(operation or "+", name) for operation, name in steps]
    if not parsed or compose_text(parsed) != expression:
        raise UserError(
            f"kernel {expression!r} is no expression; write as M52*EXP+RBF with {', '.join(BASE)}"
        )
    for _, name in parsed:
        if name not in BASE:
            raise UserError(f"kernel {name} is unknown; choose from {', '.join(BASE)}")
    return parsed


def compose_text(steps: list[tuple[str, str]]) -> str:
    """The expression of `steps`: a sum that is multiplied stands in parentheses."""
    text, is_sum = "", False
    for operation, name in steps:
        if not text:
            text = name
        elif operation == "+":
            text, is_sum = f"{text}+{name}", True
        else:
            text, is_sum = (f"({text})*{name}" if is_sum else f"{text}*{name}"), False
    return text


def extended(expression: str, operation: str, name: str) -> str:
    """`expression` plus or times one more base kernel."""
    return compose_text([*parse(expression), (operation, name)])


def build(expression: str, n_inputs: int) -> gpflow.kernels.Kernel:
    """The GPflow kernel of an expression on columns 0 to n_inputs - 1."""
    (_, first), *others = parse(expression)
    kernel = base_kernel(first, list(range(n_inputs)))
    for operation, name in others:
        part = base_kernel(name, list(range(n_inputs)))
        kernel = kernel + part if operation == "+" else kernel * part
    return kernel


class Wiener(gpflow.kernels.Kernel):
    """A Wiener process in one input u >= 0: its posterior mean joins data by straight lines.

    Covariance variance min(u, u'). Beyond the data the mean is constant.
    """

    def __init__(self, dimension: int, variance: float = 1.0):
        super().__init__(active_dims=[dimension])
        self.variance = gpflow.Parameter(variance, transform=gpflow.utilities.positive())

    def K(self, X: tf.Tensor, X2: tf.Tensor | None = None) -> tf.Tensor:
        """Covariance of two sets of points, (N1, 1), (N2, 1) -> (N1, N2)."""
        return self.variance * tf.minimum(X, tf.transpose(X if X2 is None else X2))

    def K_diag(self, X: tf.Tensor) -> tf.Tensor:
        """Variance, (N, 1) -> (N,)."""
        return self.variance * X[:, 0]


class IntegratedWiener(Wiener):
    """The integral of a Wiener process: with a straight line, its posterior mean is a cubic spline.

    Covariance variance (m^3/3 + |u - u'| m^2/2), m = min(u, u') (Wahba 1990, Spline Models for
    Observational Data, ch. 1; Rasmussen & Williams 2006, eq. 6.28). Beyond the data the mean is a
    straight line.
    """

    def K(self, X: tf.Tensor, X2: tf.Tensor | None = None) -> tf.Tensor:
        """Covariance of two sets of points, (N1, 1), (N2, 1) -> (N1, N2)."""
        other = tf.transpose(X if X2 is None else X2)
        least = tf.minimum(X, other)
        return self.variance * least**2 * (least / 3.0 + tf.abs(X - other) / 2.0)

    def K_diag(self, X: tf.Tensor) -> tf.Tensor:
        """Variance, (N, 1) -> (N,)."""
        return self.variance * X[:, 0] ** 3 / 3.0


class SameState(gpflow.kernels.Kernel):
    """1 for two points of one transition, else 0: what a transition does not share with others.

    The input column holds a number for every transition (`gaussian_process.state_codes`).
    """

    def K(self, X: tf.Tensor, X2: tf.Tensor | None = None) -> tf.Tensor:
        """Covariance of two sets of points, (N1, 1), (N2, 1) -> (N1, N2)."""
        X2 = X if X2 is None else X2
        return tf.cast(tf.equal(X, tf.transpose(X2)), gpflow.default_float())

    def K_diag(self, X: tf.Tensor) -> tf.Tensor:
        """Variance, (N, 1) -> (N,)."""
        return tf.ones_like(X[:, 0])
