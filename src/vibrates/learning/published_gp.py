"""The Gaussian process of Hong et al. 2023, section 2.3, as it is described.

It sees T and v, scaled to [0, 1] over the whole data set, and learns log10 k scaled likewise, as
the networks of that paper do (`networks`).
"""

import warnings

import numpy as np
import xarray as xr
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from vibrates.learning.data import log10_k
from vibrates.learning.features import feature, varying


class Scaled:
    """Inputs and log10 k of a data set scaled to [0, 1].

    `without_matrix_element`: log10 of the harmonic matrix element is taken off log10 k first, which
    the paper does not do; a model that is given it can be compared with another that is.
    """

    def __init__(self, data: xr.Dataset, without_matrix_element: bool = False):
        self.without_matrix_element = without_matrix_element
        self.names = ["T", *varying(["v", "w"], data)]
        inputs = np.stack([feature(name, data) for name in self.names], axis=-1)
        self.low, self.span = inputs.min((0, 1)), np.ptp(inputs, axis=(0, 1))
        values = log10_k(data) - self.offset(data)
        self.zero, self.range = values.min(), np.ptp(values)
        self.targets = (values - self.zero) / self.range

    def inputs(self, data: xr.Dataset) -> np.ndarray:
        stacked = np.stack([feature(name, data) for name in self.names], axis=-1)
        return (stacked - self.low) / self.span

    def offset(self, data: xr.Dataset) -> np.ndarray:
        """What is not learned of log10 k, (N, M)."""
        if self.without_matrix_element:
            return feature("ladder", data)
        return np.zeros((data.sizes["transition"], data.sizes["temperature"]))

    def log10_k(self, targets: np.ndarray, data: xr.Dataset) -> np.ndarray:
        """log10 k of scaled `targets` (N, M)."""
        return self.zero + self.range * targets + self.offset(data)


LENGTH_BOUNDS = (1e-5, 1e5)  # those of scikit-learn
RESTARTS = 50  # of the search for parameters, as in the code of the authors (their reference 54)


class PublishedGP:
    """scikit-learn's process with a Matern 5/2 kernel, one length scale, no noise.

    The search for the parameters is repeated from random starts only where the first one ends at
    the lower bound of the length scale, where nothing is interpolated: on data with Monte-Carlo
    errors it often does, on the published rates up to 5000 K it does not (with 7000 K, dv = 3, it
    does).
    """

    description = "GP: Matern 5/2 of scikit-learn on (T, v)"

    def __init__(self, without_matrix_element: bool = False):
        self.without_matrix_element = without_matrix_element

    def fit(self, data: xr.Dataset, train: np.ndarray, seed: int = 0) -> "PublishedGP":
        self.scaled = Scaled(data, self.without_matrix_element)
        for restarts in (0, RESTARTS):
            self.model = GaussianProcessRegressor(
                1.0 * Matern(1.0, LENGTH_BOUNDS, nu=2.5),
                alpha=1e-10,
                random_state=seed,
                n_restarts_optimizer=restarts,
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                self.model.fit(self.scaled.inputs(data)[train], self.scaled.targets[train])
            if self.model.kernel_.k2.length_scale > 1.01 * LENGTH_BOUNDS[0]:
                break
        return self

    def predict(self, data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
        inputs = self.scaled.inputs(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of variances that rounding made negative
            mean, std = self.model.predict(inputs.reshape(-1, inputs.shape[-1]), return_std=True)
        shape, scaled = inputs.shape[:2], self.scaled
        return scaled.log10_k(mean.reshape(shape), data), scaled.range * std.reshape(shape)
