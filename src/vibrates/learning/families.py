"""A family of transitions, one change (v' - v, w' - w): its computed states and all that are wanted."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from vibrates.config import Campaign, Learning
from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM
from vibrates.learning.data import rate_data
from vibrates.learning.readers import from_campaign

COMPUTED, INTERPOLATED, EXTRAPOLATED = 0, 1, 2
FLAGS = ("computed", "interpolated", "extrapolated")
MINIMUM_STATES = 3


def training_data(rates, change, initial_w, name: str) -> xr.Dataset:
    """The computed rates of one family; UserError when they are too few."""
    rows = (rates.vp - rates.v == change[0]) & (rates.wp - rates.w == change[1])
    count = int((rows & rates.w.isin(initial_w)).sum()) if "w" in rates else 0
    if {"v", "vp", "w", "wp"} <= set(rates.variables) and count < MINIMUM_STATES:
        raise UserError(
            f"{name}: {count} states with w in {list(initial_w)} have the transition "
            f"(dv, dw) = ({change[0]}, {change[1]}), learning needs at least "
            f"{MINIMUM_STATES}; add states to grid.states or change "
            "learning.transitions"
        )
    return from_campaign(rates, name, [change], initial_w)


def complete(training: xr.Dataset, change, settings: Learning, config: Campaign) -> xr.Dataset:
    """All states to give rates for, in the data model; k of the missing ones is a place holder."""
    (first, last), (dv, dw) = settings.complete_v, change
    wanted = {
        (v, w) for v in range(max(first, -dv), last + 1) for w in settings.initial_w if w + dw >= 0
    }
    states = np.array(sorted(wanted | set(zip(training.v.values, training.w.values, strict=True))))
    v, w = states.T
    shape = (len(v), training.sizes["temperature"])
    numbers = {"v": v, "w": w, "vp": v + dv, "wp": w + dw}
    return rate_data(
        numbers,
        training["temperature"].values,
        np.ones(shape),
        "the ladder",
        origin="predicted",
        energy_difference_cm=energy_difference(numbers, config),
    )


def energy_difference(numbers: Mapping[str, np.ndarray], config: Campaign) -> np.ndarray:
    """E_initial - E_final of (v, w) -> (vp, wp) in cm^-1, (N,)."""
    a, b = config.partners
    change = (
        a.level_energy(numbers["v"])
        - a.level_energy(numbers["vp"])
        + b.level_energy(numbers["w"])
        - b.level_energy(numbers["wp"])
    )
    return np.asarray(change) * HARTREE_TO_CM


def places(training: xr.Dataset, target: xr.Dataset) -> np.ndarray:
    """Rows of `target` that hold the states of `training`, in its order."""
    where = {
        state: row for row, state in enumerate(zip(target.v.values, target.w.values, strict=True))
    }
    return np.array(
        [where[state] for state in zip(training.v.values, training.w.values, strict=True)]
    )


def flags(training: xr.Dataset, target: xr.Dataset) -> np.ndarray:
    """COMPUTED, INTERPOLATED (between computed v of the same w) or EXTRAPOLATED, (N,)."""
    flags = np.full(target.sizes["transition"], EXTRAPOLATED)
    for w in np.unique(training.w.values):
        own = training.v.values[training.w.values == w]
        inside = (
            (target.w.values == w) & (target.v.values > own.min()) & (target.v.values < own.max())
        )
        flags[inside] = INTERPOLATED
    flags[places(training, target)] = COMPUTED
    return flags
