"""Cost of trajectories and batches: a simple model with measured constants.

`python benchmarks/cost.py` measures the constants again and compares the model with the
measurement. Times refer to one core (Zen 5, AVX-512); walltimes include a margin for slower cores,
and a batch that needs longer is continued in its next attempt.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from vibrates.campaign import rotor_cost
from vibrates.collisions.pair import pair_reduced_mass
from vibrates.config import Campaign
from vibrates.core.units import ANGSTROM_TO_BOHR, AU_TO_FS, CM_TO_HARTREE
from vibrates.rates import surface_draws
from vibrates.trajectories.plan import UNIT, state_of

# Microseconds of one time step of one trajectory: 1, number of states, states times levels.
STEP_MICROSECONDS = (0.12, 0.0025, 0.000175)
# Time along the path per step in fs, over all runs of a trajectory, at 0.5 % accuracy and energies
# up to ELBOW_CM cm^-1; above, it changes with this power of the energy.
STEP_FS, ELBOW_CM, STEP_POWER = 0.33, 1500.0, -0.35
# Duration of a trajectory relative to that at the speed with all energy in the translation.
SLOWER = 1.35
PREPARATION_SECONDS = 0.3  # of every rank, per energy, at 10^5 cm^-1 and 100 states
START_SECONDS = 5.0  # of a batch program
RANK_MB = 320.0  # memory of a rank: libraries, compiled kernel, bases
STORED_BYTES = 0.8  # on disk, per byte in memory (compressed)

WALLTIME_MARGIN = 3.0  # over the model, for slower cores and a busy file system
LEAST_MINUTES = 10  # walltime of any batch


class Batch(NamedTuple):
    """Cost of one batch."""

    core_seconds: float
    ranks: int
    wall_seconds: float
    memory_mb: int
    stored_bytes: float


def trajectory_seconds(
    config: Campaign, v: int, w: int, energies_cm: np.ndarray, j: int | None = None
) -> np.ndarray:
    """Time of one trajectory by the cost model.

    Parameters
    ----------
    config
        The campaign.
    v, w
        The initial state.
    energies_cm : (n,)
        Total classical energies U, cm^-1.
    j
        Initial rotational level, where a rotor is quantised.

    Returns
    -------
    NDArray
        Core seconds (n,).
    """
    if j is not None:
        return rotor_cost.trajectory_seconds(config, v, w, j, energies_cm)
    sizes = [len(levels) for levels in config.bases(v, w)]
    n_final = sizes[0] * sizes[1]
    per_step = 1e-6 * np.dot(STEP_MICROSECONDS, [1.0, n_final, n_final * sum(sizes)])
    a, b = config.partners
    speed = np.sqrt(2.0 * energies_cm * CM_TO_HARTREE / pair_reduced_mass(a, b))
    path = 2.0 * config.dynamics.interaction_range_angstrom * ANGSTROM_TO_BOHR
    dynamics = config.dynamics
    step_fs = STEP_FS * np.maximum(energies_cm / ELBOW_CM, 1.0) ** STEP_POWER
    # At most the combined step of the first run and of the second, which has two thirds of it.
    step_fs = np.minimum(
        step_fs * math.sqrt(dynamics.accuracy / 0.005), 0.4 * dynamics.time_step_fs
    )
    return SLOWER * path / speed * AU_TO_FS / step_fs * per_step


def batch(config: Campaign, rows: pd.DataFrame) -> Batch:
    """Cost of the batch with these rows of the plan (all of one state).

    The number of ranks is such that the batch takes `jobs.minutes`: at least two, if `jobs.ranks`
    allows it, and at most the number of its pieces.
    """
    jobs, numbers = config.jobs, (rows["stop"] - rows["start"]).to_numpy()
    work, preparation, n_final = _seconds(config, rows)
    pieces = int(np.ceil(numbers / UNIT).sum())
    wanted = math.ceil(work / max(60.0 * jobs.minutes - preparation, 60.0))
    ranks = min(max(wanted, 2), jobs.ranks, max(pieces, 2))
    wall = START_SECONDS + preparation + work / ranks
    in_memory = float(numbers.sum()) * (4.0 * n_final + 80.0)
    # Rank 0 holds the batch, its joined copy and what is being compressed.
    memory = max(jobs.memory_mb, RANK_MB * ranks + 3.0 * in_memory / 1e6 + 300.0)
    return Batch(wall * ranks, ranks, wall, math.ceil(memory), STORED_BYTES * in_memory)


def state_hours(config: Campaign, rows: pd.DataFrame) -> float:
    """Core hours of one state by the cost model, were its trajectories one batch on one rank.

    Parameters
    ----------
    config
        The campaign.
    rows
        Rows of a plan, all of one state; none cost nothing.
    """
    if rows.empty:
        return 0.0
    work, preparation, _ = _seconds(config, rows)
    return (START_SECONDS + preparation + work) / 3600.0


def _seconds(config: Campaign, rows: pd.DataFrame) -> tuple[float, float, int]:
    """Core seconds of trajectories and of the preparation of a rank; number of final states."""
    v, w, *level = state_of(rows)
    j = level[0] if level else None
    sizes = [len(levels) for levels in config.bases(v, w)]
    numbers, energies = (rows["stop"] - rows["start"]).to_numpy(), rows["energy_cm"].to_numpy()
    run = numbers if j is None else rotor_cost.with_idle_lanes(numbers)
    work = float(run @ trajectory_seconds(config, v, w, energies, j))
    n_final = sizes[0] * sizes[1]
    if j is not None and config.quantised is not None:
        n_final *= config.quantised.largest_j((v, w), j) + 1
    preparation = PREPARATION_SECONDS * n_final / 100.0 * float((np.unique(energies) / 1e5).sum())
    return work, preparation, n_final


def reduced_mb(config: Campaign, states: int | None = None) -> int:
    """Memory (MB) of a job that holds the reduced files of all initial states, or of so many."""
    rates, sampling = config.rates, config.sampling
    finals = (2 * rates.transitions.max_dv + 1) * (2 * rates.transitions.max_dw + 1)
    columns = 1 + len({*rates.temperatures_K, *sampling.target_temperatures_K})
    cells = len(config.grid.energies) * config.grid.shells * sampling.replicates
    if config.quantised is not None:
        finals *= 1 + max(config.quantised.largest_j((v, w), j) for v, w, j in config.states)
    states = states or len(config.states)
    return math.ceil(1500 + 1.5 * 8e-6 * states * finals * columns * cells)


def walltime_minutes(estimate: Batch) -> int:
    """Walltime (minutes) to ask for at the first attempt."""
    return max(LEAST_MINUTES, math.ceil(WALLTIME_MARGIN * estimate.wall_seconds / 60.0))


def draws_trajectories(config: Campaign) -> int:
    """Trajectories of one state on one surface of `rates.surface_draws`."""
    return (
        len(surface_draws.energies(config))
        * config.grid.shells
        * (surface_draws.asked(config).trajectories)
    )


def draws_surfaces(config: Campaign) -> int:
    """Number of surfaces of `rates.surface_draws`, with that of the campaign."""
    asked = surface_draws.asked(config)
    return 1 + asked.count + len(asked.others or {})


def draws_seconds(config: Campaign, state: tuple[int, int]) -> float:
    """Core seconds of one state on all surfaces of `rates.surface_draws`."""
    energies = surface_draws.energies(config)
    one = trajectory_seconds(config, *state, energies).sum() * config.grid.shells
    each = surface_draws.asked(config).trajectories
    return START_SECONDS + draws_surfaces(config) * each * float(one)


def draws_minutes(config: Campaign, state: tuple[int, int]) -> int:
    """Walltime (minutes) to ask for at the first attempt of a state on drawn surfaces."""
    return max(LEAST_MINUTES, math.ceil(WALLTIME_MARGIN * draws_seconds(config, state) / 60.0))


def batches(config: Campaign, frame: pd.DataFrame) -> Iterator[Batch]:
    """Cost of every batch of a plan, in their order."""
    for _, rows in frame.groupby("batch"):
        yield batch(config, rows)
