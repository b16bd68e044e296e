"""The test of the table: states drawn before anything is computed, never trained on.

They are a campaign of their own (`campaign_of`), in a results directory of its own, so that none of
their trajectories can reach the regression. Compared are k of the table and k of that campaign at
every cell of the table that these states give.
"""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.campaign.completion.data import targets
from vibrates.campaign.completion.table import DEX
from vibrates.config import Campaign, completion
from vibrates.core.errors import UserError

_KEY = ["v", "w", "vp", "wp", "temperature_K"]
_WORST = 10  # cells named in the summary
# Rounds that bring the states to the error asked for, and the largest number of pilots they take.
_ROUNDS, _PILOTS = 3, 100


def campaign_of(config: Campaign, source: str) -> dict[str, Any]:
    """The configuration of the campaign of the drawn states, as a file that extends ``source``.

    Raises UserError if the block `complete` has no `honesty`.
    """
    asked = config.to_complete.honesty
    if asked is None:
        raise UserError("complete.honesty: the campaign has no such block; add it")
    states = completion.honest(config)
    strata = len(config.grid.energies) * config.grid.shells
    exothermic = [
        change
        for change, family in zip(targets(config), [*config.to_complete.families] * 2, strict=True)
        if set(states) & _initial(config, family, change)
    ]
    sampling = config.sampling.to_mapping() | {
        "rounds": _ROUNDS,
        "budget": _PILOTS * len(states) * strata * config.sampling.pilot,
        "target_relative_error": asked.error,
        "target_temperatures_K": list(config.to_complete.temperatures_K),
        "target_transitions": [list(change) for change in exothermic],
    }
    (v, w), (dv, dw) = _shown(states, exothermic)
    return {
        "extends": source,
        "name": f"{config.name}-honesty",
        "results": f"{config.results}-honesty",
        "grid": config.grid.to_mapping() | {"states": [list(state) for state in states]},
        "sampling": sampling,
        # Surfaces are drawn for states of the grid of the campaign.
        "rates": {
            name: value
            for name, value in config.rates.to_mapping().items()
            if name != "surface_draws"
        },
        "learning": "none",
        "figures": config.figures.to_mapping()
        | {
            "transitions": [[v, w, v + dv, w + dw]],
            "temperature_transition": [v, w, v + dv, w + dw],
        },
        "complete": "none",
    }


def _initial(config: Campaign, family: completion.TableFamily, change) -> set[tuple[int, int]]:
    initial, final = completion.exothermic(config, family)
    same = (final - initial == change).all(axis=1)
    return {(int(v), int(w)) for v, w in initial[same]}


def _shown(states, changes) -> tuple[tuple[int, int], tuple[int, int]]:
    for dv, dw in changes:
        for v, w in states:
            if v + dv >= 0 and w + dw >= 0:
                return (v, w), (dv, dw)
    return states[0], changes[0]


def compare(table: pd.DataFrame, rates: xr.Dataset, config: Campaign) -> pd.DataFrame:
    """The cells of the table that the drawn states give, with both values.

    Parameters
    ----------
    table
        table.csv.
    rates
        rates.nc of the campaign of the drawn states.
    config
        The campaign of the table.

    Returns
    -------
    DataFrame
        Columns dv, dw (of the family), v, w, vp, wp, temperature_K, k_table, k_computed, error_dex
        (of the table), stated_dex (both stated errors in quadrature), computed_dex, counts.

    Raises
    ------
    UserError
        If no cell is in both, or a drawn state was computed for the table.
    """
    drawn = set(completion.honest(config))
    trained = table[table["computed"] == 1]
    if found := drawn & set(zip(trained["v"], trained["w"], strict=True)):
        raise UserError(
            f"complete.honesty: state {min(found)} was computed for the table and tests nothing; "
            "run the table anew with this block"
        )
    frame = rates[["k", "k_stderr"]].to_dataframe().reset_index()
    frame = frame.rename(columns={"temperature": "temperature_K"})
    if "direction" in frame:
        frame = frame[frame["direction"] == "computed"]
    own = [state in drawn for state in zip(frame["v"], frame["w"], strict=True)]
    frame = frame[own]
    joined = table.merge(frame[[*_KEY, "k", "k_stderr"]], on=_KEY)
    joined = joined[np.isfinite(joined["k"]) & (joined["k"] > 0)]
    if joined.empty:
        raise UserError(
            "complete.honesty: the rates have no transition of the table from the drawn states; "
            "run the campaign of honesty.yaml"
        )
    families = _family_of(joined, config)
    error = np.log10(joined["k_cm3_s"]) - np.log10(joined["k"])
    computed = joined["k_stderr"] / joined["k"] / DEX
    return pd.DataFrame(
        {
            "dv": families[:, 0],
            "dw": families[:, 1],
            **{name: joined[name].to_numpy() for name in _KEY},
            "k_table": joined["k_cm3_s"].to_numpy(),
            "k_computed": joined["k"].to_numpy(),
            "error_dex": error.to_numpy(),
            "stated_dex": np.hypot(joined["relative_error"] / DEX, computed).to_numpy(),
            "computed_dex": computed.to_numpy(),
            "counts": joined["counts"].to_numpy(),
        }
    )


