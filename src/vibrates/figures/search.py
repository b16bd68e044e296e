"""Errors of searched kernels (Figures 3 and 4 of Mihalik et al. 2024)."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from vibrates.figures import style

OPTIMISERS = {"lbfgs": "L-BFGS", "rmsprop": "RMSProp, rate 1"}


def draw_sizes(table: pd.DataFrame) -> Figure:
    """Test error against the number of initial levels trained on, single and optimal kernels."""
    figure = style.new_figure(6.4, 4.4)
    axes = figure.subplots()
    curves = table.drop_duplicates(["N", "optimiser", "criterion"])
    groups = curves.groupby(["optimiser", "criterion"], sort=True)
    for number, (_, part) in enumerate(groups):
        optimiser, criterion = (str(part[name].iloc[0]) for name in ("optimiser", "criterion"))
        part = part.sort_values("N")
        colour = style.PALETTE[number]
        name = f"{OPTIMISERS[optimiser]}, by {criterion}"
        axes.plot(
            part["N"],
            part["single_percent"],
            "o:",
            color=colour,
            markerfacecolor="white",
            label=f"single, {name}",
        )
        axes.plot(part["N"], part["optimal_percent"], "s-", color=colour, label=f"optimal, {name}")
    axes.set(
        xlabel="initial levels in the training set $N$",
        ylim=(0.0, None),
        ylabel=r"error of predicted $\log_{10}\,k$ (%)",
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def draw_levels(table: pd.DataFrame) -> Figure:
    """Error of every predicted initial level; the smallest and the largest N, L-BFGS, validation.

    Short red lines: the worst transition of a level, optimal kernel of the largest N.
    """
    own = table[table["criterion"] == "validation"]
    own = own[
        own["optimiser"]
        == ("lbfgs" if "lbfgs" in set(own["optimiser"]) else own["optimiser"].iloc[0])
    ]
    own = own.drop_duplicates(["N", "kernel", "level"])
    figure = style.new_figure(6.8, 4.4)
    axes = figure.subplots()
    sizes = sorted({own["N"].min(), own["N"].max()})
    for number, size in enumerate(sizes):
        for kernel, filled in (("single", True), ("optimal", False)):
            part = own[(own["N"] == size) & (own["kernel"] == kernel)]
            axes.plot(
                part["level"],
                part["percent"],
                style.MARKERS[number],
                linestyle="none",
                color=style.PALETTE[number],
                markerfacecolor=style.PALETTE[number] if filled else "white",
                label=f"$N$ = {size}, {kernel} kernel",
            )
    worst = own[(own["N"] == sizes[-1]) & (own["kernel"] == "optimal")]
    axes.plot(
        worst["level"],
        worst["worst_percent"],
        "_",
        color="#B00000",
        markersize=9,
        markeredgewidth=1.6,
        label=f"worst transition, $N$ = {sizes[-1]}",
    )
    axes.set(
        xlabel="initial level", ylabel=r"error of predicted $\log_{10}\,k$ (%)", ylim=(0.0, None)
    )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(loc="outside upper center", ncols=2)
    return figure
