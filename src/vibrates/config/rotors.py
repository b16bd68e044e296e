"""Which rotors are quantised, and the rotational levels of theirs: the block ``rotors``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from annotated_types import MinLen

from vibrates.config.blocks import Temperature
from vibrates.config.grid import BasisRule, Energies
from vibrates.core.model import (
    BLOCK,
    FORM,
    TEXT,
    Ascending,
    Integer,
    Model,
    Natural,
    key,
    optional,
)

if TYPE_CHECKING:
    from vibrates.molecules.diatom import Diatom
    from vibrates.molecules.rotation import Species

# Chosen where the configuration does not say.
POPULATION_LIMIT = 0.02
MIXTURE = "normal"
# The basis reaches the levels that a trajectory can excite with the vibrational energy it releases
# and this many kT; population of its last level is checked (`rates.edge_population_limit`).
THERMAL_ENERGIES = 2.0


class QuantumRotor(Model):
    """A molecule with quantum rotation."""

    treatment: Literal["classical", "quantum"] = key("Treatment of the rotation", "text")
    mixture: Literal["normal", "equilibrium", "para", "ortho"] | None = optional(
        "Nuclear-spin mixture that `k` belongs to, normal if absent; rates.nc has all of them",
        "text",
    )
    population_limit: float | None = optional(
        "Initial levels j are run whose share of their species' thermal population exceeds this at "
        "a temperature asked for, 0.02 if absent",
        "1",
        gt=0,
        lt=1,
    )
    initial_j: Annotated[tuple[Natural, ...], MinLen(1), Ascending()] | None = optional(
        "Initial levels j in place of those by `population_limit`", "1"
    )
    largest_j: Natural | None = optional(
        "Largest j of the basis; if absent, for each initial j the one that the energy released by "
        "the target transitions and 2 kT can excite",
        "1",
    )
    orders: (
        tuple[
            Annotated[Integer, key("Order in the orientation of the other molecule", "1", ge=0)],
            Annotated[Integer, key("Order in the orientation of this molecule", "1", ge=0)],
            Annotated[Integer, key("Order in their dihedral angle", "1", ge=0)],
        ]
        | None
    ) = optional(
        "Largest orders of the potential's angular expansion: orientation of the other molecule, "
        "of this one, dihedral angle; [16, 6, 4] if absent",
        "1",
    )
    degree: Integer | None = optional(
        "Degree of the quadrature over orientations; if absent the lowest that is exact",
        "1",
        ge=3,
    )
    up_to_K: Temperature | None = optional(
        "Largest temperature at which `k` is that of the quantised rotor, above it that of "
        "classical ones; the campaign then runs both treatments, and both at temperatures next to "
        "it. "
        "Quantised at all temperatures if absent",
        "K",
    )
    basis: BasisRule | None = optional(
        "With up_to_K: vibrational levels of this molecule while its rotation is quantised; those "
        "of `basis` if absent",
        "see the keys",
    )
    energies_cm: Energies | None = optional(
        "With up_to_K: energies U, translation and one classical rotor, with the quantised rotor; "
        "if absent those of the grid that its temperatures need",
        "cm^-1",
    )
    pilot: Integer | None = optional(
        "With up_to_K: trajectories per (v, w, j, U, shell) in round 0 with the quantised rotor; "
        "`sampling.pilot` if absent",
        "1",
        ge=2,
        le=1000000,
    )
    budget: Integer | None = optional(
        "With up_to_K: largest number of trajectories with the quantised rotor; each treatment has "
        "`sampling.budget` if absent",
        "1",
        ge=1,
        le=10**11,
    )
    heavy: bool | None = optional(
        "true permits a molecule with so many rotational levels that trajectories become expensive",
        "true or false",
    )


Rotor = Annotated[
    Annotated[Literal["classical", "quantum"], TEXT] | Annotated[QuantumRotor, BLOCK], FORM
]
DESCRIPTION = (
    "Treatment of the rotation of each molecule, classical or quantum, with settings for the latter"
)


def settings_of(rotor: "str | QuantumRotor") -> QuantumRotor:
    """The settings of an entry of ``rotors``, which may be one word."""
    return QuantumRotor.model_validate({"treatment": rotor}) if isinstance(rotor, str) else rotor


@dataclass(frozen=True, eq=False)
class QuantisedRotor:
    """The molecule of a pair whose rotation is quantised, its species and levels.

    ``position``: 0 or 1 in the pair. ``temperatures``: those asked for, K. ``released``: energy
    that target transitions release from each initial state (v, w), hartree.
    """

    position: int
    diatom: "Diatom"
    settings: QuantumRotor
    spin_weights: tuple[float, float] | None
    temperatures: tuple[float, ...]
    released: dict[tuple[int, int], float]
    _largest: dict[tuple[int, int, int], int] = field(default_factory=dict, repr=False)

    @cached_property
    def species(self) -> "tuple[Species, ...]":
        """Its nuclear-spin species."""
        from vibrates.molecules.rotation import spin_species

        return spin_species(self.diatom.like_ends, self.spin_weights)

    @property
    def mixture(self) -> str:
        """The mixture that ``k`` belongs to; a molecule with one species has no other."""
        return (self.settings.mixture or MIXTURE) if len(self.species) > 1 else "all"

    @property
    def mixtures(self) -> tuple[str, ...]:
        """Species and mixtures of which rates are given."""
        names = tuple(one.name for one in self.species)
        return (*names, "normal", "equilibrium") if len(names) > 1 else names

    def initial_j(self, state: tuple[int, int]) -> tuple[int, ...]:
        """Initial rotational levels that are run for a state (v, w), ascending."""
        if self.settings.initial_j is not None:
            return self.settings.initial_j
        return self._populated(state[self.position])

    def _populated(self, level: int) -> tuple[int, ...]:
        from vibrates.molecules.rotation import populations

        limit, count = self.settings.population_limit or POPULATION_LIMIT, 16
        while True:
            j = np.arange(count)
            shares = np.sum(
                [
                    populations(self.diatom, level, one, j, np.array(self.temperatures))
                    for one in self.species
                ],
                axis=0,
            )
            above = np.flatnonzero((shares > limit).any(axis=1))
            if above[-1] < count - 2 or count > 400:
                # Also those in between, so that a species has no gap.
                return tuple(
                    n for n in range(above[-1] + 1) if any(one.has(n) for one in self.species)
                )
            count *= 2

    def largest_j(self, state: tuple[int, int], j: int) -> int:
        """Largest j of the basis of trajectories from (v, w, j)."""
        if self.settings.largest_j is not None:
            return self.settings.largest_j
        key = (*state, j)
        if key not in self._largest:
            self._largest[key] = self._reached(state, j)
        return self._largest[key]

    def _reached(self, state: tuple[int, int], j: int) -> int:
        from vibrates.core.units import KELVIN_TO_HARTREE
        from vibrates.molecules.rotation import rotational_energies

        step = 2 if self.diatom.like_ends else 1
        levels = np.arange(j, j + 400, step)
        energies = rotational_energies(self.diatom, state[self.position], levels)
        available = self.released[state] + THERMAL_ENERGIES * KELVIN_TO_HARTREE * max(
            self.temperatures
        )
        reached = np.flatnonzero(energies - energies[0] >= available)
        return int(levels[max(reached[0] if reached.size else len(levels) - 1, 1)])

    def states(self, states: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
        """Initial states (v, w, j) of the vibrational ones (v, w), in their order."""
        return [(v, w, j) for v, w in states for j in self.initial_j((v, w))]

    @property
    def description(self) -> str:
        """Which levels are run, as one line of text."""
        parts = []
        for state in self.released:
            levels = ", ".join(f"{j} ({self.largest_j(state, j)})" for j in self.initial_j(state))
            parts.append(levels)
        same = parts[0] if len(set(parts)) == 1 else f"{parts[0]}, others for further states"
        return (
            f"{self.diatom.name} with quantum rotation, {self.mixture} mixture: initial j (largest "
            f"of the basis) {same}"
        )
