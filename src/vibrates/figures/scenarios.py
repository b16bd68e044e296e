"""Errors of models on rates that were left out (Figures 6-9 and S9-S12 of Hong et al. 2023)."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vibrates.figures import style

MODELS = {
    "GP": "GP (published)",
    "NN": "NN (published)",
    "NN2": "NN2 (published)",
    "ladder": "ours",
    "GP_residual": "GP, matrix element out",
    "NN_residual": "NN, matrix element out",
    "q4": "quadratic, 4 levels",
    "l3": "line, 3 levels",
    "spline": "spline in $v$",
    "trend": "line in $v$",
    "line": r"line in $(T + 300\,\mathrm{K})^{-1/3}$",
    "spline_T": "spline in $T^{-1/3}$",
}
LABELS = {
    "temperature": "temperature left out (K)",
    "level": "initial level left out $v$",
    "random": "share left out at random (%)",
    "sets": "set left out",
}
_LEARNED = 4  # of MODELS, drawn in full; others, which they are compared with, hollow and dashed


def colour(name: str) -> str:
    """Of a model, the same in all figures."""
    return style.PALETTE[list(MODELS).index(name) % len(style.PALETTE)]


def draw(table: pd.DataFrame, scenario: str) -> Figure:
    """One panel per family: MSE of normalised log10 k against what was left out.

    table: columns family, label, model, mse_normalised, lowest, highest, mean_mse_normalised. Bars
    span random choices and random starts. A dotted line is the error of the mean of the training
    data as a prediction: a model near or above this line has learned nothing.
    """
    families = sorted(table["family"].unique())
    figure = style.new_figure(3.3 * max(len(families), 2), 3.9)
    panels = figure.subplots(1, max(len(families), 1), sharey=True, squeeze=False)[0]
    for axes, family in zip(panels, families, strict=False):
        own = table[table["family"] == family]
        for number, name in enumerate(MODELS):
            part = own[own["model"] == name].sort_values("label")
            if part.empty:
                continue
            x = part["label"].to_numpy(float)
            if scenario == "sets":
                x = x + 0.06 * (number - 0.5 * len(MODELS))
            value = part["mse_normalised"].to_numpy()
            bars = np.vstack([value - part["lowest"], part["highest"] - value])
            axes.errorbar(
                x,
                value,
                yerr=bars,
                color=colour(name),
                linewidth=1.0,
                marker=style.MARKERS[number % len(style.MARKERS)],
                markerfacecolor=None if number < _LEARNED else "white",
                markersize=4,
                label=MODELS[name],
                linestyle="none" if scenario == "sets" else "-" if number < _LEARNED else "--",
            )
        mean = own.groupby("label")["mean_mse_normalised"].median()
        axes.plot(
            mean.index,
            mean,
            color="0.4",
            linestyle=":",
            linewidth=1.0,
            label="mean of the training data",
        )
        axes.set(yscale="log", xlabel=LABELS[scenario], title=f"$\\Delta v$ = {family[2:]}")
        if scenario == "sets":
            axes.set_xticks(sorted(own["label"].unique()))
    panels[0].set_ylabel(r"MSE of normalised $\log_{10}\,k$")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=5)
    return figure
