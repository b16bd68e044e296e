"""What trajectories with one quantised rotor are propagated in: bases, grids, potential.

Amplitudes are kept in two forms. On *levels*: (N, n_v, n_w, f), vibrational level of the rotor,
vibrational level (w, j) of the quantum molecule, rotational function. On the *grid*: (N, k, g),
orientation of the quantum molecule and point g = (bond length of the rotor, vibrational point of
the quantum molecule), the latter fastest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.core.errors import UserError
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.molecules.podvr import Podvr
from vibrates.potential.protocol import Potential
from vibrates.trajectories.quantum_rotor.expansion import (
    DEFAULT_ORDERS,
    AngularExpansion,
    PotentialFunction,
)
from vibrates.trajectories.quantum_rotor.levels import RovibrationalBasis, rotational_levels
from vibrates.trajectories.quantum_rotor.orientation import OrientationGrid, degree_for


@dataclass(frozen=True, eq=False)
class Collision:
    """A rotor and a quantum molecule; atomic units.

    ``inverse`` (n_v,): 1/(mu r^2) of the rotor on its grid. ``levels``: the j of the basis, in the
    order of ``quantum.energies``, which has the level of the complement as one more.
    """

    reduced_mass: float
    rotor: Podvr
    inverse: NDArray
    quantum: RovibrationalBasis
    levels: list[int]
    grid: OrientationGrid
    expansion: AngularExpansion

    @classmethod
    def build(
        cls,
        surface: Potential,
        molecules: tuple[Diatom | Atom, Diatom | Atom],
        quantised: int,
        levels_rotor: range,
        levels_quantum: range,
        j: int,
        j_max: int,
        energy: float,
        switch: tuple[float, float],
        orders: tuple[int, int, int] = DEFAULT_ORDERS,
        degree: int | None = None,
        shared: AngularExpansion | None = None,
    ) -> "Collision":
        """Build bases and the potential's series for trajectories that start in ``j``.

        Parameters
        ----------
        surface : Potential
            Any surface of the package.
        molecules : tuple
            Molecules a and b of the surface.
        quantised : int
            Which of them has its rotation quantised: 0 or 1.
        levels_rotor, levels_quantum : range
            Vibrational levels of the rotor and of the quantum molecule.
        j, j_max : int
            Initial and largest rotational level of the quantum molecule.
        energy : float
            Highest classical energy of the trajectories, hartree.
        switch : tuple[float, float]
            R, bohr, where V begins to be switched off, and where it is.
        orders : tuple[int, int, int]
            Of the expansion of the potential, the rotor's first.
        degree : int, optional
            Of the grid of orientations; by default the lowest that is exact for the basis and for
            the potential's elements from ``j``.
        shared : AngularExpansion, optional
            What `expansion` made of the same arguments for another ``j``; built if absent.

        Raises
        ------
        UserError
            ``j`` outside the basis, a grid too coarse for basis or potential, orders of the
            potential too low, an infinite range.
        """
        rotor, quantum = molecules[1 - quantised], molecules[quantised]
        if isinstance(quantum, Atom):
            raise UserError(f"rotors: {quantum.name} is an atom and has no rotation to quantise")
        levels = rotational_levels(quantum, j_max, j)
        following = levels[-1] + (2 if quantum.like_ends else 1)
        basis = rotor.basis(levels_rotor)
        rovibrational = RovibrationalBasis.build(
            quantum, levels_quantum, np.array([*levels, following])
        )
        if degree is None:
            degree = degree_for(levels[-1], j, orders[1])
        grid = OrientationGrid.build(levels, degree, quantum.like_ends)
        grid.check_order(orders[1], j)
        if shared is None:
            shared = expansion(
                surface, molecules, quantised, levels_rotor, levels_quantum, energy, switch, orders
            )
        return cls(
            pair_reduced_mass(*molecules),
            basis,
            1.0 / (rotor.reduced_mass * basis.r**2),
            rovibrational,
            levels,
            grid,
            shared,
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Orientations, bond lengths of the rotor, vibrational points of the quantum molecule."""
        return len(self.grid.n), len(self.rotor.r), self.quantum.points

    @property
    def inverse_on_grid(self) -> NDArray:
        """1/(mu r^2) of the rotor at the g points (g,)."""
        return np.repeat(self.inverse, self.quantum.points)

    def level_of(self) -> NDArray:
        """Position in ``levels`` of every rotational function (f,)."""
        return np.searchsorted(self.levels, self.grid.j)

    def to_grid(self, amplitudes: NDArray) -> NDArray:
        """psi (N, k, g) from amplitudes on levels (N, n_v, n_w, f)."""
        of_w = np.einsum("fwl,nvlf->nvwf", self.quantum.states[self.level_of()], amplitudes)
        on_b = np.einsum("pw,nvwf->nvpf", self.quantum.amplitudes, of_w)
        on_a = np.einsum("av,nvpf->nfap", self.rotor.amplitudes, on_b)
        psi = np.tensordot(on_a, self.grid.functions, (1, 1))  # (N, a, p, k)
        return psi.transpose(0, 3, 1, 2).reshape(len(psi), len(self.grid.n), -1)

    def from_grid(self, psi: NDArray) -> NDArray:
        """Amplitudes on levels (N, n_v, n_w, f) of psi (N, k, g); the complement is left out."""
        psi = psi.reshape(len(psi), *self.shape)
        on_f = np.tensordot(psi, self.grid.functions, (1, 0))  # (N, a, p, f)
        on_v = np.einsum("av,napf->nvpf", self.rotor.amplitudes, on_f)
        of_w = np.einsum("pw,nvpf->nvwf", self.quantum.amplitudes, on_v)
        return np.einsum("fwl,nvwf->nvlf", self.quantum.states[self.level_of()], of_w)

    def internal(self, psi: NDArray, time: float) -> NDArray:
        """exp(-i (h_rotor + h_quantum) t) psi on the grid; unitary, the complement included."""
        shape = (len(psi), *self.shape)
        b = self.rotor.amplitudes
        of_rotor = (b * np.exp(-1j * time * self.rotor.energies)) @ b.T
        psi = np.einsum("ac,nkcp->nkap", of_rotor, psi.reshape(shape))
        of_level = self.quantum.propagators(time)
        complement = of_level[-1]
        on_f = np.tensordot(psi, self.grid.functions, (1, 0))  # (N, a, p, f)
        difference = (of_level - complement)[self.level_of()]
        change = np.einsum("fpq,naqf->napf", difference, on_f) @ self.grid.functions.T
        psi = np.einsum("pq,nkaq->nkap", complement, psi) + change.transpose(0, 3, 1, 2)
        return psi.reshape(len(psi), len(self.grid.n), -1)

    def internal_energy(self, psi: NDArray) -> NDArray:
        """<h_rotor + h_quantum> (N,), the complement included."""
        amplitudes = self.from_grid(psi)
        energies = (
            self.rotor.energies[:, None, None]
            + self.quantum.energies[:, self.level_of()][None, :, :]
        )
        inside = (np.abs(amplitudes) ** 2 * energies).sum(axis=(1, 2, 3))
        rest = (psi - self.to_grid(amplitudes)).reshape(len(psi), *self.shape)
        b, p = self.rotor.amplitudes, self.quantum.amplitudes @ self.quantum.states[-1]
        left = np.abs(np.einsum("av,pl,nkap->nkvl", b, p, rest)) ** 2
        above = self.rotor.energies[:, None] + self.quantum.energies[:, -1]
        return inside + (left.sum(axis=1) * above).sum(axis=(1, 2))


