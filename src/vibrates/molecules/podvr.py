"""Potential-optimised DVR of one oscillator: a grid on which functions of r are diagonal.

The position operator in the lowest n vibrational states is diagonalised (Echave and Clary, Chem.
Phys. Lett. 190, 225 (1992)): its eigenvalues are bond lengths r_g and its eigenvectors B[g, v]
carry amplitudes between states and points.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh


@dataclass(frozen=True, eq=False)
class Podvr:
    """Potential-optimised DVR basis.

    ``r`` (n,): grid of bond lengths, bohr. ``amplitudes`` (n, n): B[g, v], orthogonal.
    ``energies`` (n,): energies of the levels, hartree.
    """

    r: NDArray
    amplitudes: NDArray
    energies: NDArray

    @classmethod
    def build(cls, r: NDArray, states: NDArray, energies: NDArray) -> "Podvr":
        """The basis of n states: the points at which r is diagonal in them.

        Parameters
        ----------
        r : (m,)
            A fine grid of bond lengths, bohr.
        states : (m, n)
            The states there, orthonormal as vectors.
        energies : (n,)
            Their energies, hartree.
        """
        position = states.T @ (r[:, None] * states)
        points, vectors = np.linalg.eigh(0.5 * (position + position.T))
        vectors = vectors * np.where(vectors[0] < 0.0, -1.0, 1.0)  # lowest state positive
        return cls(points, vectors.T.copy(), np.asarray(energies))

    def mean(self, values: NDArray, position: int) -> float:
        """<f(r)> in the level at ``position``, from f on the grid, ``values`` (n,)."""
        return float(self.amplitudes[:, position] ** 2 @ values)


def sinc_kinetic(points: int, spacing: float, mass: float) -> NDArray:
    """Kinetic energy on equidistant points (Colbert and Miller, JCP 96, 1982 (1992)).

    Parameters
    ----------
    points
        Their number n.
    spacing
        Their distance, bohr.
    mass
        In electron masses.

    Returns
    -------
    NDArray
        (n, n), hartree.
    """
    i = np.arange(points)
    difference = i[:, None] - i[None, :]
    with np.errstate(divide="ignore"):
        kinetic = 2.0 * (-1.0) ** difference / difference.astype(float) ** 2
    np.fill_diagonal(kinetic, np.pi**2 / 3.0)
    return kinetic / (2.0 * mass * spacing**2)


@dataclass(frozen=True)
class MorseWell:
    """A Morse curve D_e (t^2 - 2 t), t = exp(-beta_e (r - r_e)); atomic units."""

    reduced_mass: float
    r_e: float
    beta_e: float
    well_depth: float

    def _grid(self, n_levels: int) -> tuple[NDArray, float]:
        """Grid of sufficient range and density for the lowest ``n_levels`` states; its spacing."""
        # Classical turning points of the highest level, E = -D_e (1 - (v + 1/2)/lambda)^2.
        wave_number = np.sqrt(2.0 * self.reduced_mass * self.well_depth)
        root = 1.0 - (n_levels - 0.5) * self.beta_e / wave_number
        inner = self.r_e - np.log1p(np.sqrt(1.0 - root**2)) / self.beta_e
        outer = self.r_e - np.log1p(-np.sqrt(1.0 - root**2)) / self.beta_e
        # Beyond them: seven widths of the ground state, and outside the decay exp(-k root r).
        width = 1.0 / np.sqrt(self.beta_e * wave_number)
        lower = max(0.1 * self.r_e, inner - 7.0 * width)
        upper = outer + 7.0 * width + 18.0 / (wave_number * root)
        # The spread of momentum of the ground state, 1/width, is added to the classical one.
        largest = wave_number * np.sqrt(1.0 - root**2) + 5.0 / width
        spacing = np.pi / largest
        return np.arange(lower, upper, spacing), spacing

    @lru_cache(maxsize=64)
    def states(self, n_levels: int) -> tuple[NDArray, NDArray]:
        """Lowest states by a sinc DVR.

        Returns the grid (m,) in bohr and amplitudes (m, n_levels), orthonormal as vectors, each
        positive at its outermost lobe.
        """
        r, spacing = self._grid(n_levels)
        kinetic = sinc_kinetic(r.size, spacing, self.reduced_mass)
        t = np.exp(-self.beta_e * (r - self.r_e))
        curve = self.well_depth * (t**2 - 2.0 * t)
        _, states = eigh(kinetic + np.diag(curve), subset_by_index=[0, n_levels - 1])
        outer_lobe = np.argmax(np.abs(states[::-1]) > 0.05, axis=0)
        signs = np.sign(states[::-1][outer_lobe, np.arange(n_levels)])
        return r, states * signs

    @lru_cache(maxsize=256)
    def inverse_square(self, level: int) -> float:
        """<1/r^2> in one state, 1/bohr^2, converged to 1e-11."""
        r, states = self.states(level + 1)
        return float(states[:, level] ** 2 @ r**-2.0)
