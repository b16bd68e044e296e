"""Cost of trajectories with a quantised rotor, and whether a campaign with one can be run.

Constants are relative to those of classical rotors in `cost`, measured one after the other on one
core at U = 500 to 14000 cm^-1, with 170 to 1800 grid points and 28 to 190 rotational functions. A
core of Zen 5 (AVX-512) takes 3 ms for a trajectory of N2 (eight levels) + H2 (w = 0, j to 8) at
U = 2000 cm^-1 and 1 % of P.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import lebedev_rule

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.config import Campaign
from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, AU_TO_FS, CM_TO_HARTREE
from vibrates.trajectories.plan import UNIT
from vibrates.trajectories.quantum_rotor import work
from vibrates.trajectories.quantum_rotor.expansion import DEFAULT_ORDERS
from vibrates.trajectories.quantum_rotor.orientation import DEGREES

# Microseconds of one step: 1, grid points, grid points times rotational functions.
STEP_MICROSECONDS = (0.75, 0.005, 0.000042)
# As in `cost`.
STEP_FS, ELBOW_CM, STEP_POWER, SLOWER = 0.54, 2000.0, -0.65, 1.15
# Measured with pieces of 8, 32 and 64 trajectories.
IDLE = 13
# More rotational functions than H2, D2 or HD need below 2000 K: a heavy molecule.
MANY_FUNCTIONS = 250


def sizes(config: Campaign, v: int, w: int, j: int) -> tuple[int, int, int]:
    """Numbers of orientations, vibrational points and rotational functions of a trajectory.

    Parameters
    ----------
    config
        A campaign with a quantised rotor.
    v, w, j
        The initial state.
    """
    rotor = config.quantised
    assert rotor is not None  # the caller's choice
    largest, alike = rotor.largest_j((v, w), j), rotor.diatom.like_ends
    largest -= (largest - j) % 2 if alike else 0
    order = (rotor.settings.orders or DEFAULT_ORDERS)[1]
    points = _orientations(rotor.settings.degree or max(2 * largest, j + largest + order))
    points = points // 2 if alike else points
    functions = (largest + 1) * (largest + 2) // 2 if alike else (largest + 1) ** 2
    levels = [len(basis) for basis in config.bases(v, w)]
    return points, levels[0] * levels[1], functions


@cache
def _orientations(needed: int) -> int:
    """Points of the Lebedev rule of this degree, or of the next one that there is."""
    degree = next((one for one in DEGREES if one >= needed), None)
    if degree is None:  # refused where the grid is built
        return math.ceil((needed + 1) ** 2 / 3)
    return len(lebedev_rule(degree)[1])


def with_idle_lanes(trajectories: NDArray) -> NDArray:
    """Numbers of trajectories whose time those of some strata take.

    Those of a piece are run in registers of eight; the last ones that need another run with a
    smaller step have the registers almost for themselves, which costs as much as `IDLE` more.

    Parameters
    ----------
    trajectories : NDArray
        Numbers of trajectories of the strata (n,).
    """
    numbers = np.asarray(trajectories)
    return numbers + IDLE * np.ceil(numbers / UNIT)


def trajectory_seconds(config: Campaign, v: int, w: int, j: int, energies_cm: NDArray) -> NDArray:
    """Time of one trajectory, core seconds (n,).

    Parameters
    ----------
    config
        A campaign with a quantised rotor.
    v, w, j
        The initial state.
    energies_cm : (n,)
        Total classical energies U, cm^-1.
    """
    orientations, vibrational, functions = sizes(config, v, w, j)
    points = orientations * vibrational
    per_step = 1e-6 * np.dot(STEP_MICROSECONDS, [1.0, points, points * functions])
    speed = np.sqrt(2.0 * energies_cm * CM_TO_HARTREE / pair_reduced_mass(*config.partners))
    dynamics = config.dynamics
    path = 2.0 * dynamics.interaction_range_angstrom * ANGSTROM_TO_BOHR
    step_fs = STEP_FS * np.maximum(energies_cm / ELBOW_CM, 1.0) ** STEP_POWER
    step_fs = np.minimum(
        step_fs * math.sqrt(dynamics.accuracy / 0.005), 0.5 * dynamics.time_step_fs
    )
    return SLOWER * path / speed * AU_TO_FS / step_fs * per_step


def pilot_hours(config: Campaign) -> float:
    """Core hours of the pilot of a campaign with a quantised rotor."""
    each = config.grid.shells * float(with_idle_lanes(np.array([config.sampling.pilot]))[0])
    return sum(
        each * float(trajectory_seconds(config, v, w, j, config.grid.energies).sum()) / 3600.0
        for v, w, j in config.states
    )


def check(config: Campaign) -> None:
    """Check that a campaign with a quantised rotor can be run, at a cost that is meant.

    Nothing is checked of a campaign without one.

    Raises
    ------
    UserError
        So many rotational levels that a heavy molecule was quantised by mistake; a grid of
        orientations too coarse, or orders too low, for basis and potential.
    """
    rotor = config.quantised
    if rotor is None:
        return
    name, states = config.pair[rotor.position], rotor.states(config.grid.states)
    functions = max(sizes(config, *state)[2] for state in states)
    if functions > MANY_FUNCTIONS and not rotor.settings.heavy:
        levels = sorted({j for _, _, j in states})
        largest = max(rotor.largest_j((v, w), j) for v, w, j in states)
        raise UserError(
            f"rotors.{name}: quantum: {len(levels)} initial levels j = {levels[0]} to {levels[-1]} "
            f"in a basis of {functions} functions to j = {largest} (limit {MANY_FUNCTIONS}), about "
            f"{pilot_hours(config):.3g} core hours for the pilot alone; make it classical, lower "
            f"rates.temperatures_K, or write heavy: true below rotors.{name}"
        )
    work.check(config)
