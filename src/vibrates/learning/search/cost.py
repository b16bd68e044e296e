"""What the direct calculation of every initial level costs (Table V)."""

from collections.abc import Sequence

import pandas as pd
import xarray as xr

from vibrates.core.errors import UserError
from vibrates.learning.search.training_sets import initial_number, levels


def recorded_hours(path: str, data: xr.Dataset) -> dict[int, float]:
    """Core-hours of every initial level of `data`, from a CSV file with columns j (or v), core_hours.

    Several rows of one level are added up.
    """
    try:
        table = pd.read_csv(path)
    except (ValueError, OSError) as error:
        raise UserError(
            f"{path}: cannot be read as a table ({error}); write columns "
            f"{initial_number(data)}, core_hours"
        ) from error
    number = initial_number(data)
    for column in (number, "core_hours"):
        if column not in table:
            raise UserError(
                f"{path}: no column {column}; write {number} and core_hours, one row for "
                "every initial level"
            )
        table[column] = pd.to_numeric(table[column], errors="coerce")
    bad = table[~(table["core_hours"] > 0.0) | table[number].isna()]
    if len(bad):
        raise UserError(
            f"{path}: line {bad.index[0] + 2}: {number} and core_hours must be numbers, "
            "hours above zero"
        )
    hours = table.groupby(number)["core_hours"].sum().to_dict()
    lacking = [level for level in levels(data) if level not in hours]
    if lacking:
        raise UserError(
            f"{path}: no core_hours for {number} = {', '.join(map(str, lacking))}, which "
            f"{data.attrs.get('source', 'the rates')} has; add them"
        )
    return {level: float(hours[level]) for level in levels(data)}


def fourth_power(values: Sequence[int]) -> dict[int, float]:
    """Cost of every initial j in proportion to j^4 (eq. 1), where none was recorded."""
    return {level: float(level) ** 4 for level in values}
