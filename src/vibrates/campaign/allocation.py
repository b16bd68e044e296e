"""Where the next round's trajectories go: Neyman allocation over the strata of every state.

A stratum (U, shell) contributes s^2 / n to the relative variance of k, one s^2 per goal, that is
per target transition and temperature. The cheapest counts n that bring every goal's sum below the
requested variance are n_i = max(done_i, sqrt(sum_g m_g s_gi^2 / c_i)), with c_i the cost of a
trajectory and a multiplier m_g >= 0 per goal, positive only where the goal is just met
(Cochran, Sampling Techniques, 1977, sections 5.5 and 5A.3).
"""

from typing import Any

import numpy as np
import xarray as xr

from vibrates.config import Sampling

ITERATIONS = 300


def needed(single: np.ndarray, cost: np.ndarray, done: np.ndarray, target: float) -> np.ndarray:
    """Smallest-cost counts (strata,) of trajectories, at least `done`, that meet every goal.

    single: (goals, strata) relative variance of k from one trajectory of the stratum;
    cost: (strata,) of one trajectory; target: relative standard error wanted of every goal.
    """
    done = done.astype(float)
    limit = target**2
    if not len(single) or np.all((single / done).sum(axis=1) <= limit):
        return done
    # Start from each goal's own optimum, then fixed-point steps: a goal missed by a factor f in
    # variance has its multiplier raised, a goal overfulfilled lowered.
    share = np.sqrt(single * cost).sum(axis=1)
    multipliers = (share / limit) ** 2
    counts = done
    for _ in range(ITERATIONS):
        counts = np.maximum(done, np.sqrt(multipliers @ single / cost))
        multipliers = multipliers * (single / counts).sum(axis=1) / limit
    # The steps approach the limit from either side: end on the right one.
    excess = ((single / counts).sum(axis=1) / limit).max()
    return np.maximum(done, counts * max(excess, 1.0))


def allocate(
    states: list[xr.Dataset], sampling: Sampling, budget: int
) -> tuple[list[np.ndarray], list[dict[str, Any]]]:
    """Trajectories to add, at most about `budget` in all, and what they should achieve.

    states: one dataset per state, as `vibrates.rates.variance.contributions` returns. Gives one
    integer array (energy, shell) per state, multiples of `sampling.replicates`, and one record per
    state and goal: relative error now, predicted, the reason to stop there.
    """
    replicates, target = sampling.replicates, sampling.target_relative_error
    wanted, known = [], []
    for state in states:
        done = state["n"].values.ravel()
        single = (
            (state["variance"] * state["n"])
            .transpose("transition", "temperature", "energy", "shell")
            .values.reshape(-1, done.size)
        )
        counts = needed(single, np.maximum(state["cost"].values.ravel(), 1.0), done, target)
        wanted.append(replicates * np.ceil((counts - done) / replicates).astype(int))
        known.append((single, done))
    total = sum(int(extra.sum()) for extra in wanted)
    scale = min(1.0, budget / total) if total else 1.0
    extras, records = [], []
    for state, extra, (single, done) in zip(states, wanted, known, strict=True):
        if scale < 1.0:
            extra = replicates * np.floor(extra * scale / replicates).astype(int)
        extras.append(extra.reshape(state["n"].shape))
        records += _records(state, single, done, extra, target, cut=scale < 1.0)
    return extras, records


def _records(
    state: xr.Dataset,
    single: np.ndarray,
    done: np.ndarray,
    extra: np.ndarray,
    target: float,
    cut: bool,
) -> list[dict[str, Any]]:
    now = np.sqrt((single / done).sum(axis=1))
    then = np.sqrt((single / (done + extra)).sum(axis=1))
    goals = [
        (int(vp), int(wp), float(t))
        for vp, wp in zip(state["vp"].values, state["wp"].values, strict=True)
        for t in state["temperature"].values
    ]
    return [
        {
            "v": int(state.attrs["v"]),
            "w": int(state.attrs["w"]),
            "vp": vp,
            "wp": wp,
            "temperature_K": t,
            "relative_error": a,
            "predicted_relative_error": b,
            "added_trajectories": int(extra.sum()),
            "outcome": (
                "target reached"
                if a <= target
                else "share of the budget spent"
                if cut and b > target
                else "target expected after this round"
            ),
        }
        for (vp, wp, t), a, b in zip(goals, now, then, strict=True)
    ]
