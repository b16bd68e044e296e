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
from vibrates.learning.directions import exothermic
from vibrates.learning.families import Family, changes, members_of
from vibrates.learning.ladder_model import models_by_resonance


def propose(
    rates: xr.Dataset, hours: Mapping[tuple[int, int], float], config: Campaign, name: str
) -> pd.DataFrame:
    """The `learning.next.states` states to add, best first, each given those before it.

    Parameters
    ----------
    rates : Dataset
        rates.nc.
    hours : mapping
        Recorded core-hours of every computed state (v, w).
    config : Campaign
        The campaign.
    name : str
        Of the file of rates, for messages.

    Returns
    -------
    DataFrame
        Columns v, w, core_hours (estimated by the nearest computed states), rms_before_dex,
        rms_after_dex (predictive standard deviation over all learned families, states and
        temperatures), gain_dex_per_core_hour.

    Raises
    ------
    UserError
        If every state of `learning.next` is computed, or a family cannot be learned.
    """
    settings = config.to_learn
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
    models, families = models_by_resonance(), []
    for change in changes(settings):
        own = Family.of(rates, change, config, name)
        families.append(_Posterior(models[own.resonant], own, change, candidates))
    cost = {state: expected_hours(state, hours) for state in candidates}
    rows = []
    for _ in range(min(settings.next.states, len(candidates))):
        before = _rms(families)
        after = {state: _rms(families, state) for state in candidates}
        gain = {state: (before - after[state]) / cost[state] for state in candidates}
        best = max(candidates, key=gain.__getitem__)
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
    levels, spent = zip(*same, strict=True)
    return float(np.interp(state[0], levels, spent))


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


class _Posterior:
    """Posterior covariance of one family over everything it predicts or could be given.

    rows: the cells that computing a state gives; wanted: those to be predicted.
    """

    def __init__(self, model, family: Family, change, candidates):
        training, used = family.training, family.used
        temperature_K = training["temperature"].values
        model.fit(family.learned, used)
        learned_from = dict(zip(_states(training), used, strict=True))
        ladder = set(_states(family.target))
        states = {s for s in ladder if s not in learned_from or not learned_from[s].all()}
        states |= _given(candidates, change, family) - set(learned_from)
        target = members_of(sorted(states or ladder), change, temperature_K, family.config)
        self.covariance = model.covariance(target)
        m = len(temperature_K)
        cells = np.arange(target.sizes["transition"] * m).reshape(-1, m)
        open_cells = [
            ~learned_from.get(s, np.zeros(m, bool)) & (s in ladder) for s in _states(target)
        ]
        self.wanted = cells[np.array(open_cells)]
        # A new state is expected to give what most computed ones give, with the errors they have.
        share = used.mean(axis=0)
        gives = share >= min(0.5, share.max())
        self.rows: dict[tuple[int, int], np.ndarray] = {}
        for state, own in zip(_computing(target), cells[:, gives], strict=True):
            self.rows[state] = np.append(self.rows.get(state, np.array([], int)), own)
        stderr = np.where(used, model_data.log10_k_stderr(training), np.nan)
        stderr = np.nanmedian(stderr[:, gives], axis=0)
        correlation = np.mean(model_data.error_correlation(training), axis=0)[np.ix_(gives, gives)]
        self.noise = correlation * np.outer(stderr, stderr) + 1e-12 * np.eye(gives.sum())

    def variance(self, state=None) -> np.ndarray:
        """Variances of everything wanted, now or once `state` is computed."""
        now = np.diagonal(self.covariance)[self.wanted]
        if state is None or state not in self.rows:
            return now
        cross, middle = self._seen(state, self.wanted)
        return now - np.einsum("ij,ji->i", cross, np.linalg.solve(middle, cross.T))

    def add(self, state) -> None:
        """Condition on what computing `state` gives."""
        if state in self.rows:
            cross, middle = self._seen(state, np.arange(len(self.covariance)))
            self.covariance -= cross @ np.linalg.solve(middle, cross.T)

    def _seen(self, state, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Covariance of `cells` with what `state` gives, and that of the latter with its errors."""
        own = self.rows[state]
        # Errors of different transitions are independent.
        noise = np.kron(np.eye(len(own) // len(self.noise)), self.noise)
        return self.covariance[np.ix_(cells, own)], self.covariance[np.ix_(own, own)] + noise


def _states(members: xr.Dataset) -> list[tuple[int, int]]:
    return list(zip(members.v.values.tolist(), members.w.values.tolist(), strict=True))


def _computing(members: xr.Dataset) -> list[tuple[int, int]]:
    """The initial state (v, w) of the exothermic direction of every member."""
    forward = exothermic(members)
    v = np.where(forward, members.v.values, members.vp.values)
    w = np.where(forward, members.w.values, members.wp.values)
    return list(zip(v.tolist(), w.tolist(), strict=True))


def _given(candidates, change, family: Family) -> set[tuple[int, int]]:
    """Members that computing the `candidates` gives, in whichever direction is exothermic."""
    dv, dw = change
    possible = {(v, w) for v, w in candidates if v + dv >= 0 and w + dw >= 0}
    possible |= {(v - dv, w - dw) for v, w in candidates if v - dv >= 0 and w - dw >= 0}
    if not possible:
        return set()
    members = members_of(
        sorted(possible), change, family.training["temperature"].values, family.config
    )
    chosen = set(candidates)
    return {
        member
        for member, state in zip(_states(members), _computing(members), strict=True)
        if state in chosen
    }


def _rms(families: list[_Posterior], state=None) -> float:
    variances = np.concatenate([family.variance(state) for family in families])
    return float(np.sqrt(np.mean(variances))) if len(variances) else 0.0
