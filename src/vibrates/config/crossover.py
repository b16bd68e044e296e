"""One campaign with a rotor quantised at low temperatures and classical above: its two parts.

A part is a complete campaign of one treatment, with the temperatures, energies, basis and numbers
of trajectories of its own, and a results directory below that of the campaign. Both parts have the
temperatures next to the crossover, where their rates are compared (`rates.crossover`).
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from vibrates.config.rotors import QuantumRotor, settings_of

if TYPE_CHECKING:
    from vibrates.config.campaign import Campaign

QUANTUM, CLASSICAL = PARTS = ("quantum", "classical")
# Energies of the grid that a part has, in kT of its lowest and highest temperature. Most of the
# thermal integral lies at 5 to 20 kT, where the rise of the cross section meets exp(-U/kT).
_LOWEST_KT, _HIGHEST_KT = 0.25, 40.0
# Keys of a quantised rotor that only say what its part of a campaign has of its own.
OWN = ("up_to_K", "basis", "energies_cm", "pilot", "budget")


def crossing(campaign: "Campaign") -> "tuple[str, QuantumRotor] | None":
    """The molecule with a crossover and its settings; None if there is none."""
    for name in campaign.pair:
        if name in campaign.rotors:
            settings = settings_of(campaign.rotors[name])
            if settings.treatment == QUANTUM and settings.up_to_K is not None:
                return name, settings
    return None


def temperatures(
    every: tuple[float, ...], crossover: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Temperatures of the quantum and of the classical part.

    The quantised rotor has those up to the crossover and the one above, classical rotors those
    above and the ones at and next below the crossover.

    Parameters
    ----------
    every
        All temperatures, ascending, K.
    crossover
        The highest one at which k is that of the quantised rotor, K.
    """
    T = np.asarray(every)
    above = int(np.searchsorted(T, crossover, side="right"))  # the first above
    here = above - 1  # the crossover, or the last one below
    exact = T[here] == crossover if above else False
    return tuple(every[: above + 1]), tuple(every[max(here - int(exact), 0) :])


def split(campaign: "Campaign") -> "dict[str, Campaign]":
    """The parts of a campaign with a crossover by name; itself, without name, if it has none."""
    found = crossing(campaign)
    if found is None:
        return {"": campaign}
    name, rotor = found
    assert rotor.up_to_K is not None  # `crossing` has looked
    low, high = temperatures(campaign.rates.temperatures_K, rotor.up_to_K)
    whole = campaign.to_mapping()
    own = whole["rotors"][name]
    rotors = {
        QUANTUM: whole["rotors"] | {name: {k: v for k, v in own.items() if k not in OWN}},
        CLASSICAL: whole["rotors"] | {name: CLASSICAL},
    }
    energies = {
        QUANTUM: own.get("energies_cm") or _needed(campaign, low),
        CLASSICAL: _needed(campaign, high),
    }
    parts = {}
    for part, T in ((QUANTUM, low), (CLASSICAL, high)):
        mine = {key: value for key, value in whole.items() if key != "learning"}
        mine["results"] = f"{campaign.results}/{part}"
        mine["rotors"] = rotors[part]
        mine["grid"] = whole["grid"] | {"energies_cm": energies[part]}
        # A target on the other side counts at the end of the overlap.
        targets = sorted(
            {min(max(t, T[0]), T[-1]) for t in campaign.sampling.target_temperatures_K}
        )
        mine["sampling"] = whole["sampling"] | {"target_temperatures_K": targets}
        rates = {k: v for k, v in whole["rates"].items() if k != "surface_draws"}
        mine["rates"] = rates | {"temperatures_K": list(T)}
        parts[part] = mine
    quantum = parts[QUANTUM]
    if "basis" in own:
        quantum["basis"] = whole["basis"] | {name: own["basis"]}
    quantum["sampling"] |= {key: own[key] for key in ("pilot", "budget") if key in own}
    return {part: _made(campaign, mapping, part) for part, mapping in parts.items()}


def _made(campaign: "Campaign", mapping: dict[str, Any], part: str) -> "Campaign":
    return type(campaign).from_mapping(mapping, f"the {part} part")


def _needed(campaign: "Campaign", T: tuple[float, ...]) -> list[float]:
    """Energies of the grid that these temperatures need, cm^-1; all if they are fewer than two."""
    # SciPy, which gives the constants, is required only for computing.
    from vibrates.core.units import KELVIN_TO_CM

    every = campaign.grid.energies
    lower, upper = (KELVIN_TO_CM * t * f for t, f in ((T[0], _LOWEST_KT), (T[-1], _HIGHEST_KT)))
    kept = every[(every >= lower) & (every <= upper)]
    return (kept if len(kept) > 1 else every).tolist()
