"""Initial states of trajectories and propagated levels: the blocks ``grid`` and ``basis``."""

from typing import Annotated, Self

import numpy as np
from annotated_types import Ge, Le, MinLen
from pydantic import model_validator

from vibrates.config.blocks import Energy
from vibrates.core.model import (
    BLOCK,
    FORM,
    LIST,
    Integer,
    Model,
    Natural,
    Rule,
    Unique,
    key,
    require_ascending,
)

State = tuple[Natural, Natural]
LevelRange = tuple[Natural, Natural]
_THINNEST = 0.01  # angstrom: thinner shells of the impact parameter are a mistake of the unit


class StateRanges(Model):
    """All states of two ranges of levels."""

    v: LevelRange = key("First and last level of the first molecule, both included", "1")
    w: LevelRange = key("First and last level of the second molecule, both included", "1")


class Series(Model):
    """A geometric series."""

    first: float = key("Lowest energy", "cm^-1", ge=10, le=1e6)
    last: float = key("Highest energy", "cm^-1", ge=10, le=1e6)
    count: Integer = key("Number of energies", "1", ge=2, le=1000)


class GeometricEnergies(Model):
    """Energies given as a geometric series."""

    geometric: Series = key("Geometric series", "see the keys")


Energies = Annotated[
    Annotated[tuple[Energy, ...], MinLen(2), LIST] | Annotated[GeometricEnergies, BLOCK],
    FORM,
]


class Grid(Model):
    """Where trajectories start."""

    given_states: Annotated[
        Annotated[tuple[State, ...], MinLen(1), Unique(), LIST] | Annotated[StateRanges, BLOCK],
        FORM,
    ] = key(
        "Initial vibrational levels (v, w) of the first and second molecule, a list or all of two "
        "ranges",
        "1",
        alias="states",
    )
    energies_cm: Energies = key(
        "Total classical energies U (translation and both rotations), a list or a geometric series",
        "cm^-1",
    )
    impact_parameter_edges_angstrom: tuple[Annotated[float, Ge(0), Le(100)], ...] = key(
        "Edges of the shells of the impact parameter, ascending from 0", "angstrom", min_length=2
    )
    start_distance_angstrom: float = key(
        "Distance of the molecules at the start, at least the interaction range; to there they fly "
        "freely, at no cost",
        "angstrom",
        ge=2,
        le=1000,
    )

    @property
    def states(self) -> list[tuple[int, int]]:
        """Initial vibrational levels (v, w), in the order of the configuration."""
        if isinstance(self.given_states, StateRanges):
            (v0, v1), (w0, w1) = self.given_states.v, self.given_states.w
            return [(v, w) for w in range(w0, w1 + 1) for v in range(v0, v1 + 1)]
        return list(self.given_states)

    @property
    def energies(self) -> np.ndarray:
        """Total classical energies U [cm^-1], ascending."""
        if isinstance(self.energies_cm, GeometricEnergies):
            series = self.energies_cm.geometric
            # Rounded, so that numbers from a text file give the same seeds of random streams.
            return np.round(np.geomspace(series.first, series.last, series.count), 3)
        return np.asarray(self.energies_cm, dtype=float)

    @property
    def shell_edges(self) -> np.ndarray:
        """Edges of the impact-parameter shells [angstrom], ascending from 0 (shells + 1)."""
        return np.asarray(self.impact_parameter_edges_angstrom, dtype=float)

    @property
    def shells(self) -> int:
        """Number of impact-parameter shells."""
        return len(self.impact_parameter_edges_angstrom) - 1

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if isinstance(self.given_states, StateRanges):
            for name in ("v", "w"):
                first, last = getattr(self.given_states, name)
                if last < first:
                    raise Rule(f"states.{name}", f"[{first}, {last}] holds no level; exchange them")
        require_ascending("energies_cm", tuple(float(u) for u in self.energies))
        edges = self.impact_parameter_edges_angstrom
        require_ascending("impact_parameter_edges_angstrom", edges)
        if edges[0] != 0:
            raise Rule(
                "impact_parameter_edges_angstrom",
                f"starts at {edges[0]:g}, not at 0, and would leave out head-on collisions; begin "
                "with 0",
            )
        for low, high in zip(edges, edges[1:], strict=False):
            if high - low < _THINNEST:
                raise Rule(
                    "impact_parameter_edges_angstrom",
                    f"the shell from {low:g} to {high:g} is thinner than the limit {_THINNEST:g}; "
                    "widen it, or correct the unit",
                )
        return self


class BasisRule(Model):
    """Which levels of a molecule are propagated around the initial one."""

    below: Integer = key(
        "Levels below the initial one (as far as there are any)", "1", ge=0, le=100
    )
    above: Integer = key("Levels above the initial one", "1", ge=0, le=100)
    minimum: Integer = key("Smallest number of levels; more are added above", "1", ge=1, le=100)

    def levels(self, initial: int) -> range:
        """Vibrational levels propagated of a molecule that starts in level ``initial``."""
        first = max(0, initial - self.below)
        return range(first, max(initial + self.above, first + self.minimum - 1) + 1)
