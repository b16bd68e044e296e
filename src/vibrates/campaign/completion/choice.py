"""The steps of a round: new states and further trajectories of computed ones, chosen jointly.

A step is a new state with the trajectories of a pilot, or as many core hours again for a computed
one, which halves the variance of its Monte-Carlo errors. Steps are taken one after the other, each
the one that lowers the excess of the table most per core hour, given those before it: what one
state tells of its neighbours is not paid for twice. This greedy choice is the usual one for
observations of a Gaussian process (Krause, Singh & Guestrin 2008, J. Mach. Learn. Res. 9, 235).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from vibrates.campaign.completion.table import State, Table
from vibrates.config.completion import spread

# Gains are compared to so many digits, so that rounding errors decide nothing.
_DIGITS = 9
_SMALLEST_GAIN = 1e-9  # of the excess: less is none


@dataclass(frozen=True)
class Step:
    """Further core hours on a state, and the excess of the table before and after it."""

    state: State
    hours: float
    new: bool
    before: float
    after: float


@dataclass(frozen=True)
class Chosen:
    """The steps of a round, and the table as it is expected after them."""

    steps: list[Step]
    expected: Table


# Orders of steps: given a table and the affordable steps (state -> core hours), the one to take.
Strategy = Callable[[Table, Mapping[State, float]], State | None]


def choose(
    table: Table,
    new: Mapping[State, float],
    limit_dex: float,
    allowance: float,
    left: float,
    strategy: Strategy | None = None,
) -> Chosen:
    """The steps of a round.

    Parameters
    ----------
    table
        The posterior over the table; it is not changed.
    new
        Core hours of the pilot of every state that may be computed.
    limit_dex
        Standard deviation of log10 k that every cell is to have.
    allowance, left
        Core hours of the round, and of the whole budget; the first step may exceed the allowance.
    strategy
        How steps are chosen; `by_gain` if None.

    Returns
    -------
    Chosen
        No step if none can be paid or none lowers the excess.
    """
    strategy = strategy or by_gain(limit_dex)
    steps: list[Step] = []
    expected, used = table.copy(), 0.0
    while (before := expected.excess(limit_dex)) > 0.0:
        most = min(allowance, left) - used if steps else left
        options = {state: hours for state, hours in _costs(expected, new) if hours <= most}
        state = strategy(expected, options) if options else None
        if state is None:
            break
        is_new, hours = state not in expected.spent, options[state]
        expected.observe(state, hours)
        steps.append(Step(state, hours, is_new, before, expected.excess(limit_dex)))
        used += hours
    return Chosen(steps, expected)


def affordable(table: Table, new: Mapping[State, float], left: float) -> bool:
    """Whether any step can still be paid.

    Parameters
    ----------
    table
        The posterior over the table.
    new
        Core hours of the pilot of every state that may be computed.
    left
        Core hours that are left of the budget.
    """
    return any(hours <= left for _, hours in _costs(table, new))


def _costs(table: Table, new: Mapping[State, float]) -> Iterator[tuple[State, float]]:
    """All steps that there are, with their core hours, in an order of their own."""
    known = table.states
    for state in sorted(known & ({*new} | {*table.spent})):
        yield state, table.spent[state] if state in table.spent else new[state]


def by_gain(limit_dex: float) -> Strategy:
    """The step that lowers the excess most per core hour."""

    def best(table: Table, options: Mapping[State, float]) -> State | None:
        now = table.excess(limit_dex)
        gains = {
            state: (now - table.excess_after(state, hours, limit_dex)) / hours
            for state, hours in options.items()
        }
        state = max(gains, key=lambda one: float(f"{gains[one]:.{_DIGITS}g}"))
        return state if gains[state] * options[state] > _SMALLEST_GAIN * now else None

    return best


def at_random(seed: int) -> Strategy:
    """New states in a random order; when all are computed, further trajectories of any."""
    rng = np.random.default_rng(seed)

    def drawn(table: Table, options: Mapping[State, float]) -> State | None:
        fresh = [state for state in options if state not in table.spent] or list(options)
        return fresh[rng.integers(len(fresh))]

    return drawn


def evenly(table: Table, options: Mapping[State, float]) -> State | None:
    """The new state farthest from all computed; when all are, the one with the fewest core hours.

    A strategy, as the others.
    """
    fresh = [state for state in options if state not in table.spent]
    if fresh:
        return spread(fresh, sorted(table.spent), 1)[0]
    return min(options, key=lambda state: (table.spent[state], state))
