"""Scattering of two rotors: S matrices, opacities and cross sections between pairs of levels."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from vibrates.core.errors import UserError
from vibrates.potential.expansion import Expansion, PotentialFunction
from vibrates.scattering.pair_channels import (
    Level,
    PairChannels,
    PairLevels,
    close_coupling,
    coupled_states,
)
from vibrates.scattering.partial_waves import METHODS
from vibrates.scattering.propagator import Propagator
from vibrates.scattering.rotor import Rotor

_TOGETHER = 6  # partial waves of coupled states that share the work that depends on no J


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

    @cached_property
    def levels(self) -> PairLevels:
        """The pairs of levels, with energies."""
        return PairLevels.of(self.first, self.second, self.basis)

    @cached_property
    def _terms(self) -> tuple[NDArray, NDArray]:
        r_a, r_b = (
            grid.ravel() for grid in np.meshgrid(self.first.r, self.second.r, indexing="ij")
        )
        middle = 0.5 * (self.edges[1:] + self.edges[:-1])
        at_edges, at_middle = (
            self.expansion.coefficients(self.potential, distance, r_a, r_b)
            for distance in (self.edges, middle)
        )
        return at_edges, at_middle

    def blocks(self, totals: NDArray, method: str) -> Iterator[tuple[float, PairChannels, NDArray]]:
        """Blocks of the Hamiltonian: statistical weight, channels, and the J they serve.

        A block of coupled states serves every J >= Omega of ``totals``, one of close coupling one.
        """
        if method not in METHODS:
            raise UserError(f"method: '{method}' is not one of {', '.join(METHODS)}")
        for weight, channels, served in self._all_blocks(totals, method):
            if len(channels):
                yield weight, channels, served

    def _all_blocks(
        self, totals: NDArray, method: str
    ) -> Iterator[tuple[float, PairChannels, NDArray]]:
        if method == "close_coupling":
            for total in totals:
                for parity in (1, -1):
                    channels = close_coupling(self.levels, self.expansion, int(total), parity)
                    yield 1.0, channels, np.array([total])
            return
        top = int((self.levels.labels[:, 1] + self.levels.labels[:, 3]).max())
        for reflection in (1, -1):
            yield 1.0, coupled_states(self.levels, self.expansion, 0, reflection), totals
        for omega in range(1, min(int(totals.max()), top) + 1):
            channels = coupled_states(self.levels, self.expansion, omega)
            yield 2.0, channels, totals[totals >= omega]

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

    def opacity(self, totals: NDArray, energies: NDArray, method: str) -> NDArray:
        """Sum over blocks, l and projections of |delta - S|^2, (waves, energies, L, L).

        ``totals`` (waves,): J. ``energies`` (b,): total ones. Initial level first; symmetric,
        since S is.
        """
        count = len(self.levels)
        result = np.zeros((len(totals), len(energies), count, count))
        for weight, channels, served in self.blocks(totals, method):
            s = self.s_matrices(channels, energies, served)
            probability = weight * np.abs(np.eye(len(channels)) - s) ** 2
            member = (channels.level[:, None] == np.arange(count)).astype(float)
            between = np.einsum("na,wbnm,mc->wbac", member, probability, member, optimize=True)
            result[np.searchsorted(totals, served)] += between
        return result


def cross_sections(
    problem: PairProblem,
    energies: NDArray,
    method: str,
    tolerance: float = 1e-3,
    step: int = 1,
    maximum: int = 1000,
) -> NDArray:
    """sigma (b, L, L) between pairs of levels, bohr^2, at total energies (b,); nan where closed.

    Partial waves J = 0, ``step``, 2 ``step``, ... are computed, `_TOGETHER` at a time, until all of
    the last ones add less than ``tolerance`` of every inelastic cross section above 1e-12 bohr^2
    each; those between are interpolated.

    Raises
    ------
    UserError
        If ``maximum`` is reached, or every level is closed.
    """
    levels = problem.levels
    k_squared = 2.0 * problem.reduced_mass * (energies[:, None] - levels.energies)
    opened = k_squared > 0.0
    if not opened.any():
        raise UserError(
            f"energies: all are below the lowest threshold, {levels.energies.min():g} hartree; "
            "raise them"
        )
    degeneracy = (2 * levels.labels[:, 1] + 1) * (2 * levels.labels[:, 3] + 1)
    scale = np.pi / (np.where(opened, k_squared, np.nan) * degeneracy)[..., None]
    inelastic = ~np.eye(len(levels), dtype=bool)
    top = int((levels.labels[:, 1] + levels.labels[:, 3]).max())
    found = np.zeros((0, len(energies), len(levels), len(levels)))
    waves = np.arange(0, maximum + 1, step)
    for start in range(0, len(waves), _TOGETHER):
        computed = waves[: start + _TOGETHER]
        found = np.concatenate([found, problem.opacity(computed[start:], energies, method)])
        added = step * np.einsum("j,j...->j...", 2.0 * computed + 1.0, np.nan_to_num(found * scale))
        so_far = added.sum(axis=0)
        small = added[start:] <= tolerance * so_far
        if computed[start] > top and (small | (so_far <= 1e-12) | ~inelastic).all():
            break
    else:
        raise UserError(
            f"partial waves: not converged to {tolerance:g} at J = {maximum}; raise the maximum or "
            "the tolerance"
        )
    every = np.arange(computed[-1] + 1)
    between = PchipInterpolator(computed, np.array(found), axis=0)(every)
    sigma = scale * np.einsum("j,j...->...", 2.0 * every + 1.0, between)
    return np.where(opened[:, :, None] & opened[:, None, :], sigma, np.nan)