def expansion(
    surface: Potential,
    molecules: tuple[Diatom | Atom, Diatom | Atom],
    quantised: int,
    levels_rotor: range,
    levels_quantum: range,
    energy: float,
    switch: tuple[float, float],
    orders: tuple[int, int, int] = DEFAULT_ORDERS,
) -> AngularExpansion:
    """The series of the potential on the vibrational grids of both molecules.

    It is the same for all rotational levels. Parameters are those of `Collision.build`.

    Parameters
    ----------
    surface : Potential
        Any surface of the package.
    molecules : tuple
        Molecules a and b of the surface.
    quantised : int
        Which of them has its rotation quantised: 0 or 1.
    levels_rotor, levels_quantum : range
        Vibrational levels of the rotor and of the quantum molecule.
    energy : float
        Highest classical energy of the trajectories, hartree.
    switch : tuple[float, float]
        R, bohr, where V begins to be switched off, and where it is.
    orders : tuple[int, int, int]
        Of the expansion, the rotor's first.

    Raises
    ------
    UserError
        Orders too low, an infinite range, an atom as the quantum molecule.
    """
    rotor, quantum = molecules[1 - quantised], molecules[quantised]
    if isinstance(quantum, Atom):
        raise UserError(f"rotors: {quantum.name} is an atom and has no rotation to quantise")
    points = RovibrationalBasis.build(quantum, levels_quantum, np.zeros(1))
    return AngularExpansion.build(
        surface.potential if quantised else exchanged(surface.potential),
        rotor.basis(levels_rotor).r,
        points.r,
        points.weights,
        energy,
        switch,
        (rotor.like_ends, quantum.like_ends),
        (0, orders[1], 0) if isinstance(rotor, Atom) else orders,
    )


def exchanged(potential: PotentialFunction) -> PotentialFunction:
    """V as a function of the other molecule's quantities first, R pointing the other way."""

    def of_the_other(distance, c_1, c_2, c_12, r_1, r_2):
        return potential(distance, -c_2, -c_1, c_12, r_2, r_1)

    return of_the_other
