"""Rates of vibrational transitions: sums over final j, thermal averages over initial j."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.collisions.detailed_balance import detailed_balance
from vibrates.core.units import KELVIN_TO_HARTREE
from vibrates.scattering.nuclear_spin import UNLIKE


def vibrational_rates(
    rates: pd.DataFrame, levels: NDArray, weights: Sequence[float] = UNLIKE
) -> pd.DataFrame:
    """v, vp, T_K, k_cm3_s of all downward changes of v.

    ``rates``: v, j, vp, jp, T_K, k_cm3_s, each pair of levels once; the other direction follows
    from detailed balance. ``levels`` (n_v, n_j): energies of all levels, hartree. ``weights``:
    nuclear-spin weights of even and odd j, as `nuclear_spin.weights`; with (1, 0) the rate of the
    molecules with even j alone. Even and odd j are populated as in equilibrium at T.
    """
    spin = np.asarray(weights, float)
    before = levels[rates["v"], rates["j"]], 2 * rates["j"].to_numpy() + 1
    after = levels[rates["vp"], rates["jp"]], 2 * rates["jp"].to_numpy() + 1
    k_t = rates["T_K"].to_numpy() * KELVIN_TO_HARTREE
    balance = detailed_balance(before[0] - after[0], before[1] / after[1], k_t)
    reverse = rates.rename(columns={"v": "vp", "j": "jp", "vp": "v", "jp": "j"})
    reverse = reverse.assign(k_cm3_s=rates["k_cm3_s"] * balance)
    both = pd.concat([rates, reverse], ignore_index=True)
    both = both[both["v"] > both["vp"]]
    own = levels[both["v"], both["j"]] - levels[both["v"], 0]
    weight = (
        spin[both["j"] % 2] * (2 * both["j"] + 1) * np.exp(-own / (both["T_K"] * KELVIN_TO_HARTREE))
    )
    both = both.assign(part=weight * both["k_cm3_s"])
    summed = both.groupby(["v", "vp", "T_K"], as_index=False)["part"].sum()
    j = np.arange(levels.shape[1])
    partition = [
        np.sum(
            spin[j % 2]
            * (2 * j + 1)
            * np.exp(-(levels[v] - levels[v, 0]) / (t * KELVIN_TO_HARTREE))
        )
        for v, t in zip(summed["v"], summed["T_K"], strict=True)
    ]
    return summed.assign(k_cm3_s=summed["part"] / partition).drop(columns="part")


def normal_rates(rates: pd.DataFrame, levels: NDArray, weights: Sequence[float]) -> pd.DataFrame:
    """As `vibrational_rates`, of a gas whose even and odd j keep the ratio of ``weights`` at any T.

    That is a homonuclear gas as it is kept at room temperature and used without a catalyst: normal
    H2 has three molecules with odd j for each one with even j.
    """
    shares = [
        (weight / sum(weights), alone)
        for weight, alone in zip(weights, ((1, 0), (0, 1)), strict=True)
        if weight > 0
    ]
    parts = [(share, vibrational_rates(rates, levels, alone)) for share, alone in shares]
    return parts[0][1].assign(k_cm3_s=sum(share * part["k_cm3_s"] for share, part in parts))
