"""The plan of a round from the rounds before it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.campaign import rotor_cost
from vibrates.campaign.allocation import allocate
from vibrates.config import Campaign
from vibrates.core.netcdf import read_product
from vibrates.rates.basis_edge import require_room
from vibrates.rates.reduction import reduce_batches
from vibrates.rates.rotational import initial_populations
from vibrates.rates.variance import contributions
from vibrates.trajectories.plan import LABELS, PlannedBatch, columns_for, into_batches, pilot

REPORT = [
    "v",
    "w",
    "j",
    "vp",
    "wp",
    "temperature_K",
    "relative_error",
    "predicted_relative_error",
    "added_trajectories",
    "outcome",
]
STATES_PER_JOB = 48  # initial states whose strata one job evaluates

_NAMES = {
    "variance": "contribution of the stratum to the relative variance of k",
    "n": "good trajectories of the stratum",
    "cost": "mean time steps of a trajectory",
    "average": "thermally averaged cross section of the initial level, angstrom^2",
    "numbered": "trajectories of the stratum, failed ones included",
    "transition": "position in sampling.target_transitions",
}


def first(config: Campaign) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The plan of round 0, the pilot, and an allocation report without entries.

    Raises UserError if a quantised rotor cannot be run, or not without `rotors.NAME.heavy`.
    """
    rotor_cost.check(config)
    plan = into_batches(pilot(config), config.jobs.trajectories_per_batch)
    return plan, pd.DataFrame(columns=_report_columns(config))


def _report_columns(config: Campaign) -> list[str]:
    return [name for name in REPORT if name != "j" or config.quantised is not None]


def groups(config: Campaign) -> list[list[tuple[int, ...]]]:
    """The initial states in groups of `STATES_PER_JOB`."""
    every = config.states
    return [every[i : i + STATES_PER_JOB] for i in range(0, len(every), STATES_PER_JOB)]


def strata(
    config: Campaign, batches: Mapping[tuple[int, ...], Sequence[PlannedBatch]]
) -> xr.Dataset:
    """Data of these states for the allocation of the next round, from all batch files so far.

    Parameters
    ----------
    config
        The campaign.
    batches
        Batches of each state, (v, w) or (v, w, j), in the order of rounds and batches; one file is
        read at a time.

    Returns
    -------
    xr.Dataset
        `variance` (state, transition, temperature, energy, shell) from `contributions`, with the
        transitions in the order of `sampling.target_transitions` and missing values where a state
        does not have one; `n`, `cost`, `numbered` (state, energy, shell); with a quantised rotor
        `average` (state, transition, temperature), its thermally averaged cross section.
    """
    sampling, reduced = config.sampling, {}
    for state, files in batches.items():
        one = reduce_batches(files, config, *state)
        require_room([one], config)
        reduced[state] = one
    return strata_of(
        reduced,
        sampling.target_temperatures_K,
        [(dv, dw) for dv, dw in sampling.target_transitions],
        config.rates.symmetrisation,
    )


def strata_of(
    reduced: Mapping[tuple[int, ...], xr.Dataset],
    temperatures_K: Sequence[float],
    targets: Sequence[tuple[int, int]],
    symmetrisation: str,
) -> xr.Dataset:
    """Data of states for an allocation, from their reduced trajectories.

    Parameters
    ----------
    reduced
        Dataset of `rates.layout` of each state, (v, w) or (v, w, j).
    temperatures_K, targets
        Temperatures, and changes (v' - v, w' - w), whose errors count.
    symmetrisation
        As `rates.symmetrisation`.

    Returns
    -------
    xr.Dataset
        As `strata`.
    """
    every = []
    for state, own in reduced.items():
        v, w = state[:2]
        # ASSUME: the variances of the strata so far are those of further trajectories.
        one = contributions(own, temperatures_K, targets, symmetrisation)
        # Failed trajectories keep their numbers, so that none is used twice, and count as spent.
        one["numbered"] = (own["count"] + own["failed"]).sum("replicate")
        changes = [
            targets.index((int(vp) - v, int(wp) - w))
            for vp, wp in zip(one["vp"].values, one["wp"].values, strict=True)
        ]
        every.append(
            one.drop_vars(["vp", "wp"])
            .assign_coords(transition=changes)
            .reindex(transition=range(len(targets)))
            .assign_coords(dict(zip(LABELS, state, strict=False)))
        )
    joined = xr.concat(every, "state", combine_attrs="drop")
    for name, variable in joined.variables.items():
        variable.attrs = {
            "units": {"energy": "cm^-1", "temperature": "K"}.get(str(name), "1"),
            "long_name": _NAMES.get(str(name), str(name)),
        }
    return joined


