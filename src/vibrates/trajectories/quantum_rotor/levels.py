"""Rovibrational levels (w, j) of the molecule whose rotation is quantised."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError
from vibrates.molecules.diatom import Diatom
from vibrates.molecules.rotation import rovibrational_energies, rovibrational_hamiltonian


def rotational_levels(diatom: Diatom, j_max: int, j: int) -> list[int]:
    """The j that collisions connect with ``j``: those of its parity if the ends are alike.

    Parameters
    ----------
    diatom : Diatom
        The molecule.
    j_max : int
        Largest rotational level of the basis.
    j : int
        Initial rotational level.

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


def edge_population(probability: NDArray, j: NDArray) -> NDArray:
    """Population (N,) of the largest j and beyond after each trajectory.

    Beyond it is what trajectories leave in the complement of the basis.

    Parameters
    ----------
    probability : NDArray
        P (N, n) of all final states.
    j : NDArray
        Their rotational levels (n,).
    """
    return 1.0 - probability[:, j < j.max()].sum(axis=1)


def check_edge(name: str, largest: int, population: float, limit: float, where: str = "") -> None:
    """Check that the basis of rotational levels is large enough.

    Parameters
    ----------
    name : str
        The quantum molecule.
    largest : int
        Last rotational level of its basis.
    population : float
        Mean `edge_population`.
    limit : float
        Its largest value.
    where : str
        Which collisions it is the mean of.

    Raises
    ------
    UserError
        The population is larger than the limit.
    """
    if population > limit:
        raise UserError(
            f"largest j of {name}: {population:.2g} of the population{where} reaches j = "
            f"{largest}, the last of the basis, or beyond (limit {limit:g}); raise it, "
            f"rotors.{name}.largest_j"
        )


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
        """Basis of vibrational levels, with energies and states for each rotational level.

        Parameters
        ----------
        diatom : Diatom
            The molecule.
        levels : range
            Its n_w vibrational levels.
        j : NDArray
            Rotational levels (n_j,).

        Raises
        ------
        UserError
            The well does not hold the levels.
        """
        energies = rovibrational_energies(diatom, levels, j)
        if len(levels) == 1:
            wide = diatom.basis(range(min(levels.stop + 4, diatom.morse_levels)))
            density = wide.amplitudes[:, levels.start] ** 2
            one = np.ones((len(j), 1, 1))
            return cls(wide.r, density[:, None], np.ones((1, 1)), energies, one)
        basis = diatom.basis(levels)
        # The energies are the converged ones, the states those that this basis holds.
        states = np.linalg.eigh(rovibrational_hamiltonian(basis, diatom.reduced_mass, j))[1]
        return cls(basis.r, np.eye(len(levels)), basis.amplitudes, energies, states)

    @property
    def points(self) -> int:
        """Number of vibrational grid points that carry amplitudes."""
        return self.amplitudes.shape[0]

    def propagators(self, time_step: float) -> NDArray:
        """exp(-i h_j dt) on the vibrational grid, complex (n_j, p, p)."""
        phases = np.exp(-1j * time_step * self.energies.T)
        on_grid = self.amplitudes @ self.states
        return (on_grid * phases[:, None, :]) @ on_grid.transpose(0, 2, 1)
