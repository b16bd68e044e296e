"""rates.nc of a campaign with a rotor quantised at low temperatures and classical above.

`joined` makes one table of those of the two parts (`config.crossover`): k and all that belongs to
it are those of the quantised rotor up to the crossover and of classical rotors above. At the
temperatures next to it both are there, and `differences` compares them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from vibrates.config import Campaign
from vibrates.config.crossover import CLASSICAL, PARTS, QUANTUM
from vibrates.core.errors import UserError
from vibrates.core.netcdf import provenance
from vibrates.rates.error_parts import keys_of

_CELL = ("transition", "temperature")
_CORRELATION = "k_error_correlation"
# Which treatment k is of, by the flag in `treatment`.
FLAGS = (CLASSICAL, QUANTUM)


def joined(
    tables: Mapping[str, xr.Dataset], config: Campaign, sources: Sequence[str] = ()
) -> xr.Dataset:
    """One table of rates from those of the parts.

    Parameters
    ----------
    tables
        Datasets of `table.rate_table` by part.
    config
        The campaign.
    sources
        Names of the files that they come from, for the record.

    Returns
    -------
    xr.Dataset
        On all temperatures of the campaign. ``treatment`` (temperature) says which one k is of;
        k_quantum, k_classical and their standard errors (transition, temperature) are missing where
        a part has not run. Variables of rotational levels and species are missing above the
        temperatures of the quantised rotor; numbers of trajectories are sums.

    Raises
    ------
    UserError
        The parts have other transitions.
    """
    low, high = tables[QUANTUM], tables[CLASSICAL]
    if keys_of(low) != keys_of(high):
        raise UserError(
            "rates: the parts of the campaign have other transitions; remove their rates.nc and "
            "run the campaign again"
        )
    T = np.union1d(low["temperature"].values, high["temperature"].values)
    assert config.crossover_K is not None  # the caller's choice
    quantum = config.crossover_K >= T
    wide = {QUANTUM: low.reindex(temperature=T), CLASSICAL: high.reindex(temperature=T)}
    variables: dict[str, Any] = {}
    for name, variable in ((str(key), value) for key, value in low.data_vars.items()):
        if name == _CORRELATION:
            values = np.zeros((low.sizes["transition"], len(T), len(T)))
            for part, kept in ((QUANTUM, quantum), (CLASSICAL, ~quantum)):
                at = np.ix_(np.arange(len(values)), kept, kept)
                values[at] = _correlations(tables[part], T)[at]
            variables[name] = (variable.dims, values, variable.attrs)
        elif "temperature" not in variable.dims:
            variables[name] = (variable.dims, _of_both(name, low, high), variable.attrs)
        elif variable.dims == _CELL:
            variables[name] = (
                _CELL,
                np.where(
                    quantum, _values(wide[QUANTUM], name), _values(wide[CLASSICAL], name)
                ).astype(variable.dtype),
                variable.attrs,
            )
        else:
            variables[name] = (variable.dims, wide[QUANTUM][name].values, variable.attrs)
    for part in PARTS:
        for end, text in (("", "rate coefficient"), ("_stderr", "standard error of the rate")):
            attributes = {
                "units": "cm^3 s^-1",
                "long_name": f"{text} with {_WORDS[part]}, missing where these have not run",
            }
            variables[f"k_{part}{end}"] = (_CELL, wide[part][f"k{end}"].values, attributes)
    variables["treatment"] = (
        ("temperature",),
        quantum.astype(np.int8),
        {
            "units": "1",
            "long_name": "rotors that k belongs to",
            "flag_values": np.arange(len(FLAGS), dtype=np.int8),
            "flag_meanings": " ".join(FLAGS),
        },
    )
    coordinates: dict[Any, Any] = {
        name: wide[QUANTUM][name] for name in low.coords if "temperature" not in low[name].dims
    }
    coordinates["temperature"] = ("temperature", T, low["temperature"].attrs)
    stated = {
        name: low.attrs[name]
        for name in ("title", "symmetrisation", "weighting", "quantised_rotor", "mixture")
    }
    attributes = provenance(config, list(sources)) | stated | {"crossover_K": config.crossover_K}
    return xr.Dataset(variables, coordinates, attributes)


_WORDS = {QUANTUM: "the quantised rotor", CLASSICAL: "classical rotors"}


def _values(table: xr.Dataset, name: str) -> NDArray:
    """A variable on (transition, temperature); 0 where a treatment has no such error."""
    if name not in table:
        return np.zeros(tuple(table.sizes[dim] for dim in _CELL))
    found = table[name]
    if "temperature" not in found.dims:
        found = found.expand_dims({"temperature": table["temperature"]})
    return found.transpose(*_CELL).values


def _correlations(table: xr.Dataset, T: NDArray) -> NDArray:
    """Correlations of errors (transition, T, T), zero where the table has no value."""
    own = np.flatnonzero(np.isin(T, table["temperature"].values))
    wide = np.zeros((table.sizes["transition"], len(T), len(T)))
    wide[np.ix_(np.arange(len(wide)), own, own)] = table[_CORRELATION].values
    return wide


def _of_both(name: str, low: xr.Dataset, high: xr.Dataset) -> NDArray:
    """What does not depend on temperature: numbers are sums, a target is reached if both do."""
    if name in ("n_trajectories", "n_failed"):
        return low[name].values + high[name].values
    if name == "target_reached":
        return np.minimum(low[name].values, high[name].values)
    return low[name].values


def differences(rates: xr.Dataset) -> pd.DataFrame:
    """Both treatments where both were run: computed target transitions and temperatures.

    Parameters
    ----------
    rates
        Dataset of `joined`.

    Returns
    -------
    pd.DataFrame
        v, w, vp, wp, T_K, ratio k_quantum/k_classical, and error, the standard error of its
        logarithm from those of both rates.
    """
    computed = (rates["direction"].values == "computed") & (rates["target_reached"].values >= 0)
    rows = []
    for row in np.flatnonzero(computed):
        one = rates.isel(transition=int(row))
        values = {name: one[f"k_{name}"].values for name in PARTS}
        errors = {name: one[f"k_{name}_stderr"].values / values[name] for name in PARTS}
        for i in np.flatnonzero(np.isfinite(values[QUANTUM]) & np.isfinite(values[CLASSICAL])):
            rows.append(
                (
                    *(int(one[name]) for name in ("v", "w", "vp", "wp")),
                    float(rates["temperature"].values[i]),
                    values[QUANTUM][i] / values[CLASSICAL][i],
                    float(np.hypot(errors[QUANTUM][i], errors[CLASSICAL][i])),
                )
            )
    return pd.DataFrame(rows, columns=["v", "w", "vp", "wp", "T_K", "ratio", "error"])
