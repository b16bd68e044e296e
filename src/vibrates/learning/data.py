"""One data model for state-to-state rate coefficients, whatever they come from.

An xarray Dataset with dimensions (transition, temperature):

    v, j, w, vp, jp, wp   (transition) quantum numbers before and after, those the source has:
                          v, j of the first molecule, w of the second; coordinates
    temperature           (temperature) K, ascending
    k, k_stderr           (transition, temperature) cm^3 s^-1; the error is 0 where none is known
    origin                (transition, temperature) one of ORIGINS
    energy_difference     (transition) E_initial - E_final, cm^-1, where the source knows it
    k_error_correlation   (transition, temperature, temperature_2) where the source knows it
    k_rests_on_edge       (transition, temperature) 1 where k rests on the edge of the campaign's
                          energy grid, else 0; absent where the source does not say (`edge`)

Every pair (transition, temperature) has a value: learning runs on log10 k.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint
from vibrates.learning.transitions import (
    NUMBER_NAMES,
    NUMBERS,
    check_numbers,
    quantum_numbers,
    transition_text,
)

ORIGINS = ("computed", "published", "predicted")
CELL = ("transition", "temperature")
ON_EDGE = "1 where k rests on the edge of the energy grid, else 0"
MINIMUM_TEMPERATURES = 2
_STDERR_REMEDY = {  # by whether trajectories gave the errors
    True: "it must be 0 or more: raise sampling.replicates",
    False: "it must be 0 or more: give the error, or 0 where it is not known",
}
# Where correlations are rounded to a few digits they may pass 1 by this.
_CORRELATION_SLACK = 1e-6


def rate_data(
    numbers: Mapping[str, np.ndarray],
    temperature_K: np.ndarray,
    k: np.ndarray,
    name: str,
    *,
    k_stderr: np.ndarray | None = None,
    origin: str = "published",
    energy_difference_cm: np.ndarray | None = None,
    error_correlation: np.ndarray | None = None,
    rests_on_edge: np.ndarray | None = None,
) -> xr.Dataset:
    """The Dataset above from plain arrays, sorted by quantum numbers and temperature.

    numbers: name -> (N,) of `NUMBERS`, each with its counterpart; temperature_K (M,); k, k_stderr
    (N, M) in cm^3 s^-1; energy_difference_cm (N,); error_correlation (N, M, M); rests_on_edge
    (N, M). `name` is the file, for messages. UserError (file, state, value, remedy) for data that
    cannot be learned from.
    """
    check_numbers(numbers, name)
    data = xr.Dataset(
        {
            "k": (CELL, np.asarray(k, float), _about("cm^3 s^-1", "rate coefficient")),
            "k_stderr": (
                CELL,
                np.zeros(np.shape(k)) if k_stderr is None else np.asarray(k_stderr, float),
                _about("cm^3 s^-1", "standard error of k, 0 where not known"),
            ),
            "origin": (
                CELL,
                np.full(np.shape(k), origin, dtype=object),
                _about("1", f"where k comes from: {', '.join(ORIGINS)}"),
            ),
        },
        {
            key: ("transition", np.asarray(numbers[key], int), _about("1", NUMBER_NAMES[key]))
            for key in NUMBERS
            if key in numbers
        }
        | {
            "temperature": (
                "temperature",
                np.asarray(temperature_K, float),
                _about("K", "temperature"),
            )
        },
        {"source": name},
    )
    if energy_difference_cm is not None:
        data["energy_difference"] = (
            "transition",
            np.asarray(energy_difference_cm, float),
            _about("cm^-1", "energy of the initial minus that of the final state"),
        )
    if error_correlation is not None:
        data["k_error_correlation"] = (
            (*CELL, "temperature_2"),
            _cleaned(np.asarray(error_correlation, float), name),
            _about("1", "correlation of the errors of k between temperatures"),
        )
    if rests_on_edge is not None:
        data["k_rests_on_edge"] = (CELL, np.asarray(rests_on_edge, np.int8), _about("1", ON_EDGE))
    present = [key for key in NUMBERS if key in numbers]
    order = np.lexsort([data[key].values for key in reversed(present)])
    by_temperature = np.argsort(data["temperature"].values, kind="stable")
    data = data.isel(transition=order, temperature=by_temperature)
    if error_correlation is not None:
        data = data.isel(temperature_2=by_temperature)
    check(data, name)
    return data


def from_rows(rows: pd.DataFrame, name: str, origin: str = "published") -> xr.Dataset:
    """The data set of a tidy table.

    Parameters
    ----------
    rows : DataFrame
        Columns of `NUMBERS`, T_K (K), k_cm3_s and maybe k_stderr_cm3_s (cm^3 s^-1).
    name : str
        Where it comes from, for messages.
    origin : str
        What the rates are.

    Raises
    ------
    UserError
        If a number is missing, not finite or no integer, a state occurs twice at a temperature, a
        temperature is missing of a state, or the data cannot be learned from (`check`).
    """
    numbers = [key for key in NUMBERS if key in rows.columns]
    check_numbers(numbers, name)
    for column in (*numbers, "T_K", "k_cm3_s"):
        bad = ~np.isfinite(rows[column].to_numpy(float))
        if bad.any():
            at = int(np.argmax(bad))
            raise UserError(
                f"{name}: {column} = {rows[column].iloc[at]} in data row {at + 1}; "
                "correct or remove the row"
            )
    for key in numbers:
        fraction = rows[key] != np.round(rows[key])
        if fraction.any():
            raise UserError(
                f"{name}: {key} = {rows[key][fraction].iloc[0]} is no integer; correct the column"
            )
    twice = rows.duplicated([*numbers, "T_K"])
    if twice.any():
        row = rows[twice].iloc[0]
        raise UserError(
            f"{name}: state {transition_text(row, numbers)} at {row['T_K']:g} K occurs twice; "
            "keep one"
        )
    table = rows.pivot(index=numbers, columns="T_K", values="k_cm3_s")
    if table.isna().to_numpy().any():
        i, j = np.argwhere(table.isna().to_numpy())[0]
        state = table.reset_index().iloc[i]
        raise UserError(
            f"{name}: state {transition_text(state, numbers)} is missing at "
            f"{table.columns[j]:g} K; every state needs every temperature: add the row, "
            "or drop this temperature"
        )
    stderr = None
    if "k_stderr_cm3_s" in rows:
        stderr = rows.pivot(index=numbers, columns="T_K", values="k_stderr_cm3_s").to_numpy()
    index = table.index.to_frame(index=False)
    return rate_data(
        {key: index[key].to_numpy() for key in numbers},
        table.columns.to_numpy(),
        table.to_numpy(),
        name,
        k_stderr=stderr,
        origin=origin,
    )


def check(data: xr.Dataset, name: str) -> None:
    """UserError (file, state, value, remedy) unless log10 k can be learned from `data`."""
    temperature_K = data["temperature"].values
    if temperature_K.size < MINIMUM_TEMPERATURES:
        raise UserError(
            f"{name}: {temperature_K.size} temperature, learning in T needs at least "
            f"{MINIMUM_TEMPERATURES}; add temperatures"
        )
    bad = ~(np.isfinite(temperature_K) & (temperature_K > 0))
    if bad.any():
        raise UserError(f"{name}: temperature {temperature_K[bad][0]} K; it must be above 0")
    if np.any(np.diff(temperature_K) == 0):
        twice = temperature_K[1:][np.diff(temperature_K) == 0][0]
        raise UserError(f"{name}: temperature {twice:g} K occurs twice; list each once")
    numbers = quantum_numbers(data)
    states = pd.DataFrame({key: data[key].values for key in numbers})
    if states.duplicated().any():
        row = states[states.duplicated()].iloc[0]
        raise UserError(f"{name}: state {transition_text(row, numbers)} occurs twice; keep one")
    for key in numbers:
        if (states[key] < 0).any():
            row = states[states[key] < 0].iloc[0]
            raise UserError(
                f"{name}: {key} = {row[key]} of {transition_text(row, numbers)}; levels are "
                "counted from 0: correct or remove the row"
            )
    computed = bool((data["origin"].values == "computed").any())
    for variable, good, need in (
        (
            "k",
            lambda x: x > 0,
            "its logarithm needs k > 0: compute it with more effort, or drop "
            "this state or temperature",
        ),
        ("k_stderr", lambda x: x >= 0, _STDERR_REMEDY[computed]),
    ):
        values = data[variable].transpose(*CELL).values
        bad = ~(np.isfinite(values) & good(values))
        if bad.any():
            i, j = np.argwhere(bad)[0]
            state = transition_text(states.iloc[i], numbers)
            raise UserError(
                f"{name}: {variable} = {values[i, j]} of {state} at {temperature_K[j]:g} K; {need}"
            )


def log10_k(data: xr.Dataset) -> np.ndarray:
    """log10 of k / (cm^3 s^-1), (N, M)."""
    return np.log10(data["k"].transpose(*CELL).values)


def log10_k_stderr(data: xr.Dataset) -> np.ndarray:
    """Standard error of log10 k in dex, stderr(k) / (k ln 10), (N, M)."""
    # ASSUME: Monte-Carlo errors are small enough for those of log10 k to be Gaussian.
    return (data["k_stderr"] / data["k"]).transpose(*CELL).values / np.log(10.0)


def error_correlation(data: xr.Dataset) -> np.ndarray:
    """Correlation of the errors between temperatures, (N, M, M); identity where not known."""
    n, m = data.sizes["transition"], data.sizes["temperature"]
    if "k_error_correlation" not in data:
        return np.broadcast_to(np.eye(m), (n, m, m))
    return data["k_error_correlation"].transpose(*CELL, "temperature_2").values


def _cleaned(correlation: np.ndarray, name: str) -> np.ndarray:
    # A value without spread has no correlation with anything; its error is zero anyway.
    correlation = np.where(np.isfinite(correlation), correlation, np.eye(correlation.shape[-1]))
    if np.abs(correlation).max(initial=0.0) > 1.0 + _CORRELATION_SLACK:
        raise UserError(
            f"{name}: k_error_correlation reaches {np.abs(correlation).max():.3g}, "
            "above 1; run the rule rates again"
        )
    return correlation


def _about(units: str, long_name: str) -> dict[str, str]:
    return {"units": units, "long_name": long_name}


def digest(data: xr.Dataset) -> str:
    """A fingerprint of a data set: rates, their errors, quantum numbers, whatever else it holds."""
    return fingerprint(data={name: data[name].values for name in sorted(map(str, data.variables))})
