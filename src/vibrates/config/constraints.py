"""What a schema cannot say: relations between keys, molecules, files. One UserError per mistake."""

from pathlib import Path
from typing import Any

import numpy as np

from vibrates.config.grid import energies, levels, states
from vibrates.core.errors import UserError
from vibrates.molecules.diatom import molecule_from_config
from vibrates.potential import surface_from_config


def check(config: dict[str, Any], source: str) -> None:
    """Raise UserError (file, key, value, limit, remedy) if the configuration cannot be run."""
    for rule in (
        _pair,
        _molecules,
        _surface,
        _basis,
        _grid,
        _sampling,
        _targets,
        _temperatures,
        _learning,
        _figures,
        _reference,
    ):
        try:
            rule(config)
        except UserError as error:
            raise UserError(f"{source}: {error}") from None


def _pair(config: dict[str, Any]) -> None:
    for name in config["pair"]:
        for block in ("molecules", "basis"):
            if name not in config[block]:
                raise UserError(
                    f"pair: '{name}' has no entry in {block} "
                    f"(there: {', '.join(config[block])}); add {block}.{name}"
                )


_DIATOM_KEYS = (
    "omega_e_cm",
    "x_e",
    "y_e",
    "r_e_angstrom",
    "beta_e_per_angstrom",
    "D_e_eV",
    "effective_electrons",
    "polarizability_parallel",
    "polarizability_perpendicular",
    "quadrupole",
)


def _molecules(config: dict[str, Any]) -> None:
    for name in config["pair"]:
        molecule = config["molecules"][name]
        atom = len(molecule["masses_u"]) == 1
        for key in _DIATOM_KEYS:
            if atom and key in molecule:
                raise UserError(
                    f"molecules.{name}: key '{key}' belongs to a diatom, masses_u has one "
                    "mass; remove the key or give two masses"
                )
            if not atom and key not in molecule:
                raise UserError(
                    f"molecules.{name}: key '{key}' is missing; add it, or give one "
                    "mass for an atom"
                )


# Keys of `surface` beside `parameters`, by what the parameters are.
_SURFACE_KEYS = {
    "original": {"beta", "deformation"},
    "modified": {"beta", "deformation"},
    "correlation": {"beta", "deformation"},
    "table": {"configurations", "deformation"},
    "fitted": {"stretch_length_angstrom", "terms"},
    "atom_pairs": {"atom_pair"},
    "sites": {"sites"},
}


def _surface(config: dict[str, Any]) -> None:
    surface = config["surface"]
    kind = surface["parameters"]
    needed = {"parameters"} | _SURFACE_KEYS[kind]
    if surface.get("deformation") == "fitted":
        needed |= {"slopes"}
    stated = f"parameters: {kind}" + (
        f", deformation: {surface['deformation']}" if "deformation" in surface else ""
    )
    for key in sorted(needed - set(surface)):
        raise UserError(f"surface.{key}: missing, needed with {stated}; add it")
    optional = {"long_range"} if kind == "fitted" else set()
    for key in sorted(set(surface) - needed - optional):
        raise UserError(f"surface.{key}: not used with {stated}; remove it")
    if kind in ("original", "modified") and list(config["pair"]) != ["N2", "H2"]:
        raise UserError(
            f"surface.parameters: '{kind}' is the table of [N2, H2], "
            f"the pair is {config['pair']}; use correlation or a table"
        )
    surface_from_config(
        surface, *(molecule_from_config(name, config["molecules"][name]) for name in config["pair"])
    )


def _basis(config: dict[str, Any]) -> None:
    for position, name in enumerate(config["pair"]):
        diatom = molecule_from_config(name, config["molecules"][name])
        for level in sorted({state[position] for state in states(config)}):
            size = levels(config, name, level).stop
            if level >= diatom.morse_levels:
                raise UserError(
                    f"grid.states: level {level} of {name} is beyond the last one its "
                    f"Morse well holds, {diatom.morse_levels - 1}; lower it"
                )
            if size > diatom.morse_levels:
                raise UserError(
                    f"basis.{name}: levels up to {size - 1} for initial level {level}, the "
                    f"Morse well holds {diatom.morse_levels}; lower above or minimum"
                )
            if np.any(np.diff(diatom.level_energy(np.arange(size))) <= 0.0):
                raise UserError(
                    f"basis.{name}: level energies stop rising below level {size - 1}; "
                    "lower above or minimum, or correct x_e and y_e"
                )


def _grid(config: dict[str, Any]) -> None:
    grid = config["grid"]
    if isinstance(grid["states"], dict):
        for name, (first, last) in grid["states"].items():
            if last < first:
                raise UserError(
                    f"grid.states.{name}: [{first}, {last}] holds no level; exchange them"
                )
    edges = grid["impact_parameter_edges_angstrom"]
    _ascending("grid.energies_cm", list(energies(config)))
    _ascending("grid.impact_parameter_edges_angstrom", edges)
    if edges[0] != 0:
        raise UserError(
            f"grid.impact_parameter_edges_angstrom: starts at {edges[0]}, not at 0, "
            "and would leave out head-on collisions; begin with 0"
        )
    start, dynamics = grid["start_distance_angstrom"], config["dynamics"]
    reach, fade = dynamics["interaction_range_angstrom"], dynamics["fade_from"]
    if reach * fade <= edges[-1]:
        raise UserError(
            f"dynamics.interaction_range_angstrom: {reach} times fade_from, {fade}, "
            f"is not beyond the largest impact parameter {edges[-1]}; raise it"
        )
    if start < reach:
        raise UserError(
            f"grid.start_distance_angstrom: {start} is inside the interaction range, "
            f"{reach}; raise it, or lower dynamics.interaction_range_angstrom"
        )


