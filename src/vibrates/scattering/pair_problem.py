"""Scattering of two vibrating rotors AB(v_1, j_1) + CD(v_2, j_2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError
from vibrates.potential.expansion import Expansion, PotentialFunction
from vibrates.scattering.pair_channels import (
    Level,
    PairChannels,
    PairLevels,
    close_coupling,
    coupled_states,
)
from vibrates.scattering.partial_waves import Piece, check_method
from vibrates.scattering.propagator import Propagator
from vibrates.scattering.rotor import Rotor


@dataclass(frozen=True, eq=False)
class PairProblem:
    """Two molecules and their potential, atomic units.

    Parameters
    ----------
    first, second : Rotor
        Levels of both molecules; a rigid one has a single bond length.
    basis : sequence of (v_1, j_1, v_2, j_2)
        The pairs of levels that are coupled.
    reduced_mass : float
        Of the relative motion.
    potential : callable
        V(R, c_a, c_b, c_ab, r_a, r_b), arguments broadcast together.
    expansion : Expansion
        Its angular terms.
    edges : (m + 1,)
        Bounds of the propagator's sectors.

    Raises
    ------
    UserError
        If a level of the basis is beyond the rotors', or the rotational levels differ between
        vibrational ones.
    """

    first: Rotor
    second: Rotor
    basis: tuple[Level, ...]
    reduced_mass: float
    potential: PotentialFunction
    expansion: Expansion
    edges: NDArray

    def __post_init__(self) -> None:
        tops = (*self.first.energies.shape, *self.second.energies.shape)
        for level in self.basis:
            if any(number >= top for number, top in zip(level, tops, strict=True)):
                raise UserError(
                    f"basis: level (v_1, j_1, v_2, j_2) = {level} is beyond the rotors' "
                    f"{tuple(top - 1 for top in tops)}; raise their limits or remove it"
                )
        check_rotation(self.basis)

    @cached_property
    def levels(self) -> PairLevels:
        """The pairs of levels, with energies."""
        return PairLevels.of(self.first, self.second, self.basis)

    @property
    def shape(self) -> tuple[int, ...]:
        """(L,): cross sections between the levels are (L, L)."""
        return (len(self.levels),)

    @property
    def labels(self) -> NDArray:
        """v_1, j_1, v_2, j_2 of every level, (L, 4)."""
        return self.levels.labels

    @property
    def energies(self) -> NDArray:
        """Of every level, (L,) hartree."""
        return self.levels.energies

    @property
    def degeneracies(self) -> NDArray:
        """(2 j_1 + 1)(2 j_2 + 1) of every level, (L,)."""
        return degeneracies(self.labels)

    @property
    def top(self) -> int:
        """The largest projection Omega."""
        return int((self.labels[:, 1] + self.labels[:, 3]).max())

    @cached_property
    def _terms(self) -> tuple[NDArray, NDArray]:
        middle = 0.5 * (self.edges[1:] + self.edges[:-1])
        at_edges, at_middle = (
            self.expansion.coefficients(self.potential, distance, *self.bonds)
            for distance in (self.edges, middle)
        )
        return at_edges, at_middle

    @property
    def bonds(self) -> tuple[NDArray, NDArray]:
        """r_a and r_b (g,) of the product of both grids, bohr."""
        r_a, r_b = np.meshgrid(self.first.r, self.second.r, indexing="ij")
        return r_a.ravel(), r_b.ravel()

    def pieces(self, waves: NDArray, method: str, top: int | None = None) -> list[Piece]:
        """The blocks of the Hamiltonian, those of the largest J or of the least Omega first.

        Parameters
        ----------
        waves : array of int
            Total angular momenta J, ascending.
        method : str
            One of METHODS.
        top : int, optional
            Largest projection Omega of coupled states; by default that of all levels.

        Raises
        ------
        UserError
            For a method that is not in METHODS.
        """
        check_method(method)
        if method == "close_coupling":
            return [
                Piece(f"J = {total}, parity = {parity}", 1.0, np.array([total]),
                      partial(close_coupling, self.levels, self.expansion, int(total), parity))
                for total in waves[::-1] for parity in (1, -1)
            ]  # fmt: skip
        pieces = [
            Piece(f"Omega = 0, reflection = {reflection}", 1.0, waves,
                  partial(coupled_states, self.levels, self.expansion, 0, reflection))
            for reflection in (1, -1)
        ]  # fmt: skip
        for omega in range(1, min(int(waves.max()), self.top if top is None else top) + 1):
            channels = partial(coupled_states, self.levels, self.expansion, omega)
            pieces.append(Piece(f"Omega = {omega}", 2.0, waves[waves >= omega], channels))
        return pieces

    def propagator(self, channels: PairChannels) -> Propagator:
        """What depends neither on the energy nor on the partial wave of coupled states."""
        at_edges, at_middle = (channels.coupling(terms) for terms in self._terms)
        return Propagator(self.reduced_mass, channels.thresholds, self.edges, at_edges, at_middle)

    def s_matrices(self, channels: PairChannels, energies: NDArray, totals: NDArray) -> NDArray:
        """S (waves, energies, n, n) of one block at total energies and J = ``totals``."""
        wave, energy = np.indices((len(totals), len(energies))).reshape(2, -1)
        l = totals[wave][:, None] if channels.l is None else channels.l
        s = self.propagator(channels).s_matrices(energies[energy], l)
        return s.reshape(len(totals), len(energies), *s.shape[1:])


def degeneracies(labels: NDArray) -> NDArray:
    """(2 j_1 + 1)(2 j_2 + 1) of levels with ``labels`` (L, 4): (L,)."""
    return (2 * labels[:, 1] + 1) * (2 * labels[:, 3] + 1)


def check_rotation(basis: Iterable[Level]) -> None:
    """UserError unless every vibrational level of ``basis`` has the same rotational levels.

    With fewer in one of them the rotation that V adds differs between the two, and so V turns one
    vibrational level into the other: of N2 + H2 a probability came out 90 times too large, with S
    unitary and symmetric as ever.
    """
    of: dict[tuple[int, int], set[tuple[int, int]]] = {}
    for v_1, j_1, v_2, j_2 in basis:
        of.setdefault((v_1, v_2), set()).add((j_1, j_2))
    (first, expected), *others = of.items()
    for vibration, rotation in others:
        if rotation != expected:
            j_1, j_2 = min(rotation ^ expected)
            raise UserError(
                f"basis: rotational level (j_1, j_2) = ({j_1}, {j_2}) stands in one of the "
                f"vibrational levels (v_1, v_2) = {first} and {vibration} alone, which makes "
                "vibrational transitions wrong by orders of magnitude; give all the same"
            )
