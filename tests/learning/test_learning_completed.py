"""The complete table: all cells of several families with their covariance, by one call."""

import numpy as np
import pytest
from learning_ladders import (
    RESONANT,
    TEMPERATURES_K,
    config,
    general_rates,
    resonant_log10_mean,
    resonant_rates,
)

from vibrates.core.errors import UserError
from vibrates.learning.completed import Wanted, completed_table
from vibrates.learning.directions import energy_difference
from vibrates.learning.families import COMPUTED
from vibrates.learning.ladder_model import models_by_resonance

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings():
    return config(transitions=[[-1, 0], [1, -1]], initial_w=[0, 1, 2], complete_v=[0, 6])


@pytest.fixture(scope="module")
def models():
    return models_by_resonance()


@pytest.fixture(scope="module")
def table(settings, models):
    wanted = [Wanted((-1, 0), (1, 6), (0, 2)), Wanted((1, -1), (0, 6), (1, 2))]
    return completed_table(general_rates(), wanted, settings, "x", models)


def test_every_cell_of_the_ranges_is_there(table):
    for one, (first_v, dv), (first_w, last_w) in zip(
        table, ((1, -1), (0, 1)), ((0, 2), (1, 2)), strict=True
    ):
        members = one.family.target
        states = set(zip(members.v.values.tolist(), members.w.values.tolist(), strict=True))
        asked = {(v, w) for v in range(first_v, 7) for w in range(first_w, last_w + 1)}
        assert asked <= states and set((members.vp - members.v).values.tolist()) == {dv}
        cells = len(states) * len(TEMPERATURES_K)
        assert one.log10_k.size == cells and one.covariance.shape == (cells, cells)


def test_the_covariance_is_one(table):
    """Symmetric, of no negative variance for any sum of cells, and more than independent errors."""
    for one in table:
        np.testing.assert_allclose(one.covariance, one.covariance.T, rtol=1e-10)
        smallest, largest = np.linalg.eigvalsh(one.covariance)[[0, -1]]
        assert smallest > -1e-9 * largest
        correlation = one.covariance / np.outer(one.std.ravel(), one.std.ravel())
        row = np.flatnonzero((one.flag != COMPUTED).all(axis=1))[0] * len(TEMPERATURES_K)
        assert correlation[row, row + 1] > 0.3  # neighbouring temperatures of a level


def test_mean_and_variances_are_those_of_the_regression(table, models):
    """As learned.nc has them where nothing was computed."""
    family = table[1].family
    model = models[family.resonant].fit(family.learned, family.used)
    mean, std = model.predict(family.target)
    np.testing.assert_allclose(table[1].std, std, rtol=1e-6)
    np.testing.assert_allclose(table[1].log10_k, mean - family.offset(family.target), atol=1e-9)
    assert table[1].model == model.description


def test_errors_of_the_data_are_in_the_covariance(settings, table, models):
    """Five times the Monte-Carlo error: wider at the same cells."""
    wanted = [Wanted((1, -1), (0, 6), (1, 2))]
    noisy = completed_table(general_rates(relative_error=0.1), wanted, settings, "x", models)[0]
    assert noisy.std.mean() > 2.0 * table[1].std.mean()


def test_the_defect_may_pass_through_zero(models):
    """The exothermic direction on both sides, both within their errors, no step between them."""
    resonant = config(transitions=[list(RESONANT)], complete_v=[2, 18])
    wanted = [Wanted(RESONANT, (2, 18), (0, 0))]
    one = completed_table(resonant_rates(resonant), wanted, resonant, "x", models)
    members = one[0].family.target
    v = members.v.values
    difference = energy_difference({"v": v, "w": 0 * v, "vp": v - 2, "wp": 0 * v + 1}, resonant)
    assert one[0].family.resonant and (difference > 0).any() and (difference < 0).any()
    mean = resonant_log10_mean(v[:, None], difference[:, None], TEMPERATURES_K)
    learned = one[0].log10_k + one[0].family.offset(members)
    assert (np.abs(learned - mean) < 4.0 * one[0].std + 0.01).all()


def test_a_family_without_states_is_one_line(settings):
    with pytest.raises(UserError, match=r"0 states .*\(-3, 0\).*at least 3") as caught:
        completed_table(general_rates(), [Wanted((-3, 0), (3, 6), (0, 1))], settings)
    assert "\n" not in str(caught.value)
