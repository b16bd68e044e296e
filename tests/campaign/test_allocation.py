"""Allocation by the variances of other states leaves k unbiased; by a state's own it does not."""

import numpy as np
import pytest
import xarray as xr
from synthetic_states import ENERGIES, PILOT, TARGET, synthetic_campaign

from vibrates.campaign.allocation import allocate
from vibrates.config import Sampling


@pytest.mark.parametrize(
    ("together", "low"),
    [(True, False), (False, True)],
    ids=["by other states", "by its own trajectories"],
)
def test_rates_of_an_adaptive_campaign(together, low):
    """Allocated by its own pilot a state's k is low, by a good part of its standard error."""
    # Heavy tails: P of a stratum over a factor e^1.4 up and down.
    found = np.array([synthetic_campaign(seed, together, noise=1.4) for seed in range(30)])
    k, _, number = np.moveaxis(found, -1, 0)
    assert number.mean() > 3 * PILOT * 3 * ENERGIES.size  # most trajectories are allocated ones
    spread = np.std(k)
    bias, error = k.mean() - 1.0, spread / np.sqrt(k.size)
    if low:
        assert bias < -5 * error
    else:
        assert abs(bias) < 2.5 * error and abs(bias) < 0.15 * spread
        # The variances of the neighbours are good enough to meet the target.
        assert 0.6 * TARGET < spread < 1.2 * TARGET


def strata_of(v, w, changes, single):
    """As `contributions` returns it: two strata, equal numbers, one temperature."""
    variance = np.asarray(single, float).reshape(len(changes), 1, 1, 2) / 16
    stratum = ("energy", "shell")
    return xr.Dataset(
        {"variance": (("transition", "temperature", *stratum), variance),
         "n": (stratum, np.full((1, 2), 16)), "cost": (stratum, np.ones((1, 2)))},
        {"vp": ("transition", [v + c[0] for c in changes]),
         "wp": ("transition", [w + c[1] for c in changes]), "temperature": [300.0]},
        {"v": v, "w": w},
    )  # fmt: skip


def test_states_are_allocated_by_the_nearest_that_make_the_transition():
    down, cross = (-1, 0), (-2, 1)
    sampling = Sampling.model_construct(replicates=1, target_relative_error=0.1)
    states = [strata_of(v, 0, [down], [[1.0, float(v)]]) for v in (1, 2, 3, 4, 5, 6)]
    extras, records = allocate(states, sampling, 10**6)
    # Of v = 1 by v = 2-5, whose mean is 1 and 3.5; Neyman: in the ratio of the roots.
    total = (1.0 + np.sqrt(3.5)) / 0.1**2
    np.testing.assert_allclose(16 + extras[0][0], total * np.array([1.0, np.sqrt(3.5)]), atol=1.0)
    # Its own variances say what is reached so far, the others' what is expected.
    assert records[0]["relative_error"] == pytest.approx(np.sqrt(2 / 16))
    assert records[0]["predicted_relative_error"] == pytest.approx(0.1, rel=1e-2)
    assert records[0]["outcome"] == "target expected after this round"
    # A transition no other state makes, and a campaign of one state: by its own.
    states = [
        strata_of(1, 0, [down], [[1.0, 1.0]]),
        strata_of(12, 0, [down, cross], [[1.0, 1.0], [1.0, 9.0]]),
    ]
    (_, extra), _ = allocate(states, sampling, 10**6)
    np.testing.assert_allclose(16 + extra[0], 400 * np.array([1.0, 3.0]), atol=1.0)
    (alone,), _ = allocate(states[1:], sampling, 10**6)
    np.testing.assert_array_equal(alone, extra)


def test_a_state_that_its_neighbours_say_is_done_is_not_called_done():
    sampling = Sampling.model_construct(replicates=1, target_relative_error=0.1)
    states = [strata_of(1, 0, [(-1, 0)], [[1.0, 1.0]]), strata_of(2, 0, [(-1, 0)], [[1e-3, 1e-3]])]
    extras, records = allocate(states, sampling, 10**6)
    assert not extras[0].any() and records[0]["relative_error"] > 0.1
    assert records[0]["outcome"] == "target met by the variances of the nearest states"
    assert records[1]["outcome"] == "target reached"
