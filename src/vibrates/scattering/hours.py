"""What the data of each initial j took."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.scattering.plan import Block


def by_initial_j(
    blocks: Sequence[Block], seconds: Sequence[float], levels: NDArray, settings: Mapping
) -> pd.DataFrame:
    """Core hours of the collisions that begin in each j: columns j, core_hours.

    What an energy took counts in equal parts for every level whose collisions it completes.
    """
    wanted = settings["levels"]
    levels = levels[: wanted["v_max"] + 1, : wanted["j_max"] + 1]
    spent = np.zeros(levels.shape)
    for block, time in zip(blocks, seconds, strict=True):
        # An energy takes as long as it has partial waves.
        share = time * (block.last + 1.0) / (block.last + 1.0).sum()
        for energy, reference, own in zip(block.energies, block.reference, share, strict=True):
            served = (levels < energy) & (levels >= reference - 1e-9)
            spent[served] += own / served.sum()
    return pd.DataFrame({"j": np.arange(levels.shape[1]), "core_hours": spent.sum(axis=0) / 3600.0})
