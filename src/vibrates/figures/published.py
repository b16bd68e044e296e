"""Published rate coefficients for comparison in figures, if the configuration names them."""

from pathlib import Path

import pandas as pd

from vibrates.rates.compare import read_published

# The files hold a(v) + b(0) -> a(v - 1) + b(0): (dv, dw) and initial w.
TRANSITION, INITIAL_W = (-1, 0), 0


def published_rates(path: str | Path | None, comparable: bool) -> pd.DataFrame:
    """Columns v, temperature_K, k (cm^3 s^-1); empty without a file or for another transition."""
    if path is None or not comparable:
        return pd.DataFrame({"v": [], "temperature_K": [], "k": []})
    table = read_published(path, dv=-TRANSITION[0])
    return table.rename(columns={"T_K": "temperature_K", "k_cm3_s": "k"}).astype({"v": int})
