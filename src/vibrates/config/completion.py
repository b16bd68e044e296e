"""The complete table: the block ``complete``, and the initial states that the table rests on."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from annotated_types import MinLen
from pydantic import model_validator

from vibrates.config.blocks import Change, Temperature
from vibrates.config.grid import LevelRange, StateRanges
from vibrates.core.model import Ascending, Count, Model, Natural, Rule, key, optional

if TYPE_CHECKING:
    from vibrates.config.campaign import Campaign

State = tuple[int, int]


class TableFamily(Model):
    """Transitions of the table: one change, from ranges of levels."""

    change: Change = key("Change (v' - v, w' - w)", "1")
    v: LevelRange = key("First and last initial level of the first molecule", "1")
    w: LevelRange = key("First and last initial level of the second molecule", "1")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name in ("v", "w"):
            first, last = getattr(self, name)
            if last < first:
                raise Rule(name, f"[{first}, {last}] holds no level; exchange them")
        return self

    def members(self) -> list[State]:
        """Initial states (v, w) of its transitions; those that lead below level 0 are left out."""
        (v0, v1), (w0, w1), (dv, dw) = self.v, self.w, self.change
        return [
            (v, w)
            for w in range(max(w0, -dw), w1 + 1)
            for v in range(max(v0, -dv), v1 + 1)
        ]  # fmt: skip


class Honesty(Model):
    """States drawn at random that the table is tested on; the loop never computes them."""

    states: Count = key("Number of states", "1", le=100000)
    seed: Natural = key("Seed of the draw", "1", le=4294967295)
    error: float = key("Relative standard error to which they are computed", "1", ge=1e-4, le=1)


class Complete(Model):
    """The complete table: what it holds, how accurate it is to be, and what it may cost."""

    families: Annotated[tuple[TableFamily, ...], MinLen(1)] = key(
        "Transitions of the table", "see the keys"
    )
    states: StateRanges | None = optional(
        "Initial states that may be computed, of those that the transitions need; all if missing",
        "1",
    )
    temperatures_K: Annotated[tuple[Temperature, ...], MinLen(2), Ascending()] = key(
        "Temperatures of the table, of `rates.temperatures_K`", "K"
    )
    error: float = key(
        "Relative standard error, of trajectories and regression together, that every rate "
        "coefficient of the table is to have",
        "1",
        ge=1e-3,
        le=10,
    )
    smallest_k: float = key(
        "Rate coefficients below do not count for `error`", "cm^3 s^-1", ge=0, le=1e-6
    )
    pilot: Natural = key(
        "States, evenly spread over the table, that are computed before anything is learned; those "
        "of the grid count",
        "1",
        le=100000,
    )
    core_hours: float = key(
        "Largest cost of all rounds, by the cost model (docs/slurm.md), without `grid.states`",
        "h",
        gt=0,
        le=1e7,
    )
    round_core_hours: float = key("Largest cost of one round after the pilot", "h", gt=0, le=1e7)
    honesty: Honesty | None = optional(
        "States drawn at random that test the table (docs/complete.md)", "see the keys"
    )


def exothermic(config: "Campaign", family: TableFamily) -> tuple[np.ndarray, np.ndarray]:
    """Initial and final levels (N, 2) of the exothermic directions of a family's members."""
    initial = np.array(family.members(), dtype=int).reshape(-1, 2)
    final = initial + family.change
    # SciPy, which gives the constants, is required only for computing.
    from vibrates.collisions.pair import energy_defect

    forward = energy_defect(config.partners, list(initial.T), list(final.T))[:, None] >= 0
    return np.where(forward, initial, final), np.where(forward, final, initial)


def computing(config: "Campaign", family: TableFamily) -> list[State]:
    """The initial states of the exothermic directions of a family, in the order of its members."""
    return [(int(v), int(w)) for v, w in exothermic(config, family)[0]]


def states(config: "Campaign") -> list[State]:
    """All initial states whose trajectories may give transitions of the table, by w and v."""
    asked = config.to_complete
    found = {state for family in asked.families for state in computing(config, family)}
    if asked.states is not None:
        (v0, v1), (w0, w1) = asked.states.v, asked.states.w
        found = {(v, w) for v, w in found if v0 <= v <= v1 and w0 <= w <= w1}
    return sorted(found, key=lambda state: state[::-1])


def honest(config: "Campaign") -> list[State]:
    """The states that test the table: drawn from those outside the grid, by `honesty.seed` alone.

    The draw is a random order of all states of the table, so that one more state of the test leaves
    the others as they are.
    """
    asked = config.to_complete.honesty
    if asked is None:
        return []
    every = [state for state in states(config) if state not in config.grid.states]
    order = np.random.default_rng(asked.seed).permutation(len(every))
    return sorted((every[i] for i in order[: asked.states]), key=lambda state: state[::-1])


def candidates(config: "Campaign") -> list[State]:
    """The states that the loop may compute: those of the table without those that test it."""
    kept = set(honest(config))
    return [state for state in states(config) if state not in kept]


def pilot(config: "Campaign") -> list[State]:
    """The states outside the grid that are computed before anything is learned."""
    free = candidates(config)
    taken = [state for state in config.grid.states if state in set(free)]
    new = [state for state in free if state not in set(taken)]
    return spread(new, taken, max(0, config.to_complete.pilot - len(taken)))


def spread(free: Sequence[State], taken: Collection[State], count: int) -> list[State]:
    """States that fill the space between others, the most distant one first.

    Parameters
    ----------
    free
        The states (v, w) to choose from.
    taken
        Those that are there already.
    count
        How many to choose, at most.

    Returns
    -------
    list
        Every state is the one that is farthest from all chosen before it (Gonzalez 1985,
        Theoretical Computer Science 38, 293), in the plane of v and w with both ranges of equal
        length. Without any taken the first is the first of ``free``; equal distances are decided
        by their order.
    """
    points = np.array([*free, *taken], dtype=float).reshape(-1, 2)
    span = np.ptp(points, axis=0) if len(points) else np.ones(2)
    points = points / np.where(span > 0, span, 1.0)
    own, chosen = points[: len(free)], list(range(len(free), len(points)))
    distance = np.full(len(free), np.inf)
    for point in points[chosen]:
        distance = np.minimum(distance, np.round(np.linalg.norm(own - point, axis=1), 9))
    found: list[State] = []
    for _ in range(min(count, len(free))):
        best = int(np.argmax(distance))
        found.append(free[best])
        distance = np.minimum(distance, np.round(np.linalg.norm(own - own[best], axis=1), 9))
        distance[best] = -1.0
    return found
