"""Both directions of the members of a family, and what of them is learned.

A family is one change (v' - v, w' - w); along v its energy defect D = E(v, w) - E(v', w') may pass
through zero: N2(v) + H2(0) -> N2(v - 2) + H2(1) is exothermic up to v = 10 and endothermic above.
Members stand under the quantum numbers of the family's direction, with the rate coefficient of
their exothermic direction: the one that trajectories give. The other follows by detailed balance.

Where all members are exothermic in the same direction, log10 k of that direction is learned. Where
D changes sign it is not smooth: k_exo k_endo/k_exo = k_endo makes its slope along v jump by
|dD/dv|/kT at D = 0 (0.36 dex a level at 100 K in the family above). There the geometric mean of
both directions is learned,

    (k_forward k_reverse)^(1/2) = k_exo exp(-|D|/2kT),

which does not know what is called forward and is smooth in D. In semiclassical theories of
resonant exchange it is an even function of D, largest at resonance (Rapp & Golden 1964, J. Chem.
Phys. 40, 573), times matrix elements that are the same both ways: its trend is one in D^2
(`trends.RESONANT`).
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vibrates.collisions.detailed_balance import detailed_balance, rotational_ratio
from vibrates.collisions.pair import energy_defect
from vibrates.config import Campaign
from vibrates.core.units import HARTREE_TO_CM, KELVIN_TO_CM
from vibrates.learning.data import CELL


def energy_difference(numbers: Mapping[str, np.ndarray], config: Campaign) -> NDArray:
    """E_initial - E_final of (v, w) -> (vp, wp) in cm^-1, (N,)."""
    initial, final = (numbers["v"], numbers["w"]), (numbers["vp"], numbers["wp"])
    return energy_defect(config.partners, initial, final) * HARTREE_TO_CM


def reverse_factor(members: xr.Dataset, config: Campaign) -> NDArray:
    """k_reverse / k_forward of every member at every temperature, (N, M)."""
    numbers = {name: members[name].values for name in ("v", "w", "vp", "wp")}
    initial, final = (numbers["v"], numbers["w"]), (numbers["vp"], numbers["wp"])
    ratio = rotational_ratio(config.partners, initial, final)
    difference = energy_difference(numbers, config)
    kT = members["temperature"].values * KELVIN_TO_CM
    return detailed_balance(difference[:, None], ratio[:, None], kT)


def exothermic(members: xr.Dataset) -> NDArray:
    """Whether the direction of the family is the exothermic one, (N,)."""
    return members["energy_difference"].values >= 0


def crosses_resonance(members: xr.Dataset) -> bool:
    """Whether the energy defect has both signs."""
    return len(np.unique(exothermic(members))) == 2


def mean_over_exothermic(members: xr.Dataset, config: Campaign) -> NDArray:
    """log10 of (k_forward k_reverse)^(1/2) / k_exothermic, (N, M): zero or less."""
    factor = np.log10(reverse_factor(members, config))
    return 0.5 * np.where(exothermic(members)[:, None], factor, -factor)


def both_directions(members: xr.Dataset, config: Campaign) -> xr.Dataset:
    """The members in the direction of the family, then their reverses.

    The exothermic rows keep their values, the endothermic ones follow by detailed balance; errors
    in dex are the same. What was left out stands once, in the direction of the family.
    """
    factor = reverse_factor(members, config)
    is_forward = exothermic(members)
    swapped = members.assign_coords(v=members.vp, w=members.wp, vp=members.v, wp=members.w)
    swapped["energy_difference"] = -members["energy_difference"]
    for name in _LEFT_OUT:
        swapped[name] = xr.full_like(members[name], np.nan)
    forward = _one_direction(members, is_forward, 1.0 / factor)
    reverse = _one_direction(swapped, ~is_forward, factor)
    return xr.concat([forward, reverse], "transition", combine_attrs="drop")


def _one_direction(members: xr.Dataset, learned: NDArray, factor: NDArray) -> xr.Dataset:
    """The members with their values times `factor` (N, M) where they are not `learned` (N,)."""
    factor = np.where(learned[:, None], 1.0, factor)
    result = members.assign(k=(CELL, members["k"].transpose(*CELL).values * factor))
    for name in _LOGARITHMS:
        result[name] = (CELL, members[name].transpose(*CELL).values + np.log10(factor))
    result["direction"] = (
        "transition",
        np.where(learned, "learned", "detailed_balance").astype(object),
    )
    return result


_LEFT_OUT = ("left_out_predicted", "left_out_std", "left_out_error")
_LOGARITHMS = ("log10_k", "gp_log10_k", "left_out_predicted")
