"""Contributions of the strata to the rate coefficients of the target transitions."""

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vibrates.config import Campaign
from vibrates.rates import layout
from vibrates.rates.variance import stratum_shares


def target_shares(
    reduced: Sequence[xr.Dataset], config: Campaign
) -> Iterator[tuple[xr.Dataset, str, NDArray, NDArray]]:
    """Per state and target transition: dataset, label, shares of the strata in k, their errors.

    Shares and errors (T, E, S) at sampling.target_temperatures_K.
    """
    wanted = np.asarray(config.sampling.target_temperatures_K, dtype=float)
    for one in reduced:
        v, w = int(one.attrs["v"]), int(one.attrs["w"])
        state = layout.state_label(one)
        at = np.isin(one["temperature"].values, wanted)
        for dv, dw in config.sampling.target_transitions:
            rows = layout.rows_to(one, dv, dw)
            found = stratum_shares(one, rows, config.rates.symmetrisation) if rows else None
            if found is not None:
                yield one, f"({state})->({v + dv},{w + dw})", found[0][at], found[1][at]


def largest_mean(
    reduced: Sequence[xr.Dataset], config: Campaign, variable: str
) -> tuple[float, str]:
    """Largest mean over strata of a variable, weighted by their shares in k.

    Parameters
    ----------
    reduced
        One dataset of `layout` per initial state.
    config
        The campaign.
    variable
        Name of a variable on (energy, shell).

    Returns
    -------
    value, transition
        The largest mean over all states, target transitions and temperatures, in the unit of the
        variable, and its transition as text.
    """
    worst, where = 0.0, "none"
    for one, label, shares, _ in target_shares(reduced, config):
        mean = np.sum(shares * one[variable].values, axis=(1, 2))
        if mean.max() > worst:
            worst, where = float(mean.max()), label
    return worst, where
