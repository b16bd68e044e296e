"""Scattering of a vibrating rotor AB(v, j) by an atom."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from numpy.typing import NDArray

from vibrates.scattering.channels import Channels, close_coupling, coupled_states
from vibrates.scattering.partial_waves import Piece, check_method
from vibrates.scattering.propagator import Propagator
from vibrates.scattering.rotor import Rotor


@dataclass(frozen=True, eq=False)
class ScatteringProblem:
    """A rotor, an atom and V(R, r, cos theta), in atomic units.

    ``potential``: takes R (m, 1, 1), r (1, g, 1) and cos theta (1, 1, q), returns V (m, g, q).
    ``terms``: number of Legendre terms; ``homonuclear``: only even ones. ``edges`` (m + 1,): bounds
    of the propagator's sectors.
    """

    rotor: Rotor
    reduced_mass: float
    potential: Callable[[NDArray, NDArray, NDArray], NDArray]
    terms: int
    edges: NDArray
    homonuclear: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """(n_v, n_j): how cross sections between the levels are arranged."""
        return self.rotor.energies.shape

    @property
    def labels(self) -> NDArray:
        """v and j of every level, (L, 2)."""
        return np.argwhere(np.ones(self.shape, dtype=bool))

    @property
    def energies(self) -> NDArray:
        """Of every level, (L,) hartree."""
        return self.rotor.energies.ravel()

    @property
    def degeneracies(self) -> NDArray:
        """2j + 1 of every level, (L,)."""
        return 2 * self.labels[:, 1] + 1

    @property
    def top(self) -> int:
        """The largest projection Omega."""
        return self.shape[1] - 1

    def legendre_terms(self, distances: NDArray) -> NDArray:
        """V_lambda(R, r), (m, lambda, g), by Gauss-Legendre quadrature over cos theta."""
        x, weights = leggauss(2 * self.terms)
        v = self.potential(distances[:, None, None], self.rotor.r[None, :, None], x[None, None, :])
        projector = legvander(x, self.terms - 1) * weights[:, None]
        projector = projector * (np.arange(self.terms) + 0.5)
        if self.homonuclear:
            projector[:, 1::2] = 0.0
        v = np.broadcast_to(v, (len(distances), self.rotor.r.size, x.size))
        return np.einsum("mgq,ql->mlg", v, projector)

    @cached_property
    def _terms(self) -> tuple[NDArray, NDArray]:
        middle = 0.5 * (self.edges[1:] + self.edges[:-1])
        return self.legendre_terms(self.edges), self.legendre_terms(middle)

    def pieces(
        self, waves: NDArray, method: str, among: NDArray | None = None, top: int | None = None
    ) -> list[Piece]:
        """The blocks of the Hamiltonian, those of the largest J or of the least Omega first.

        Parameters
        ----------
        waves : array of int
            Total angular momenta J, ascending.
        method : str
            One of METHODS.
        among : array of bool, (n_v, n_j), optional
            Levels that take part; all without it.
        top : int, optional
            Largest projection Omega of coupled states; by default that of all levels.

        Raises
        ------
        UserError
            For a method that is not in METHODS.
        """
        check_method(method)
        rotor, terms = self.rotor, self.terms
        if method == "close_coupling":
            return [
                Piece(f"J = {total}, parity = {parity}", 1.0, np.array([total]),
                      partial(close_coupling, rotor, int(total), parity, terms, among))
                for total in waves[::-1] for parity in (1, -1)
            ]  # fmt: skip
        last = min(int(waves.max()), self.top if top is None else top)
        return [
            Piece(f"Omega = {omega}", 1.0 if omega == 0 else 2.0, waves[waves >= omega],
                  partial(coupled_states, rotor, None, omega, terms, among))
            for omega in range(last + 1)
        ]  # fmt: skip

    def blocks(
        self, total: int, method: str, among: NDArray | None = None
    ) -> list[tuple[float, Channels]]:
        """Statistical weight and channels of every block of J = ``total`` that has channels.

        Arguments as in `pieces`. Raises UserError for a method that is not in METHODS.
        """
        pieces = self.pieces(np.array([total]), method, among)
        both = [(piece.weight, piece.channels().of_wave(total)) for piece in pieces]
        return [(weight, channels) for weight, channels in both if len(channels)]

    def propagator(self, channels: Channels) -> Propagator:
        """What does not depend on the energy, nor on the partial wave of coupled states."""
        at_edges, at_middle = (channels.coupling(terms) for terms in self._terms)
        return Propagator(self.reduced_mass, channels.thresholds, self.edges, at_edges, at_middle)

    def s_matrices(self, channels: Channels, energies: NDArray) -> NDArray:
        """S (n_energies, n, n) of one block of `blocks` at total energies (n_energies,)."""
        assert channels.l is not None, "channels of any partial wave: see Channels.of_wave"
        return self.propagator(channels).s_matrices(energies, channels.l)
