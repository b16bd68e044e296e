"""What is left out of the training, as in Hong et al. 2023, section 4."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from vibrates.core.errors import UserError

NAMES = ("temperature", "level", "random", "sets")
FRACTIONS = tuple(range(5, 55, 5))  # per cent removed at random
LADDER = (*range(1, 11), *range(12, 34, 2), 35, 40)  # the levels of the paper
# Sets 1 and 2 remove alternate levels, sets 3 and 4 two of three; set 3 keeps both ends.
SETS = {
    1: tuple(v for i, v in enumerate(LADDER) if i % 2 == 1),
    2: tuple(v for i, v in enumerate(LADDER) if i % 2 == 0),
    3: tuple(v for i, v in enumerate(LADDER[:-1]) if i % 3 != 0),
    4: tuple(v for i, v in enumerate(LADDER) if i % 3 != 2),
}

MINIMUM_LEVELS = 3  # to learn from; a set that leaves fewer of a short ladder is passed over


@dataclass(frozen=True)
class Split:
    """A test set; `label`: the temperature, the level, the percentage or the number of the set."""

    scenario: str
    label: float
    seed: int
    test: np.ndarray


def splits(scenario: str, data: xr.Dataset, seeds: int, every: int = 1) -> Iterator[Split]:
    """All test sets of a scenario.

    Parameters
    ----------
    scenario : str
        One of NAMES.
    data : Dataset
        Rates of one ladder.
    seeds : int
        Repetitions of random test sets.
    every : int
        Every so many temperatures are tested.

    Raises
    ------
    UserError
        For a scenario that is not in NAMES.
    """
    shape = (data.sizes["transition"], data.sizes["temperature"])
    v = data["v"].values
    if scenario == "temperature":
        last = shape[1] - 1
        for column in sorted({*range(0, shape[1], every), last}):
            test = np.zeros(shape, dtype=bool)
            test[:, column] = True
            yield Split(scenario, float(data["temperature"][column]), 0, test)
    elif scenario == "level":
        for row in range(shape[0]):
            test = np.zeros(shape, dtype=bool)
            test[row] = True
            yield Split(scenario, float(v[row]), 0, test)
    elif scenario == "random":
        for percent in FRACTIONS:
            for seed in range(seeds):
                order = np.random.default_rng([percent, seed]).permutation(shape[0] * shape[1])
                chosen = order[: max(1, round(order.size * percent / 100))]
                test = np.isin(np.arange(order.size), chosen).reshape(shape)
                yield Split(scenario, float(percent), seed, test)
    elif scenario == "sets":
        for number, removed in set_levels(v).items():
            test = np.zeros(shape, dtype=bool)
            test[np.isin(v, removed)] = True
            if test.any() and np.sum(~test[:, 0]) >= MINIMUM_LEVELS:
                yield Split(scenario, float(number), 0, test)
    else:
        raise UserError(f"scenario {scenario} is unknown; choose from {', '.join(NAMES)}")


def set_levels(v: np.ndarray) -> dict[int, tuple[int, ...]]:
    """Levels removed by sets 1 to 4; those at the same positions for ladders not in the paper."""
    if set(v) <= set(LADDER):
        return SETS
    levels = np.unique(v)
    place: dict[int, Iterable] = {
        1: levels[1::2],
        2: levels[::2],
        3: [x for i, x in enumerate(levels[:-1]) if i % 3 != 0],
        4: [x for i, x in enumerate(levels) if i % 3 != 2],
    }
    return {number: tuple(int(x) for x in removed) for number, removed in place.items()}
