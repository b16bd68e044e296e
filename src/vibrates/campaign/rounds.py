"""The plan of a round from the rounds before it."""

from pathlib import Path
from typing import Any

import pandas as pd

from vibrates.campaign.allocation import allocate
from vibrates.campaign.plan import batch_path, into_batches, pilot, plan_path, read_plan
from vibrates.config import states
from vibrates.rates.basis_edge import require_room
from vibrates.rates.reduction import reduce_batches
from vibrates.rates.variance import contributions

REPORT = ["v", "w", "vp", "wp", "temperature_K", "relative_error", "predicted_relative_error",
          "added_trajectories", "outcome"]


def first(config: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The plan of round 0, the pilot, and an allocation report without entries."""
    plan = into_batches(pilot(config), config["jobs"]["trajectories_per_batch"])
    return plan, pd.DataFrame(columns=REPORT)


def later(config: dict[str, Any], round_: int, results: str | Path
          ) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The plan of round `round_` > 0, from all batches before it, and the allocation's report.

    The round may spend what is left of `sampling.budget`, divided by the number of rounds left.
    """
    batches = _batches(results, round_)
    sampling = config["sampling"]
    reduced = [reduce_batches(batches[state], config, *state) for state in states(config)]
    require_room(reduced, config)
    # ASSUME: the strata's variances found so far are those of the trajectories to come.
    variances = [contributions(one, sampling["target_temperatures_K"],
                               sampling["target_transitions"], config["rates"]["symmetrisation"])
                 for one in reduced]
    # Failed trajectories keep their numbers, so that none is used twice, and count as spent.
    numbered = [(one["count"] + one["failed"]).sum("replicate").values for one in reduced]
    spent = sum(int(numbers.sum()) for numbers in numbered)
    budget = max(0, sampling["budget"] - spent) // (sampling["rounds"] - round_ + 1)
    extras, records = allocate(variances, sampling, budget)
    rows = [(v, w, energy, shell, starts[i, shell], starts[i, shell] + extra[i, shell])
            for (v, w), one, starts, extra in zip(states(config), reduced, numbered, extras,
                                                  strict=True)
            for i, energy in enumerate(one["energy"].values)
            for shell in range(extra.shape[1]) if extra[i, shell] > 0]
    frame = pd.DataFrame(rows, columns=["v", "w", "energy_cm", "shell", "start", "stop"])
    plan = into_batches(frame, config["jobs"]["trajectories_per_batch"])
    return plan, pd.DataFrame(records, columns=REPORT)


def _batches(results: str | Path, rounds: int) -> dict[tuple[int, int], list[Path]]:
    """Batch files of the first `rounds` rounds per state (v, w), in order."""
    files: dict[tuple[int, int], list[Path]] = {}
    for round_ in range(rounds):
        plan = read_plan(plan_path(results, round_))
        for v, w, batch in plan[["v", "w", "batch"]].drop_duplicates().itertuples(index=False):
            files.setdefault((v, w), []).append(batch_path(results, round_, batch))
    return files