def _family_of(cells: pd.DataFrame, config: Campaign) -> np.ndarray:
    """The change (n, 2) of the family that each cell belongs to, in the family's direction."""
    known = {one.change for one in config.to_complete.families}
    change = cells[["vp", "wp"]].to_numpy(int) - cells[["v", "w"]].to_numpy(int)
    own = np.array([tuple(one) in known for one in change.tolist()])
    return np.where(own[:, None], change, -change)


def by_family(cells: pd.DataFrame) -> pd.DataFrame:
    """Of every family and of all: number of cells, rms in dex, coverage of one and two sigma.

    rms_beyond_noise_dex: without the Monte-Carlo variance of the values compared with.
    """
    rows = []
    parts: list[tuple[str, pd.DataFrame]] = [
        (f"({dv}, {dw})", own) for (dv, dw), own in cells.groupby(["dv", "dw"])
    ]
    for name, own in [*parts, ("all", cells)]:
        square = float(np.mean(own["error_dex"] ** 2))
        ratio = np.abs(own["error_dex"]) / own["stated_dex"]
        rows.append(
            {
                "family": name,
                "cells": len(own),
                "rms_dex": np.sqrt(square),
                "rms_beyond_noise_dex": np.sqrt(
                    max(0.0, square - float(np.mean(own["computed_dex"] ** 2)))
                ),
                "coverage_1": float(np.mean(ratio <= 1.0)),
                "coverage_2": float(np.mean(ratio <= 2.0)),
                "worst_dex": float(np.abs(own["error_dex"]).max()),
            }
        )
    return pd.DataFrame(rows)


def text(cells: pd.DataFrame, families: pd.DataFrame) -> str:
    """The tables of honesty.txt: by family, and the worst cells by name."""
    order = np.argsort(-np.abs(cells["error_dex"].to_numpy()), kind="stable")[:_WORST]
    lines = [
        f"{len(set(zip(cells['v'], cells['w'], strict=True)))} states drawn before the first "
        "round, never trained on; cells with k above complete.smallest_k",
        "",
        f"{'family':<10}{'cells':>7}{'rms dex':>10}{'without noise':>15}"
        f"{'1 sigma':>9}{'2 sigma':>9}",
    ]
    lines += [
        f"{one.family:<10}{one.cells:>7}{one.rms_dex:>10.4f}{one.rms_beyond_noise_dex:>15.4f}"
        f"{one.coverage_1:>9.2f}{one.coverage_2:>9.2f}"
        for one in families.itertuples()
    ]
    lines += ["", "largest deviations of the table"]
    lines += [
        f"({one.v}, {one.w}) -> ({one.vp}, {one.wp}) at {one.temperature_K:g} K: "
        f"{one.error_dex:+.3f} dex, stated {one.stated_dex:.3f}"
        for one in cells.iloc[order].itertuples()
    ]
    return "\n".join(lines) + "\n"
