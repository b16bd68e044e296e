"""What every round of the loop expected and reached: rounds.csv and summary.txt."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from vibrates.campaign.completion.decision import Decision, verdict
from vibrates.config.completion import Complete


def row(round_: int, decision: Decision, before: Decision | None) -> dict[str, Any]:
    """The row of a round: what the decision before expected, what came of it, what is next.

    Errors are relative standard deviations of the cells that count; missing where nothing was
    learned or expected yet.

    Parameters
    ----------
    round_
        Number of the round.
    decision, before
        Its decision, and that of the round before; None if there is none.
    """
    expected = None if before is None else before.expected
    reached = decision.reached
    return {
        "round": round_,
        "states": decision.states,
        "core_hours": decision.core_hours,
        "expected_rms_error": np.nan if expected is None else expected.rms_error,
        "reached_rms_error": np.nan if reached is None else reached.rms_error,
        "expected_largest_error": np.nan if expected is None else expected.largest_error,
        "reached_largest_error": np.nan if reached is None else reached.largest_error,
        "cells": 0 if reached is None else reached.cells,
        "expected_open_cells": np.nan if expected is None else expected.open_cells,
        "open_cells": np.nan if reached is None else reached.open_cells,
        "next_new_states": len({step.state for step in decision.steps if step.new}),
        "next_further_states": len(
            {step.state for step in decision.steps}
            - {step.state for step in decision.steps if step.new}
        ),
        "next_core_hours": sum(step.hours for step in decision.steps),
        "stopped": decision.stopped or "",
    }


def summary(
    rounds: pd.DataFrame, decisions: Sequence[Decision], asked: Complete, measured_hours: float
) -> str:
    """The text of summary.txt: the verdict, the rounds, and all that was remarked.

    Parameters
    ----------
    rounds
        The rows of all rounds.
    decisions
        Their decisions.
    asked
        Target and budget.
    measured_hours
        Core hours that the trajectories of the rounds took.
    """
    lines = [verdict(decisions[-1], asked), ""]
    lines.append(
        f"{'round':>5} {'states':>7} {'core hours':>11} {'rms error':>10} {'expected':>9} "
        f"{'largest':>9} {'expected':>9} {'open cells':>11}"
    )
    for one in rounds.to_dict("records"):
        left = one["open_cells"]
        numbers = [
            one[f"{what}_{name}_error"]
            for name in ("rms", "largest")
            for what in ("reached", "expected")
        ]
        texts = ["" if np.isnan(value) else f"{value:.3g}" for value in numbers]
        cells = "" if np.isnan(left) else f"{left:.0f} of {one['cells']}"
        lines.append(
            f"{one['round']:>5} {one['states']:>7} {one['core_hours']:>11.4g} {texts[0]:>10} "
            f"{texts[1]:>9} {texts[2]:>9} {texts[3]:>9} {cells:>11}"
        )
    lines += [
        "",
        "errors: relative standard deviations of the cells with k above "
        f"{asked.smallest_k:g} cm^3/s; expected: by the round before",
        f"core hours by the cost model, without grid.states; measured with them: "
        f"{measured_hours:.3g}",
    ]
    remarks = list(dict.fromkeys(line for one in decisions for line in one.remarks))
    if remarks:
        lines += ["", *remarks]
    return "\n".join(lines) + "\n"
