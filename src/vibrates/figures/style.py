"""Common style of all figures: fonts, colours suitable for colour-blind readers, and writing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

RESOLUTION_DPI = 200

# Okabe & Ito (2008), without yellow, which is too pale for lines on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.labelsize": 11,
    "axes.titlesize": 11,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "axes.grid": True,
    "grid.color": "0.9",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    "lines.linewidth": 1.4,
    "lines.markersize": 5,
    "errorbar.capsize": 2.5,
    "mathtext.fontset": "dejavusans",
}

RATE_LABEL = r"rate coefficient $k$ (cm$^3$ s$^{-1}$)"


def sequence(n: int) -> list[tuple[float, float, float, float]]:
    """`n` colours of a perceptually even map, dark to light, without its palest end."""
    return [(r, g, b, a) for r, g, b, a in mpl.colormaps["viridis"](np.linspace(0.0, 0.82, n))]


def few(values: ArrayLike, limit: int = 8) -> np.ndarray:
    """At most `limit` of the sorted distinct `values`, evenly spread, both ends among them."""
    distinct = np.unique(values)
    chosen = np.linspace(0, len(distinct) - 1, min(limit, len(distinct)))
    return distinct[np.round(chosen).astype(int)]


def new_figure(width_inch: float, height_inch: float) -> Figure:
    """A figure with space for labels and for legends outside the axes."""
    return Figure(figsize=(width_inch, height_inch), layout="constrained")


def log_errors(values: ArrayLike, stderr: ArrayLike) -> np.ndarray:
    """Error bars (2, N) for a logarithmic axis, with positive lower ends.

    A bar that would end below a tenth of the value ends there.
    """
    values, stderr = np.asarray(values, float), np.asarray(stderr, float)
    return np.vstack([np.minimum(stderr, 0.9 * values), stderr])


def grouped(count: int) -> str:
    """An integer with thin spaces between thousands."""
    return f"{count:,}".replace(",", "\u2009")


def state_label(v: int, w: int, vp: int, wp: int) -> str:
    """(v, w) to (v', w') as mathematical text.

    Parameters
    ----------
    v, w
        Initial levels of the two molecules.
    vp, wp
        Final levels.
    """
    return rf"$({v},{w}) \to ({vp},{wp})$"


def process_label(a: str, b: str, w: int, dv: int, dw: int) -> str:
    """A(v) + B(w) to A(v + dv) + B(w + dw) as mathematical text, with digits as subscripts.

    Parameters
    ----------
    a, b
        Names of the molecules.
    w
        Initial level of the second one.
    dv, dw
        Changes of v and w.
    """
    a, b = (_formula(name) for name in (a, b))
    final = f"v{dv:+d}" if dv else "v"
    return (
        rf"$\mathrm{{{a}}}(v) + \mathrm{{{b}}}({w}) \to "
        rf"\mathrm{{{a}}}({final}) + \mathrm{{{b}}}({w + dw})$"
    )


def _formula(name: str) -> str:
    return re.sub(r"(\d+)", r"_{\1}", name)


def write(draw: Callable[[pd.DataFrame], Figure], table: pd.DataFrame, png: str, csv: str) -> None:
    """Write a figure in the style of the project, and its table.

    Parameters
    ----------
    draw
        Makes the figure from the table.
    table
        Data of the figure.
    png, csv
        Files of the figure and of the table; missing directories are made.
    """
    for path in (png, csv):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(SETTINGS):
        figure = draw(table)
        figure.savefig(png, dpi=RESOLUTION_DPI)
    table.to_csv(csv, index=False, float_format="%.8g")
