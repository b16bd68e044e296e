"""The outcome of trajectories: final states, errors, status."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.trajectories.kernel import state_layout as rows


@dataclass
class Outcome:
    """The outcome of N trajectories; atomic units.

    ``probability`` (N, n_a, n_b): P(v, w -> v', w'). ``probability_error`` (N,): largest estimated
    relative error of the controlled probabilities, NaN if unknown. ``status``, ``steps`` (of all
    attempts), ``energy_error``, ``norm_error``, ``time_step`` (of the last attempt): (N,).
    ``classical`` (N, 18): final R, P, n_a, L_a, n_b, L_b of the last attempt.
    """

    probability: NDArray
    probability_error: NDArray
    status: NDArray
    steps: NDArray
    energy_error: NDArray
    norm_error: NDArray
    time_step: NDArray
    classical: NDArray

    @classmethod
    def empty(cls, count: int, n_a: int, n_b: int) -> "Outcome":
        """Arrays for trajectories that have not run.

        Parameters
        ----------
        count
            Number of trajectories.
        n_a, n_b
            Numbers of levels in the two bases.
        """
        return cls(
            probability=np.zeros((count, n_a, n_b)),
            probability_error=np.full(count, np.nan),
            status=np.zeros(count, np.int8),
            steps=np.zeros(count, np.int64),
            energy_error=np.zeros(count),
            norm_error=np.zeros(count),
            time_step=np.zeros(count),
            classical=np.zeros((count, rows.CLASSICAL)),
        )

    def replace(self, where: NDArray, other: "Outcome") -> None:
        """Replace the trajectories at the positions ``where`` by those of ``other``."""
        for name, values in vars(self).items():
            values[where] = getattr(other, name)
