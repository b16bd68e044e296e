"""Rotational levels of a free diatom: energies, nuclear-spin species, thermal populations.

A diatom with like ends has two species, one with even and one with odd j, which collisions do not
convert into each other. The one with the larger nuclear-spin weight is called ortho, the other one
para. In the *normal* mixture their amounts are as their nuclear-spin weights, the limit of high
temperature; in the *equilibrium* mixture as weight times rotational partition function.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import KELVIN_TO_HARTREE

if TYPE_CHECKING:  # A configuration names species without computing.
    from vibrates.molecules.diatom import Diatom
    from vibrates.molecules.podvr import Podvr

MIXTURES = ("para", "ortho", "normal", "equilibrium")
# Vibrational levels above those asked for, in which the centrifugal energy is diagonalised.
_MORE_LEVELS = 10
# Sums over j end where a term is smaller than this fraction of them.
_NEGLIGIBLE, _LARGEST_J = 1e-12, 400
# Nuclear-spin weights of even and odd j of homonuclear molecules in their electronic ground state,
# by the mass of a nucleus in u: fermions of spin 1/2 (H, F), bosons of spin 1 (D, N) and 0 (O in
# the state 3Sigma_g^-, which has odd j alone).
_KNOWN_WEIGHTS = {
    1.00782503: (1, 3),
    2.01410178: (2, 1),
    14.0030740: (2, 1),
    15.99491462: (0, 1),
    18.99840316: (1, 3),
}


@dataclass(frozen=True)
class Species:
    """A nuclear-spin species: its j (those of ``parity``, all if it is None) and its weight."""

    name: str
    parity: int | None
    weight: float

    def has(self, j: ArrayLike) -> NDArray:
        """Whether rotational levels ``j``, of any shape, belong to it."""
        j = np.asarray(j)
        return np.ones(j.shape, bool) if self.parity is None else j % 2 == self.parity


def check_spin_weights(
    name: str, masses_u: Sequence[float], weights: tuple[float, float] | None
) -> None:
    """UserError if nuclear-spin weights are missing or contradict the masses.

    Parameters
    ----------
    name
        The molecule.
    masses_u
        Masses of its two atoms, u.
    weights
        Nuclear-spin weights of even and odd j; None if not given.

    Raises
    ------
    UserError
        Like ends without weights, unlike ends with different ones, and those that nuclei of this
        mass cannot have.
    """
    key = f"molecules.{name}.spin_weights"
    first, second = masses_u
    if first != second:
        if weights is not None and weights[0] != weights[1]:
            raise UserError(
                f"{key}: {list(weights)} for even and odd j contradict masses_u, {first:g} and "
                f"{second:g}: unlike ends have equal weights; remove the key"
            )
        return
    if weights is None:
        raise UserError(
            f"{key}: missing, needed for a quantised rotor with like ends; add the nuclear-spin "
            "weights of even and odd j ([1, 3] for H2)"
        )
    for mass, known in _KNOWN_WEIGHTS.items():
        if abs(first - mass) < 1e-3 and weights[0] * known[1] != weights[1] * known[0]:
            raise UserError(
                f"{key}: {list(weights)} for even and odd j contradict masses_u, {first:g}: these "
                f"nuclei have the ratio {known[0]} to {known[1]}; write {list(known)}"
            )


def spin_species(like_ends: bool, weights: tuple[float, float] | None) -> tuple[Species, ...]:
    """The species of a molecule; those without weight do not exist.

    Parameters
    ----------
    like_ends
        Whether both atoms are alike.
    weights
        Nuclear-spin weights of even and odd j, for like ends.
    """
    if not like_ends or weights is None:
        return (Species("all", None, 1.0),)
    present = [(parity, weight) for parity, weight in enumerate(weights) if weight > 0]
    if len(present) == 1:
        return (Species("all", *present[0]),)
    larger = max(weights)
    return tuple(
        sorted(
            (Species("ortho" if w == larger else "para", parity, w) for parity, w in present),
            key=lambda one: MIXTURES.index(one.name),
        )
    )


def rovibrational_hamiltonian(basis: "Podvr", reduced_mass: float, j: NDArray) -> NDArray:
    """h + j(j + 1)/(2 mu r^2) between vibrational levels, (n_j, n, n), hartree.

    Parameters
    ----------
    basis : Podvr
        The n levels.
    reduced_mass : float
        Of the molecule, electron masses.
    j : NDArray
        Rotational levels (n_j,).
    """
    b = basis.amplitudes
    centrifugal = (b.T / (2.0 * reduced_mass * basis.r**2)) @ b
    squares = np.asarray(j) * (np.asarray(j) + 1.0)
    return np.diag(basis.energies) + squares[:, None, None] * centrifugal


def rovibrational_energies(diatom: "Diatom", levels: range, j: NDArray) -> NDArray:
    """Energies (n_w, n_j) of ``levels`` above the minimum of the well, hartree.

    With rotational constants of its own (`rotational_series`) a molecule has the spectroscopic
    energies E(w, j) = G_w + F_w(j). Else h + j(j + 1)/(2 mu r^2) is diagonalised in its levels and
    ten more than asked for: centrifugal distortion to all orders. h has the spectroscopic energies
    and the Morse functions of `molecules.diatom`. Either way the states are those of this
    Hamiltonian: the constants correct its eigenvalues, a term that is diagonal in its eigenstates.

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
    if diatom.rotation is not None:
        if levels.stop > diatom.morse_levels:
            diatom.basis(levels)  # refuses them
        return np.array([diatom.level_energy(w) + diatom.rotation.energies(w, j) for w in levels])
    many = range(min(diatom.morse_levels, levels.stop + _MORE_LEVELS))
    basis = diatom.basis(many if len(many) >= levels.stop else levels)
    energies = np.linalg.eigvalsh(rovibrational_hamiltonian(basis, diatom.reduced_mass, j))
    return energies[:, levels.start : levels.stop].T


