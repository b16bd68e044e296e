"""What a campaign is expected to take: the model's limits, and the forecast from it."""

import re

import numpy as np
import pytest
from campaigns import with_changes

from vibrates import config as configuration
from vibrates.campaign import cost, forecast
from vibrates.trajectories import plan


def only_batch(config):
    frame = plan.into_batches(plan.pilot(config), 10**8)
    return plan.batch_rows(frame, 0)


def test_slow_and_large_collisions_cost_more(small):
    energies = np.array([100.0, 1000.0, 10000.0])
    one = cost.trajectory_seconds(small, 1, 0, energies)
    assert np.all(np.diff(one) < 0)
    small = small.changed({"dynamics": {"interaction_range_angstrom": 24}})
    np.testing.assert_allclose(cost.trajectory_seconds(small, 1, 0, energies), 2 * one)
    small = small.changed({"basis": {"N2": {"minimum": 20}}})
    assert np.all(cost.trajectory_seconds(small, 1, 0, energies) > 3 * one)
    accuracy = small.dynamics.accuracy
    small = small.changed({"dynamics": {"accuracy": accuracy / 4}})
    coarser = small.changed({"dynamics": {"accuracy": accuracy}})
    np.testing.assert_allclose(
        cost.trajectory_seconds(small, 1, 0, energies[:2]),
        2 * cost.trajectory_seconds(coarser, 1, 0, energies[:2]),
    )


def test_a_batch_gets_the_ranks_that_its_time_asks_for(small):
    small = small.changed({"sampling": {"pilot": 10**6}, "jobs": {"ranks": 64, "minutes": 1}})
    many = cost.batch(small, only_batch(small))
    assert 2 < many.ranks < 64 and many.wall_seconds == pytest.approx(60, rel=0.2)
    small = small.changed({"jobs": {"minutes": 1000}})
    assert cost.batch(small, only_batch(small)).ranks == 2
    small = small.changed({"jobs": {"minutes": 1, "ranks": 4}})
    few = cost.batch(small, only_batch(small))
    assert few.ranks == 4 and few.wall_seconds > many.wall_seconds
    assert few.memory_mb < many.memory_mb
    assert cost.walltime_minutes(few) * 60 >= 2 * few.wall_seconds


def test_a_batch_has_no_more_ranks_than_pieces(small):
    small = with_changes(small, jobs={"ranks": 64, "minutes": 1}, dynamics={"accuracy": 1e-12})
    estimate = cost.batch(small, only_batch(small))
    assert estimate.ranks == 6  # three energies, two shells


def test_forecast_adds_up(small):
    said = forecast.text(small, "c.yaml")
    pilot, budget = 3 * 3 * 2 * 8, small.sampling.budget
    assert re.search(rf"^0 \(pilot\) +{pilot} +6 ", said, re.M)
    assert re.search(rf"^1 \(at most\) +{budget - pilot} ", said, re.M)
    assert re.search(rf"^together +{budget} ", said, re.M)
    assert "more than 10 000 jobs" not in said
    small = small.changed({"sampling": {"budget": 10**6}})
    assert "more than 10 000 jobs: raise jobs.trajectories_per_batch to" in forecast.text(
        small, "c.yaml"
    )


def test_the_papers_campaign_is_as_published(root):
    """Fewer than 10^4 jobs: 47 energies, 45 to 80 000 cm^-1; v to 40, w to 10, b to 9 angstrom."""
    config = configuration.load(root / "config/paper.yaml")
    energies = config.grid.energies
    assert (len(energies), energies[0], energies[-1]) == (47, 45.0, 80000.0)
    assert set(config.grid.states) == {(v, w) for v in range(41) for w in range(11)}
    assert config.grid.shell_edges[-1] == 9
    assert "more than 10 000 jobs" not in forecast.text(config, "paper.yaml")
