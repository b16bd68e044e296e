"""`vibrates compare`: ratio of computed to published rate coefficients, per v and T.

A published table is a CSV file with columns v, T_K, k_cm3_s for a(v) + b(0) -> a(v - dv) + b(0);
dv comes from a column `dv`, from the option --dv, or from "dv1", "dv2", ... in the file's name.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.netcdf import read_product
from vibrates.rates.symmetrisation import SCHEMES

CHOICES = ("configured", *SCHEMES, "all")
_COLUMNS = ("v", "T_K", "k_cm3_s")


def main(
    rates_path, csv_paths: Sequence, symmetrisation: str = "all", dv: int | None = None
) -> int:
    """Print tables of the ratios of rates.nc to published rates.

    Parameters
    ----------
    rates_path
        A rates.nc.
    csv_paths
        Published tables, see `read_published`.
    symmetrisation
        Which of the computed rates, one of `CHOICES`.
    dv
        Quanta lost, for tables that do not state them.

    Returns
    -------
    int
        Exit status: 1 if a file has no state and temperature in common with the rates, else 0.

    Raises
    ------
    UserError
        For another ``symmetrisation``, and for files or columns that are missing or invalid.
    """
    if symmetrisation not in CHOICES:
        raise UserError(f"--symmetrisation: {symmetrisation!r}; choose of {', '.join(CHOICES)}")
    rates = read_rates(rates_path)
    schemes = SCHEMES if symmetrisation == "all" else (symmetrisation,)
    published = [(path, read_published(path, dv)) for path in csv_paths]
    for path, table in published:
        for scheme in schemes:
            print(format_ratios(rates, table, scheme, Path(path).name))
    return int(any(ratios(rates, table).empty for _, table in published))


def read_rates(path) -> xr.Dataset:
    """rates.nc in memory; UserError when it is missing, damaged or another file."""
    rates = read_product(path, "give the rates.nc of a finished campaign")
    missing = {"k", "k_stderr", "v", "w", "vp", "wp", "temperature"} - set(rates.variables)
    if missing:
        raise UserError(
            f"{path}: not a table of rates (lacks {', '.join(sorted(missing))}); "
            "give the rates.nc of a finished campaign"
        )
    return rates


def read_published(path, dv: int | None = None) -> pd.DataFrame:
    """Columns v, dv, T_K, k_cm3_s of a published table; UserError naming file and column."""
    table = tables.read_plain(path, f"columns {', '.join(_COLUMNS)}")
    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing:
        raise UserError(
            f"{path}: column {', '.join(missing)} is missing (found "
            f"{', '.join(map(str, table.columns))}); name the columns {', '.join(_COLUMNS)}"
        )
    named = re.search(r"dv(\d+)", Path(path).stem)
    if dv is not None:
        table["dv"] = dv
    elif "dv" not in table.columns:
        if not named:
            raise UserError(
                f"{path}: dv is neither a column nor in the file name (as in rates_dv1.csv); "
                "give it with --dv"
            )
        table["dv"] = int(named.group(1))
    try:
        table = table[["v", "dv", "T_K", "k_cm3_s"]].astype(float)
    except ValueError as error:
        raise UserError(f"{path}: a value is no number ({error}); correct the table") from None
    twice = table.duplicated(["v", "dv", "T_K"])
    if twice.any():
        row = int(np.argmax(twice))
        v, change, temperature = table[["v", "dv", "T_K"]].iloc[row]
        raise UserError(
            f"{path}: data row {row + 1} gives v = {v:g}, dv = {change:g} at {temperature:g} K a "
            "second time; keep one of them"
        )
    bad = ~((table["v"] >= table["dv"]) & (table["v"] >= 0)).to_numpy()
    if bad.any():
        row = int(np.argmax(bad))
        v, change = table[["v", "dv"]].iloc[row]
        raise UserError(
            f"{path}: v = {v:g} with dv = {change:g} in data row {row + 1} has no final level; "
            "correct the levels"
        )
    bad = ~(table["k_cm3_s"] > 0).to_numpy()
    if bad.any():
        row = int(np.argmax(bad))
        raise UserError(
            f"{path}: k_cm3_s = {table['k_cm3_s'].iloc[row]:g} in data row {row + 1}; it "
            "must be positive: correct or remove the row"
        )
    return table


def ratios(rates: xr.Dataset, published: pd.DataFrame, scheme: str = "configured") -> pd.DataFrame:
    """Ratio computed / published and its standard error where both have the same v, dv and T.

    Only transitions with w = w' = 0 are compared. The published value is taken as exact.

    Parameters
    ----------
    rates
        Dataset of rates.nc.
    published
        Table of `read_published`.
    scheme
        "configured" for k, or one of `SCHEMES`.

    Returns
    -------
    pd.DataFrame
        Columns v, dv, T_K, ratio, stderr.
    """
    name = "k" if scheme == "configured" else f"k_{scheme}"
    frame = rates[[name, f"{name}_stderr"]].to_dataframe().reset_index()
    frame = frame[(frame["w"] == 0) & (frame["wp"] == 0)]
    frame = frame.assign(dv=frame["v"] - frame["vp"], T_K=frame["temperature"])
    frame = frame[["v", "dv", "T_K", name, f"{name}_stderr"]].astype(float)
    both = frame.merge(published, on=["v", "dv", "T_K"]).sort_values(["dv", "v", "T_K"])
    return pd.DataFrame(
        {
            "v": both["v"].astype(int),
            "dv": both["dv"].astype(int),
            "T_K": both["T_K"],
            "ratio": both[name] / both["k_cm3_s"],
            "stderr": both[f"{name}_stderr"] / both["k_cm3_s"],
        }
    ).reset_index(drop=True)


def format_ratios(rates: xr.Dataset, published: pd.DataFrame, scheme: str, title: str) -> str:
    """The ratios as text: one line per v, one column per temperature, ratio +- standard error.

    Parameters
    ----------
    rates, published, scheme
        As in `ratios`.
    title
        Name of the published table.
    """
    table = ratios(rates, published, scheme)
    label = rates.attrs.get("symmetrisation", "?") if scheme == "configured" else scheme
    if table.empty:
        return f"{title}, symmetrisation {label}: no state and temperature in common\n"
    temperatures = np.unique(table["T_K"])
    width = 20
    lines = [
        f"k(computed) / k(published) +- standard error; {title}, symmetrisation {label}",
        f"{'v -> v-dv':>10}  " + "".join(f"{f'{t:g} K':>{width}}" for t in temperatures),
    ]
    for _, group in table.groupby(["dv", "v"]):
        v, dv = int(group["v"].iloc[0]), int(group["dv"].iloc[0])
        cells = {row.T_K: f"{row.ratio:.3g} +- {row.stderr:.2g}" for row in group.itertuples()}
        line = "".join(f"{cells.get(t, '-'):>{width}}" for t in temperatures)
        lines.append(f"{f'{v} -> {v - dv}':>10}  {line}")
    skipped = rates.sizes["temperature"] - len(temperatures)
    if skipped:
        lines.append(f"{skipped} computed temperatures are not in the published table")
    return "\n".join(lines) + "\n"
