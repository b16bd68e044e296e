"""k(T) of one transition, with the three symmetrisations and published values."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from vibrates.figures import style
from vibrates.figures.cross_sections import Transition, transition_index

SYMMETRISATIONS = ("translational", "total", "initial")
TICKS_K = (20, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10000)


def table(rates: xr.Dataset, transition: Transition, published: pd.DataFrame) -> pd.DataFrame:
    """k of one transition at all temperatures, with other symmetrisations and published values.

    Parameters
    ----------
    rates
        Dataset of rates.nc.
    transition
        (v, w, v', w').
    published
        Published rates of this transition for all v: columns v, temperature_K, k. Only values of v
        within the range of temperatures are used.

    Returns
    -------
    pd.DataFrame
        Columns kind (computed, the name of a symmetrisation, or published), temperature_K, k and
        stderr (cm^3 s^-1).

    Raises
    ------
    UserError
        For a transition that is not in the dataset.
    """
    one = rates.isel(transition=transition_index(rates, transition))
    temperature_K = one["temperature"].values
    parts = [
        _rows("computed", temperature_K, one["k"].values, one["k_stderr"].values),
    ]
    for name in SYMMETRISATIONS:
        if f"k_{name}" in one and name != rates.attrs.get("symmetrisation"):
            parts.append(
                _rows(name, temperature_K, one[f"k_{name}"].values, one[f"k_{name}_stderr"].values)
            )
    here = published[
        (published["v"] == transition[0])
        & published["temperature_K"].between(temperature_K.min(), temperature_K.max())
    ].sort_values("temperature_K")
    if len(here):
        parts.append(_rows("published", here["temperature_K"], here["k"], np.nan))
    return pd.concat(parts, ignore_index=True)


def _rows(kind, temperature_K, k, stderr) -> pd.DataFrame:
    return pd.DataFrame({"kind": kind, "temperature_K": temperature_K, "k": k, "stderr": stderr})


def labels(rates: xr.Dataset, transition: Transition) -> dict[str, str]:
    """Title and the legend's words for the computed rates: symmetrisation and trajectories."""
    one = rates.isel(transition=transition_index(rates, transition))
    return {
        "title": style.state_label(*transition),
        "computed_label": f"computed, symmetrisation {rates.attrs['symmetrisation']}, standard "
        f"errors ({style.grouped(int(one['n_trajectories']))} trajectories)",
    }


def draw(table: pd.DataFrame, title: str = "", computed_label: str = "computed") -> Figure:
    """Draw log k against T^(-1/3), for which a Landau-Teller rate is a straight line.

    Parameters
    ----------
    table
        The table of `table`.
    title
        Title of the figure.
    computed_label
        Legend of the computed rates.
    """
    figure = style.new_figure(6.4, 5.0)
    axes = figure.subplots()
    axes.set_xscale("function", functions=(_landau_teller, _landau_teller_inverse))
    computed = table[table["kind"] == "computed"]
    axes.errorbar(
        computed["temperature_K"],
        computed["k"],
        yerr=style.log_errors(computed["k"], computed["stderr"]),
        color=style.PALETTE[0],
        marker="o",
        zorder=3,
        label=computed_label,
    )
    others = [kind for kind in table["kind"].unique() if kind not in ("computed", "published")]
    for kind, linestyle, colour in zip(others, ("--", "-."), style.PALETTE[1:3], strict=False):
        part = table[table["kind"] == kind]
        axes.plot(
            part["temperature_K"],
            part["k"],
            linestyle=linestyle,
            color=colour,
            label=f"the same trajectories, symmetrisation {kind}",
        )
    published = table[table["kind"] == "published"]
    if len(published):
        axes.plot(
            published["temperature_K"],
            published["k"],
            linestyle=":",
            color="black",
            label="published",
        )
    temperature_K = computed["temperature_K"]
    axes.set(
        yscale="log",
        xlabel=r"temperature $T$ (K), on a scale linear in $T^{-1/3}$",
        ylabel=style.RATE_LABEL,
        xlim=(0.93 * temperature_K.min(), 1.2 * temperature_K.max()),
        title=title,
    )
    axes.xaxis.set_major_locator(FixedLocator(TICKS_K))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    # matplotlib puts error bars last in the legend; the rates of the campaign are moved first.
    handles, names = axes.get_legend_handles_labels()
    figure.legend(
        handles[-1:] + handles[:-1], names[-1:] + names[:-1], loc="outside lower center", ncols=1
    )
    if not len(published):
        figure.text(0.99, 0.01, "no published rates named", ha="right", va="bottom", fontsize=8)
    return figure


def _landau_teller(temperature_K: np.ndarray) -> np.ndarray:
    return -(np.maximum(temperature_K, 1e-3) ** (-1.0 / 3.0))


def _landau_teller_inverse(x: np.ndarray) -> np.ndarray:
    return np.maximum(-x, 1e-3) ** (-3.0)
