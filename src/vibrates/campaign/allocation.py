"""Neyman allocation of the trajectories of the next round over the strata of every state.

A stratum (U, shell) contributes s^2 / n to the relative variance of k, one s^2 per goal, that is
per target transition and temperature. The s^2 of a state are means over the states nearest to it.
With those of its own trajectories, a stratum whose first trajectories happened to have small P, and
therefore a small variance, would get few further trajectories and keep its low mean, which would
bias k towards low values (docs/rates.md). Trajectories of other states are independent of these.

The cheapest counts n that bring every goal's sum below the requested variance are
n_i = max(done_i, sqrt(sum_g m_g s_gi^2 / c_i)), with c_i the cost of a trajectory
and a multiplier m_g >= 0 per goal, positive only where the goal is just met
(Cochran, Sampling Techniques, 1977, sections 5.5 and 5A.3).
"""

from itertools import islice
from typing import Any

import numpy as np
import xarray as xr

from vibrates.config import Sampling

ITERATIONS = 300
NEAREST = 4  # number of other states whose variances determine the allocation of a state


def needed(single: np.ndarray, cost: np.ndarray, done: np.ndarray, target: float) -> np.ndarray:
    """Smallest-cost counts (strata,) of trajectories that meet every goal.

    Parameters
    ----------
    single : (goals, strata)
        Relative variance of k from one trajectory of the stratum.
    cost : (strata,)
        Cost of one trajectory, in any unit.
    done : (strata,)
        Existing trajectories, lower bounds of the counts.
    target
        Requested relative standard error of every goal.

    Returns
    -------
    NDArray
        Counts (strata,), not rounded to integers.
    """
    done = done.astype(float)
    limit = target**2
    if not len(single) or np.all((single / done).sum(axis=1) <= limit):
        return done
    # Start from the optimum of each goal alone, then fixed-point steps: the multiplier of a goal
    # that is missed by a factor f in variance is raised, that of an exceeded goal lowered.
    share = np.sqrt(single * cost).sum(axis=1)
    multipliers = (share / limit) ** 2
    counts = done
    for _ in range(ITERATIONS):
        counts = np.maximum(done, np.sqrt(multipliers @ single / cost))
        multipliers = multipliers * (single / counts).sum(axis=1) / limit
    # The steps approach the limit from either side: end on the side where all goals are met.
    excess = ((single / counts).sum(axis=1) / limit).max()
    return np.maximum(done, counts * max(excess, 1.0))


def allocate(
    states: list[xr.Dataset], sampling: Sampling, budget: int
) -> tuple[list[np.ndarray], list[dict[str, Any]]]:
    """Trajectories to add in the next round, and the errors expected with them.

    Parameters
    ----------
    states
        One dataset per state, as `vibrates.rates.variance.contributions` returns; with the `share`
        (transition, temperature) of the initial level in k where a rotor is quantised. Relative
        variances are then multiplied by it.
    sampling
        Target and replicates of the campaign.
    budget
        Trajectories to add in all, at most about so many.

    Returns
    -------
    extras
        One integer array (energy, shell) per state, multiples of `sampling.replicates`.
    records
        One per state and goal: present relative error from the variances of the state itself, the
        error predicted from those of the allocation, and the reason for stopping at these counts.
    """
    replicates, target = sampling.replicates, sampling.target_relative_error
    own = [single_variances(state) for state in states]
    wanted, known = [], []
    for state, mine, nearest in zip(states, own, of_the_nearest(states, own), strict=True):
        done = state["n"].values.ravel()
        if "share" in state:
            # Of one initial j of a quantised rotor: k is the sum over j, with these shares.
            share = state["share"].transpose("transition", "temperature").values[:, :, None, None]
            mine, nearest = share * mine, share * nearest
        single = nearest.reshape(-1, done.size)
        counts = needed(single, np.maximum(state["cost"].values.ravel(), 1.0), done, target)
        wanted.append(replicates * np.ceil((counts - done) / replicates).astype(int))
        known.append((mine.reshape(-1, done.size), single, done))
    total = sum(int(extra.sum()) for extra in wanted)
    scale = min(1.0, budget / total) if total else 1.0
    extras, records = [], []
    for state, extra, variances in zip(states, wanted, known, strict=True):
        if scale < 1.0:
            extra = replicates * np.floor(extra * scale / replicates).astype(int)
        extras.append(extra.reshape(state["n"].shape))
        records += _records(state, *variances, extra.ravel(), target, cut=scale < 1.0)
    return extras, records


def single_variances(state: xr.Dataset) -> np.ndarray:
    """(transition, temperature, energy, shell) relative variance of k from one trajectory."""
    return (
        (state["variance"] * state["n"])
        .transpose("transition", "temperature", "energy", "shell")
        .values
    )


def of_the_nearest(states: list[xr.Dataset], own: list[np.ndarray]) -> list[np.ndarray]:
    """Variances for the allocation of each state, in the shape of its own in ``own``.

    Per transition (change of v and w) they are the mean over the `NEAREST` other states that have
    it, by the distance |v - v'| + |w - w'| (at equal distance the first in the list); those of the
    state itself if no other state has the transition. The level j of a quantised rotor counts like
    v and w.
    """
    # ASSUME: relative variances of the strata change slowly with v and w.
    places = np.array(
        [[state.attrs[name] for name in ("v", "w", "j") if name in state.attrs] for state in states]
    )
    changes = [
        [
            (int(vp) - v, int(wp) - w)
            for vp, wp in zip(state["vp"].values, state["wp"].values, strict=True)
        ]
        for state, (v, w, *_) in zip(states, places.tolist(), strict=True)
    ]
    found = []
    for number, mine in enumerate(own):
        distance = np.abs(places - places[number]).sum(axis=1)
        order = [i for i in np.argsort(distance, kind="stable") if i != number]
        rows = []
        for change, alone in zip(changes[number], mine, strict=True):
            making = (own[i][changes[i].index(change)] for i in order if change in changes[i])
            nearest = list(islice(making, NEAREST))
            rows.append(np.mean(nearest, axis=0) if nearest else alone)
        found.append(np.array(rows).reshape(mine.shape))
    return found


def _records(
    state: xr.Dataset,
    own: np.ndarray,
    single: np.ndarray,
    done: np.ndarray,
    extra: np.ndarray,
    target: float,
    cut: bool,
) -> list[dict[str, Any]]:
    now = np.sqrt((own / done).sum(axis=1))
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
            **({"j": int(state.attrs["j"])} if "j" in state.attrs else {}),
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
                else "target met by the variances of the nearest states"
                if not extra.any()
                else "target expected after this round"
            ),
        }
        for (vp, wp, t), a, b in zip(goals, now, then, strict=True)
    ]
