"""The neural networks NN and NN2 of Hong et al. 2023, section 2.3, as they are described."""

import numpy as np
import xarray as xr

from vibrates.learning.backend import tf
from vibrates.learning.published_gp import Scaled

LAYERS = {"NN": (32, 64, 128, 32), "NN2": (100, 100)}
EPOCHS = 50


class RateNetwork:
    """A dense network of ReLU layers, 50 epochs of Adam on the squared error, batches of 32.

    The paper names layers, activation and epochs; optimiser and batches are the library's defaults.
    """

    def __init__(self, name: str, without_matrix_element: bool = False):
        self.without_matrix_element = without_matrix_element
        self.layers = LAYERS[name]
        self.description = f"{name}: dense network {'-'.join(map(str, self.layers))}-1 on (T, v)"

    def fit(self, data: xr.Dataset, train: np.ndarray, seed: int = 0) -> "RateNetwork":
        self.scaled = Scaled(data, self.without_matrix_element)
        tf.keras.utils.set_random_seed(seed)
        inputs = self.scaled.inputs(data)[train]
        dense = tf.keras.layers.Dense
        self.model = tf.keras.Sequential(
            [tf.keras.Input((inputs.shape[1],))]
            + [dense(units, activation="relu") for units in self.layers]
            + [dense(1)]
        )
        self.model.compile(optimizer="adam", loss="mse")
        self.model.fit(inputs, self.scaled.targets[train], epochs=EPOCHS, batch_size=32, verbose=0)
        return self

    def predict(self, data: xr.Dataset) -> tuple[np.ndarray, None]:
        inputs = self.scaled.inputs(data)
        flat = inputs.reshape(-1, inputs.shape[-1])
        mean = np.asarray(self.model(flat, training=False), float).reshape(inputs.shape[:2])
        return self.scaled.log10_k(mean, data), None
