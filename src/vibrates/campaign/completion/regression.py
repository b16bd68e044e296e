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
from vibrates.learning.directions import exothermic
from vibrates.learning.families import Family, members_of, training_data


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
    # TensorFlow takes seconds to import.
    from vibrates.learning.ladder_model import models_by_resonance

    T = list(config.to_complete.temperatures_K)
    chosen = {"temperature": T} | ({"temperature_2": T} if "temperature_2" in rates.dims else {})
    if "temperature_2" in rates.dims and "temperature_2" not in rates.coords:
        rates = rates.assign_coords(temperature_2=rates["temperature"].values)
    rates = rates.sel(chosen).drop_vars("temperature_2", errors="ignore")
    models = models_by_resonance()
    return Table(
        [_part(models, rates, config, one, spent, name) for one in config.to_complete.families],
        dict(spent),
    )


def of_family(config: Campaign, family: TableFamily) -> Campaign:
    """The campaign whose block ``learning`` asks for the members of one family of the table."""
    return config.model_copy(
        update={
            "learning": config.to_learn.model_copy(
                update={
                    "transitions": (family.change,),
                    "initial_w": tuple(range(family.w[0], family.w[1] + 1)),
                    "complete_v": family.v,
                }
            )
        }
    )


def _part(models, rates, config, family: TableFamily, spent, name: str) -> TablePart:
    own = of_family(config, family)
    known = Family.of(rates, family.change, own, name)
    model = models[known.resonant].fit(known.learned, known.used)
    wanted = set(family.members())
    # With the members outside the ranges that its computed states give.
    every = sorted(wanted | set(_states(known.training)))
    target = members_of(every, family.change, rates["temperature"].values, own)
    mean, std = model.predict(target)
    covariance = _scaled(model.covariance(target), std.ravel())
    log10_k = mean - known.offset(target)
    inside = np.array([state in wanted for state in _states(target)])
    counts = inside[:, None] & (10.0**log10_k >= config.to_complete.smallest_k)
    return TablePart(
        _cells(target, counts),
        log10_k.ravel(),
        covariance,
        _observed(rates, known, target, spent, family, own, name),
    )


def _scaled(covariance: NDArray, std: NDArray) -> NDArray:
    """The covariance with its correlations, and the variances std^2."""
    scale = std / np.sqrt(np.maximum(np.diagonal(covariance), 1e-30))
    return covariance * np.outer(scale, scale)


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


def _observed(rates, known: Family, target, spent, family, config, name) -> dict[State, Observed]:
    """What every initial state observes: the computed ones as they did, the others as most do."""
    training, used, m = known.training, known.used, target.sizes["temperature"]
    total = model_data.log10_k_stderr(training)
    carlo = total
    if "k_monte_carlo_stderr" in rates:
        only = rates.assign(k_stderr=rates["k_monte_carlo_stderr"])
        carlo = model_data.log10_k_stderr(training_data(only, family.change, config, name))
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