def rotational_energies(diatom: "Diatom", level: int, j: NDArray) -> NDArray:
    """Energies (n_j,) of rotational levels ``j`` in a vibrational level above its j = 0, hartree.

    Parameters
    ----------
    diatom : Diatom
        The molecule.
    level : int
        The vibrational level.
    j : NDArray
        Rotational levels (n_j,).
    """
    energies = rovibrational_energies(diatom, range(level, level + 1), np.append(j, 0))[0]
    return energies[:-1] - energies[-1]


def partition_function(
    diatom: "Diatom", level: int, species: Species, temperatures: NDArray
) -> NDArray:
    """Rotational partition function (T,) of a species, without its nuclear-spin weight.

    Energies are those above j = 0 of the vibrational level.

    Parameters
    ----------
    diatom : Diatom
        The molecule.
    level : int
        Its vibrational level.
    species : Species
        One of its species.
    temperatures : NDArray
        Temperatures (T,), K.
    """
    kT = np.asarray(temperatures, float)[:, None] * KELVIN_TO_HARTREE
    last = 32
    while True:
        j = np.arange(last)
        j = j[species.has(j)]
        terms = (2 * j + 1) * np.exp(-rotational_energies(diatom, level, j) / kT)
        if last >= _LARGEST_J or (terms[:, -1] < _NEGLIGIBLE * terms.sum(axis=1)).all():
            return terms.sum(axis=1)
        last *= 2


def populations(
    diatom: "Diatom", level: int, species: Species, j: NDArray, temperatures: NDArray
) -> NDArray:
    """Thermal populations (n_j, T) of rotational levels within their species; 0 in another one.

    Parameters
    ----------
    diatom : Diatom
        The molecule.
    level : int
        Its vibrational level.
    species : Species
        One of its species.
    j : NDArray
        Rotational levels (n_j,).
    temperatures : NDArray
        Temperatures (T,), K.
    """
    j = np.asarray(j)
    kT = np.asarray(temperatures, float) * KELVIN_TO_HARTREE
    weight = (species.has(j) * (2 * j + 1))[:, None]
    boltzmann = np.exp(-rotational_energies(diatom, level, j)[:, None] / kT)
    return weight * boltzmann / partition_function(diatom, level, species, temperatures)


def species_shares(
    diatom: "Diatom",
    level: int,
    every: Sequence[Species],
    mixture: str,
    temperatures: NDArray,
) -> NDArray:
    """Amounts (n_species, T) of the species in a mixture; their sum is 1.

    Parameters
    ----------
    diatom : Diatom
        The molecule.
    level : int
        Its vibrational level.
    every : sequence of Species
        All species of the molecule.
    mixture : str
        One of `MIXTURES`, or the name of a species.
    temperatures : NDArray
        Temperatures (T,), K.

    Raises
    ------
    UserError
        The molecule has no such mixture.
    """
    names = [one.name for one in every]
    count = len(np.atleast_1d(temperatures))
    if mixture in names:
        return np.repeat([[float(name == mixture)] for name in names], count, axis=1)
    if mixture not in ("normal", "equilibrium"):
        raise UserError(
            f"mixture {mixture!r}: {diatom.name} has no species of that name; choose normal or "
            "equilibrium"
        )
    amounts = np.array([np.full(count, float(one.weight)) for one in every])
    if mixture == "equilibrium":
        amounts *= [partition_function(diatom, level, one, temperatures) for one in every]
    return amounts / amounts.sum(axis=0)