def by_state(
    found: xr.Dataset, targets: Sequence[Sequence[int]]
) -> dict[tuple[int, ...], xr.Dataset]:
    """The datasets of `contributions` that `strata_of` combined into one."""
    every = {}
    for i in range(found.sizes["state"]):
        one = found.isel(state=i)
        state = tuple(int(one[name]) for name in LABELS if name in one.coords)
        v, w = state[:2]
        made = one["variance"].notnull().all(["temperature", "energy", "shell"]).values
        changes = np.array(
            [change for change, kept in zip(targets, made, strict=True) if kept], dtype=int
        ).reshape(-1, 2)
        one = one.isel(transition=made).assign_coords(
            vp=("transition", v + changes[:, 0]), wp=("transition", w + changes[:, 1])
        )
        every[state] = one.assign_attrs(dict(zip(LABELS, state, strict=False)))
    return every


def later(
    config: Campaign, round_: int, files: Sequence[str | Path], fingerprint: str | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The plan of a round after the pilot.

    The round may use the remaining `sampling.budget` divided by the number of remaining rounds.

    Parameters
    ----------
    config
        The campaign.
    round_
        Number of the round, above 0.
    files
        The files of `strata` for all initial states.
    fingerprint
        The fingerprint that the files must have; None if any is accepted.

    Returns
    -------
    plan, report
        The plan (see `trajectories.plan`), and the report of the allocation, one row per state and
        goal.

    Raises
    ------
    UserError
        If a file is missing, damaged or has another fingerprint.
    """
    sampling = config.sampling
    found: dict[tuple[int, ...], xr.Dataset] = {}
    for path in files:
        found |= by_state(
            read_product(path, fingerprint=fingerprint),
            sampling.target_transitions,
        )
    every = [found[state] for state in config.states]
    if config.quantised is not None:
        every = _with_shares(every, config)
    spent = sum(int(one["numbered"].sum()) for one in every)
    budget = max(0, sampling.budget - spent) // (sampling.rounds - round_ + 1)
    extras, records = allocate(every, sampling, budget)
    numbered = [one["numbered"].values for one in every]
    rows = [
        (*state, energy, shell, starts[i, shell], starts[i, shell] + extra[i, shell])
        for state, starts, extra in zip(config.states, numbered, extras, strict=True)
        for i, energy in enumerate(every[0]["energy"].values)
        for shell in range(extra.shape[1])
        if extra[i, shell] > 0
    ]
    frame = pd.DataFrame(rows, columns=columns_for(config))
    plan = into_batches(frame, config.jobs.trajectories_per_batch)
    return plan, pd.DataFrame(records, columns=_report_columns(config))


def _with_shares(states: Sequence[xr.Dataset], config: Campaign) -> list[xr.Dataset]:
    """Add the `share` (transition, temperature) of each initial j in k of its (v, w).

    With the relative variance of every j below target^2/share, that of k is below target^2.
    """
    result = list(states)
    for key in {(one.attrs["v"], one.attrs["w"]) for one in states}:
        mine = [i for i, one in enumerate(states) if (one.attrs["v"], one.attrs["w"]) == key]
        levels = [states[i] for i in mine]
        weights, _ = initial_populations(levels, config, levels[0]["temperature"].values)
        parts = [
            p * one["average"].transpose("transition", "temperature").values
            for p, one in zip(weights, levels, strict=True)
        ]
        total = np.sum(parts, axis=0)
        for i, part in zip(mine, parts, strict=True):
            share = np.where(total > 0, part / np.where(total > 0, total, 1.0), 1.0)
            result[i] = states[i].assign(share=(("transition", "temperature"), share))
    return result
