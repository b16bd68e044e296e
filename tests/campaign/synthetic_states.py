"""Campaigns in memory whose k is known: what adaptive rounds do to it.

Used by the tests and by validation/allocation.py.
"""

import numpy as np
import xarray as xr

from vibrates.campaign.allocation import allocate
from vibrates.config import Sampling
from vibrates.rates import strata
from vibrates.rates.variance import contributions, stratum_shares

REPLICATES, PILOT, ROUNDS = 16, 32, 2
TARGET = 0.03
# What allocation asks for; no other key.
SAMPLING = Sampling.model_construct(replicates=REPLICATES, target_relative_error=TARGET)
TEMPERATURE = 1000.0
ENERGIES = np.geomspace(800.0, 40000.0, 10)
EDGES = np.array([0.0, 1.0, 2.0, 3.0])


def true_mean(v):
    """<P> (energy, shell) of v -> v - 1."""
    middle = 0.5 * (EDGES[1:] + EDGES[:-1])
    return v * np.exp(-((3e6 / ENERGIES[:, None]) ** (1 / 3))) * np.exp(-((middle / 1.2) ** 2))


def reduced(v, sums, count):
    """Dataset of `rates.layout`, as far as `contributions` asks for it.

    Cells are (energy, shell, replicate).
    """
    cell, stratum = ("energy", "shell", "replicate"), ("energy", "shell")
    return xr.Dataset(
        {"count": (cell, count), "probability_sum": (("transition", *cell), sums[None]),
         "mean_steps": (stratum, np.full(sums.shape[:2], 1000.0))},
        {"vp": ("transition", [v - 1]), "wp": ("transition", [0]), "temperature": [TEMPERATURE],
         "energy_difference": ("transition", [2300.0 - 30.0 * v]), "energy": ENERGIES,
         "b_lower": ("shell", EDGES[:-1]), "b_upper": ("shell", EDGES[1:])},
        {"v": v, "w": 0},
    )  # fmt: skip


class State:
    """A state whose trajectories are log-normal numbers about a known mean.

    noise: standard deviation of ln P within a stratum.
    """

    def __init__(self, v, random, noise):
        self.v, self.random, self.noise = v, random, noise
        self.sums = np.zeros((*true_mean(v).shape, REPLICATES))
        self.count = np.zeros(self.sums.shape, dtype=int)
        self.compute(np.full(self.sums.shape[:2], PILOT))
        # Of exact means: the share of every stratum in k.
        one = np.ones_like(self.count)
        exact = reduced(v, true_mean(v)[..., None] * one, one)
        self.shares = stratum_shares(exact, 0, "total")[0][0]

    def compute(self, extra):
        for i, s in zip(*np.nonzero(extra), strict=True):
            normal = self.random.standard_normal((extra[i, s] // REPLICATES, REPLICATES))
            p = true_mean(self.v)[i, s] * np.exp(self.noise * (normal - self.noise / 2))
            self.sums[i, s] += p.sum(axis=0)
            self.count[i, s] += len(p)

    def known(self):
        dataset = reduced(self.v, self.sums, self.count)
        return contributions(dataset, [TEMPERATURE], [(-1, 0)], "total")

    def k(self):
        """k over its true value and the stated error.

        To first order, unbiased for numbers fixed beforehand.
        """
        scale = self.shares / true_mean(self.v)
        value = (scale * strata.means(self.sums, self.count)).sum()
        return value, np.sqrt((scale**2 * strata.mean_variance(self.sums, self.count)).sum())


def synthetic_campaign(seed, together, noise):
    """Columns k, stated error, trajectories (states, 3) of five states.

    together: one campaign; otherwise each state is a campaign of its own, and is allocated by its
    own trajectories.
    """
    random = np.random.default_rng(seed)
    states = [State(v, random, noise) for v in (1, 2, 3, 5, 8)]
    for _ in range(ROUNDS):
        known = [state.known() for state in states]
        groups = [known] if together else [[one] for one in known]
        extras = [extra for group in groups for extra in allocate(group, SAMPLING, 10**6)[0]]
        for state, extra in zip(states, extras, strict=True):
            state.compute(extra)
    return np.array([(*state.k(), state.count.sum()) for state in states])
