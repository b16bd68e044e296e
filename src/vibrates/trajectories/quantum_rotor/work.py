"""From the configuration of a campaign to trajectories with a quantised rotor."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibrates.config import Campaign
from vibrates.core.fingerprint import fingerprint
from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.potential.registry import build_surface
from vibrates.trajectories.plan import rotor_physics
from vibrates.trajectories.quantum_rotor import sampling
from vibrates.trajectories.quantum_rotor.collision import expansion
from vibrates.trajectories.quantum_rotor.expansion import DEFAULT_ORDERS, AngularExpansion
from vibrates.trajectories.quantum_rotor.levels import rotational_levels
from vibrates.trajectories.quantum_rotor.orientation import check_degree, degree_for
from vibrates.trajectories.quantum_rotor.runner import QuantumRotorRunner
from vibrates.trajectories.settings import Settings

# Final j nearest to resonance whose probabilities must meet `dynamics.accuracy`: they carry k.
_CONTROLLED = 3
_KEPT = 4  # expansions of different (v, w)
_known: dict[str, AngularExpansion] = {}


def runner(config: Campaign, v: int, w: int, j: int) -> QuantumRotorRunner:
    """The runner of trajectories from (v, w, j).

    Runners of one process share the potential's expansion, which does not depend on j.

    Parameters
    ----------
    config
        A campaign with a quantised rotor.
    v, w, j
        The initial state.

    Raises
    ------
    UserError
        What `QuantumRotorRunner` refuses.
    """
    position = _position(config)
    bases, state = config.bases(v, w), (v, w)
    chosen = rotor_physics(config, v, w, j)
    return QuantumRotorRunner(
        build_surface(config.surface, *config.partners),
        config.partners,
        position,
        bases[1 - position],
        bases[position],
        state[1 - position],
        state[position],
        j,
        chosen["largest_j"],
        _highest(config),
        Settings.from_config(config.dynamics.to_mapping()),
        _orders(config),
        chosen["degree"],
        shared_expansion(config, v, w),
    )


def shared_expansion(config: Campaign, v: int, w: int) -> AngularExpansion:
    """The potential's expansion on the vibrational grids of (v, w), kept for the next call.

    Parameters
    ----------
    config
        A campaign with a quantised rotor.
    v, w
        Initial vibrational levels.

    Raises
    ------
    UserError
        Orders too low for the potential.
    """
    bases, position = config.bases(v, w), _position(config)
    key = fingerprint(
        surface=config.surface,
        molecules=[config.molecules[name] for name in config.pair],
        bases=[[levels.start, levels.stop] for levels in bases],
        position=position,
        highest=_highest(config),
        orders=_orders(config),
        dynamics=config.dynamics,
    )
    if key not in _known:
        while len(_known) >= _KEPT:
            _known.pop(next(iter(_known)))
        end = config.dynamics.interaction_range_angstrom * ANGSTROM_TO_BOHR
        _known[key] = expansion(
            build_surface(config.surface, *config.partners),
            config.partners,
            position,
            bases[1 - position],
            bases[position],
            _highest(config),
            (config.dynamics.switching_from * end, end),
            _orders(config),
        )
    return _known[key]


def check(config: Campaign) -> None:
    """Check bases, grids and the potential's expansion before trajectories are run.

    Parameters
    ----------
    config
        A campaign with a quantised rotor.

    Raises
    ------
    UserError
        A grid of orientations too coarse for basis or potential, no grid fine enough, orders too
        low for the potential.
    """
    rotor, orders = config.quantised, _orders(config)
    assert rotor is not None  # the caller's choice
    for v, w, j in rotor.states(config.grid.states):
        largest = rotational_levels(rotor.diatom, rotor.largest_j((v, w), j), j)[-1]
        if rotor.settings.degree is None:
            degree_for(largest, j, orders[1])
        else:
            check_degree(rotor.settings.degree, largest, j, orders[1])
    # The largest amplitudes of the vibrations have the largest anisotropy.
    shared_expansion(config, *max(config.grid.states))


def initial(config: Campaign, v: int, w: int, j: int, stratum: Mapping[str, Any]) -> Any:
    """Initial conditions of trajectories of one stratum of (v, w, j).

    Parameters
    ----------
    config
        A campaign with a quantised rotor.
    v, w, j
        The initial state.
    stratum
        Further arguments of `sampling.initial_conditions` by name.
    """
    position, state = _position(config), (v, w)
    return sampling.initial_conditions(
        config.partners[1 - position],
        config.partners[position],  # type: ignore[arg-type]  # an atom cannot be quantised
        v=state[1 - position],
        w=state[position],
        j=j,
        **stratum,
    )


def final_labels(collision: QuantumRotorRunner, config: Campaign) -> dict[str, NDArray]:
    """vp, wp and jp (n,) of the final states in the order of the probabilities, flattened."""
    of_rotor = np.repeat(np.array(collision.levels_a), len(collision.levels_b))
    level, j = np.tile(np.array(collision.levels_b), (len(collision.levels_a), 1)).T
    names = ("wp", "vp") if _position(config) == 0 else ("vp", "wp")
    found = dict(zip(names, (of_rotor, level), strict=True))
    return {"vp": found["vp"], "wp": found["wp"], "jp": j}


def controlled(
    collision: QuantumRotorRunner,
    config: Campaign,
    state: Sequence[int],
    finals: Sequence[tuple[int, int]],
) -> list[tuple[int, tuple[int, int]]]:
    """Final states whose probabilities must be accurate, as `QuantumRotorRunner.run` takes them.

    For each final (v', w') the rotational levels nearest to resonance.

    Parameters
    ----------
    collision
        The runner.
    config
        A campaign with a quantised rotor.
    state
        Initial (v, w, j).
    finals
        Final levels (v', w').
    """
    position, found = _position(config), []
    levels = np.array(collision.collision.levels)
    for final in finals:
        rotor, quantum = final[1 - position], final[position]
        defect = np.abs(
            collision.internal_energy(state[1 - position], state[position], state[2])
            - np.array([collision.internal_energy(rotor, quantum, int(j)) for j in levels])
        )
        nearest = np.sort(levels[np.argsort(defect, kind="stable")[:_CONTROLLED]])
        found += [(rotor, (quantum, int(j))) for j in nearest]
    return found


def _position(config: Campaign) -> int:
    assert config.quantised is not None  # a state with j is one of a campaign with one
    return config.quantised.position


def _orders(config: Campaign) -> tuple[int, int, int]:
    assert config.quantised is not None
    return config.quantised.settings.orders or DEFAULT_ORDERS


def _highest(config: Campaign) -> float:
    return float(config.grid.energies[-1]) * CM_TO_HARTREE
