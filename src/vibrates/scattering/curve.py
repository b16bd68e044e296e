"""Vibrational levels of a diatom on a computed potential curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from vibrates.molecules.podvr import Podvr, sinc_kinetic


@dataclass(frozen=True, eq=False)
class Curve:
    """Energies (n,) at bond lengths ``r`` (n,) ascending, hartree and bohr."""

    r: NDArray
    energies: NDArray

    def __call__(self, r: NDArray) -> NDArray:
        """Above the least energy computed; a spline of r^2 E, held at the last value outside."""
        r = np.asarray(r, float)
        spline = CubicSpline(self.r, (self.energies - self.energies[-1]) * self.r**2)
        inside = np.clip(r, self.r[0], self.r[-1])
        return spline(inside) / inside**2 + self.energies[-1] - self.energies.min()

    def basis(self, reduced_mass: float, levels: int, points: int = 300) -> Podvr:
        """PODVR basis of the lowest ``levels`` states without rotation, by a sinc DVR."""
        r, spacing = np.linspace(self.r[0], self.r[-1], points, retstep=True)
        hamiltonian = sinc_kinetic(points, spacing, reduced_mass) + np.diag(self(r))
        energies, states = np.linalg.eigh(hamiltonian)
        return Podvr.build(r, states[:, :levels], energies[:levels])
