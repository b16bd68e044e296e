"""k against v at every temperature: computed, predicted, scaling law and published."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from vibrates.figures import style
from vibrates.molecules.diatom import Diatom
from vibrates.rates.approximate import scaling_law

KINDS = ("computed", "predicted", "gaussian_process", "scaling_law", "published")


def table(learned: xr.Dataset, diatom: Diatom, published: pd.DataFrame) -> pd.DataFrame:
    """All curves of the figure.

    Parameters
    ----------
    learned
        One family of learned.nc.
    diatom
        The molecule of the ladder, for the scaling law. The law starts from k(1 -> 0) of the ladder
        and is present only for dv = -1.
    published
        Published rates: columns v, temperature_K, k.

    Returns
    -------
    pd.DataFrame
        Columns kind (see `KINDS`), v, temperature_K, k (cm^3 s^-1), and `lower` and `upper`, one
        standard deviation of log10 k below and above (empty without a standard deviation).
    """
    levels = learned["v"].values
    temperatures_K = learned["temperature"].values
    v, temperature_K = (x.ravel() for x in np.meshgrid(levels, temperatures_K, indexing="ij"))
    log10_k, std = learned["log10_k"].values.ravel(), learned["log10_k_std"].values.ravel()
    gp, gp_std = (learned[name].values.ravel() for name in ("gp_log10_k", "gp_log10_k_std"))
    parts = [
        _rows(learned["origin"].values.ravel(), v, temperature_K, log10_k, std),
        _rows("gaussian_process", v, temperature_K, gp, gp_std),
    ]
    if list(np.atleast_1d(learned.attrs["transition"])) == [-1, 0] and 1 in levels:
        k_10 = learned["k"].sel(v=1).values
        law = np.stack([scaling_law(diatom, level, temperatures_K, k_10) for level in levels])
        parts.append(_rows("scaling_law", v, temperature_K, np.log10(law).ravel(), None))
    here = published[published["v"].isin(levels)]
    here = here[np.isclose(here["temperature_K"].to_numpy()[:, None], temperatures_K).any(axis=1)]
    if len(here):
        parts.append(
            _rows("published", here["v"], here["temperature_K"], np.log10(here["k"]), None)
        )
    return pd.concat(parts, ignore_index=True)


def trajectories(rates: xr.Dataset, learned: xr.Dataset) -> int:
    """Good trajectories behind the computed levels of the ladder."""
    dv, dw = learned.attrs["transition"]
    own = (rates.vp - rates.v == dv) & (rates.wp - rates.w == dw)
    own &= rates.w == learned.attrs["initial_w"]
    return int(rates["n_trajectories"].where(own, 0).sum())


def _rows(kind, v, temperature_K, log10_k, std) -> pd.DataFrame:
    log10_k = np.asarray(log10_k, dtype=float)
    std = np.full_like(log10_k, np.nan) if std is None else std
    return pd.DataFrame(
        {
            "kind": kind,
            "v": np.asarray(v),
            "temperature_K": np.asarray(temperature_K),
            "k": 10.0**log10_k,
            "lower": 10.0 ** (log10_k - std),
            "upper": 10.0 ** (log10_k + std),
        }
    )


def draw(table: pd.DataFrame, title: str = "", computed_label: str = "computed") -> Figure:
    """Draw k against v with one colour per temperature, which is written at the end of its curve.

    Parameters
    ----------
    table
        The table of `table`; of more than eight temperatures only eight are drawn.
    title
        Title of the figure.
    computed_label
        Legend of the computed rates.
    """
    figure = style.new_figure(7.2, 6.2)
    axes = figure.subplots()
    temperatures_K = style.few(table["temperature_K"])
    table = table[table["temperature_K"].isin(temperatures_K)]
    colours = dict(zip(temperatures_K, style.sequence(len(temperatures_K)), strict=True))
    last_v = table["v"].max()
    for (kind, temperature_K), part in table.groupby(["kind", "temperature_K"], sort=False):
        part, colour = part.sort_values("v"), colours[temperature_K]
        if kind == "gaussian_process":
            axes.plot(part["v"], part["k"], color=colour, linewidth=1.0)
            axes.fill_between(
                part["v"], part["lower"], part["upper"], color=colour, alpha=0.2, linewidth=0
            )
            axes.annotate(
                f"{temperature_K:g} K",
                (1.0, part["k"].iloc[-1]),
                xycoords=axes.get_yaxis_transform(),
                xytext=(6, 0),
                textcoords="offset points",
                color=colour,
                va="center",
                annotation_clip=False,
            )
        elif kind == "scaling_law":
            axes.plot(part["v"], part["k"], color=colour, linestyle="--", linewidth=1.0)
        elif kind == "published":
            axes.plot(part["v"], part["k"], "x", color=colour, markersize=6)
        else:
            axes.errorbar(
                part["v"],
                part["k"],
                yerr=np.vstack([part["k"] - part["lower"], part["upper"] - part["k"]]),
                color=colour,
                linestyle="none",
                marker="o" if kind == "computed" else "D",
                markerfacecolor=colour if kind == "computed" else "white",
            )
    axes.set(yscale="log", xlabel="initial vibrational level $v$", ylabel=style.RATE_LABEL)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=14, integer=True))
    axes.set_xlim(table["v"].min() - 0.4, last_v + 0.4)
    # At high v the scaling law exceeds any axis: the range is that of the computed rates.
    own = table[table["kind"] != "scaling_law"]
    axes.set_ylim(0.3 * own["lower"].min(), 100.0 * own["upper"].max())
    axes.set_title(title)
    figure.legend(
        handles=_handles(set(table["kind"]), computed_label), loc="outside lower center", ncols=2
    )
    return figure


def _handles(kinds: set[str], computed_label: str) -> list[Line2D]:
    point: dict[str, Any] = {"color": "0.3", "linestyle": "none"}
    handles = {
        "computed": Line2D([], [], marker="o", label=computed_label, **point),
        "predicted": Line2D(
            [], [], marker="D", markerfacecolor="white", label="predicted, one sigma", **point
        ),
        "gaussian_process": Line2D(
            [], [], color="0.3", linewidth=1.0, label="Gaussian process, one sigma shaded"
        ),
        "scaling_law": Line2D(
            [], [], color="0.3", linestyle="--", label=r"scaling law (A5) from $k_{1\to0}$"
        ),
        "published": Line2D([], [], marker="x", label="published", **point),
    }
    shown = [handles[kind] for kind in KINDS if kind in kinds]
    if "published" not in kinds:
        shown.append(Line2D([], [], linestyle="none", label="(no published rates named)"))
    return shown
