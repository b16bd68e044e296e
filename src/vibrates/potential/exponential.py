"""A model interaction with a known outcome, for tests of the propagation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.potential.kernel_forms import EXPONENTIAL, KernelTables


@dataclass(frozen=True)
class ExponentialRepulsion:
    """V = exp(-alpha (R - R_0 - (r_a - r_e))): collinear collision of an oscillator and an atom.

    The model of Secrest and Johnson, JCP 45, 4556 (1966), in units where V(R_0, r_e) = 1; ``alpha``
    in 1/bohr, ``origin`` R_0 and ``r_e`` in bohr.
    """

    alpha: float
    origin: float
    r_e: float

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> KernelTables:
        """Kernel input on the grid r_a x r_b: tables (points, 2), no quadrupoles."""
        strength = np.exp(self.alpha * (self.origin + r_a - self.r_e)) * np.ones_like(r_b)
        tables = np.stack([strength.ravel(), np.full(strength.size, self.alpha)], axis=1)
        return KernelTables(EXPONENTIAL.number, tables, np.zeros(strength.size))

    def potential(
        self,
        distance: ArrayLike,
        c_a: ArrayLike = 1.0,
        c_b: ArrayLike = 0.0,
        c_ab: ArrayLike = 0.0,
        r_a: ArrayLike | None = None,
        r_b: ArrayLike | None = None,
    ) -> NDArray:
        """V, which depends only on R and r_a. Arguments as in `Potential.potential`."""
        stretch = np.asarray(self.r_e if r_a is None else r_a) - self.r_e
        energy = np.exp(-self.alpha * (np.asarray(distance) - self.origin - stretch))
        others = (c_a, c_b, c_ab, 0.0 if r_b is None else r_b)
        return np.broadcast_to(energy, np.broadcast_shapes(energy.shape, *map(np.shape, others)))
