"""What the data of each initial j took."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.scattering.plan import Block


def by_initial_j(
    blocks: Sequence[Block], seconds: Sequence[float], levels: NDArray, settings: Mapping
) -> pd.DataFrame:
    """Core hours of the collisions that begin in each j: columns j, hours.

    Energies near a level are that level's; energies that levels share count in equal parts for
    every level whose collisions they complete.
    """
    wanted = settings["levels"]
    levels = levels[: wanted["v_max"] + 1, : wanted["j_max"] + 1]
    spent = np.zeros(levels.shape)
    for block, time in zip(blocks, seconds, strict=True):
        if block.level is not None:
            spent[block.level] += time
            continue
        for energy, reference in zip(block.energies, block.reference, strict=True):
            served = (levels < energy) & (levels >= reference - 1e-9)
            spent[served] += time / len(block.energies) / served.sum()
    return pd.DataFrame({"j": np.arange(levels.shape[1]), "hours": spent.sum(axis=0) / 3600.0})
