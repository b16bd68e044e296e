"""Ratios to the published rates, where PUBLISHED names their directory.

The published values are not part of the repository: what is kept are our rates and their ratios.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from vibrates.rates.compare import read_published


def with_ratios(
    table: pd.DataFrame, kept: pd.DataFrame | None, dv: int, own: pd.Series
) -> pd.DataFrame:
    """The table with a column `ratio`, ours over the published value.

    Without PUBLISHED the ratios of the kept table stay where the rates are the same.

    Parameters
    ----------
    table
        Columns v, temperature_K, k.
    kept
        The table of an earlier run, or None.
    dv
        Quanta that N2 loses.
    own
        Which rows are compared.
    """
    ratio = np.full(len(table), np.nan)
    at = own.to_numpy(bool)
    keys = ["v", "temperature_K"]
    if directory := os.environ.get("PUBLISHED"):
        published = read_published(Path(directory) / f"n2h2_vt_dv{dv}.csv")
        published = published.rename(columns={"T_K": "temperature_K"}).astype({"v": int})
        joined = table.loc[at, [*keys, "k"]].merge(published[[*keys, "k_cm3_s"]], "left", keys)
        ratio[at] = (joined["k"] / joined["k_cm3_s"]).to_numpy()
    elif kept is not None and "ratio" in kept:
        before = kept.dropna(subset="ratio")[[*keys, "k", "ratio"]]
        joined = table.loc[at, [*keys, "k"]].merge(before, "left", keys, suffixes=("", "_kept"))
        same = np.isclose(joined["k"], joined["k_kept"], rtol=1e-5, atol=0.0)
        ratio[at] = joined["ratio"].where(same).to_numpy()
    return table.assign(ratio=ratio)


def drawn(table: pd.DataFrame) -> pd.DataFrame:
    """Columns v, temperature_K, k of the published values, from the ratios; may be empty."""
    found = table.dropna(subset="ratio")
    return found[["v", "temperature_K"]].assign(k=found["k"] / found["ratio"])
