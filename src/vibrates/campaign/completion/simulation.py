"""The loop on known rates with noise, without trajectories: for tests, and to compare strategies.

What is simulated is what trajectories give, values with Monte-Carlo errors; choice, decision and
stopping are those of the loop itself.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.campaign.completion.choice import Strategy
from vibrates.campaign.completion.decision import Decision, decide
from vibrates.campaign.completion.report import row
from vibrates.campaign.completion.table import Observed, State, Table
from vibrates.config.completion import Complete

# What is known of every computed state: its core hours, and the values (r,) of every family.
Known = Mapping[State, tuple[float, Sequence[NDArray | None]]]


class Source:
    """Simulated trajectories: `measure` gives the true values with errors that fall with the hours.

    The errors of a state depend on the seed, the state and how often it was measured, not on what
    was computed before: the same choice gives the same values.
    """

    def __init__(
        self,
        truth: Sequence[NDArray],
        observed: Sequence[Mapping[State, Observed]],
        seed: int,
    ) -> None:
        """`truth`: log10 k (N,) of every family; `observed`: of every family, cells and errors."""
        self._truth, self._observed, self._seed = truth, observed, seed
        self._sums: dict[State, tuple[float, int, list[NDArray | None]]] = {}

    def measure(self, state: State, hours: float) -> tuple[float, list[NDArray | None]]:
        """Core hours of a state and its values after further ``hours``."""
        before, times, sums = self._sums.get(state, (0.0, 0, [None] * len(self._truth)))
        rng = np.random.default_rng([self._seed, *state, times])
        found: list[NDArray | None] = []
        total = before + hours
        values: list[NDArray | None] = []
        for truth, mine, walk in zip(self._truth, self._observed, sums, strict=True):
            if state not in mine:
                found.append(None)
                values.append(None)
                continue
            one = mine[state]
            root = np.linalg.cholesky(one.hourly + 1e-15 * np.eye(len(one.cells)))
            step = np.sqrt(hours) * (root @ rng.standard_normal(len(one.cells)))
            walk = step if walk is None else walk + step
            found.append(walk)
            values.append(truth[one.cells] + walk / total)
        self._sums[state] = total, times + 1, found
        return total, values


def conditioned(prior: Table) -> Callable[[Known], Table]:
    """A regression with known parameters: the prior, conditioned on what is known."""

    def regress(known: Known) -> Table:
        table = prior.copy()
        for state in sorted(known):
            hours, values = known[state]
            table.observe(state, hours, values)
        return table

    return regress


def run(
    source: Source,
    regress: Callable[[Known], Table],
    pilot: Sequence[State],
    new: Mapping[State, float],
    asked: Complete,
    strategy: Strategy | None = None,
    truth: Callable[[Table], Sequence[NDArray]] | None = None,
) -> tuple[pd.DataFrame, list[Decision], Table]:
    """Run a loop to its end.

    Parameters
    ----------
    source
        Simulated trajectories.
    regress
        The posterior over the table from what is known.
    pilot
        States that are computed first.
    new
        Core hours of the pilot of every state that may be computed.
    asked
        Target and budget.
    strategy
        How steps are chosen; by gain if None.
    truth
        True log10 k (N,) of every family of a table, for the column ``true_rms_dex``.

    Returns
    -------
    rounds, decisions, table
        A row per round as in rounds.csv; the decisions; the posterior at the end.
    """
    known = {state: source.measure(state, new[state]) for state in pilot}
    decisions: list[Decision] = []
    spent, rows = sum(new[state] for state in pilot), []
    while True:
        table = regress(known)
        decision = decide(table, new, asked, spent, not decisions, strategy)
        rows.append(row(len(decisions) + 1, decision, decisions[-1] if decisions else None))
        if truth is not None:
            rows[-1]["true_rms_dex"] = _rms_error(table, truth(table))
        decisions.append(decision)
        if decision.stopped:
            return pd.DataFrame(rows), decisions, table
        for step in decision.steps:
            known[step.state] = source.measure(step.state, step.hours)
            spent += step.hours


def _rms_error(table: Table, truth: Sequence[NDArray]) -> float:
    """Rms deviation of the cells that count from their true values, dex."""
    errors = [
        (one.mean - true)[one.counts & np.isfinite(true)]
        for one, true in zip(table.families, truth, strict=True)
    ]
    return float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))
