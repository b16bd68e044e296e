"""Integral cross sections of AB(v, j) + X by summing partial waves until they have converged."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from vibrates.core.errors import UserError
from vibrates.scattering.channels import Channels, close_coupling, coupled_states
from vibrates.scattering.propagator import Propagator
from vibrates.scattering.rotor import Rotor

METHODS = ("close_coupling", "coupled_states")


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

    def blocks(
        self, total: int, method: str, among: NDArray | None = None
    ) -> list[tuple[float, Channels]]:
        """The blocks of the Hamiltonian of one total angular momentum.

        Parameters
        ----------
        total : int
            J.
        method : str
            One of METHODS.
        among : array of bool, (n_v, n_j), optional
            Levels that take part; all without it.

        Returns
        -------
        list of (float, Channels)
            Statistical weight and channels of every block that has channels.

        Raises
        ------
        UserError
            For a method that is not in METHODS.
        """
        if method == "close_coupling":
            both = [
                (1.0, close_coupling(self.rotor, total, parity, self.terms, among))
                for parity in (1, -1)
            ]
        elif method == "coupled_states":
            last = min(total, self.rotor.energies.shape[1] - 1)
            both = [
                (
                    1.0 if omega == 0 else 2.0,
                    coupled_states(self.rotor, total, omega, self.terms, among),
                )
                for omega in range(last + 1)
            ]
        else:
            raise UserError(f"method: '{method}' is not one of {', '.join(METHODS)}")
        return [(weight, channels) for weight, channels in both if len(channels)]

    def propagator(self, channels: Channels) -> Propagator:
        """What does not depend on the energy, nor on the partial wave of coupled states."""
        at_edges, at_middle = (channels.coupling(terms) for terms in self._terms)
        return Propagator(self.reduced_mass, channels.thresholds, self.edges, at_edges, at_middle)

    def s_matrices(self, channels: Channels, energies: NDArray) -> NDArray:
        """S (n_energies, n, n) of one block at total energies (n_energies,)."""
        return self.propagator(channels).s_matrices(energies, channels.l)


def opacity(
    collision: ScatteringProblem,
    total: int,
    energies: NDArray,
    method: str,
    among: NDArray | None = None,
) -> NDArray:
    """sum over blocks and l, l' of |delta - S|^2, (n_energies, n_v, n_j, n_v, n_j), for one J.

    The same with initial and final levels exchanged, since S is symmetric. ``among``: as in
    `channels`.
    """
    shape = collision.rotor.energies.shape
    result = np.zeros((len(energies), *shape, *shape))
    for weight, channels in collision.blocks(total, method, among):
        transition = np.eye(len(channels)) - collision.s_matrices(channels, energies)
        probability = weight * (transition.real**2 + transition.imag**2)
        where = channels.v * shape[1] + channels.j
        flat = result.reshape(len(energies), shape[0] * shape[1], -1)
        every = np.arange(len(energies))[:, None]
        for row in range(len(channels)):
            np.add.at(flat, (every, where[row], where), probability[:, row])
    return result


def cross_sections(
    collision: ScatteringProblem,
    energies: NDArray,
    method: str,
    tolerance: float = 1e-3,
    step: int = 1,
    maximum: int = 2000,
    among: NDArray | None = None,
    wanted: NDArray | None = None,
) -> NDArray:
    """Integral cross sections by summing partial waves until they have converged.

    Partial waves J = 0, ``step``, 2 ``step``, ... are computed until three in a row add less than
    ``tolerance`` of every inelastic cross section above 1e-12 bohr^2; those between are
    interpolated.

    Parameters
    ----------
    collision : ScatteringProblem
        Rotor, atom and potential.
    energies : array, (n_energies,)
        Total energies, hartree.
    method : str
        One of METHODS.
    tolerance, step, maximum : float, int, int
        Share of a cross section that still counts; distance of the partial waves that are computed;
        the highest J.
    among : array of bool, (n_v, n_j), optional
        Levels that take part; all without it.
    wanted : array of bool, (n_v, n_j, n_v, n_j), optional
        Cross sections that are to converge; all inelastic ones without it.

    Returns
    -------
    array, (n_energies, n_v, n_j, n_v, n_j)
        sigma(v j -> v' j'), bohr^2; nan where a channel is closed.

    Raises
    ------
    UserError
        If they have not converged at J = ``maximum``, or for an unknown method.
    """
    rotor = collision.rotor
    levels = rotor.energies.shape
    k_squared = 2.0 * collision.reduced_mass * (energies[:, None, None] - rotor.energies)
    opened = k_squared > 0.0
    degeneracy = 2.0 * np.arange(levels[1]) + 1.0
    scale = np.pi / (np.where(opened, k_squared, np.nan) * degeneracy)[..., None, None]
    size = levels[0] * levels[1]
    inelastic = ~np.eye(size, dtype=bool).reshape(*levels, *levels)
    if wanted is not None:
        inelastic &= wanted
    so_far = np.zeros((len(energies), *levels, *levels))
    found = []
    small = 0
    for total in range(0, maximum + 1, step):
        found.append(opacity(collision, total, energies, method, among))
        more = step * (2 * total + 1) * np.nan_to_num(found[-1] * scale)
        so_far += more
        counts = inelastic & (so_far > 1e-12)
        converged = not (counts & (more > tolerance * so_far)).any()
        small = small + 1 if converged and total > levels[1] else 0
        if small == 3:
            break
    else:
        raise UserError(
            f"partial waves: not converged to {tolerance:g} at J = {maximum}; raise the maximum or "
            "the tolerance"
        )
    computed = np.arange(0, total + 1, step)
    every = np.arange(total + 1)
    between = PchipInterpolator(computed, np.array(found), axis=0)(every)
    sigma = scale * np.einsum("j,j...->...", 2.0 * every + 1.0, between)
    return np.where(opened[..., None, None] & opened[:, None, None], sigma, np.nan)
