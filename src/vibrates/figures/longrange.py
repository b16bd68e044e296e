"""Figures of long-range surfaces: figures 2 to 4 of Hong, Huang, Zhang 2024; hold-out in R."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vibrates.figures import style

LIMITS = {"100 %": 1.0, "10 %": 0.1, "1 %": 0.01}


def draw_fit(errors: pd.DataFrame, cut: pd.DataFrame, title: str) -> Figure:
    """Left: errors against |u|, with lines of relative error; right: |u| along a cut to 1000 bohr.

    Parameters
    ----------
    errors
        Columns u_cm, fitted_cm, test.
    cut
        Columns source (``fit`` or another name), R_bohr, u_cm.
    title
        Name of the system.
    """
    figure = style.new_figure(9.6, 4.2)
    left, right = figure.subplots(1, 2)
    _errors(left, errors)
    left.set_title(f"{title}: errors of {len(errors)} points")
    fit = cut[cut["source"] == "fit"]
    right.plot(
        fit["R_bohr"], np.abs(fit["u_cm"]), color=style.PALETTE[0], label="networks for $C_m$"
    )
    others = [name for name in dict.fromkeys(cut["source"]) if name != "fit"]
    for number, name in enumerate(others, start=1):
        here = cut[cut["source"] == name]
        many = len(here) > 30
        right.plot(
            here["R_bohr"],
            np.abs(here["u_cm"]),
            color=style.PALETTE[number],
            label=name,
            marker="" if many else style.MARKERS[number],
            linestyle="--" if many else "none",
        )
    right.set(
        xscale="log",
        yscale="log",
        xlabel="$R$ (bohr)",
        ylabel=r"$|u_{\mathrm{LR}}|$ (cm$^{-1}$)",
        title=f"{title}: along a cut",
    )
    right.legend()
    return figure


def _errors(axes: Axes, errors: pd.DataFrame) -> None:
    size = np.abs(errors["u_cm"].to_numpy())
    error = np.abs((errors["fitted_cm"] - errors["u_cm"]).to_numpy())
    for number, (name, which) in enumerate(
        (("trained", ~errors["test"]), ("test", errors["test"]))
    ):
        axes.plot(
            size[which],
            error[which],
            linestyle="none",
            marker=style.MARKERS[number],
            markersize=2.5,
            alpha=0.6,
            color=style.PALETTE[number],
            label=f"{name} points",
        )
    span = np.array([size.min(), size.max()])
    for number, (name, limit) in enumerate(LIMITS.items(), start=2):
        share = 100.0 * np.mean(error <= limit * size)
        axes.plot(span, limit * span, color=style.PALETTE[number], linewidth=1.0,
                  label=f"error = {name} ({share:.2f} % of points below)")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel=r"$|u_{\mathrm{LR}}|$ (cm$^{-1}$)",
             ylabel=r"|error| (cm$^{-1}$)")  # fmt: skip
    axes.set_ylim(max(error[error > 0].min(), 1e-3 * np.median(error)), 10.0 * size.max())
    axes.legend(fontsize=7.5, loc="upper left")


def draw_coefficients(table: pd.DataFrame, title: str) -> Figure:
    """C_m against the bond length, a panel per m, with two standard deviations of the ensemble.

    ``table``: source (``fit`` or another name), r_bohr, m, C_m, spread.
    """
    powers = sorted(table["m"].unique())
    figure = style.new_figure(3.2 * len(powers), 3.4)
    for axes, power in zip(np.atleast_1d(figure.subplots(1, len(powers))), powers, strict=True):
        here = table[table["m"] == power]
        for number, name in enumerate(dict.fromkeys(here["source"])):
            one = here[here["source"] == name].sort_values("r_bohr")
            curve = name == "fit" or len(one) > 15
            axes.plot(
                one["r_bohr"], one["C_m"], color=style.PALETTE[number],
                label="networks, $\\pm 2\\sigma$ of the ensemble" if name == "fit" else name,
                linestyle=("-" if name == "fit" else "--") if curve else "none",
                marker="" if curve else style.MARKERS[number],
            )  # fmt: skip
            if name == "fit" and one["spread"].notna().all():
                axes.fill_between(
                    one["r_bohr"],
                    one["C_m"] - 2 * one["spread"],
                    one["C_m"] + 2 * one["spread"],
                    color=style.PALETTE[number],
                    alpha=0.25,
                )
        axes.set(xlabel="$r$ (bohr)", ylabel=f"$C_{{{power}}}$ (hartree bohr$^{{{power}}}$)")
        axes.ticklabel_format(axis="y", scilimits=(-3, 4))
    figure.axes[0].set_title(title)
    figure.axes[0].legend(fontsize=7.5)
    return figure


def draw_hold_out(table: pd.DataFrame, scores: Mapping, limit: float, title: str) -> Figure:
    """Relative error against R of points at larger R than those of the training.

    Parameters
    ----------
    table
        Columns R_bohr, u_cm, series_cm, plain_cm.
    scores
        For ``series`` and ``plain``: ``weights``, their number, and ``median_relative_percent``.
    limit
        Largest R of the training, bohr.
    title
        Name of the system.
    """
    figure = style.new_figure(5.6, 4.0)
    axes = figure.subplots()
    for number, (name, label) in enumerate(
        (("series", "networks for $C_m$"), ("plain", "network of $(R, x)$"))
    ):
        error = 100.0 * np.abs(table[f"{name}_cm"] / table["u_cm"] - 1.0)
        score = scores[name]
        axes.plot(
            table["R_bohr"],
            np.maximum(error, 1e-4),
            linestyle="none",
            marker=style.MARKERS[number],
            markersize=3,
            color=style.PALETTE[number],
            alpha=0.7,
            label=f"{label}, {score['weights']} weights: median "
            f"{score['median_relative_percent']:.3g} %",
        )
    axes.set(yscale="log", xlabel="$R$ (bohr)", ylabel="|relative error| (%)",
             title=f"{title}: trained below {limit:g} bohr")  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * 30.0)
    axes.legend(loc="upper left")
    return figure
