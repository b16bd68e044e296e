"""Predicted against computed log10 k, with each level v left out once."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from vibrates.figures import style


def table(learned: xr.Dataset) -> pd.DataFrame:
    """Columns v, temperature_K, computed, computed_std, predicted, predicted_std, error.

    log10 k / (cm^3 s^-1) and dex. `predicted_std` is the predictive standard deviation of the
    computed value, its own Monte-Carlo error included.
    """
    columns = {
        "computed": "log10_k",
        "computed_std": "log10_k_std",
        "predicted": "left_out_predicted",
        "predicted_std": "left_out_std",
        "error": "left_out_error",
    }
    data = learned[list(columns.values())].to_dataframe().reset_index()
    names = {variable: column for column, variable in columns.items()}
    data = data.rename(columns=names | {"temperature": "temperature_K"})
    return data.dropna(subset="predicted")[["v", "temperature_K", *columns]]


def draw(table: pd.DataFrame) -> Figure:
    """Left: parity plot; right: errors of each level, with bars of one predictive sigma."""
    figure = style.new_figure(9.0, 4.4)
    parity, errors = figure.subplots(1, 2, width_ratios=(1.0, 1.2))
    temperatures_K = np.sort(table["temperature_K"].unique())
    levels = np.sort(table["v"].unique())
    offsets = np.linspace(-0.32, 0.32, len(temperatures_K))
    colours = style.sequence(len(temperatures_K))
    for temperature_K, colour, offset in zip(temperatures_K, colours, offsets, strict=True):
        part = table[table["temperature_K"] == temperature_K]
        parity.errorbar(
            part["computed"],
            part["predicted"],
            xerr=part["computed_std"],
            yerr=part["predicted_std"],
            color=colour,
            linestyle="none",
            marker="o",
            markersize=4,
        )
        errors.errorbar(
            np.searchsorted(levels, part["v"]) + offset,
            part["error"],
            yerr=part["predicted_std"],
            color=colour,
            linestyle="none",
            marker="o",
            markersize=3.5,
            capsize=1.5,
            elinewidth=0.9,
        )
    ends = [
        min(table["computed"].min(), table["predicted"].min()) - 0.3,
        max(table["computed"].max(), table["predicted"].max()) + 0.3,
    ]
    parity.plot(ends, ends, color="0.4", linewidth=0.8, zorder=1)
    parity.set(
        xlim=ends,
        ylim=ends,
        aspect="equal",
        xlabel=r"computed $\log_{10}\,k$ / (cm$^3$ s$^{-1}$)",
        ylabel=r"predicted $\log_{10}\,k$ / (cm$^3$ s$^{-1}$)",
    )
    errors.axhline(0.0, color="0.4", linewidth=0.8, zorder=1)
    errors.set(
        xlabel="left-out initial level $v$",
        ylabel=r"predicted $-$ computed $\log_{10}\,k$ (dex)",
        title=_scores(table),
    )
    crowded = len(levels) > 14
    errors.set_xticks(range(len(levels)), [str(v) for v in levels], rotation=90 if crowded else 0)
    errors.grid(visible=False, axis="x")
    figure.legend(
        handles=[
            Line2D([], [], color=colour, marker="o", linestyle="none", label=f"{temperature_K:g} K")
            for temperature_K, colour in zip(temperatures_K, colours, strict=True)
            if temperature_K in style.few(temperatures_K)
        ],
        loc="outside upper center",
        ncols=8,
        columnspacing=1.0,
        handletextpad=0.1,
    )
    return figure


def _scores(table: pd.DataFrame) -> str:
    rms = np.sqrt(np.mean(table["error"] ** 2))
    inside = np.mean(np.abs(table["error"]) <= table["predicted_std"])
    return f"rms error {rms:.3f} dex; {100 * inside:.0f} % within one sigma"
