"""Quantum numbers of a transition by name, and transitions in words."""

from collections.abc import Collection, Mapping

import pandas as pd
import xarray as xr

from vibrates.core.errors import UserError

INITIAL, FINAL = ("v", "j", "w"), ("vp", "jp", "wp")
NUMBERS = (*INITIAL, *FINAL)
NUMBER_NAMES = {
    "v": "initial vibrational level of the first molecule",
    "j": "initial rotational level of the first molecule",
    "w": "initial vibrational level of the second molecule",
    "vp": "final vibrational level of the first molecule",
    "jp": "final rotational level of the first molecule",
    "wp": "final vibrational level of the second molecule",
}


def quantum_numbers(data: xr.Dataset) -> list[str]:
    """Names of the quantum numbers that `data` has."""
    return [key for key in NUMBERS if key in data.coords]


def state_text(data: xr.Dataset, row: int) -> str:
    """Transition `row` of `data` in words (`transition_text`)."""
    numbers = quantum_numbers(data)
    return transition_text({key: int(data[key].values[row]) for key in numbers}, numbers)


def check_numbers(numbers: Collection[str], name: str) -> None:
    """UserError unless `numbers` are names of NUMBERS, each with its counterpart."""
    if not numbers:
        raise UserError(f"{name}: no quantum number; name columns of {', '.join(NUMBERS)}")
    for initial, final in zip(INITIAL, FINAL, strict=True):
        if (initial in numbers) != (final in numbers):
            there, lacks = (initial, final) if initial in numbers else (final, initial)
            raise UserError(f"{name}: {there} is given without {lacks}; add {lacks}")


def transition_text(row: Mapping[str, float] | pd.Series, numbers: list[str]) -> str:
    """A transition in words, for messages: v = 2, w = 0 -> v' = 1, w' = 0."""
    before = ", ".join(f"{key} = {int(row[key])}" for key in numbers if key in INITIAL)
    after = ", ".join(f"{key[0]}' = {int(row[key])}" for key in numbers if key in FINAL)
    return f"{before} -> {after}"
