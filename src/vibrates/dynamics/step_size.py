"""The time step that meets a stated accuracy of the probabilities.

A few trajectories are run with the largest step allowed and with half of it. The step is of second
order, so the difference tells the error at any step; the answer is the largest step whose error
meets the request. It depends on the initial state and the energy alone, never on ranks or batches.
Within an energy one step serves: the error of P grows with (acceleration dt)^2, which rises with the
energy of a collision, times d ln P / d ln E, which falls.
"""

from collections.abc import Sequence

import numpy as np

from vibrates.dynamics.sampling import Initial
from vibrates.dynamics.status import Status
from vibrates.dynamics.trajectories import Collision
from vibrates.units import AU_TO_FS, FS_TO_AU

_SMALLEST = 1.0 / 16.0  # of the largest step
_SAFETY = 0.95
# Below this mean probability a transition is left out: it cannot matter for any rate.
_NEGLIGIBLE = 1e-16


def relative_error(
    collision: Collision, initial: Initial, finals: Sequence[tuple[int, int]], time_step: float
) -> float:
    """Error of P with ``time_step``, from a run with half of it: the largest of several final states.

    Mean absolute deviation over mean value, so that the trajectories count that carry the cross
    section. 0 if none of the final states (v', w') is reached, infinite if trajectories fail.
    """
    coarse, fine = (
        collision.run(initial, time_step=step, repetitions=0) for step in (time_step, time_step / 2)
    )
    if (coarse.status != Status.OK).any() or (fine.status != Status.OK).any():
        return np.inf
    errors = [0.0]
    for v, w in finals:
        where = collision.levels_a.index(v), collision.levels_b.index(w)
        p, q = (outcome.probability[:, *where] * initial.weight for outcome in (coarse, fine))
        if q.mean() > _NEGLIGIBLE:
            errors.append(float(np.abs(p - q).mean() / q.mean()))
    return 4.0 / 3.0 * max(errors)


def accurate_time_step(
    collision: Collision, initial: Initial, finals: Sequence[tuple[int, int]], accuracy: float
) -> float:
    """Largest step (a.u.) up to the collision's own with which P of ``finals`` meets ``accuracy``.

    Rounded down to 0.01 fs; not below 1/16 of the largest, where rounding begins to matter.
    """
    largest = collision.settings.time_step
    trial, error = largest, np.inf
    while trial > _SMALLEST * largest:
        error = relative_error(collision, initial, finals, trial)
        if np.isfinite(error):
            break
        trial *= 0.5
    step = trial * min(1.0, _SAFETY * np.sqrt(accuracy / max(error, 1e-12)))
    rounded = np.floor(round(step * AU_TO_FS * 100.0, 6)) / 100.0 * FS_TO_AU
    return float(np.clip(rounded, _SMALLEST * largest, largest))
