"""The posterior over the table from rates.nc, by the regression of `vibrates.learning`."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from vibrates.campaign.completion.table import Family as TablePart
from vibrates.campaign.completion.table import Observed, State, Table
from vibrates.config import Campaign
from vibrates.config.completion import TableFamily
from vibrates.learning import data as model_data
from vibrates.learning.completed import Completed, Wanted, completed_table
from vibrates.learning.directions import exothermic
from vibrates.learning.families import Family, training_data


def table(rates: xr.Dataset, config: Campaign, spent: Mapping[State, float], name: str) -> Table:
    """The posterior over the table.

    Parameters
    ----------
    rates
        Dataset of rates.nc.
    config
        The campaign, with the block ``complete``.
    spent
        Core hours of every state that `rates` has.
    name
        Name of the file of rates, for messages.

    Returns
    -------
    Table
        Its variances are those that the regression states, its correlations those of the
        regression's most probable form.

    Raises
    ------
    UserError
        If a family cannot be learned.
    """
    T = list(config.to_complete.temperatures_K)
    chosen = {"temperature": T} | ({"temperature_2": T} if "temperature_2" in rates.dims else {})
    if "temperature_2" in rates.dims and "temperature_2" not in rates.coords:
        rates = rates.assign_coords(temperature_2=rates["temperature"].values)
    rates = rates.sel(chosen).drop_vars("temperature_2", errors="ignore")
    wanted = [Wanted(one.change, one.v, one.w) for one in config.to_complete.families]
    completed = completed_table(rates, wanted, config, name)
    parts = zip(config.to_complete.families, completed, strict=True)
    return Table(
        [_part(one, asked, rates, config, spent, name) for asked, one in parts], dict(spent)
    )


def _part(
    completed: Completed,
    asked: TableFamily,
    rates: xr.Dataset,
    config: Campaign,
    spent: Mapping[State, float],
    name: str,
) -> TablePart:
    known = completed.family
    # The target has members outside the ranges, too, that computed states give.
    wanted = set(asked.members())
    inside = np.array([state in wanted for state in _states(known.target)])
    counts = inside[:, None] & (10.0**completed.log10_k >= config.to_complete.smallest_k)
    return TablePart(
        _cells(known.target, counts),
        completed.log10_k.ravel(),
        completed.covariance,
        _observed(rates, known, spent, asked.change, name),
    )


def _cells(target: xr.Dataset, counts: NDArray) -> pd.DataFrame:
    """One row per cell of the target, transitions slow, under its exothermic direction."""
    forward, m = exothermic(target), target.sizes["temperature"]
    columns = {
        name: np.repeat(np.where(forward, target[name].values, target[other].values), m)
        for name, other in (("v", "vp"), ("w", "wp"), ("vp", "v"), ("wp", "w"))
    }
    columns["temperature_K"] = np.tile(target["temperature"].values, len(forward))
    columns["counts"] = counts.ravel()
    return pd.DataFrame(columns)


def _states(members: xr.Dataset) -> list[State]:
    return list(zip(members.v.values.tolist(), members.w.values.tolist(), strict=True))


def _observed(
    rates: xr.Dataset,
    known: Family,
    spent: Mapping[State, float],
    change: tuple[int, int],
    name: str,
) -> dict[State, Observed]:
    """What every initial state observes: the computed ones as they did, the others as most do."""
    training, used, target = known.training, known.used, known.target
    m = target.sizes["temperature"]
    total = model_data.log10_k_stderr(training)
    carlo = total
    if "k_monte_carlo_stderr" in rates:
        only = rates.assign(k_stderr=rates["k_monte_carlo_stderr"])
        carlo = model_data.log10_k_stderr(training_data(only, change, known.config, name))
    floor = np.sqrt(np.maximum(total**2 - carlo**2, 0.0))
    correlation = model_data.error_correlation(training)
    hours = np.array([spent[state] for state in _computing(training)])
    # A state not computed yet is expected to give what most computed ones give.
    share = used.mean(axis=0)
    gives = share >= min(0.5, share.max())
    typical = {
        "hourly": np.nanmedian(np.where(used, carlo * np.sqrt(hours)[:, None], np.nan), axis=0),
        "floor": np.nanmedian(np.where(used, floor, np.nan), axis=0),
        "correlation": correlation.mean(axis=0),
    }
    row_of = {state: row for row, state in enumerate(_states(training))}
    found: dict[State, Observed] = {}
    for number, (member, state) in enumerate(zip(_states(target), _computing(target), strict=True)):
        if member in row_of:
            row = row_of[member]
            at, shape = np.flatnonzero(used[row]), correlation[row]
            errors = carlo[row] * np.sqrt(hours[row]), floor[row]
        else:
            at, shape = np.flatnonzero(gives), typical["correlation"]
            errors = typical["hourly"], typical["floor"]
        hourly, constant = (
            shape[np.ix_(at, at)] * np.outer(error[at], error[at]) for error in errors
        )
        one = Observed(number * m + at, hourly, constant)
        found[state] = _joined(found[state], one) if state in found else one
    return found


def _joined(first: Observed, second: Observed) -> Observed:
    """Both together; errors of different transitions are independent."""
    # ASSUME: as in the regression.
    from scipy.linalg import block_diag

    return Observed(
        np.append(first.cells, second.cells),
        block_diag(first.hourly, second.hourly),
        block_diag(first.floor, second.floor),
    )


def _computing(members: xr.Dataset) -> list[State]:
    """The initial state of the exothermic direction of every member."""
    forward = exothermic(members)
    v = np.where(forward, members.v.values, members.vp.values)
    w = np.where(forward, members.w.values, members.wp.values)
    return list(zip(v.tolist(), w.tolist(), strict=True))
