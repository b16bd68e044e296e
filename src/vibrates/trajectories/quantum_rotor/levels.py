"""Rovibrational levels (w, j) of the molecule whose rotation is quantised."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError
from vibrates.molecules.diatom import Diatom

# Vibrational levels above those asked for, in which the centrifugal energy is diagonalised.
_MORE_LEVELS = 10


def rotational_levels(diatom: Diatom, j_max: int, j: int) -> list[int]:
    """The j that collisions connect with ``j``: those of its parity if the ends are alike.

    Raises
    ------
    UserError
        ``j`` lies outside 0 to ``j_max``.
    """
    if not 0 <= j <= j_max:
        raise UserError(
            f"initial j = {j} of {diatom.name} is outside its rotational basis, 0 to {j_max}; "
            f"raise the largest j of {diatom.name}"
        )
    return list(range(j % 2 if diatom.like_ends else 0, j_max + 1, 2 if diatom.like_ends else 1))


def rovibrational_energies(diatom: Diatom, levels: range, j: NDArray) -> NDArray:
    """Energies (n_w, n_j) of ``levels`` above the minimum of the well, hartree.

    h + j(j + 1)/(2 mu r^2) is diagonalised in the levels of the molecule and ten more than asked
    for: centrifugal distortion to all orders. h has the spectroscopic energies and the Morse
    functions of `molecules.diatom`.

    Raises
    ------
    UserError
        The well does not hold the levels.
    """
    many = range(min(diatom.morse_levels, levels.stop + _MORE_LEVELS))
    basis = diatom.basis(many if len(many) >= levels.stop else levels)
    b = basis.amplitudes
    centrifugal = (b.T / (2.0 * diatom.reduced_mass * basis.r**2)) @ b
    squares = np.asarray(j) * (np.asarray(j) + 1.0)
    energies = np.linalg.eigvalsh(np.diag(basis.energies) + squares[:, None, None] * centrifugal)
    return energies[:, levels.start : levels.stop].T


@dataclass(frozen=True, eq=False)
class RovibrationalBasis:
    """Levels (w, j) on a grid of bond lengths.

    ``r`` (g,): bond lengths, bohr. ``weights`` (g, p): V on the ``p`` grid points that carry
    amplitudes is the mean over the g bond lengths with these weights. ``amplitudes`` (p, n_w):
    from vibrational levels to those points. ``energies`` (n_w, n_j), hartree. ``states``
    (n_j, n_w, n_w): [:, vibrational level, rovibrational level], orthogonal.

    With several vibrational levels the points are those of their PODVR, and the g bond lengths are
    the points themselves. With one level V is averaged over its density, p = 1.
    """

    # ASSUME: with one vibrational level, V is averaged over the density of j = 0.
    r: NDArray
    weights: NDArray
    amplitudes: NDArray
    energies: NDArray
    states: NDArray

    @classmethod
    def build(cls, diatom: Diatom, levels: range, j: NDArray) -> "RovibrationalBasis":
        """Basis of the vibrational ``levels`` for rotational levels ``j`` (n_j,)."""
        energies = rovibrational_energies(diatom, levels, j)
        if len(levels) == 1:
            wide = diatom.basis(range(min(levels.stop + 4, diatom.morse_levels)))
            density = wide.amplitudes[:, levels.start] ** 2
            one = np.ones((len(j), 1, 1))
            return cls(wide.r, density[:, None], np.ones((1, 1)), energies, one)
        basis = diatom.basis(levels)
        b = basis.amplitudes
        centrifugal = (b.T / (2.0 * diatom.reduced_mass * basis.r**2)) @ b
        squares = np.asarray(j) * (np.asarray(j) + 1.0)
        # The energies are the converged ones, the states those that this basis holds.
        states = np.linalg.eigh(np.diag(basis.energies) + squares[:, None, None] * centrifugal)[1]
        return cls(basis.r, np.eye(len(levels)), b, energies, states)

    @property
    def points(self) -> int:
        """Number of vibrational grid points that carry amplitudes."""
        return self.amplitudes.shape[0]

    def propagators(self, time_step: float) -> NDArray:
        """exp(-i h_j dt) on the vibrational grid, complex (n_j, p, p)."""
        phases = np.exp(-1j * time_step * self.energies.T)
        on_grid = self.amplitudes @ self.states
        return (on_grid * phases[:, None, :]) @ on_grid.transpose(0, 2, 1)
