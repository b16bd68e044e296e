"""From core hours to numbers of trajectories and back: costs of states, and the plan of a round."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from vibrates.campaign import cost
from vibrates.campaign.allocation import needed, of_the_nearest, single_variances
from vibrates.campaign.completion.choice import Step
from vibrates.campaign.completion.table import State
from vibrates.config import Campaign
from vibrates.trajectories import plan
from vibrates.trajectories.plan import columns_for, into_batches

_HALVINGS = 60  # of the interval in which the error is sought that core hours can pay


def pilot_rows(config: Campaign, states: Iterable[State], factor: float = 1.0) -> pd.DataFrame:
    """Rows of the pilot of new states.

    Parameters
    ----------
    config
        The campaign.
    states
        The states (v, w).
    factor
        Number of trajectories over `sampling.pilot`; rounded to whole replicates.
    """
    replicates = config.sampling.replicates
    number = replicates * max(1, round(config.sampling.pilot * factor / replicates))
    cells = [
        (*state, energy, shell, 0, number)
        for state in states
        for energy in config.grid.energies
        for shell in range(config.grid.shells)
    ]
    return pd.DataFrame(cells, columns=columns_for(config))


def pilot_hours(config: Campaign, states: Iterable[State]) -> dict[State, float]:
    """Core hours of the pilot of every state."""
    return {state: cost.state_hours(config, pilot_rows(config, [state])) for state in states}


def spent(config: Campaign, rows: Sequence[pd.DataFrame]) -> dict[State, float]:
    """Core hours of every state in the given plans, one for each round."""
    found: dict[State, float] = {}
    for frame in rows:
        for _, own in frame.groupby(["v", "w"]):
            state = (int(own["v"].iloc[0]), int(own["w"].iloc[0]))
            found[state] = found.get(state, 0.0) + cost.state_hours(config, own)
    return found


def trajectories(rows: Sequence[pd.DataFrame]) -> int:
    """Number of trajectories in the given plans."""
    return sum(int((frame["stop"] - frame["start"]).sum()) for frame in rows)


def planned(config: Campaign, rounds: Iterable[int]) -> list[pd.DataFrame]:
    """The stored plans of rounds."""
    return [plan.read_plan(plan.plan_path(config.results, round_)) for round_ in rounds]


def of_round(
    config: Campaign, steps: Sequence[Step], strata: Mapping[tuple[int, ...], xr.Dataset]
) -> pd.DataFrame:
    """The plan of a round.

    Parameters
    ----------
    config
        The campaign.
    steps
        What was chosen.
    strata
        Of every computed state, as `rounds.by_state` returns them.

    Returns
    -------
    DataFrame
        As `trajectories.plan` has it; new states first.
    """
    new, further = totals(steps)
    parts = [
        pilot_rows(config, [state], hours / cost.state_hours(config, pilot_rows(config, [state])))
        for state, hours in new.items()
    ]
    every = list(strata.values())
    nearest = of_the_nearest(every, [single_variances(one) for one in every]) if further else []
    variances = dict(zip(strata, nearest, strict=True)) if further else {}
    for state, hours in further.items():
        extra = further_trajectories(config, state, strata[state], variances[state], hours)
        starts = strata[state]["numbered"].values
        parts.append(
            pd.DataFrame(
                [
                    (*state, energy, shell, starts[i, shell], starts[i, shell] + extra[i, shell])
                    for i, energy in enumerate(strata[state]["energy"].values)
                    for shell in range(extra.shape[1])
                    if extra[i, shell] > 0
                ],
                columns=columns_for(config),
            )
        )
    rows = (
        pd.concat([part for part in parts if len(part)])
        if any(map(len, parts))
        else (pd.DataFrame([], columns=columns_for(config)))
    )
    whole = {name: int for name in rows.columns if name != "energy_cm"}
    return into_batches(rows.astype(whole), config.jobs.trajectories_per_batch)


def totals(steps: Sequence[Step]) -> tuple[dict[State, float], dict[State, float]]:
    """Core hours of the new and of the computed states of a round, in the order of the steps."""
    new: dict[State, float] = {}
    further: dict[State, float] = {}
    for step in steps:
        group = new if step.new or step.state in new else further
        group[step.state] = group.get(step.state, 0.0) + step.hours
    return new, further


def further_trajectories(
    config: Campaign, state: State, strata: xr.Dataset, single: NDArray, hours: float
) -> NDArray:
    """Further trajectories (energy, shell) of a computed state for these core hours.

    The error of the table's transition and temperature that profits least falls by as much as the
    core hours can pay (`allocation.needed`), all in units of their present errors.

    Parameters
    ----------
    config
        The campaign.
    state
        Its initial levels (v, w).
    strata
        Its data, as `rounds.by_state` returns them.
    single : (transition, temperature, energy, shell)
        Relative variances from one trajectory, those of the nearest states (`allocation`).
    hours
        Core hours by the cost model.
    """
    replicates, shape = config.sampling.replicates, strata["n"].shape
    done = strata["n"].values.ravel().astype(float)
    seconds = np.repeat(
        cost.trajectory_seconds(config, *state, strata["energy"].values)[:, None], shape[1], axis=1
    ).ravel()
    goals = single.reshape(-1, done.size)
    goals = goals[(goals > 0).any(axis=1)]
    overhead = 3600.0 * cost.state_hours(config, pilot_rows(config, [state])) - float(
        np.sum(seconds) * config.sampling.pilot
    )
    can_pay = max(0.0, 3600.0 * hours - overhead)
    if not len(goals):
        wanted = done + can_pay / np.sum(seconds)
    else:
        goals = goals / (goals / done).sum(axis=1, keepdims=True)
        low, high = 0.0, 1.0  # of the error relative to the present one
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            more = needed(goals, seconds, done, middle) - done
            low, high = (middle, high) if more @ seconds > can_pay else (low, middle)
        wanted = needed(goals, seconds, done, high)
    extra = replicates * np.floor((wanted - done) / replicates).astype(int)
    return extra.reshape(shape)
