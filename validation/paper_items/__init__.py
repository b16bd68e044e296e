"""Figures and tables of the papers: one module for each kind, and the list of all of them.

A module has makers. A maker gives the numbers of an item as a table, draws them, and says what
agrees and what differs; it finds out what is missing from the table itself. The tables are kept in
docs/paper/, so that figures and page follow without the products they came from.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Facts:
    """Sentences on an item: what agrees with the paper, what differs, and what is missing."""

    agrees: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Maker:
    """How an item is made. All functions get the ``settings`` of the item as keywords.

    Parameters
    ----------
    measure
        The numbers from products or other files of the repository (its directory is the first
        argument); None where there are none, so that the kept table is used.
    facts
        From the table.
    draw
        The figure; None for a table, and a function that returns None where there is too little.
    """

    measure: Callable[..., pd.DataFrame | None]
    facts: Callable[..., Facts]
    draw: Callable[..., Figure | None] | None = None


def percent(share: float) -> str:
    """A share as a percentage; small ones with a decimal."""
    value = 100.0 * share
    return f"{value:.1f} %" if 0.0 < value < 9.95 else f"{value:.0f} %"


def short(value: float) -> str:
    """A number with two digits, but with all digits before the point up to 10 000."""
    return f"{value:.0f}" if 10.0 <= abs(value) < 1e4 else f"{value:.2g}"
