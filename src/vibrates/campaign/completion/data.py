"""What the trajectories of all rounds so far say: rates and strata of every computed state."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from vibrates.campaign.completion.table import State
from vibrates.campaign.rounds import strata_of
from vibrates.config import Campaign, completion
from vibrates.core.errors import UserError
from vibrates.rates.basis_edge import require_room
from vibrates.rates.reduction import NoGoodTrajectory, reduce_batches
from vibrates.rates.table import rate_table
from vibrates.trajectories.plan import PlannedBatch


def targets(config: Campaign) -> list[tuple[int, int]]:
    """The changes of the table in both directions."""
    changes = [one.change for one in config.to_complete.families]
    return changes + [(-dv, -dw) for dv, dw in changes]


def collect(
    config: Campaign, batches: Mapping[State, Sequence[PlannedBatch]]
) -> tuple[xr.Dataset, xr.Dataset, dict[State, str]]:
    """Rates and strata of all states.

    Parameters
    ----------
    config
        The campaign.
    batches
        Batches of every state, in the order of rounds and batches.

    Returns
    -------
    rates, strata, failed
        The dataset of rates.nc; that of `rounds.strata_of`; and the states that cannot be used,
        with the reason in one line: all trajectories of a stratum failed, the basis is too small,
        or a rate has no value.

    Raises
    ------
    UserError
        If a file is missing or damaged, or no state is left.
    """
    reduced: dict[State, xr.Dataset] = {}
    failed: dict[State, str] = {}
    for state, files in batches.items():
        try:
            one = reduce_batches(files, config, *state)
        except NoGoodTrajectory as error:
            failed[state] = str(error)
            continue
        try:
            require_room([one], config)
        except UserError as error:
            failed[state] = f"state {state}: {error}"
            continue
        reduced[state] = one
    if not reduced:
        raise UserError(
            f"complete: no state can be used; the first: {next(iter(failed.values()), 'none')}"
        )
    rates = rate_table(list(reduced.values()), config)
    rates, unusable = sound(rates, config)
    failed |= unusable
    kept: dict[tuple[int, ...], xr.Dataset] = {
        state: one for state, one in reduced.items() if state not in failed
    }
    strata = strata_of(
        kept, config.to_complete.temperatures_K, targets(config), config.rates.symmetrisation
    )
    return rates, strata, failed


def sound(rates: xr.Dataset, config: Campaign) -> tuple[xr.Dataset, dict[State, str]]:
    """The rates without states of which a transition of the table has no value, and the reasons."""
    T = list(config.to_complete.temperatures_K)
    k, error = (rates[name].sel(temperature=T).values for name in ("k", "k_stderr"))
    with np.errstate(invalid="ignore"):
        good = (np.isfinite(k) & (k > 0) & np.isfinite(error) & (error >= 0)).all(axis=1)
    own = np.column_stack([rates[name].values for name in ("v", "w", "vp", "wp")])
    wanted = set()
    for family in config.to_complete.families:
        initial, final = completion.exothermic(config, family)
        wanted |= set(map(tuple, np.column_stack([initial, final]).tolist()))
    failed: dict[State, str] = {}
    for row in np.flatnonzero(~good):
        v, w, vp, wp = own[row].tolist()
        if (v, w, vp, wp) in wanted:
            failed.setdefault(
                (v, w),
                f"state {(v, w)}: k of the transition to {(vp, wp)} has no value or no error; it "
                "is left out, raise sampling.pilot",
            )
    # A reverse direction comes from the trajectories of its final state.
    forward = rates["direction"].values == "computed"
    source = np.where(forward[:, None], own[:, :2], own[:, 2:]).tolist()
    keep = np.array([(v, w) not in failed for v, w in source])
    return rates.isel(transition=np.flatnonzero(keep)), failed
