"""Computed rates of N2 + H2 with all errors, beside measured ones."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vibrates.figures import style
from vibrates.rates.against_measured import VT, VV
from vibrates.rates.measured import EXCHANGE_295_K, RELAXATION


def draw(table: pd.DataFrame) -> Figure:
    """V-T against T^(-1/3), and V-V at 295 K.

    Thick bars are the error of the trajectories, thin ones that of all parts that are known.

    Parameters
    ----------
    table
        That of `against_measured.table`.
    """
    figure = style.new_figure(8.0, 4.4)
    left, right = figure.subplots(1, 2, width_ratios=(3, 1))
    for axes, process in ((left, VT), (right, VV)):
        own = table[table["process"] == process.name].drop_duplicates("T_K")
        if own.empty:
            axes.set_visible(False)
            continue
        k = own["k_cm3_s"].to_numpy()
        x = own["T_K"].to_numpy() ** (-1.0 / 3.0) if process is VT else np.zeros(len(own))
        for name, width in (("error_total", 1.0), ("error_monte_carlo", 3.0)):
            factor = np.exp(own[name].to_numpy())
            axes.errorbar(
                x, k, [k - k / factor, k * factor - k], linestyle="none", marker="o",
                color=style.PALETTE[0], elinewidth=width,
                label="computed, all errors" if name == "error_total" else None,
            )  # fmt: skip
        axes.set(yscale="log", title=style.state_label(*process.transition))
    kelvin = np.geomspace(200.0, 5000.0, 60)
    for (name, fit), line in zip(RELAXATION.items(), ("-", "--"), strict=True):
        left.plot(
            kelvin ** (-1.0 / 3.0), fit(kelvin), color="black", linestyle=line,
            label=f"measured, {name}",
        )  # fmt: skip
    left.set(xlabel=r"$T^{-1/3}$ (K$^{-1/3}$)", ylabel=style.RATE_LABEL)
    left.legend()
    right.axhline(EXCHANGE_295_K, color="black", label="measured (Bott 1976)")
    right.set(xticks=[0.0], xticklabels=["295 K"], xlim=(-1.0, 1.0))
    right.legend()
    return figure


def write(table: pd.DataFrame, png: str | Path) -> None:
    """The figure, and its numbers as CSV of the same name."""
    style.write(draw, table, str(png), str(Path(png).with_suffix(".csv")))
