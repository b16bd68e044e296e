"""Feed-forward networks, logistic in the hidden layers and linear in the last.

All weights are one vector, layer by layer: matrix (inputs, outputs), then biases (outputs,).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit


@dataclass(frozen=True)
class CoefficientNetwork:
    """``sizes``: numbers of inputs, of neurons of every hidden layer, of outputs."""

    sizes: tuple[int, ...]

    @property
    def weights(self) -> int:
        """Number of weights, biases among them."""
        return sum((a + 1) * b for a, b in zip(self.sizes, self.sizes[1:], strict=False))

    def random(self, generator: np.random.Generator) -> NDArray:
        """Random weights for which the neurons cover inputs between -1 and 1.

        Nguyen and Widrow, IJCNN 3, 21 (1990), for hidden layers; small weights for the last layer.
        """
        parts = []
        for layer, (n, m) in enumerate(zip(self.sizes, self.sizes[1:], strict=False)):
            matrix = generator.uniform(-1.0, 1.0, (n, m))
            bias = generator.uniform(-1.0, 1.0, m)
            if layer < len(self.sizes) - 2:
                # A logistic function varies over +-2 of its argument, tanh over +-1.
                reach = 1.4 * m ** (1.0 / n)
                matrix *= reach / np.linalg.norm(matrix, axis=0)
                bias *= reach
            else:
                matrix *= 0.1
                bias *= 0.1
            parts += [matrix.ravel(), bias]
        return np.concatenate(parts)

    def _layers(self, weights: NDArray) -> Iterator[tuple[NDArray, NDArray]]:
        start = 0
        for n, m in zip(self.sizes, self.sizes[1:], strict=False):
            matrix = weights[start : start + n * m].reshape(n, m)
            start += n * m
            yield matrix, weights[start : start + m]
            start += m

    def _activities(self, weights: NDArray, x: NDArray) -> list[NDArray]:
        """Inputs of every layer (N, n), and the outputs."""
        layers = list(self._layers(weights))
        found = [x]
        for number, (matrix, bias) in enumerate(layers):
            argument = found[-1] @ matrix + bias
            found.append(argument if number == len(layers) - 1 else expit(argument))
        return found

    def __call__(self, weights: NDArray, x: NDArray) -> NDArray:
        """Outputs (N, n_out) for inputs ``x`` (N, n_in)."""
        return self._activities(weights, x)[-1]

    def jacobian(self, weights: NDArray, x: NDArray, factors: NDArray) -> tuple[NDArray, NDArray]:
        """Values y = sum_i factors_i output_i, and their derivatives by the weights.

        Parameters
        ----------
        weights : (W,)
            All weights and biases.
        x : (N, n_in)
            Inputs.
        factors : (N, n_out)
            For the series -1/R^m: eq. 6 of Hong, Huang, Zhang 2024.

        Returns
        -------
        values, derivatives : (N,), (N, W)
            y and dy/dweights.
        """
        activities = self._activities(weights, x)
        found = np.empty((len(x), self.weights))
        slope, end = factors, self.weights
        for (matrix, bias), before in zip(
            reversed(list(self._layers(weights))), activities[-2::-1], strict=True
        ):
            # d(argument)/d(matrix) is the layer's input, d/d(bias) one.
            middle = end - bias.size
            found[:, middle:end] = slope
            end = middle - matrix.size
            view = found[:, end:middle].reshape(len(x), *matrix.shape)
            np.multiply(before[:, :, None], slope[:, None, :], out=view)
            slope = (slope @ matrix.T) * before * (1.0 - before)
        return (factors * activities[-1]).sum(axis=1), found

    def by_inputs(self, weights: NDArray, x: NDArray, factors: NDArray) -> NDArray:
        """dy/dx (N, n_in) of y = sum_i factors_i output_i. Arguments as in `jacobian`."""
        activities = self._activities(weights, x)
        slope = factors
        layers = list(self._layers(weights))
        for number in range(len(layers) - 1, -1, -1):
            slope = slope @ layers[number][0].T
            if number:
                slope = slope * activities[number] * (1.0 - activities[number])
        return slope
