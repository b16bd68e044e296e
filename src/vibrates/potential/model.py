"""Model interactions whose outcome is known, to test the propagation with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.potential.forms import EXPONENTIAL


@dataclass(frozen=True)
class ExponentialRepulsion:
    """V = exp(-alpha (R - R_0 - (r_a - r_e))): collinear collision of an oscillator and an atom.

    The model of Secrest and Johnson, JCP 45, 4556 (1966), in units where V(R_0, r_e) = 1; ``alpha``
    in 1/bohr, ``origin`` R_0 and ``r_e`` in bohr.
    """

    alpha: float
    origin: float
    r_e: float

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> tuple[int, NDArray, NDArray]:
        """Form, tables (points, 2) and quadrupole products (points,) on the grid r_a x r_b."""
        strength = np.exp(self.alpha * (self.origin + r_a - self.r_e)) * np.ones_like(r_b)
        tables = np.stack([strength.ravel(), np.full(strength.size, self.alpha)], axis=1)
        return EXPONENTIAL, tables, np.zeros(strength.size)
