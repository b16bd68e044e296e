"""What to compute next of a campaign without the block `complete`: one round of the loop.

`next.yaml` adds the block to the campaign that it extends: the same results directory, all
trajectories are kept, and the core hours are those of the round alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.campaign.completion import plans, regression
from vibrates.campaign.completion.decision import Decision, decide
from vibrates.campaign.completion.table import DEX
from vibrates.config import Campaign, completion
from vibrates.config.completion import Complete
from vibrates.core.errors import UserError
from vibrates.learning.families import changes

# Every cell of the ladder counts: a campaign without the block has no limit of k.
_SMALLEST_K = 0.0
_COLUMNS = ["v", "w", "new", "core_hours", "excess_before", "excess_after"]


def propose(
    rates: xr.Dataset, rows: Sequence[pd.DataFrame], config: Campaign, name: str
) -> tuple[pd.DataFrame, Decision, dict[str, Any]]:
    """The round that lowers the error of the ladder of `learning.next` most per core hour.

    Parameters
    ----------
    rates
        rates.nc.
    rows
        The plans of all rounds.
    config
        The campaign.
    name
        Of the file of rates, for messages.

    Returns
    -------
    table, decision, block
        The steps (v, w, whether the state is new, core hours, excess of the table before and
        after, `completion.table`); the decision of the round; the block ``complete``, whose first
        round after its empty pilot this is.

    Raises
    ------
    UserError
        If a family cannot be learned, or no state of `learning.next` belongs to the ladder.
    """
    block = block_of(rates, config)
    asked = config.model_copy(update={"complete": Complete.from_mapping(block, "next.yaml")})
    spent = plans.spent(config, rows)
    table = regression.table(rates, asked, spent, name)
    new = plans.pilot_hours(asked, [s for s in completion.candidates(asked) if s not in spent])
    decision = decide(table, new, asked.to_complete, 0.0, first=False)
    steps = pd.DataFrame(
        [
            (*step.state, int(step.new), step.hours, step.before, step.after)
            for step in decision.steps
        ],
        columns=_COLUMNS,
    )
    return steps, decision, block


def block_of(rates: xr.Dataset, config: Campaign) -> dict[str, Any]:
    """The block ``complete`` of one round for the ladder that is learned.

    Its core hours are those of `learning.next.states` pilots of the average state of
    `learning.next`. Raises UserError if no transition of the ladder starts from these.
    """
    learning = config.to_learn
    families = [
        {
            "change": list(change),
            "v": list(learning.complete_v),
            "w": [min(learning.initial_w), max(learning.initial_w)],
        }
        for change in changes(learning)
    ]
    block: dict[str, Any] = {
        "families": families,
        "states": {
            "v": list(learning.next.v),
            "w": [min(learning.next.w), max(learning.next.w)],
        },
        "temperatures_K": [float(T) for T in rates["temperature"].values],
        "error": config.sampling.target_relative_error,
        "smallest_k": _SMALLEST_K,
        "pilot": 0,
        "core_hours": 1.0,
        "round_core_hours": 1.0,
    }
    asked = config.model_copy(update={"complete": Complete.from_mapping(block, "next.yaml")})
    free = completion.candidates(asked)
    if not free:
        raise UserError(
            f"learning.next: no transition of the ladder starts from v {list(learning.next.v)}, w "
            f"{list(learning.next.w)}; widen it"
        )
    hours = learning.next.states * float(np.mean([*plans.pilot_hours(asked, free).values()]))
    hours = float(f"{hours:.4g}")
    return block | {"core_hours": hours, "round_core_hours": hours}


def lines(steps: pd.DataFrame, decision: Decision) -> list[str]:
    """What next.yaml says of its round, one line each."""
    reached, expected = decision.reached, decision.expected
    assert reached is not None  # not a pilot
    said = [
        f"({row.v}, {row.w}): {'a new state' if row.new else 'further trajectories'}, "
        f"{row.core_hours:.3g} core hours"
        for row in steps.itertuples()
    ]
    if expected is None:
        return [*said, *decision.remarks, f"nothing to add: {decision.stopped}"]
    return [
        *said,
        f"largest predicted error {reached.largest_error:.3g} -> {expected.largest_error:.3g}, "
        f"rms {reached.rms_error:.3g} -> {expected.rms_error:.3g} "
        f"({reached.rms_error / DEX:.4f} -> {expected.rms_error / DEX:.4f} dex)",
    ]
