"""What the data of each initial j took."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.scattering.models import WantedLevels
from vibrates.scattering.plan import Block


def by_served_levels(
    blocks: Sequence[Block], seconds: Sequence[float], levels: NDArray, wanted: WantedLevels
) -> pd.DataFrame:
    """Core hours of the energies that complete the collisions from the same levels (v, j).

    The levels of a row share its hours in equal parts; whoever wants one of them alone pays for
    all.

    Parameters
    ----------
    blocks : sequence of Block
        The blocks, as planned.
    seconds : sequence of float
        Processor time of each block.
    levels : array, (n_v, n_j)
        Energies of at least the levels wanted, hartree.
    wanted : WantedLevels
        The levels wanted.

    Returns
    -------
    DataFrame
        Columns j (each as often as there are v served, in words: `0 0 1`) and core_hours.
    """
    levels = levels[: wanted.v_max + 1, : wanted.j_max + 1]
    spent: dict[str, float] = {}
    for block, time in zip(blocks, seconds, strict=True):
        # An energy takes as long as it has partial waves.
        share = time * (block.last + 1.0) / (block.last + 1.0).sum()
        for energy, reference, own in zip(block.energies, block.reference, share, strict=True):
            served = (levels < energy) & (levels >= reference - 1e-9)
            text = " ".join(map(str, np.sort(np.nonzero(served)[1])))
            spent[text] = spent.get(text, 0.0) + own / 3600.0
    return pd.DataFrame({"j": list(spent), "core_hours": list(spent.values())})
