"""What a description asks for, of a diatom and an atom or of two diatoms alike.

`of` makes the `Calculation` of a description; plan, work, files and products know no more of it
than what `Calculation` states.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vibrates.core.units import CM_TO_HARTREE
from vibrates.scattering import settings as described
from vibrates.scattering.atom_problem import ScatteringProblem
from vibrates.scattering.models import Scattering
from vibrates.scattering.pair_models import PairScattering
from vibrates.scattering.partial_waves import Piece, Problem
from vibrates.scattering.plan import Block, cut, waves_of


class Calculation(Protocol):
    """One description, with the levels and the work that follow from it.

    ``names``: of the quantum numbers of a level, which make up its row of labels; those of a final
    level end in p. ``asked``: keys of the description that say which opacities are wanted.
    ``inputs``: files that it reads. ``reduced_mass``: of the relative motion, electron masses.
    """

    settings: Any
    names: tuple[str, ...]
    asked: tuple[str, ...]
    inputs: tuple[str, ...]
    reduced_mass: float

    def physics(self) -> dict[str, Any]:
        """All that S matrices depend on but energies and partial waves, for a fingerprint."""
        ...

    def provenance(self) -> dict[str, Any]:
        """Partners and surface, for the head of products."""
        ...

    def blocks(self) -> list[Block]:
        """All blocks of energies that are solved together."""
        ...

    def problem(self, block: Block) -> Problem:
        """The scattering problem of a block."""
        ...

    def pieces(self, block: Block, waves: NDArray) -> list[Piece]:
        """The pieces of the partial waves ``waves`` of a block."""
        ...

    def wanted(self, block: Block) -> tuple[NDArray, NDArray, NDArray]:
        """Labels (L, q) of levels, and initial and final ones (pairs,) of all exothermic pairs."""
        ...

    def energies(self, labels: NDArray) -> NDArray:
        """Energies (L,) of levels with ``labels`` (L, q), hartree."""
        ...

    def degeneracies(self, labels: NDArray) -> NDArray:
        """Their degeneracies (L,), without nuclear spin."""
        ...


def of(settings: Scattering | PairScattering) -> Calculation:
    """The calculation of a description; UserError if a file is missing or of another kind."""
    if isinstance(settings, PairScattering):
        from vibrates.scattering.pair_calculation import PairCalculation

        return PairCalculation(settings)
    return AtomCalculation(settings)


def final(names: Sequence[str]) -> tuple[str, ...]:
    """Names of the quantum numbers of final levels."""
    return tuple(f"{name}p" for name in names)


class AtomCalculation:
    """Of a diatom and an atom: every level has energies near its threshold, and all share others.

    Raises UserError if the surface or the curve is missing or of another kind.
    """

    names: tuple[str, ...] = ("v", "j")
    asked: tuple[str, ...] = ("levels", "energies", "waves")

    def __init__(self, settings: Scattering) -> None:
        self.settings: Any = settings
        self.inputs: tuple[str, ...] = (settings.surface, settings.molecule.curve)
        self.reduced_mass = described.reduced_masses(settings)[1]

    @cached_property
    def _problem(self) -> ScatteringProblem:
        return described.collision(self.settings)

    @cached_property
    def _levels(self) -> NDArray:
        return described.rotor(self.settings).energies

    def physics(self) -> dict[str, Any]:
        """See `Calculation`; UserError if a file is missing."""
        return described.physics(self.settings)

    def provenance(self) -> dict[str, Any]:
        """See `Calculation`."""
        settings = self.settings
        stated: dict[str, Any] = {"molecule": settings.molecule.name, "atom": settings.atom.name}
        stated["surface"] = settings.surface
        if described.like_nuclei(settings.molecule):
            weights = described.spin_weights(settings.molecule)
            stated["weights_of_even_and_odd_j"] = list(weights)
        return stated

    def blocks(self) -> list[Block]:
        """See `Calculation`."""
        wanted, chosen = self.settings.levels, self.settings.energies
        levels = self._levels
        thresholds = np.sort(levels[: wanted.v_max + 1, : wanted.j_max + 1].ravel())
        near = np.array(chosen.near_cm) * CM_TO_HARTREE
        spacing, highest = chosen.spacing_cm * CM_TO_HARTREE, chosen.highest_cm * CM_TO_HARTREE
        span = thresholds[-1] + highest - thresholds[0]
        shared = thresholds[0] + spacing * np.arange(1, int(span / spacing) + 1)
        # The lowest level from which this is no more than the highest collision energy, if there is
        # one.
        lowest = thresholds[np.searchsorted(thresholds, shared - highest)]
        energies = np.concatenate([(thresholds[:, None] + near).ravel(), shared])
        reference = np.concatenate([np.repeat(thresholds, near.size), lowest])
        return cut(
            energies, reference, waves_of(self.settings), self.settings.jobs.energies,
            self.reduced_mass,
        )  # fmt: skip

    def problem(self, block: Block) -> ScatteringProblem:
        """See `Calculation`."""
        return self._problem

    def pieces(self, block: Block, waves: NDArray) -> list[Piece]:
        """See `Calculation`."""
        among = described.in_basis(self.settings.basis, self._levels, block.energies.max())
        method, top = self.settings.method, self.settings.levels.j_max
        return self._problem.pieces(waves, method, among, top)

    def wanted(self, block: Block) -> tuple[NDArray, NDArray, NDArray]:
        """See `Calculation`; of a homonuclear diatom those between even j and between odd j.

        A kind that the spins do not allow is left out.
        """
        levels = self.settings.levels
        labels = np.argwhere(np.ones((levels.v_max + 1, levels.j_max + 1), dtype=bool))
        energies = self.energies(labels)
        mask = energies[:, None] > energies
        if described.like_nuclei(self.settings.molecule):
            odd = labels[:, 1] % 2
            exists = np.array(described.spin_weights(self.settings.molecule))[odd] > 0
            mask &= (odd[:, None] == odd) & exists
        initial, final = np.nonzero(mask)
        return labels, initial, final

    def energies(self, labels: NDArray) -> NDArray:
        """See `Calculation`."""
        return self._levels[labels[:, 0], labels[:, 1]]

    def degeneracies(self, labels: NDArray) -> NDArray:
        """See `Calculation`."""
        return 2 * labels[:, 1] + 1
