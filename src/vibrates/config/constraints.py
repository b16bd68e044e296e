"""Constraints beyond single blocks: relations between blocks, molecules and files.

Each invalid input is reported by one UserError.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from vibrates.collisions.pair import energy_defect
from vibrates.config import completion, crossover, needed_properties, surface_bounds
from vibrates.config.blocks import KeptTransitions
from vibrates.config.campaign import Campaign
from vibrates.config.rotors import settings_of
from vibrates.core import results_directory
from vibrates.core.errors import UserError
from vibrates.core.units import BOHR_TO_ANGSTROM
from vibrates.molecules.rotation import check_spin_weights
from vibrates.potential.lennard_jones import PUBLISHED_N2_H2
from vibrates.potential.registry import build_surface
from vibrates.potential.settings import ExpandedSettings


def check(campaign: Campaign, source: str) -> None:
    """Raise UserError (file, key, value, limit, remedy) if the configuration cannot be run."""
    results_directory.check(campaign.results, source)
    for rule in (
        _pair,
        _surface,
        _basis,
        _expanded_surface,
        _rotors,
        _crossover,
        _distances,
        _budget,
        _targets,
        _learning,
        _complete,
        _figures,
        _reference,
    ):
        try:
            rule(campaign)
        except UserError as error:
            raise UserError(f"{source}: {error}") from None


def _pair(campaign: Campaign) -> None:
    for name in campaign.pair:
        for block, there in (("molecules", campaign.molecules), ("basis", campaign.basis)):
            if name not in there:
                raise UserError(
                    f"pair: '{name}' has no entry in {block} "
                    f"(there: {', '.join(there)}); add {block}.{name}"
                )


def _surface(campaign: Campaign) -> None:
    kind = campaign.surface.type
    if kind in PUBLISHED_N2_H2 and campaign.pair != ("N2", "H2"):
        raise UserError(
            f"surface.type: '{kind}' is the table of [N2, H2], "
            f"the pair is {list(campaign.pair)}; use correlation or a table"
        )
    needed_properties.check(campaign.surface, campaign.pair, campaign.molecules)
    surface = build_surface(campaign.surface, *campaign.partners)
    surface_bounds.check(surface, campaign.dynamics.interaction_range_angstrom)


def _basis(campaign: Campaign) -> None:
    for position, (name, partner) in enumerate(zip(campaign.pair, campaign.partners, strict=True)):
        for level in sorted({state[position] for state in campaign.grid.states}):
            size = campaign.levels(name, level).stop
            if level >= partner.morse_levels:
                raise UserError(
                    f"grid.states: level {level} of {name} is beyond the last one its "
                    f"Morse well holds, {partner.morse_levels - 1}; lower it"
                )
            if size > partner.morse_levels:
                raise UserError(
                    f"basis.{name}: levels up to {size - 1} for initial level {level}, the "
                    f"Morse well holds {partner.morse_levels}; lower above or minimum"
                )
            if np.any(np.diff(partner.level_energy(np.arange(size))) <= 0.0):
                raise UserError(
                    f"basis.{name}: level energies stop rising below level {size - 1}; "
                    "lower above or minimum, or correct x_e and y_e"
                )


def _expanded_surface(campaign: Campaign) -> None:
    """Energies and bond lengths of the campaign inside of those that a surface is expanded for."""
    settings = campaign.surface
    if not isinstance(settings, ExpandedSettings):
        return
    highest = campaign.grid.energies[-1]
    if settings.highest_energy_cm < highest:
        raise UserError(
            f"surface.highest_energy_cm: {settings.highest_energy_cm:g} is below the largest of "
            f"grid.energies_cm, {highest:g}; raise it"
        )
    parts = zip(campaign.pair, campaign.partners, settings.bonds_angstrom, strict=False)
    for position, (name, partner, (low, high)) in enumerate(parts):
        top = max(state[position] for state in campaign.grid.states)
        r = partner.basis(campaign.levels(name, top)).r * BOHR_TO_ANGSTROM
        if r.min() < low or r.max() > high:
            raise UserError(
                f"surface.bonds_angstrom: {low:g} to {high:g}, the vibrational grid of {name} goes "
                f"from {r.min():.4g} to {r.max():.4g}; widen it"
            )


def _rotors(campaign: Campaign) -> None:
    for name in campaign.rotors:
        if name not in campaign.molecules:
            known = list(campaign.molecules)
            close = get_close_matches(name, known, n=1)
            remedy = f"did you mean '{close[0]}'?" if close else "remove it"
            raise UserError(
                f"rotors: unknown key '{name}' (entries of molecules: {', '.join(known)}); {remedy}"
            )
    # Those of molecules outside the pair, of a file that another one extends, do not count.
    given = {
        name: settings_of(one) for name, one in campaign.rotors.items() if name in campaign.pair
    }
    quantum = [name for name, one in given.items() if one.treatment == "quantum"]
    if len(quantum) > 1 or campaign.pair[0] == campaign.pair[1] and quantum:
        raise UserError(
            f"rotors: {' and '.join(quantum)} are quantum, one molecule of a pair of two can be; "
            "make the one with the larger moment of inertia classical"
        )
    for name in quantum:
        molecule, one = campaign.molecules[name], given[name]
        if molecule.is_atom:
            raise UserError(f"rotors.{name}: an atom has no rotation to quantise; remove it")
        check_spin_weights(name, molecule.masses_u, molecule.spin_weights)
        species = campaign.quantised.species  # type: ignore[union-attr]
        names = [each.name for each in species]
        if one.mixture is not None and len(names) < 2:
            raise UserError(
                f"rotors.{name}.mixture: {one.mixture}, but {name} has one nuclear-spin species; "
                "remove the key"
            )
        for j in one.initial_j or ():
            if not any(each.has(j) for each in species):
                raise UserError(
                    f"rotors.{name}.initial_j: {j} has nuclear-spin weight 0; remove it"
                )
        missing = [
            each.name for each in species if not any(each.has(j) for j in one.initial_j or (0, 1))
        ]
        if one.initial_j is not None and missing:
            raise UserError(
                f"rotors.{name}.initial_j: {list(one.initial_j)} has no level of {missing[0]}-"
                f"{name}; add one"
            )
        largest = max(state[-1] for state in campaign.states)  # (v, w, j)
        if one.largest_j is not None and one.largest_j < largest:
            raise UserError(
                f"rotors.{name}.largest_j: {one.largest_j} is below the largest initial j, "
                f"{largest}; raise it, or lower the temperatures"
            )


def _crossover(campaign: Campaign) -> None:
    for name, one in campaign.rotors.items():
        given = settings_of(one)
        if given.up_to_K is None or given.treatment == "classical":
            own = [key for key in crossover.OWN if getattr(given, key) is not None]
            if own:
                remedy = "make it quantum" if "up_to_K" in own else "add up_to_K"
                raise UserError(
                    f"rotors.{name}.{own[0]}: belongs to a rotor that is quantised up to a "
                    f"temperature; {remedy}, or remove the key"
                )
    if campaign.crossover_K is None:
        return
    name, _ = crossover.crossing(campaign)  # type: ignore[misc]  # there is one
    T = campaign.rates.temperatures_K
    if not T[0] <= campaign.crossover_K < T[-1]:
        raise UserError(
            f"rotors.{name}.up_to_K: {campaign.crossover_K:g} is not among the temperatures, "
            f"{T[0]:g} to below {T[-1]:g} K, so that one treatment would have none; correct it, or "
            "remove it for one treatment at all temperatures"
        )
    for part, of_part in campaign.parts.items():
        try:
            for rule in (_basis, _budget, _targets):
                rule(of_part)
        except UserError as error:
            raise UserError(f"rotors.{name}.up_to_K: its {part} part: {error}") from None


def _distances(campaign: Campaign) -> None:
    grid, dynamics = campaign.grid, campaign.dynamics
    start, largest = grid.start_distance_angstrom, grid.impact_parameter_edges_angstrom[-1]
    reach, begins = dynamics.interaction_range_angstrom, dynamics.switching_from
    if reach * begins <= largest:
        raise UserError(
            f"dynamics.interaction_range_angstrom: {reach:g} times switching_from, {begins:g}, "
            f"is not beyond the largest impact parameter {largest:g}; raise it"
        )
    if start < reach:
        raise UserError(
            f"grid.start_distance_angstrom: {start:g} is inside the interaction range, "
            f"{reach:g}; raise it, or lower dynamics.interaction_range_angstrom"
        )


def _budget(campaign: Campaign) -> None:
    if campaign.crossover_K is not None:
        return  # Each part has its own states and energies (`_crossover`).
    grid, sampling = campaign.grid, campaign.sampling
    needed = len(campaign.states) * len(grid.energies) * grid.shells * sampling.pilot
    if needed > sampling.budget:
        raise UserError(
            f"sampling.budget: {sampling.budget} trajectories do not cover the "
            f"pilot, {needed} (states x energies x shells x pilot); raise it or "
            "lower sampling.pilot"
        )


def _targets(campaign: Campaign) -> None:
    states = campaign.grid.states
    for change in campaign.sampling.target_transitions:
        key = f"sampling.target_transitions: {list(change)}"
        _kept(key, change, campaign.rates.transitions)
        released = []
        for state in states:
            for name, level, step in zip(campaign.pair, state, change, strict=True):
                basis = campaign.levels(name, level)
                if level + step not in basis and level + step >= 0:
                    raise UserError(
                        f"{key} from state {list(state)} needs level {level + step} of "
                        f"{name}, its basis is {basis.start} to {basis.stop - 1}; "
                        f"raise basis.{name}"
                    )
            final = [level + step for level, step in zip(state, change, strict=True)]
            if min(final) >= 0:
                released.append((float(energy_defect(campaign.partners, state, final)), state))
        # The energy defect of V-V exchanges changes sign along the ladder; where the transition is
        # endothermic its reverse is used.
        if released and max(released)[0] <= 0:
            raise UserError(
                f"{key} from state {list(max(released)[1])} is endothermic, as from every "
                "state of the grid; name the reverse (the endothermic direction "
                "follows from detailed balance)"
            )
    if not any(
        all(level + step >= 0 for level, step in zip(state, change, strict=True))
        for state in states
        for change in campaign.sampling.target_transitions
    ):
        raise UserError(
            "sampling.target_transitions: every one leads below level 0 from every "
            "state of the grid; name one that a state can make"
        )


def _learning(campaign: Campaign) -> None:
    learning = campaign.learning
    if learning is None:
        return
    (_, last), initial_w = learning.complete_v, learning.initial_w
    first, second = campaign.partners
    for place, molecule, level, name in (
        ("complete_v", first, last, campaign.pair[0]),
        ("next.v", first, learning.next.v[1], campaign.pair[0]),
        ("initial_w", second, max(initial_w), campaign.pair[1]),
        ("next.w", second, max(learning.next.w), campaign.pair[1]),
    ):
        if level >= molecule.morse_levels:
            raise UserError(
                f"learning.{place}: level {level} of {name} is beyond the last one its Morse well "
                f"holds, {molecule.morse_levels - 1}; lower it"
            )
    for dv, dw in learning.transitions:
        key = f"learning.transitions: [{dv}, {dw}]"
        _kept(key, (dv, dw), campaign.rates.transitions)
        if last + dv < 0:
            raise UserError(
                f"learning.complete_v: last v {last} with dv {dv} leads below level 0; "
                f"end with {-dv} or more"
            )
        if max(initial_w) + dw < 0:
            raise UserError(
                f"learning.initial_w: {max(initial_w)} with dw {dw} leads below "
                f"level 0; use {-dw} or more"
            )
        computed = [
            v for v, w in campaign.grid.states if w in initial_w and v + dv >= 0 and w + dw >= 0
        ]
        if len(computed) < 3:
            raise UserError(
                f"{key}: {len(computed)} states of the grid with w in {list(initial_w)} make "
                "the transition, at least 3 needed; add states to grid.states"
            )


def _complete(campaign: Campaign) -> None:
    asked = campaign.complete
    if asked is None:
        return
    if campaign.learning is None:
        raise UserError("complete: needs the block learning, which is none; add it")
    if campaign.quantised is not None:
        name = campaign.pair[campaign.quantised.position]
        raise UserError(
            f"complete: the rotation of {name} is quantised, the table is one of classical rotors; "
            f"set rotors.{name} to classical"
        )
    for temperature in asked.temperatures_K:
        if temperature not in campaign.rates.temperatures_K:
            raise UserError(
                f"complete.temperatures_K: {temperature:g} is not in rates.temperatures_K; add it "
                "there"
            )
    seen: list[tuple[int, int]] = []
    for i, family in enumerate(asked.families):
        place = f"complete.families[{i}]"
        _family_of_table(campaign, family, place)
        dv, dw = family.change
        for other in ((dv, dw), (-dv, -dw)):
            if other in seen:
                raise UserError(
                    f"{place}.change: [{dv}, {dw}] is that of complete.families"
                    f"[{seen.index(other)}], or its reverse, and every family gives both "
                    "directions; join them"
                )
        seen.append((dv, dw))
    _states_of_table(campaign)


def _family_of_table(campaign: Campaign, family: completion.TableFamily, place: str) -> None:
    _kept(f"{place}.change", family.change, campaign.rates.transitions)
    if not family.members():
        raise UserError(
            f"{place}: change {list(family.change)} leads below level 0 from every state of v "
            f"{list(family.v)}, w {list(family.w)}; raise their last levels"
        )
    initial, finals = completion.exothermic(campaign, family)
    for position, name in enumerate(campaign.pair):
        molecule = campaign.partners[position]
        last = (family.v, family.w)[position][1] + max(family.change[position], 0)
        if last >= molecule.morse_levels:
            raise UserError(
                f"{place}.{'vw'[position]}: level {last} of {name} is beyond the last one its "
                f"Morse well holds, {molecule.morse_levels - 1}; lower it"
            )
        for level, final in sorted(
            {(int(i[position]), int(f[position])) for i, f in zip(initial, finals, strict=True)}
        ):
            basis = campaign.levels(name, level)
            if basis.stop > molecule.morse_levels:
                raise UserError(
                    f"basis.{name}: levels up to {basis.stop - 1} for initial level {level} of "
                    f"{place}, the Morse well holds {molecule.morse_levels}; lower above or minimum"
                )
            if final not in basis:
                raise UserError(
                    f"{place}.change: {list(family.change)} from level {level} of {name} leaves "
                    f"the basis, which is {basis.start} to {basis.stop - 1}; raise basis.{name}"
                )


def _states_of_table(campaign: Campaign) -> None:
    asked = campaign.to_complete
    every, free = completion.states(campaign), completion.candidates(campaign)
    if asked.honesty is not None and len(every) - len(free) < asked.honesty.states:
        raise UserError(
            f"complete.honesty.states: {asked.honesty.states}, the table has "
            f"{len(every) - len(free)} states outside grid.states; lower it"
        )
    known = {*completion.pilot(campaign), *campaign.grid.states}
    for i, family in enumerate(asked.families):
        # States outside its range of v are learned from, too.
        highest = max(v for v, _ in known) + abs(family.change[0])
        whole = family.model_copy(update={"v": (0, max(highest, family.v[1]))})
        made = known & set(completion.computing(campaign, whole))
        if len(made) < 3:
            raise UserError(
                f"complete.families[{i}]: {len(made)} states of the pilot and the grid make "
                f"change {list(family.change)}, at least 3 needed; raise complete.pilot, "
                f"{asked.pilot}, or add states to grid.states"
            )


def _figures(campaign: Campaign) -> None:
    figures, energies = campaign.figures, campaign.grid.energies
    for i, energy in enumerate(figures.opacity_energies_cm):
        if not energies[0] <= energy <= energies[-1]:
            raise UserError(
                f"figures.opacity_energies_cm[{i}]: {energy:g} is not within the energies of the "
                f"grid, {energies[0]:g} to {energies[-1]:g}; correct it"
            )
    named = [(f"figures.transitions[{i}]", t) for i, t in enumerate(figures.transitions)]
    named.append(("figures.temperature_transition", figures.temperature_transition))
    for key, (v, w, vp, wp) in named:
        if (v, w) not in campaign.grid.states:
            raise UserError(
                f"{key}: initial state [{v}, {w}] is not in grid.states; add it there "
                "or name another transition"
            )
        _kept(key, (vp - v, wp - w), campaign.rates.transitions)
        for name, level, final in zip(campaign.pair, (v, w), (vp, wp), strict=True):
            basis = campaign.levels(name, level)
            if final not in basis:
                raise UserError(
                    f"{key}: final level {final} of {name} is beyond the basis, which "
                    f"is {basis.start} to {basis.stop - 1}; raise basis.{name}"
                )


def _reference(campaign: Campaign) -> None:
    for key, path in campaign.reference.files().items():
        if not Path(path).is_file():
            raise UserError(
                f"reference.{key}: file '{path}' does not exist; correct the path or remove the "
                "key (the comparison is then skipped)"
            )
    for name in campaign.reference.hours or {}:
        if name not in campaign.reference.state_to_state:
            raise UserError(
                f"reference.hours.{name}: no rates of that name; give it the name of an "
                "entry of reference.state_to_state"
            )


def _kept(key: str, change: Sequence[int], kept: KeptTransitions) -> None:
    for step, name in zip(change, ("max_dv", "max_dw"), strict=True):
        if abs(step) > getattr(kept, name):
            raise UserError(
                f"{key}: change {step} is beyond rates.transitions.{name}, "
                f"{getattr(kept, name)}; raise that limit"
            )
