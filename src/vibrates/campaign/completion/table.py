"""The posterior over all cells of the table, and what trajectories of a state do to it.

A cell is a transition at a temperature; its unknown is log10 k. Trajectories of an initial state
observe all cells of that state, with errors that fall with the core hours spent on it. With the
parameters of the regression fixed, the posterior variance after further data does not depend on
their values (Rasmussen & Williams 2006, eq. 2.26): what a round promises is known before it runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

State = tuple[int, int]
DEX = np.log(10.0)  # a standard deviation of log10 k of one dex, as a relative error
_TINY = 1e-12  # dex^2, added to every variance of an observation, so that it can be inverted


@dataclass(frozen=True)
class Observed:
    """What trajectories of one state say of the cells of a family.

    ``cells`` (r,): rows of the family. ``hourly`` (r, r), dex^2: covariance of the Monte-Carlo
    errors after one core hour; it falls like one over the hours. ``floor`` (r, r): of errors that
    further trajectories do not lower, as that of the interpolation between energies.
    """

    cells: NDArray
    hourly: NDArray
    floor: NDArray

    def error(self, before: float, hours: float) -> NDArray:
        """Covariance (r, r) of an independent observation that stands for further core hours.

        Together with an observation after the core hours ``before`` it is one after all of them.
        """
        after = self._after(before + hours)
        if before <= 0.0:
            return after
        # Precisions of independent observations add up: (1/after - 1/before)^-1, without the
        # difference of two inverses.
        fallen = self.hourly * (1.0 / before - 1.0 / (before + hours)) + self._tiny
        error = self._after(before) @ np.linalg.solve(fallen, after)
        return 0.5 * (error + error.T)

    def _after(self, hours: float) -> NDArray:
        return self.hourly / hours + self.floor + self._tiny

    @property
    def _tiny(self) -> NDArray:
        return _TINY * np.eye(len(self.cells))


@dataclass
class Family:
    """One family of the table.

    ``cells``: one row per cell, with v, w, vp, wp, temperature_K of the exothermic direction and
    whether it ``counts``. ``mean`` (N,), ``covariance`` (N, N): posterior of log10 k in dex.
    ``observed``: by initial state.
    """

    cells: pd.DataFrame
    mean: NDArray
    covariance: NDArray
    observed: dict[State, Observed]

    @property
    def counts(self) -> NDArray:
        """(N,) which cells are to reach the target."""
        return self.cells["counts"].to_numpy(bool)

    @property
    def variance(self) -> NDArray:
        """(N,) dex^2."""
        return np.diagonal(self.covariance)

    def lowered(self, state: State, before: float, hours: float) -> NDArray:
        """Decrease (N,) of the variance, dex^2.

        Parameters
        ----------
        state
            Initial levels (v, w).
        before, hours
            Core hours spent on the state so far, and further ones.
        """
        if state not in self.observed:
            return np.zeros(len(self.mean))
        cross, inner = self._gain(state, before, hours)
        return np.einsum("ij,ji->i", cross, np.linalg.solve(inner, cross.T))

    def observe(
        self, state: State, before: float, hours: float, values: NDArray | None = None
    ) -> None:
        """Condition on further core hours. Arguments as in `lowered`.

        ``values`` (r,): what they give; None where only the covariance is asked for.
        """
        if state not in self.observed:
            return
        cross, inner = self._gain(state, before, hours)
        gain = np.linalg.solve(inner, cross.T).T
        if values is not None:
            self.mean = self.mean + gain @ (values - self.mean[self.observed[state].cells])
        self.covariance = self.covariance - gain @ cross.T

    def _gain(self, state: State, before: float, hours: float) -> tuple[NDArray, NDArray]:
        one = self.observed[state]
        inner = self.covariance[np.ix_(one.cells, one.cells)] + one.error(before, hours)
        return self.covariance[:, one.cells], inner


@dataclass
class Table:
    """All families, and the core hours ``spent`` on every computed state."""

    families: list[Family]
    spent: dict[State, float] = field(default_factory=dict)

    def copy(self) -> "Table":
        """A table that can be conditioned without a change of this one."""
        return Table([replace(one) for one in self.families], dict(self.spent))

    @property
    def variance(self) -> NDArray:
        """Variances of all cells that count, dex^2."""
        return np.concatenate([one.variance[one.counts] for one in self.families])

    @property
    def states(self) -> set[State]:
        """All states that observe a cell."""
        return {state for one in self.families for state in one.observed}

    def excess(self, limit_dex: float) -> float:
        """How far the cells that count are from the target, 0 where all have reached it.

        The mean over them of max(0, variance/limit^2 - 1).
        """
        variance = self.variance
        if not len(variance):
            return 0.0
        return float(np.mean(np.maximum(variance / limit_dex**2 - 1.0, 0.0)))

    def excess_after(self, state: State, hours: float, limit_dex: float) -> float:
        """The excess after further core hours on a state.

        Parameters
        ----------
        state
            Initial levels (v, w).
        hours
            Further core hours.
        limit_dex
            As in `excess`.
        """
        before, total, number = self.spent.get(state, 0.0), 0.0, 0
        for one in self.families:
            left = (one.variance - one.lowered(state, before, hours))[one.counts]
            total += float(np.sum(np.maximum(left / limit_dex**2 - 1.0, 0.0)))
            number += len(left)
        return total / number if number else 0.0

    def observe(
        self, state: State, hours: float, values: Iterable[NDArray | None] | None = None
    ) -> None:
        """Condition on further core hours. Arguments as in `excess_after`.

        ``values``: what they give of each family; None where only the covariance is asked for.
        """
        before = self.spent.get(state, 0.0)
        for one, given in zip(self.families, values or [None] * len(self.families), strict=True):
            one.observe(state, before, hours, given)
        self.spent[state] = before + hours
