"""Rovibrational levels of a diatomic molecule on a grid of bond lengths."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vibrates.molecules.podvr import Podvr


@dataclass(frozen=True, eq=False)
class Rotor:
    """Levels (v, j) of a molecule, atomic units.

    ``r`` (g,): bond lengths of the vibrational grid. ``energies`` (n_v, n_j). ``states``
    (n_j, g, n_v): amplitudes on the grid, orthonormal for every j.
    """

    r: NDArray
    energies: NDArray
    states: NDArray

    @cached_property
    def function(self) -> NDArray:
        """(n_j,): the lowest j with the vibrational functions of each j."""
        place: dict[bytes, int] = {}
        return np.array([place.setdefault(own.tobytes(), j) for j, own in enumerate(self.states)])

    @classmethod
    def from_basis(cls, basis: Podvr, reduced_mass: float, vibrations: int, j_max: int) -> "Rotor":
        """The lowest ``vibrations`` levels for each j up to ``j_max``.

        h + j(j + 1)/(2 mu r^2) is diagonalised in the levels of ``basis``, which must be larger;
        ``reduced_mass`` is that of the molecule.
        """
        b = basis.amplitudes
        j = np.arange(j_max + 1)
        centrifugal = (b.T / (2.0 * reduced_mass * basis.r**2)) @ b
        levels, vectors = np.linalg.eigh(
            np.diag(basis.energies) + (j * (j + 1.0))[:, None, None] * centrifugal
        )
        return cls(basis.r, levels[:, :vibrations].T, b @ vectors[:, :, :vibrations])

    @classmethod
    def rigid(cls, rotational_constant: float, j_max: int, r: float = 1.0) -> "Rotor":
        """One vibrational level with energies B j(j + 1), at the bond length ``r``."""
        j = np.arange(j_max + 1)
        energies = (rotational_constant * j * (j + 1.0))[None, :]
        return cls(np.array([r]), energies, np.ones((j_max + 1, 1, 1)))
