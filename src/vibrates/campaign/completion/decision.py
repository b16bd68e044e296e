"""The decision of a round: what is reached, what is computed next, and whether the loop stops."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from vibrates.campaign.completion.choice import Step, Strategy, affordable, choose
from vibrates.campaign.completion.table import DEX, State, Table
from vibrates.config.completion import Complete

TARGET, BUDGET, NOTHING = "target", "budget", "nothing"  # why a loop stopped


@dataclass(frozen=True)
class Accuracy:
    """Errors of the cells that count, relative standard deviations."""

    cells: int
    open_cells: int  # those with more than the target
    rms_error: float
    largest_error: float


@dataclass(frozen=True)
class Decision:
    """What a round of the loop found and decided.

    ``stopped``: None while the loop goes on, else TARGET, BUDGET or NOTHING. ``expected``: the
    accuracy after the steps. ``core_hours``: of the rounds before it, without `grid.states`.
    """

    reached: Accuracy | None
    expected: Accuracy | None
    steps: list[Step]
    core_hours: float
    states: int
    stopped: str | None = None
    remarks: list[str] = field(default_factory=list)

    def to_mapping(self) -> dict[str, Any]:
        """As plain values, for a file."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "Decision":
        """From `to_mapping`, as a file gives it."""
        found = dict(values)
        for name in ("reached", "expected"):
            found[name] = None if found[name] is None else Accuracy(**found[name])
        found["steps"] = [
            Step(**(one | {"state": (one["state"][0], one["state"][1])})) for one in found["steps"]
        ]
        return cls(**found)


def limit_dex(asked: Complete) -> float:
    """The target as a standard deviation of log10 k."""
    return asked.error / DEX


def accuracy(table: Table, asked: Complete) -> Accuracy:
    """The errors of a table."""
    errors = np.sqrt(np.maximum(table.variance, 0.0)) * DEX
    return Accuracy(
        len(errors),
        int(np.sum(errors > asked.error)),
        float(np.sqrt(np.mean(errors**2))) if len(errors) else 0.0,
        float(errors.max(initial=0.0)),
    )


def decide(
    table: Table,
    new: Mapping[State, float],
    asked: Complete,
    core_hours: float,
    first: bool,
    strategy: Strategy | None = None,
    remarks: Sequence[str] = (),
) -> Decision:
    """Decide the next round.

    Parameters
    ----------
    table
        The posterior from all rounds before.
    new
        Core hours of the pilot of every state that may be computed.
    asked
        Target and budget.
    core_hours
        Spent in the rounds before, without `grid.states`.
    first
        Whether this is the first decision after the pilot, which says what the budget can reach.
    strategy
        How steps are chosen; by gain if None.
    remarks
        What else is to be said, one line each.

    Returns
    -------
    Decision
        Without steps where the loop stops.
    """
    limit, left = limit_dex(asked), asked.core_hours - core_hours
    reached, said = accuracy(table, asked), list(remarks)
    common: dict[str, Any] = {
        "reached": reached,
        "core_hours": core_hours,
        "states": len(table.spent),
    }
    if not reached.open_cells:
        return Decision(expected=None, steps=[], stopped=TARGET, remarks=said, **common)
    chosen = choose(table, new, limit, min(left, asked.round_core_hours), left, strategy)
    if not chosen.steps:
        why = NOTHING if affordable(table, new, left) else BUDGET
        if why == NOTHING:
            said.append(
                f"no state and no further trajectories lower the errors of the "
                f"{reached.open_cells} cells above complete.error, {asked.error:g}; raise it, or "
                "widen complete.families"
            )
        return Decision(expected=None, steps=[], stopped=why, remarks=said, **common)
    if first and strategy is None:
        said += outlook(table, new, asked, left)
    return Decision(
        expected=accuracy(chosen.expected, asked), steps=chosen.steps, remarks=said, **common
    )


def outlook(table: Table, new: Mapping[State, float], asked: Complete, left: float) -> list[str]:
    """One line if the target is not expected to be reached with all that is left of the budget.

    Parameters
    ----------
    table
        The posterior over the table.
    new
        Core hours of the pilot of every state that may be computed.
    asked
        Target and budget.
    left
        Core hours that are left of the budget.
    """
    chosen = choose(table, new, limit_dex(asked), left, left)
    expected = accuracy(chosen.expected, asked)
    if not expected.open_cells:
        return []
    return [
        f"complete.error: {asked.error:g} is not expected within complete.core_hours, "
        f"{asked.core_hours:g}: {expected.open_cells} of {expected.cells} cells would have more, "
        f"up to {expected.largest_error:.2g}; the loop goes on to the budget, raise either"
    ]


def verdict(decision: Decision, asked: Complete) -> str:
    """Why the loop stopped, in one line."""
    reached = decision.reached
    assert reached is not None  # only a pilot has none, and no loop stops there
    errors = (
        f"{reached.cells - reached.open_cells} of {reached.cells} cells have at most "
        f"{asked.error:.3g}, largest error {reached.largest_error:.3g}"
    )
    spent = f"{decision.core_hours:.3g} of {asked.core_hours:g} core hours"
    return {
        TARGET: f"stopped at the target: {errors}; {spent}",
        BUDGET: f"stopped at the budget, {spent}: {errors}",
        NOTHING: f"stopped, no step adds anything: {errors}; {spent}",
    }[decision.stopped or NOTHING]
