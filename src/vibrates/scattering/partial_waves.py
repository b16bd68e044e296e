"""Partial waves of any scattering problem: opacities, and cross sections by summing them up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from vibrates.core.errors import UserError
from vibrates.scattering.propagator import Propagator

METHODS = ("close_coupling", "coupled_states")
_TOGETHER = 6  # partial waves that share the work that depends on no J
_MATRIX_ELEMENTS = 1 << 22  # of S that are held in memory at a time


class BlockChannels(Protocol):
    """Channels of one block of the Hamiltonian, as this module needs them."""

    @property
    def labels(self) -> NDArray:
        """Quantum numbers (n, q) of the level of each channel."""
        ...

    @property
    def l(self) -> NDArray | None:  # noqa: E743
        """(n,); None: the partial wave itself."""
        ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, eq=False)
class Piece:
    """One block of the Hamiltonian: a projection Omega of coupled states, or a J and a parity.

    ``waves``: the J that it serves. ``channels``: puts its channels together.
    """

    name: str
    weight: float
    waves: NDArray
    channels: Callable[[], Any]


class Problem(Protocol):
    """Two partners and their potential."""

    @property
    def reduced_mass(self) -> float:
        """Of the relative motion, electron masses."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """How cross sections between the L levels are arranged."""
        ...

    @property
    def labels(self) -> NDArray:
        """Quantum numbers (L, q) of the levels."""
        ...

    @property
    def energies(self) -> NDArray:
        """Of the levels, (L,) hartree."""
        ...

    @property
    def degeneracies(self) -> NDArray:
        """Of the levels, (L,)."""
        ...

    @property
    def top(self) -> int:
        """The largest projection Omega."""
        ...

    def pieces(self, waves: NDArray, method: str, *kinds: Any, **named: Any) -> list[Piece]:
        """The blocks of the Hamiltonian of partial waves ``waves``."""
        ...

    def propagator(self, channels: Any) -> Propagator:
        """What depends neither on the energy nor on the partial wave of coupled states."""
        ...


def check_method(method: str) -> None:
    """UserError unless ``method`` is one of METHODS."""
    if method not in METHODS:
        raise UserError(f"method: '{method}' is not one of {', '.join(METHODS)}")


def memory_mb(channels: int, sectors: int) -> float:
    """Memory, MB, that a calculation with so many channels and sectors takes at most."""
    # V at edges and middles of sectors, twice while they are prepared; S and what is made of it.
    elements = 4 * sectors * channels**2 + 10 * max(_MATRIX_ELEMENTS, channels**2)
    return 8e-6 * elements + 300.0


def membership(channels: BlockChannels, labels: NDArray) -> NDArray:
    """Whether channel n belongs to the level ``labels`` (L, q): (n, L)."""
    member = np.ones((len(channels), len(labels)), dtype=bool)
    for own, wanted in zip(channels.labels.T, labels.T, strict=True):
        member &= own[:, None] == wanted
    return member


def probabilities(
    problem: Problem,
    channels: BlockChannels,
    waves: NDArray,
    energies: NDArray,
    labels: NDArray,
    transition: bool,
) -> NDArray:
    """Sums of |S|^2, or of |delta - S|^2, over the channels of two levels.

    Parameters
    ----------
    problem : Problem
        The two partners.
    channels : BlockChannels
        One block of the Hamiltonian.
    waves, energies : array, (b,)
        J and total energy (hartree) of every calculation.
    labels : array, (L, q)
        Quantum numbers of the levels.
    transition : bool
        Whether the unit matrix is subtracted: elastic scattering is then right too.

    Returns
    -------
    array, (b, L, L)
        Symmetric, since S is.
    """
    result = np.zeros((len(energies), len(labels), len(labels)))
    member = membership(channels, labels)
    mine = np.flatnonzero(member.any(axis=1))
    if not mine.size or not len(energies):
        return result
    member = member[mine].astype(float)
    l = waves[:, None] if channels.l is None else channels.l
    propagator = problem.propagator(channels)
    size = max(1, _MATRIX_ELEMENTS // len(channels) ** 2)
    for start in range(0, len(energies), size):
        some = slice(start, start + size)
        own = l[some] if np.ndim(l) == 2 else l
        s = propagator.s_matrices(energies[some], own)[:, mine[:, None], mine]
        if transition:
            s = np.eye(len(mine)) - s
        result[some] = np.einsum("na,bnm,mc->bac", member, np.abs(s) ** 2, member, optimize=True)
    return result


def opacity(problem: Problem, waves: NDArray, energies: NDArray, method: str, **kinds) -> NDArray:
    """Sum over blocks, l and projections of |delta - S|^2, (waves, energies, *shape, *shape).

    The same with initial and final levels exchanged, since S is symmetric.

    Parameters
    ----------
    problem : Problem
        The two partners.
    waves : array of int
        J, ascending.
    energies : array, (b,)
        Total energies, hartree.
    method : str
        One of METHODS.
    **kinds
        Further arguments of the problem's ``pieces``.

    Raises
    ------
    UserError
        For a method that is not in METHODS.
    """
    count = len(problem.energies)
    result = np.zeros((len(waves), len(energies), count, count))
    for piece in problem.pieces(waves, method, **kinds):
        channels = piece.channels()
        wave, energy = np.indices((len(piece.waves), len(energies))).reshape(2, -1)
        found = probabilities(
            problem, channels, piece.waves[wave], energies[energy], problem.labels, True
        )
        place = np.searchsorted(waves, piece.waves)
        result[place] += piece.weight * found.reshape(len(place), len(energies), count, count)
    return result.reshape(len(waves), len(energies), *problem.shape, *problem.shape)


def cross_sections(
    problem: Problem,
    energies: NDArray,
    method: str,
    tolerance: float = 1e-3,
    step: int = 1,
    maximum: int = 2000,
    wanted: NDArray | None = None,
    **kinds,
) -> NDArray:
    """Integral cross sections by summing partial waves until they have converged.

    Partial waves J = 0, ``step``, 2 ``step``, ... are computed, `_TOGETHER` at a time, until all of
    the last ones add less than ``tolerance`` of every inelastic cross section above 1e-12 bohr^2
    each; those between are interpolated.

    Parameters
    ----------
    problem : Problem
        The two partners.
    energies : array, (b,)
        Total energies, hartree.
    method : str
        One of METHODS.
    tolerance, step, maximum : float, int, int
        Share of a cross section that still counts; distance of the partial waves that are computed;
        the highest J.
    wanted : array of bool, (*shape, *shape), optional
        Cross sections that are to converge; all inelastic ones without it.
    **kinds
        Further arguments of the problem's ``pieces``.

    Returns
    -------
    array, (b, *shape, *shape)
        sigma between the levels, bohr^2, the initial one first; nan where a channel is closed.

    Raises
    ------
    UserError
        If they have not converged at J = ``maximum``, if every level is closed, or for an unknown
        method.
    """
    count, shape = len(problem.energies), problem.shape
    k_squared = 2.0 * problem.reduced_mass * (energies[:, None] - problem.energies)
    opened = k_squared > 0.0
    if not opened.any():
        raise UserError(
            f"energies: all are below the lowest threshold, {problem.energies.min():g} hartree; "
            "raise them"
        )
    scale = np.pi / (np.where(opened, k_squared, np.nan) * problem.degeneracies)[..., None]
    inelastic = ~np.eye(count, dtype=bool)
    if wanted is not None:
        inelastic &= wanted.reshape(count, count)
    found = np.zeros((0, len(energies), count, count))
    waves = np.arange(0, maximum + 1, step)
    for start in range(0, len(waves), _TOGETHER):
        computed = waves[: start + _TOGETHER]
        more = opacity(problem, computed[start:], energies, method, **kinds)
        found = np.concatenate([found, more.reshape(len(more), len(energies), count, count)])
        weighted = step * (2.0 * computed + 1.0)[:, None, None, None] * found
        added = np.nan_to_num(weighted * scale)
        so_far = added.sum(axis=0)
        small = added[start:] <= tolerance * so_far
        if computed[start] > problem.top and (small | (so_far <= 1e-12) | ~inelastic).all():
            break
    else:
        raise UserError(
            f"partial waves: not converged to {tolerance:g} at J = {maximum}; raise the maximum or "
            "the tolerance"
        )
    every = np.arange(computed[-1] + 1)
    between = PchipInterpolator(computed, found, axis=0)(every)
    sigma = scale * np.einsum("j,j...->...", 2.0 * every + 1.0, between)
    sigma = np.where(opened[:, :, None] & opened[:, None, :], sigma, np.nan)
    return sigma.reshape(len(energies), *shape, *shape)
