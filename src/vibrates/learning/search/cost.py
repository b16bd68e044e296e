"""What the direct calculation of every initial level costs (Table V).

One calculation may serve several initial levels: a total energy of quantum scattering gives the
collisions from every level below it. Its hours are then shared between these levels to say what a
level costs; but whoever computes some of the levels alone pays for it whole. Both are counted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.learning.search.training_sets import initial_number, levels


@dataclass(frozen=True)
class Cost:
    """Cost of the direct calculation, in core-hours where they were recorded, else in any unit.

    by_level: the share of every initial level. pieces: (cost, levels served) of every calculation
    that was done at once; empty where nobody recorded which levels shared one.
    """

    by_level: Mapping[int, float]
    recorded: bool
    pieces: Sequence[tuple[float, frozenset[int]]] = ()

    @property
    def total(self) -> float:
        """Of all levels."""
        return sum(self.by_level.values())

    def shares(self, chosen: Collection[int]) -> float:
        """What the `chosen` levels take of the calculation of all levels."""
        return sum(self.by_level[level] for level in chosen)

    def alone(self, chosen: Collection[int]) -> float:
        """What computing nothing but the `chosen` levels takes; nan where that is not known."""
        if not self.pieces:
            return float("nan")
        return sum(cost for cost, served in self.pieces if not served.isdisjoint(chosen))


def recorded_hours(path: str, data: xr.Dataset) -> Cost:
    """Core-hours from a CSV file with columns j (or v), core_hours.

    A row stands for one initial level; several rows of one level are added up. Where a calculation
    serves several levels a row may name them all, separated by spaces, and a level as often as it
    has states that are served: `0 0 1` gives two thirds of the hours to level 0. Raises UserError
    if the file is no such table or lacks a level of ``data``.
    """
    number = initial_number(data)
    table = tables.read_plain(path, f"columns {number}, core_hours", dtype={number: str})
    for column in (number, "core_hours"):
        if column not in table:
            raise UserError(
                f"{path}: no column {column}; write {number} and core_hours, one row for "
                "every initial level"
            )
    hours = pd.to_numeric(table["core_hours"], errors="coerce")
    served = [_levels(text) for text in table[number]]
    bad = [not h > 0.0 or not own for h, own in zip(hours, served, strict=True)]
    if any(bad):
        raise UserError(
            f"{path}: line {bad.index(True) + 2}: {number} and core_hours must be "
            "numbers, hours above zero"
        )
    by_level: dict[int, float] = {}
    for h, own in zip(hours, served, strict=True):
        for level in own:
            by_level[level] = by_level.get(level, 0.0) + h / len(own)
    lacking = [level for level in levels(data) if level not in by_level]
    if lacking:
        raise UserError(
            f"{path}: no core_hours for {number} = {', '.join(map(str, lacking))}, which "
            f"{data.attrs.get('source', 'the rates')} has; add them"
        )
    wanted = levels(data)
    pieces = [(float(h), frozenset(own)) for h, own in zip(hours, served, strict=True)]
    shared = any(len(own) > 1 for _, own in pieces)
    return Cost({level: float(by_level[level]) for level in wanted}, True, pieces if shared else ())


def fourth_power(values: Sequence[int]) -> Cost:
    """Cost of every initial j in proportion to j^4 (eq. 1), where none was recorded."""
    return Cost({level: float(level) ** 4 for level in values}, False)


def _levels(text: object) -> list[int]:
    """The levels that a cell names, empty where it is no list of integers."""
    try:
        numbers = [float(word) for word in str(text).split()]
    except ValueError:
        return []
    return [int(x) for x in numbers] if all(x.is_integer() for x in numbers) else []
