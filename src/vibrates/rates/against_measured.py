"""`vibrates measured`: computed rates of N2 + H2 beside measured ones, with errors by source.

Every part of the error is that of ln k; together they are a factor by which k may be multiplied or
divided. Parts that were not estimated are left out of it, and named.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
import yaml

from vibrates.core.errors import UserError
from vibrates.rates.error_parts import PARTS
from vibrates.rates.measured import EXCHANGE_295_K, RELAXATION

PAIR = ["N2", "H2"]
RANGE_K = (200.0, 5000.0)


class Process(NamedTuple):
    """A transition (v, w, v', w') with measured rates."""

    name: str
    transition: tuple[int, int, int, int]


VT = Process("(1,0)->(0,0)", (1, 0, 0, 0))
VV = Process("(0,1)->(1,0)", (0, 1, 1, 0))
_VV_KELVIN = 295.0


def table(rates: xr.Dataset) -> pd.DataFrame:
    """Computed and measured rates.

    Parameters
    ----------
    rates
        Dataset of rates.nc.

    Returns
    -------
    pd.DataFrame
        A row for every process, temperature and source of measured values: process, T_K, k_cm3_s,
        measured, measured_cm3_s, ratio; error_<part> of ln k for each of `PARTS`, NaN where it is
        missing, and error_total of those that are not.

    Raises
    ------
    UserError
        If the rates are of another pair, or have neither process.
    """
    pair = (yaml.safe_load(rates.attrs.get("configuration", "")) or {}).get("pair", PAIR)
    if list(pair) != PAIR:
        raise UserError(
            f"pair {list(pair)}: measured rates are known for {PAIR} alone; compare with a table "
            "of your own: vibrates compare"
        )
    rows = []
    for process in (VT, VV):
        place = _row(rates, process)
        if place is None:
            continue
        for column, kelvin in enumerate(rates["temperature"].values.tolist()):
            if not RANGE_K[0] <= kelvin <= RANGE_K[1] or (process is VV and kelvin != _VV_KELVIN):
                continue
            known = {"Bott 1976": EXCHANGE_295_K}
            if process is VT:
                known = {name: float(fit(kelvin)) for name, fit in RELAXATION.items()}
            k, errors = _with_errors(rates, place, column)
            rows += [
                {"process": process.name, "T_K": kelvin, "k_cm3_s": k, "measured": name,
                 "measured_cm3_s": value, "ratio": k / value, **errors}
                for name, value in known.items()
            ]  # fmt: skip
    if not rows:
        raise UserError(
            f"rates: neither {VT.name} from 200 to 5000 K nor {VV.name} at 295 K is among them; "
            "compute the state (1, 0), or (0, 1) with rates.transitions.max_dw 1"
        )
    return pd.DataFrame(rows)


def _row(rates: xr.Dataset, process: Process) -> int | None:
    numbers = np.stack([rates[name].values for name in ("v", "w", "vp", "wp")], axis=1)
    found = np.flatnonzero((numbers == process.transition).all(axis=1))
    return int(found[0]) if len(found) else None


def _with_errors(rates: xr.Dataset, row: int, column: int) -> tuple[float, dict[str, float]]:
    at = {"transition": row, "temperature": column}
    k = float(rates["k"].isel(at))
    errors = {}
    for part in PARTS:
        name = f"k_stderr_{part}"
        errors[f"error_{part}"] = float(rates[name].isel(at)) / k if name in rates else np.nan
    if np.isnan(errors["error_monte_carlo"]):
        errors["error_monte_carlo"] = float(rates["k_stderr"].isel(at)) / k
    given = [value for value in errors.values() if np.isfinite(value)]
    return k, errors | {"error_total": float(np.hypot.reduce(given))}


def text(found: pd.DataFrame) -> str:
    """The table as text, and which parts of the errors are missing."""
    shown = {"error_total": "all"} | {f"error_{part}": part for part in PARTS}
    missing = [part for part in PARTS if found[f"error_{part}"].isna().all()]
    lines = [
        f"{'process':<14}{'T / K':>7}{'k / cm^3 s^-1':>15}  {'measured':<27}{'ratio':>7}  "
        + "".join(f"{name:>13}" for name in shown.values())
    ]
    for row in found.to_dict("records"):
        errors = "".join(
            f"{'-' if np.isnan(row[name]) else f'x/ {np.exp(row[name]):.2f}':>13}" for name in shown
        )
        lines.append(
            f"{row['process']:<14}{row['T_K']:>7g}{row['k_cm3_s']:>15.3g}  {row['measured']:<27}"
            f"{row['ratio']:>7.2f}  {errors}"
        )
    lines.append("errors: one standard deviation, as a factor of k")
    if missing:
        lines.append(f"not estimated, and in no total: {', '.join(missing)}")
    return "\n".join(lines)
