"""A known table for a campaign's block `complete`, and the regression of its noisy values.

For the comparison of strategies (`validation/complete_strategies.py`): states, transitions, levels,
costs and regression are those of the campaign, only the trajectories are simulated.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vibrates.campaign.completion import plans, regression
from vibrates.campaign.completion.simulation import Known
from vibrates.campaign.completion.table import DEX, Observed, State, Table
from vibrates.config import Campaign, completion
from vibrates.learning.families import members_of
from vibrates.learning.features import feature

_WAVES = 24  # random waves of the structure of a family
_CORRELATION = 0.5  # of the Monte-Carlo errors of a state between temperatures


class SyntheticTable:
    """True log10 k of every family, and what trajectories of every state would observe.

    log10 k of a family's members is a Landau-Teller trend, -10 + matrix element - c T^(-1/3) with
    c falling with the energy defect to the power 2/3 (Landau & Teller 1936), and a smooth random
    structure in v, w and T^(-1/3) with a standard deviation of `structure_dex`.
    """

    def __init__(
        self, config: Campaign, seed: int, structure_dex: float, pilot_error: float
    ) -> None:
        """`pilot_error`: relative Monte-Carlo error of k after the trajectories of a pilot."""
        self.config = config
        asked = config.to_complete
        self.temperatures_K = np.array(asked.temperatures_K)
        self.new = plans.pilot_hours(config, completion.candidates(config))
        rng = np.random.default_rng(seed)
        self.cells: list[NDArray] = []  # (members, 4): v, w, vp, wp of the exothermic directions
        self.truth: list[NDArray] = []
        self.observed: list[dict[State, Observed]] = []
        m = len(self.temperatures_K)
        shape = np.full((m, m), _CORRELATION) + (1.0 - _CORRELATION) * np.eye(m)
        hours = plans.pilot_hours(config, completion.states(config))
        for family in asked.families:
            initial, final = completion.exothermic(config, family)
            self.cells.append(np.column_stack([initial, final]))
            log10_k = self._true(initial, final, family, rng, structure_dex)
            self.truth.append(log10_k.ravel())
            own: dict[State, Observed] = {}
            for row, (v, w) in enumerate(initial.tolist()):
                if (v, w) not in hours:
                    continue
                hourly = (pilot_error / DEX) ** 2 * hours[v, w] * shape
                own[v, w] = Observed(row * m + np.arange(m), hourly, np.zeros((m, m)))
            self.observed.append(own)

    def _true(self, initial, final, family, rng, structure_dex: float) -> NDArray:
        members = members_of(family.members(), family.change, self.temperatures_K, self.config)
        x = self.temperatures_K ** (-1.0 / 3.0)
        states = zip(members.v.values.tolist(), members.w.values.tolist(), strict=True)
        order = {state: i for i, state in enumerate(states)}
        rows = [order[state] for state in family.members()]
        defect = np.abs(members["energy_difference"].values[rows])[:, None]
        element = np.broadcast_to(feature("ladder", members), (len(rows), len(x)))[rows]
        smooth = np.zeros((len(initial), len(x)))
        scaled = [initial[:, 0] / 8.0, initial[:, 1] / 4.0]
        for _ in range(_WAVES):
            a, b, c = rng.standard_normal(3)
            phase = a * scaled[0][:, None] + b * scaled[1][:, None] + c * (x - x.mean()) / x.std()
            smooth += np.cos(phase + rng.uniform(0.0, 2.0 * np.pi))
        smooth *= structure_dex * np.sqrt(2.0 / _WAVES)
        return -10.0 + element - 45.0 * (defect / 2000.0) ** (2.0 / 3.0) * x + smooth

    def rates(self, known: Known) -> xr.Dataset:
        """rates.nc as these values would give it, without the reverse directions."""
        keys, k, error, correlation = [], [], [], []
        for number, own in enumerate(self.observed):
            for state in sorted(set(own) & set(known)):
                hours, values = known[state]
                one, y = own[state], values[number]
                if y is None:
                    continue
                keys.append(self.cells[number][one.cells[0] // len(self.temperatures_K)])
                std = np.sqrt(np.diagonal(one.hourly) / hours)
                k.append(10.0**y)
                error.append(10.0**y * std * DEX)
                scale = np.sqrt(np.diagonal(one.hourly))
                correlation.append(one.hourly / np.outer(scale, scale))
        numbers = np.array(keys).T
        cell = ("transition", "temperature")
        return xr.Dataset(
            {
                "k": (cell, np.array(k)),
                "k_stderr": (cell, np.array(error)),
                "k_monte_carlo_stderr": (cell, np.array(error)),
                "k_error_correlation": ((*cell, "temperature_2"), np.array(correlation)),
                "direction": ("transition", np.full(len(k), "computed", dtype=object)),
            },
            {name: ("transition", numbers[i]) for i, name in enumerate(("v", "w", "vp", "wp"))}
            | {"temperature": self.temperatures_K},
            {"symmetrisation": self.config.rates.symmetrisation},
        )

    def regress(self) -> Callable[[Known], Table]:
        """The campaign's own regression of what is known."""

        def found(known: Known) -> Table:
            spent = {state: hours for state, (hours, _) in known.items()}
            return regression.table(self.rates(known), self.config, spent, "simulated rates")

        return found

    def truth_of(self, table: Table) -> list[NDArray]:
        """True log10 k of the cells of a table, whose order may differ; NaN for others."""
        return [
            _looked_up(part.cells[["v", "w", "vp", "wp"]].to_numpy(int), keys, values)
            for part, keys, values in zip(
                table.families, self.cells, self._by_member(), strict=True
            )
        ]

    def _by_member(self) -> Sequence[NDArray]:
        m = len(self.temperatures_K)
        return [values.reshape(-1, m) for values in self.truth]


def _looked_up(cells: NDArray, keys: NDArray, values: NDArray) -> NDArray:
    """Values of cells (n, 4), temperatures fast, by the keys (members, 4) of `values`."""
    place: Mapping[tuple, int] = {tuple(key): i for i, key in enumerate(keys.tolist())}
    m = values.shape[1]
    found = np.full(len(cells), np.nan)
    for start in range(0, len(cells), m):
        if (row := place.get(tuple(cells[start].tolist()))) is not None:
            found[start : start + m] = values[row]
    return found
