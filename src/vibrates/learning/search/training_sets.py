"""Sets of initial levels: what is trained on, and what validates."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import xarray as xr

from vibrates.core.errors import UserError


def initial_number(data: xr.Dataset) -> str:
    """The quantum number that training sets are made of: j, or v (or w) where there is no j.

    Raises UserError if all transitions start from one level.
    """
    for name in ("j", "v", "w"):
        if name in data.coords and np.ptp(data[name].values) > 0:
            return name
    raise UserError(
        f"{data.attrs.get('source', 'rates')}: all transitions start from one level; "
        "a search over initial levels needs several"
    )


def levels(data: xr.Dataset) -> list[int]:
    """All values of the initial quantum number, ascending."""
    return [int(value) for value in np.unique(data[initial_number(data)].values)]


def training_sets(
    values: Sequence[int], fixed: int, size: int, name: str = "rates"
) -> list[tuple[int, ...]]:
    """All sets of ``size`` of the ``values`` that hold ``fixed``, in lexical order.

    ``name``: where the rates come from, for messages. Raises UserError if ``fixed`` is no value or
    a set would leave none to predict.
    """
    if fixed not in values:
        raise UserError(
            f"{name}: learning.search.fixed: {fixed} is no initial level; choose from "
            f"{', '.join(map(str, values))}"
        )
    if size >= len(values):
        raise UserError(
            f"{name}: learning.search.sizes: {size} of {len(values)} initial levels "
            f"leaves none to predict; use {len(values) - 1} or less"
        )
    others = [value for value in values if value != fixed]
    return [tuple(sorted((fixed, *chosen))) for chosen in combinations(others, size - 1)]


def validation_set(
    wanted: Sequence[int], trained: Sequence[int], values: Sequence[int]
) -> tuple[int, ...]:
    """`wanted`, each value that is trained on (or not there) replaced by the next higher free one.

    {6, 9, 12} becomes {6, 10, 13} where 9 and 12 are trained on. Where no higher one is free the
    next lower is taken; at least one level stays to be predicted.
    """
    chosen: list[int] = []
    for value in wanted:
        free = [x for x in values if x not in trained and x not in chosen]
        if len(free) < 2:
            break
        higher = [x for x in free if x >= value]
        chosen.append(higher[0] if higher else free[-1])
    return tuple(sorted(chosen))


def rows_of(data: xr.Dataset, chosen: Sequence[int]) -> np.ndarray:
    """Transitions from the chosen initial levels, a mask (N,)."""
    return np.isin(data[initial_number(data)].values, list(chosen))
