"""Predictions of all models for levels that were not computed (Hong et al., Figure 10)."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from vibrates.figures import style
from vibrates.figures.scenarios import MODELS, colour
from vibrates.learning.data import log10_k, rate_data
from vibrates.learning.edge import learnable

SHOWN = ("GP", "NN", "q4", "ladder")
PREFERRED = (34, 36)  # as in the paper; for a shorter ladder its last missing levels


def table(families: dict[str, xr.Dataset], models: list[str]) -> pd.DataFrame:
    """Columns family, model, v, temperature_K, k and its range of one standard deviation.

    Neighbouring computed levels are included as model `data`.
    """
    from vibrates.learning.models import model

    rows = []
    makers = {name: model(name) for name in models if name in SHOWN}
    for family, data in families.items():
        levels = missing_levels(data)
        for name, make in makers.items():
            fitted = make().fit(data, learnable(data))
            for v in levels:
                mean, std = fitted.predict(_one_level(data, v))
                rows.append(_rows(family, name, v, data, mean[0], None if std is None else std[0]))
        for v in levels:
            for row in _neighbours(data, v):
                rows.append(
                    _rows(family, "data", int(data.v[row]), data, log10_k(data)[row], None).assign(
                        beside=v
                    )
                )
    return pd.concat(rows, ignore_index=True)


def missing_levels(data: xr.Dataset) -> list[int]:
    """Two levels to predict: those of the paper if the ladder has levels around them."""
    there = set(data.v.values.tolist())
    free = [v for v in range(min(there), max(there)) if v not in there]
    wanted = [v for v in PREFERRED if v in free]
    return wanted if len(wanted) == 2 else (free[-2:] or [max(there) + 1])


def draw(table: pd.DataFrame) -> Figure:
    """One panel per level, k against T: a colour per model, a line style per family."""
    levels = sorted(table[table["model"] != "data"]["v"].unique())
    figure = style.new_figure(4.6 * len(levels), 4.6)
    panels = figure.subplots(1, len(levels), sharey=True, squeeze=False)[0]
    lines = dict(zip(sorted(table["family"].unique()), ("-", "--", ":"), strict=False))
    names = [name for name in MODELS if name in set(table["model"])]
    for axes, v in zip(panels, levels, strict=True):
        for family, line in lines.items():
            own = table[(table["family"] == family) & (table["v"] == v)]
            for name in names:
                part = own[own["model"] == name]
                shade = colour(name)
                axes.plot(part["temperature_K"], part["k"], line, color=shade, linewidth=1.2)
                if name == "ladder":
                    axes.fill_between(
                        part["temperature_K"],
                        part["lower"],
                        part["upper"],
                        color=shade,
                        alpha=0.2,
                        linewidth=0,
                    )
            beside = table[(table["family"] == family) & (table.get("beside") == v)]
            for _, part in beside.groupby("v"):
                axes.plot(part["temperature_K"], part["k"], color="0.75", linewidth=0.8, zorder=1)
        axes.set(xscale="log", yscale="log", xlabel="temperature (K)", title=f"$v$ = {v}")
    panels[0].set_ylabel(style.RATE_LABEL)
    handles = [Line2D([], [], color=colour(n), label=MODELS[n]) for n in names]
    handles.append(Line2D([], [], color="0.75", label="neighbouring levels, in the data"))
    handles += [
        Line2D([], [], color="0.3", linestyle=line, label=f"$\\Delta v$ = {family[2:]}")
        for family, line in lines.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return figure


def _one_level(data: xr.Dataset, v: int) -> xr.Dataset:
    shift = int(data.vp[0] - data.v[0])
    numbers = {"v": np.array([v]), "vp": np.array([v + shift])}
    numbers |= {name: data[name].values[:1] for name in ("w", "wp") if name in data.coords}
    return rate_data(
        numbers,
        data["temperature"].values,
        np.ones((1, data.sizes["temperature"])),
        "the figure",
        origin="predicted",
    )


def _neighbours(data: xr.Dataset, v: int) -> list[int]:
    same = data.w.values == data.w.values[0] if "w" in data.coords else np.ones(len(data.v), bool)
    below, above = (np.flatnonzero(same & side) for side in (data.v.values < v, data.v.values > v))
    return [*below[-1:].tolist(), *above[:1].tolist()]


def _rows(family, name, v, data, mean, std) -> pd.DataFrame:
    spread = np.zeros_like(mean) if std is None else std
    return pd.DataFrame(
        {
            "family": family,
            "model": name,
            "v": v,
            "temperature_K": data["temperature"].values,
            "k": 10.0**mean,
            "lower": 10.0 ** (mean - spread),
            "upper": 10.0 ** (mean + spread),
        }
    )
