"""The rounds of a campaign's table: the pilot, and every later one from the data before it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.campaign.completion import plans, regression
from vibrates.campaign.completion.data import targets
from vibrates.campaign.completion.decision import NOTHING, Decision, decide, verdict
from vibrates.campaign.completion.table import DEX, Table
from vibrates.campaign.rounds import by_state
from vibrates.config import Campaign, completion
from vibrates.trajectories.plan import into_batches

COLUMNS = [
    "v", "w", "vp", "wp", "temperature_K", "k_cm3_s", "relative_error", "computed", "counts",
]  # fmt: skip


@dataclass(frozen=True)
class Round:
    """A round: its decision, its plan, and the table as it was before its trajectories."""

    decision: Decision
    plan: pd.DataFrame
    table: pd.DataFrame

    def lines(self, config: Campaign, round_: int) -> list[str]:
        """What is said of it on the terminal."""
        decision, asked = self.decision, config.to_complete
        if decision.stopped:
            return [*decision.remarks, f"table: {verdict(decision, asked)}"]
        number = plans.trajectories([self.plan])
        if decision.reached is None or decision.expected is None:
            return [*decision.remarks, f"table: round {round_}, pilot: {number} trajectories"]
        reached, expected = decision.reached, decision.expected
        new, further = plans.totals(decision.steps)
        return [
            *decision.remarks,
            f"table: {reached.open_cells} of {reached.cells} cells above {asked.error:g}, largest "
            f"error {reached.largest_error:.3g}; round {round_}: {len(new)} states and further "
            f"trajectories of {len(further)}, {number} in all, expected to leave "
            f"{expected.open_cells} cells and {expected.largest_error:.3g}",
        ]


def pilot(config: Campaign) -> Round:
    """The first round: states spread evenly, without a regression."""
    states = completion.pilot(config)
    rows = plans.pilot_rows(config, states)
    decision = Decision(None, None, [], 0.0, len(config.grid.states))
    return Round(
        decision,
        into_batches(rows, config.jobs.trajectories_per_batch),
        pd.DataFrame([], columns=COLUMNS),
    )


def later(
    config: Campaign,
    round_: int,
    rates: xr.Dataset,
    strata: xr.Dataset,
    earlier: Sequence[Decision],
    name: str,
) -> Round:
    """A round after the pilot.

    Parameters
    ----------
    config
        The campaign.
    round_
        Its number; the plans of all rounds before are read.
    rates, strata
        As `data.collect` returns them, the states that cannot be used in the attribute ``failed``.
    earlier
        The decisions of the rounds of the table before, the pilot first.
    name
        Name of the file of rates, for messages.
    """
    before = plans.planned(config, range(round_))
    failed = {
        (int(v), int(w)): str(reason) for (v, w), reason in json.loads(strata.attrs["failed"])
    }
    hours = {
        state: spent for state, spent in plans.spent(config, before).items() if state not in failed
    }
    table = regression.table(rates, config, hours, name)
    free = [state for state in completion.candidates(config) if state not in failed]
    new = plans.pilot_hours(config, [state for state in free if state not in hours])
    own = sum(plans.spent(config, before[config.sampling.rounds + 1 :]).values())
    said = set() if not earlier else {line for one in earlier for line in one.remarks}
    remarks = [f"left out of the table, {line}" for line in failed.values()]
    decision = decide(
        table,
        new,
        config.to_complete,
        own,
        first=len(earlier) == 1,
        remarks=[line for line in remarks if line not in said],
    )
    rows = plans.of_round(config, decision.steps, by_state(strata, targets(config)))
    if decision.steps and rows.empty:
        decision = Decision(
            decision.reached, None, [], own, decision.states, NOTHING,
            [*decision.remarks, "the core hours of a round pay no whole replicate; raise "
             "complete.round_core_hours"],
        )  # fmt: skip
    return Round(decision, rows, cells(table))


def cells(table: Table) -> pd.DataFrame:
    """The table cell by cell: k, its relative standard error, whether its state was computed."""
    parts = []
    for one in table.families:
        part = one.cells.assign(
            k_cm3_s=10.0**one.mean,
            relative_error=np.sqrt(np.maximum(one.variance, 0.0)) * DEX,
            computed=[
                int(state in table.spent)
                for state in zip(one.cells["v"], one.cells["w"], strict=True)
            ],
        )
        parts.append(part[COLUMNS].astype({"counts": int}))
    return pd.concat(parts, ignore_index=True)
