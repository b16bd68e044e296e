"""A family of transitions, one change (v' - v, w' - w): its computed and its wanted states."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from vibrates.config import Campaign, Learning
from vibrates.core.errors import UserError
from vibrates.learning.data import CELL, rate_data
from vibrates.learning.directions import crosses_resonance, energy_difference, mean_over_exothermic
from vibrates.learning.edge import learnable
from vibrates.learning.readers import check_variables, chosen_rows

COMPUTED, INTERPOLATED, EXTRAPOLATED = 0, 1, 2
FLAGS = ("computed", "interpolated", "extrapolated")
MINIMUM_STATES = 3


@dataclass(frozen=True)
class Family:
    """The members of one family, under the quantum numbers of its direction.

    training: those that trajectories computed, in either direction; target: all that are wanted,
    the computed ones among them. k is that of the exothermic direction (`directions`). used (N, M):
    the cells of training that are learned from (`edge`). resonant: D changes sign.
    """

    training: xr.Dataset
    target: xr.Dataset
    used: np.ndarray
    resonant: bool
    config: Campaign

    @classmethod
    def of(cls, rates: xr.Dataset, change: Sequence[int], config: Campaign, name: str) -> "Family":
        """The family with (v' - v, w' - w) = `change`, of the dataset of rates.nc called `name`."""
        training = training_data(rates, change, config, name)
        target = complete(training, change, config)
        return cls(training, target, learnable(training), crosses_resonance(target), config)

    @property
    def learned(self) -> xr.Dataset:
        """`training` with what is learned as its k: k itself, or the mean of both directions."""
        if not self.resonant:
            return self.training
        factor = 10.0 ** self.offset(self.training)
        return self.training.assign(
            {
                name: (CELL, self.training[name].transpose(*CELL).values * factor)
                for name in ("k", "k_stderr")
            }
        )

    def offset(self, members: xr.Dataset) -> np.ndarray:
        """log10 of what is learned over the exothermic k, (N, M)."""
        if not self.resonant:
            return np.zeros((members.sizes["transition"], members.sizes["temperature"]))
        return mean_over_exothermic(members, self.config)


def changes(settings: Learning) -> list[tuple[int, int]]:
    """The families of `learning.transitions`; UserError where one is the reverse of another."""
    found: list[tuple[int, int]] = []
    for dv, dw in settings.transitions:
        if (-dv, -dw) in found:
            raise UserError(
                f"learning.transitions: ({dv}, {dw}) is the reverse of ({-dv}, {-dw}), "
                "and every family gives both directions; name one of the two"
            )
        found.append((dv, dw))
    return found


def training_data(
    rates: xr.Dataset, change: Sequence[int], config: Campaign, name: str
) -> xr.Dataset:
    """The computed members of one family with their exothermic k; UserError when they are too few.

    A member is known where either direction was computed: the exothermic one, of which the other
    direction in rates.nc is the image by detailed balance. w is that of the family's direction.
    """
    check_variables(rates, name)
    initial_w = config.to_learn.initial_w
    own = np.column_stack([rates[key].values for key in ("v", "w", "vp", "wp")])
    members = np.stack([own, own[:, [2, 3, 0, 1]]])  # as they are, and read the other way round
    fits = (
        (members[..., 2:] - members[..., :2] == change).all(axis=2)
        & np.isin(members[..., 1], initial_w)
        & _computed(rates, config)
    )
    reverse, row = np.nonzero(fits)
    # At D = 0 both directions count as computed: the family's own comes first.
    found, first = np.unique(members[reverse, row], axis=0, return_index=True)
    row, (v, w, vp, wp) = row[first], found.T
    if len(row) < MINIMUM_STATES:
        raise UserError(
            f"{name}: {len(row)} states with w in {list(initial_w)} have the transition "
            f"(dv, dw) = ({change[0]}, {change[1]}), learning needs at least "
            f"{MINIMUM_STATES}; add states to grid.states or change "
            "learning.transitions"
        )
    numbers = {"v": v, "w": w, "vp": vp, "wp": wp}
    return chosen_rows(rates, row, name, numbers, energy_difference(numbers, config))


def _computed(rates: xr.Dataset, config: Campaign) -> np.ndarray:
    """Rows that hold an exothermic rate from trajectories, (N,)."""
    if "direction" in rates:
        return rates["direction"].values == "computed"
    return (
        energy_difference({key: rates[key].values for key in ("v", "w", "vp", "wp")}, config) >= 0
    )


def complete(training: xr.Dataset, change: Sequence[int], config: Campaign) -> xr.Dataset:
    """All states to give rates for, in the data model; k of the missing ones is a place holder."""
    settings = config.to_learn
    (first, last), (dv, dw) = settings.complete_v, change
    wanted = {
        (v, w) for v in range(max(first, -dv), last + 1) for w in settings.initial_w if w + dw >= 0
    }
    states = sorted(wanted | set(zip(training.v.values, training.w.values, strict=True)))
    return members_of(states, change, training["temperature"].values, config)


def members_of(
    states: Sequence[tuple[int, int]],
    change: Sequence[int],
    temperature_K: np.ndarray,
    config: Campaign,
) -> xr.Dataset:
    """The members of a family that belong to `states` (v, w), with a place holder for k."""
    v, w = np.array(states).T
    numbers = {"v": v, "w": w, "vp": v + change[0], "wp": w + change[1]}
    return rate_data(
        numbers,
        temperature_K,
        np.ones((len(v), len(temperature_K))),
        "the ladder",
        origin="predicted",
        energy_difference_cm=energy_difference(numbers, config),
    )


def places(training: xr.Dataset, target: xr.Dataset) -> np.ndarray:
    """Rows of `target` that hold the states of `training`, in its order."""
    where = {
        state: row for row, state in enumerate(zip(target.v.values, target.w.values, strict=True))
    }
    return np.array(
        [where[state] for state in zip(training.v.values, training.w.values, strict=True)]
    )


def flags(family: Family) -> np.ndarray:
    """COMPUTED, INTERPOLATED (between used v of equal w) or EXTRAPOLATED, (N, M) of the target."""
    training, target = family.training, family.target
    flags = np.full((target.sizes["transition"], target.sizes["temperature"]), EXTRAPOLATED)
    for w in np.unique(training.w.values):
        known = family.used & (training.w.values == w)[:, None]
        v = np.where(known, training.v.values[:, None], np.nan)
        with np.errstate(invalid="ignore"):
            first, last = np.fmin.reduce(v, axis=0), np.fmax.reduce(v, axis=0)
        inside = (target.v.values[:, None] > first) & (target.v.values[:, None] < last)
        flags[inside & (target.w.values == w)[:, None]] = INTERPOLATED
    row, column = np.nonzero(family.used)
    flags[places(training, target)[row], column] = COMPUTED
    return flags
