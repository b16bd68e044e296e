"""The Gaussian process of a candidate, as it starts."""

import numpy as np

from vibrates.learning import kernels
from vibrates.learning.backend import gpflow
from vibrates.learning.gaussian_process import GaussianProcess

# Of the standardised log10 k. GPflow needs some noise; as there it is trained, from this start.
NOISE_START, NOISE_FLOOR = 1e-2, 1e-6


def new_process(expression: str, n_inputs: int) -> GaussianProcess:
    """A process with the kernel `expression` on standardised inputs and initial parameters."""
    noise = gpflow.Parameter(NOISE_START, transform=gpflow.utilities.positive(NOISE_FLOOR))
    return GaussianProcess(kernels.build(expression, n_inputs), noise)


def standardised(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`values` (n,) or (n, D) less their mean over their standard deviation, and both of these.

    A column that does not vary is divided by 1.
    """
    centre, scale = values.mean(axis=0), values.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return (values - centre) / scale, centre, scale
