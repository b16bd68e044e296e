"""Which values are learned from: none that rests on the edge of the energy grid, if others stay.

Where the thermal integral runs beyond the energies of a campaign, or over their first or last
interval, k rests on an extrapolation of the cross section. Its error is an estimate, it is one of
the form of the extrapolation, and so it is common to the levels of a family at one temperature:
a regression that takes errors of different transitions as independent would learn the form. These
values are therefore predicted, from the other levels at their temperature and from the other
temperatures of their level. At a temperature where fewer than `MINIMUM_MEMBERS` other values of
the family stay this would be an extrapolation in T, which errs by more (docs/learning.md, 100 K
from 200 K); all values of this temperature are then learned from, with their total error.
"""

import numpy as np
import xarray as xr

from vibrates.learning.data import CELL, MINIMUM_TEMPERATURES

MINIMUM_MEMBERS = 3  # of a family at one temperature


def learnable(data: xr.Dataset) -> np.ndarray:
    """Cells (N, M) of a family that are learned from; all where nothing is known of an edge."""
    sound = ~_on_edge(data)
    return sound | (sound.sum(axis=0) < MINIMUM_MEMBERS)


def without_edge_temperatures(data: xr.Dataset) -> xr.Dataset:
    """`data` without the temperatures at which a value rests on the edge; whole if too few stay.

    For the kernel search, which as published needs every transition at every temperature and knows
    no errors.
    """
    sound = np.flatnonzero(~_on_edge(data).any(axis=0))
    if len(sound) in (data.sizes["temperature"], *range(MINIMUM_TEMPERATURES)):
        return data
    if "temperature_2" in data.dims:
        data = data.isel(temperature_2=sound)
    return data.isel(temperature=sound)


def _on_edge(data: xr.Dataset) -> np.ndarray:
    if "k_rests_on_edge" not in data:
        return np.zeros((data.sizes["transition"], data.sizes["temperature"]), dtype=bool)
    return data["k_rests_on_edge"].transpose(*CELL).values != 0