def _sampling(config: dict[str, Any]) -> None:
    sampling, grid = config["sampling"], config["grid"]
    pilot, replicates = sampling["pilot"], sampling["replicates"]
    if pilot % replicates:
        raise UserError(
            f"sampling.pilot: {pilot} is no multiple of sampling.replicates, "
            f"{replicates}; use {replicates * (pilot // replicates + 1)}"
        )
    shells = len(grid["impact_parameter_edges_angstrom"]) - 1
    needed = len(states(config)) * len(energies(config)) * shells * pilot
    if needed > sampling["budget"]:
        raise UserError(
            f"sampling.budget: {sampling['budget']} trajectories do not cover the "
            f"pilot, {needed} (states x energies x shells x pilot); raise it or "
            "lower sampling.pilot"
        )


def _targets(config: dict[str, Any]) -> None:
    kept = config["rates"]["transitions"]
    for change in config["sampling"]["target_transitions"]:
        key = f"sampling.target_transitions: {change}"
        _kept(key, change, kept)
        released = []
        for state in states(config):
            for name, level, step in zip(config["pair"], state, change, strict=True):
                basis = levels(config, name, level)
                if level + step not in basis and level + step >= 0:
                    raise UserError(
                        f"{key} from state {list(state)} needs level {level + step} of "
                        f"{name}, its basis is {basis.start} to {basis.stop - 1}; "
                        f"raise basis.{name}"
                    )
            final = [level + step for level, step in zip(state, change, strict=True)]
            if min(final) >= 0:
                released.append((_energy(config, state) - _energy(config, final), state))
        # V-V exchanges change sign along the ladder; where one is endothermic its reverse counts.
        if released and max(released)[0] <= 0:
            raise UserError(
                f"{key} from state {list(max(released)[1])} is endothermic, as from every "
                "state of the grid; name the reverse (the endothermic direction "
                "follows from detailed balance)"
            )
    if not any(
        all(level + step >= 0 for level, step in zip(state, change, strict=True))
        for state in states(config)
        for change in config["sampling"]["target_transitions"]
    ):
        raise UserError(
            "sampling.target_transitions: every one leads below level 0 from every "
            "state of the grid; name one that a state can make"
        )


def _temperatures(config: dict[str, Any]) -> None:
    _ascending("rates.temperatures_K", config["rates"]["temperatures_K"])
    _ascending("sampling.target_temperatures_K", config["sampling"]["target_temperatures_K"])


def _learning(config: dict[str, Any]) -> None:
    learning, kept = config["learning"], config["rates"]["transitions"]
    (first, last), initial_w = learning["complete_v"], learning["initial_w"]
    if last < first:
        raise UserError(f"learning.complete_v: [{first}, {last}] is not ascending; exchange them")
    for dv, dw in learning["transitions"]:
        key = f"learning.transitions: [{dv}, {dw}]"
        _kept(key, [dv, dw], kept)
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
        computed = [v for v, w in states(config) if w in initial_w and v + dv >= 0 and w + dw >= 0]
        if len(computed) < 3:
            raise UserError(
                f"{key}: {len(computed)} states of the grid with w in {initial_w} make "
                "the transition, at least 3 needed; add states to grid.states"
            )


def _figures(config: dict[str, Any]) -> None:
    figures, kept = config["figures"], config["rates"]["transitions"]
    named = [(f"figures.transitions[{i}]", t) for i, t in enumerate(figures["transitions"])]
    named.append(("figures.temperature_transition", figures["temperature_transition"]))
    for key, (v, w, vp, wp) in named:
        if (v, w) not in states(config):
            raise UserError(
                f"{key}: initial state [{v}, {w}] is not in grid.states; add it there "
                "or name another transition"
            )
        _kept(key, (vp - v, wp - w), kept)
        for name, level, final in zip(config["pair"], (v, w), (vp, wp), strict=True):
            basis = levels(config, name, level)
            if final not in basis:
                raise UserError(
                    f"{key}: final level {final} of {name} is beyond the basis, which "
                    f"is {basis.start} to {basis.stop - 1}; raise basis.{name}"
                )


def _reference(config: dict[str, Any]) -> None:
    for block, files in config["reference"].items():
        for name, path in files.items():
            if not Path(path).is_file():
                raise UserError(
                    f"reference.{block}.{name}: file '{path}' does not exist; "
                    "correct the path or remove the key (the comparison is then "
                    "skipped)"
                )
    for name in config["reference"].get("hours", {}):
        if name not in config["reference"]["state_to_state"]:
            raise UserError(
                f"reference.hours.{name}: no rates of that name; give it the name of an "
                "entry of reference.state_to_state"
            )


def _energy(config: dict[str, Any], state: Any) -> float:
    """Vibrational energy of a state (v, w), hartree."""
    molecules = config["molecules"]
    return sum(
        float(molecule_from_config(name, molecules[name]).level_energy(level))
        for name, level in zip(config["pair"], state, strict=True)
    )


def _kept(key: str, change: Any, kept: dict[str, int]) -> None:
    for step, name in zip(change, ("max_dv", "max_dw"), strict=True):
        if abs(step) > kept[name]:
            raise UserError(
                f"{key}: change {step} is beyond rates.transitions.{name}, "
                f"{kept[name]}; raise that limit"
            )


def _ascending(key: str, values: list[float]) -> None:
    for low, high in zip(values, values[1:], strict=False):
        if high <= low:
            raise UserError(
                f"{key}: {high} after {low} is not ascending; sort the list, each value once"
            )
