"""Which initial states to compute next: the ones that lower the predicted error most per core-hour.

One computed state (v, w) gives all its final states. With the parameters of the regression fixed,
the posterior variance after new data does not depend on their values: it is known before they are
computed (Rasmussen & Williams 2006, eq. 2.26).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.config import Campaign
from vibrates.core.errors import UserError
from vibrates.learning import data as model_data
from vibrates.learning.data import rate_data
from vibrates.learning.families import complete, energy_difference, training_data
from vibrates.learning.ladder_model import LadderModel


def propose(
    rates: xr.Dataset, hours: Mapping[tuple[int, int], float], config: Campaign, name: str
) -> pd.DataFrame:
    """The `learning.next.states` states to add, best first, each given those before it.

    hours: recorded core-hours of every computed state. Columns v, w, core_hours (estimated by the
    nearest computed states), rms_before_dex, rms_after_dex (predictive standard deviation over all
    learned families, states and temperatures), gain_dex_per_core_hour.
    """
    settings = config.learning
    computed = set(hours)
    candidates = [
        (v, w)
        for w in settings.next.w
        for v in range(settings.next.v[0], settings.next.v[1] + 1)
        if (v, w) not in computed
    ]
    if not candidates:
        raise UserError(
            "learning.next: every state in v "
            f"{list(settings.next.v)}, w {list(settings.next.w)} is computed; widen it"
        )
    model = LadderModel()
    families = [
        _Family(model, rates, change, candidates, config, name) for change in settings.transitions
    ]
    cost = {state: expected_hours(state, hours) for state in candidates}
    rows = []
    for _ in range(min(settings.next.states, len(candidates))):
        before = _rms(families)
        after = {state: _rms(families, state) for state in candidates}
        gain = {state: (before - after[state]) / cost[state] for state in candidates}
        best = max(candidates, key=gain.get)
        rows.append(
            {
                "v": best[0],
                "w": best[1],
                "core_hours": cost[best],
                "rms_before_dex": before,
                "rms_after_dex": after[best],
                "gain_dex_per_core_hour": gain[best],
            }
        )
        for family in families:
            family.add(best)
        candidates = [state for state in candidates if state != best]
    return pd.DataFrame(rows)


def expected_hours(state: tuple[int, int], hours: Mapping[tuple[int, int], float]) -> float:
    """Core-hours of a state: linear between the nearest computed v of its w, their ends beyond."""
    same = sorted((v, h) for (v, w), h in hours.items() if w == state[1])
    same = same or sorted((v, h) for (v, _), h in hours.items())
    return float(np.interp(state[0], *zip(*same, strict=True)))


def extended_grid(config: Campaign, proposal: pd.DataFrame, source: str) -> dict:
    """A configuration that adds the proposed states to those of `config`, as a file extends one."""
    states = set(config.grid.states)
    states |= {(int(v), int(w)) for v, w in zip(proposal["v"], proposal["w"], strict=True)}
    return {
        "extends": source,
        "name": f"{config.name}-next",
        "results": f"{config.results}-next",
        "grid": config.grid.to_mapping() | {"states": [list(state) for state in sorted(states)]},
    }


class _Family:
    """Posterior covariance of one family over everything it predicts or could be given."""

    def __init__(self, model, rates, change, candidates, config, name):
        settings = config.learning
        training = training_data(rates, change, settings.initial_w, name)
        model.fit(training, np.ones(training["k"].shape, dtype=bool))
        ladder = complete(training, change, settings, config)
        dv, dw = change
        possible = [s for s in candidates if s[0] + dv >= 0 and s[1] + dw >= 0]
        known = set(zip(training.v.values, training.w.values, strict=True))
        wanted = [s for s in zip(ladder.v.values, ladder.w.values, strict=True) if s not in known]
        states = sorted({(int(v), int(w)) for v, w in (*possible, *wanted)})
        v, w = np.array(states).T
        numbers = {"v": v, "w": w, "vp": v + dv, "wp": w + dw}
        m = training.sizes["temperature"]
        target = rate_data(
            numbers,
            training["temperature"].values,
            np.ones((len(v), m)),
            "ladder",
            energy_difference_cm=energy_difference(numbers, config),
        )
        self.covariance = model.covariance(target)
        self.rows = {state: slice(i * m, (i + 1) * m) for i, state in enumerate(states)}
        self.wanted = (
            np.concatenate(
                [np.arange(*self.rows[(int(v), int(w))].indices(10**9)) for v, w in wanted]
            )
            if wanted
            else np.array([], int)
        )
        stderr = np.median(model_data.log10_k_stderr(training), axis=0)
        correlation = np.mean(model_data.error_correlation(training), axis=0)
        # A new state is expected to come with the errors that the computed ones have.
        self.noise = correlation * np.outer(stderr, stderr) + 1e-12 * np.eye(m)

    def variance(self, state=None) -> np.ndarray:
        """Variances of everything wanted, now or once `state` is computed."""
        now = np.diagonal(self.covariance)[self.wanted]
        if state is None or state not in self.rows:
            return now
        own = self.rows[state]
        cross = self.covariance[self.wanted, own]
        middle = self.covariance[own, own] + self.noise
        return now - np.einsum("ij,ji->i", cross, np.linalg.solve(middle, cross.T))

    def add(self, state) -> None:
        if state in self.rows:
            own = self.rows[state]
            cross = self.covariance[:, own].copy()
            middle = self.covariance[own, own] + self.noise
            self.covariance -= cross @ np.linalg.solve(middle, cross.T)


def _rms(families: list[_Family], state=None) -> float:
    variances = np.concatenate([family.variance(state) for family in families])
    return float(np.sqrt(np.mean(variances))) if len(variances) else 0.0
