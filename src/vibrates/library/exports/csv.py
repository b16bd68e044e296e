"""Tidy CSV: a row per reaction and temperature, for pandas, a spreadsheet or one's own program."""

from pathlib import Path

import numpy as np

from vibrates.library.exports.format import Format
from vibrates.library.exports.selection import Selection, commented
from vibrates.library.table import Rate


def content(chosen: Selection, path: Path) -> dict[Path, str]:
    """One file; comment lines begin with ``#``."""
    names = chosen.table.names
    rows = [",".join([*names, "T_K", "k_cm3_s", "std_cm3_s", "origin", "extrapolated"])]
    for rate in chosen.rates:
        rows += _rows(chosen, rate)
        tabulated = chosen.temperatures is None or set(chosen.temperatures) <= set(rate.nodes[0])
        chosen.errors[str(rate)] = "no fit, values of the table" if tabulated else "interpolated"
    notes = (
        "Units: T_K in K, k_cm3_s and its standard deviation std_cm3_s in cm^3 s^-1 per pair",
        "origin: computed from trajectories, predicted by the regression, or detailed balance of "
        "one of them; extrapolated 1: beyond the computed levels, or on the edge of energies",
    )
    return {path: "\n".join([*commented(chosen.header(FORMAT, *notes), "#"), *rows]) + "\n"}


def _rows(chosen: Selection, rate: Rate) -> list[str]:
    T = chosen.rows(rate)
    at = rate(T)
    start = ",".join(map(str, rate.numbers))
    return [
        f"{start},{t:.10g},{k:.9e},{_number(std)},{origin},{int(far)}"
        for t, k, std, origin, far in zip(T, at.k, at.std, at.origin, at.extrapolated, strict=True)
    ]


def _number(value: float) -> str:
    return f"{value:.4e}" if np.isfinite(value) else ""


FORMAT = Format(
    "csv", ".csv", "any program: tidy table of k, its standard deviation and origin", content
)
