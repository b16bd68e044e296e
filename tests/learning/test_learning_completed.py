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
from vibrates.learning.product import learn

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings():
    return config(transitions=[[-1, 0], [1, -1]], initial_w=[0, 1, 2], complete_v=[0, 6])


@pytest.fixture(scope="module")
def table(settings):
    wanted = [Wanted((-1, 0), (1, 6), (0, 2)), Wanted((1, -1), (0, 6), (1, 2))]
    return completed_table(general_rates(), wanted, settings)


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


def test_the_table_is_that_of_learned_nc(table, settings):
    """Where nothing was computed: the same k and the same standard deviation."""
    learned = learn(general_rates(), settings)
    for one, (dv, dw) in zip(table, ((-1, 0), (1, -1)), strict=True):
        rows = np.flatnonzero(
            ((learned.vp - learned.v == dv) & (learned.wp - learned.w == dw)).values
        )
        of_file = {
            (int(learned.v[row]), int(learned.w[row])): row
            for row in rows
            if learned.origin.values[row, 0] == "predicted"
        }
        members = one.family.target
        forward = members["energy_difference"].values >= 0
        compared = 0
        for row, state in enumerate(zip(members.v.values, members.w.values, strict=True)):
            if tuple(map(int, state)) in of_file and forward[row]:
                at = of_file[tuple(map(int, state))]
                np.testing.assert_allclose(one.log10_k[row], learned.log10_k.values[at], atol=1e-6)
                np.testing.assert_allclose(one.std[row], learned.log10_k_std.values[at], rtol=1e-4)
                assert (one.flag[row] != COMPUTED).all()
                compared += 1
        assert compared >= 3


def test_the_covariance_is_one(table):
    """Symmetric, of no negative variance for any sum of cells, and more than independent errors."""
    for one in table:
        np.testing.assert_allclose(one.covariance, one.covariance.T, rtol=1e-10)
        smallest, largest = np.linalg.eigvalsh(one.covariance)[[0, -1]]
        assert smallest > -1e-9 * largest
        correlation = one.covariance / np.outer(one.std.ravel(), one.std.ravel())
        row = np.flatnonzero((one.flag != COMPUTED).all(axis=1))[0] * len(TEMPERATURES_K)
        assert correlation[row, row + 1] > 0.3  # neighbouring temperatures of a level


def test_errors_of_the_data_are_in_the_covariance(settings):
    """Ten times the Monte-Carlo error: wider at computed cells and between them."""
    wanted, mean = [Wanted((-1, 0), (1, 6), (0, 2))], []
    for error in (0.01, 0.1):
        one = completed_table(general_rates(relative_error=error), wanted, settings)[0]
        mean.append(one.std.mean())
    assert mean[1] > 3.0 * mean[0]


def test_the_defect_may_pass_through_zero():
    """The exothermic direction on both sides, both within their errors, no step between them."""
    resonant = config(transitions=[list(RESONANT)], complete_v=[2, 18])
    one = completed_table(resonant_rates(resonant), [Wanted(RESONANT, (2, 18), (0, 0))], resonant)
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


def test_covariances_have_the_variances_of_the_prediction(settings):
    one = completed_table(general_rates(), [Wanted((1, -1), (0, 5), (1, 2))], settings)[0]
    model = models_by_resonance()[one.family.resonant]
    std = model.fit(one.family.learned, one.family.used).predict(one.family.target)[1]
    np.testing.assert_allclose(one.std, std, rtol=1e-6)
