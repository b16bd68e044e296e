"""A family whose energy defect passes through zero, and values on the edge of the energy grid."""

import numpy as np
import pytest
import xarray as xr
from campaigns import with_changes
from learning_ladders import (
    LEVELS,
    RESONANT,
    RESONANT_LEVELS,
    TEMPERATURES_K,
    config,
    rates,
    resonant_log10_mean,
    resonant_rates,
    true_log10_k,
)

from vibrates.collisions.detailed_balance import rotational_ratio
from vibrates.core.errors import UserError
from vibrates.core.units import KELVIN_TO_CM
from vibrates.figures.leave_one_out import table as leave_one_out_table
from vibrates.learning.data import log10_k
from vibrates.learning.directions import energy_difference, exothermic
from vibrates.learning.edge import learnable, without_edge_temperatures
from vibrates.learning.families import COMPUTED, EXTRAPOLATED, INTERPOLATED, Family
from vibrates.learning.ladder_model import models_by_resonance
from vibrates.learning.product import ladder_of, learn

pytestmark = pytest.mark.slow

LAST = 18


@pytest.fixture(scope="module")
def resonant():
    return config(
        transitions=[list(RESONANT)],
        complete_v=[2, LAST],
    )


@pytest.fixture(scope="module")
def learned(resonant):
    return learn(resonant_rates(resonant), resonant)


@pytest.fixture(scope="module")
def ladder(learned):
    return ladder_of(learned, RESONANT, 0)


def defects(v, settings):
    v = np.asarray(v)
    return energy_difference({"v": v, "w": 0 * v, "vp": v - 2, "wp": 0 * v + 1}, settings)


def test_every_computed_rate_is_kept_on_both_sides_of_the_resonance(learned, resonant):
    """k and its error of rates.nc, in both directions, whichever was computed."""
    gap = defects(RESONANT_LEVELS, resonant)
    assert (gap > 0).sum() >= 4 and (gap < 0).sum() >= 4
    computed = resonant_rates(resonant)
    index = ["v", "w", "vp", "wp"]
    found = learned.drop_dims("family").set_index(transition=index)
    own = computed.set_index(transition=index)
    found = found.sel(transition=own.transition)
    assert (found.flag == COMPUTED).all() and (found.origin == "computed").all()
    exothermic = (own.direction == "computed").values
    np.testing.assert_array_equal(found.k.values[exothermic], own.k.values[exothermic])
    np.testing.assert_allclose(found.k, own.k, rtol=1e-9)
    np.testing.assert_allclose(found.log10_k_std, 0.03 / np.log(10.0))
    assert set(found.direction.values[exothermic]) == {"learned"}
    assert set(found.direction.values[~exothermic]) == {"detailed_balance"}


def test_both_directions_are_there_and_in_detailed_balance(learned, resonant):
    forward = learned.isel(transition=np.flatnonzero((learned.wp > learned.w).values))
    reverse = learned.isel(transition=np.flatnonzero((learned.wp < learned.w).values))
    assert forward.v.values.tolist() == list(range(2, LAST + 1))
    np.testing.assert_array_equal(forward.v, reverse.vp)
    gap = defects(forward.v, resonant)[:, None]
    levels = ((forward.v.values, forward.w.values), (forward.vp.values, forward.wp.values))
    ratio = rotational_ratio(resonant.partners, *levels)[:, None]
    np.testing.assert_allclose(
        reverse.k.values / forward.k.values,
        ratio * np.exp(-gap / (KELVIN_TO_CM * TEMPERATURES_K)),
        rtol=1e-10,
    )
    np.testing.assert_allclose(np.log10(forward.k), forward.log10_k)
    for name in ("log10_k_std", "flag", "origin", "gp_log10_k_std"):
        np.testing.assert_array_equal(forward[name].values, reverse[name].values)
    # Every left-out test counts once.
    assert np.isfinite(forward.left_out_error).any() and np.isnan(reverse.left_out_error).all()


def test_levels_left_out_on_either_side_are_predicted_within_their_errors(ladder, resonant):
    """Predicted levels against the truth, computed ones that were left out against their values."""
    gap = defects(ladder.v, resonant)[:, None]
    true = resonant_log10_mean(ladder.v.values[:, None], gap, TEMPERATURES_K) + gap / (
        2 * np.log(10.0) * KELVIN_TO_CM * TEMPERATURES_K
    )
    error = (ladder.log10_k - true).values
    new = ~np.isin(ladder.v, RESONANT_LEVELS)
    assert set(ladder.v.values[new]) >= {7, 10, 11, 13} and new.sum() == 8
    assert (np.abs(error[new]) < 3.0 * ladder.log10_k_std.values[new]).all()
    assert np.abs(error[new]).max() < 0.1 and ladder.log10_k_std.values[new].max() < 0.1
    inner = ladder.sel(v=list(RESONANT_LEVELS[1:-1]))
    assert (np.abs(inner.left_out_error) < 3.0 * inner.left_out_std).mean() > 0.95
    assert np.sqrt((inner.left_out_error**2).mean()) < 0.1
    assert ladder.attrs["score_coverage_2"] > 0.8
    # Figures have the direction of the family on both sides.
    shown = leave_one_out_table(ladder)
    assert set(shown["v"]) == set(RESONANT_LEVELS)
    np.testing.assert_allclose(shown["predicted"] - shown["computed"], shown["error"], atol=1e-9)


def test_what_is_learned_does_not_know_what_is_called_forward(resonant):
    """The same numbers from the reverse family, and no kink where the energy defect vanishes."""
    levels = tuple(range(6, LAST + 1))
    rates = resonant_rates(resonant, levels=levels, relative_error=1e-9)
    family = Family.of(rates, RESONANT, resonant, "rates.nc")
    turned = with_changes(
        resonant,
        learning={"transitions": [(2, -1)], "initial_w": (1,), "complete_v": (0, LAST - 2)},
    )
    reverse = Family.of(rates, (2, -1), turned, "rates.nc")
    assert family.resonant and reverse.resonant
    np.testing.assert_allclose(log10_k(reverse.learned), log10_k(family.learned), atol=1e-10)
    # Changes of curvature from level to level at 200 K: of log10 of the exothermic k at its kink.
    smooth, kinked = (
        np.abs(np.diff(log10_k(data)[:, 0], 3)) for data in (family.learned, family.training)
    )
    assert kinked.max() > 5.0 * smooth.max()
    at = np.flatnonzero(np.diff(np.sign(defects(levels, resonant))))[0]
    assert abs(np.argmax(kinked) - (at - 1)) <= 1


def test_levels_beyond_the_resonance_follow_from_those_below_it(resonant):
    """From one side alone: what is learned is even in the energy defect."""
    below = resonant_rates(resonant, levels=(2, 3, 4, 5, 6, 8, 9))
    family = Family.of(below, RESONANT, resonant, "rates.nc")
    assert exothermic(family.training).all() and family.resonant
    model = models_by_resonance()[True].fit(family.learned, family.used)
    mean, std = model.predict(family.target)
    beyond = (family.target.v.values > 10) & (family.target.v.values <= 16)
    gap = defects(family.target.v, resonant)[:, None]
    true = resonant_log10_mean(family.target.v.values[:, None], gap, TEMPERATURES_K)
    error = (mean - true)[beyond]
    assert (np.abs(error) < 3.0 * std[beyond]).all() and np.sqrt((error**2).mean()) < 0.2


def test_a_family_of_one_sign_is_learned_as_it_is(root):
    settings = config()
    family = Family.of(rates(), (-1, 0), settings, "rates.nc")
    assert not family.resonant and family.learned is family.training


def test_a_family_and_its_reverse_are_one(root):
    settings = config(transitions=[[-2, 1], [2, -1]])
    with pytest.raises(UserError, match=r"\(2, -1\) is the reverse of \(-2, 1\)"):
        learn(resonant_rates(settings), settings)


def on_edge(cells) -> xr.Dataset:
    """The ladder with wrong values (ten times too high) in `cells` (v, T) that rest on the edge."""
    found = rates(relative_error=0.02)
    edge = np.zeros(found.k.shape, dtype=np.int8)
    for v, T in cells:
        row = LEVELS.index(v)
        column = TEMPERATURES_K.tolist().index(T)
        edge[row, column] = 1
        found.k.values[row, column] *= 10.0
    return found.assign(k_rests_on_edge=(("transition", "temperature"), edge))


def test_what_rests_on_the_edge_is_predicted_from_the_others(root):
    settings = config()
    cells = [(4, 200.0), (8, 200.0)]
    learned = ladder_of(learn(on_edge(cells), settings), (-1, 0), 0)
    for (v, T), flag in zip(cells, (INTERPOLATED, EXTRAPOLATED), strict=True):
        cell = learned.sel(v=v, temperature=T)
        assert cell.flag == flag and cell.origin == "predicted" and cell.k_rests_on_edge == 0
        assert cell.k == pytest.approx(10.0 ** float(cell.gp_log10_k))
        error = float(cell.log10_k) - true_log10_k(v, T)
        assert abs(error) < 3.0 * float(cell.log10_k_std) < 0.6
        assert np.isnan(cell.left_out_error)
        assert (learned.flag.sel(v=v, temperature=[500.0, 1000.0]) == COMPUTED).all()
    # Between 1 and 6 a level is within the computed ones; 7 is beyond 6 at 200 K alone.
    assert learned.flag.sel(v=7).values.tolist() == [EXTRAPOLATED] + 3 * [INTERPOLATED]
    # Nothing of the wrong values is in the others.
    others = learned.sel(v=[1, 2, 3, 5, 6])
    true = true_log10_k(others.v.values[:, None], TEMPERATURES_K)
    assert np.abs(others.gp_log10_k - true).max() < 0.1


def test_a_temperature_that_rests_on_the_edge_is_learned_with_its_errors(root):
    """Too few others at 200 K: all of them take part, and say so."""
    settings = config()
    found = on_edge([])
    found.k_rests_on_edge.values[:3, 0] = 1
    found.k_stderr.values[:3, 0] = 0.3 * found.k.values[:3, 0]
    learned = ladder_of(learn(found, settings), (-1, 0), 0)
    at = learned.sel(temperature=200.0)
    for v, expected in zip(LEVELS, (1, 1, 1, 0, 0), strict=True):
        assert at.flag.sel(v=v) == COMPUTED and at.k_rests_on_edge.sel(v=v) == expected
        row = LEVELS.index(v)
        assert float(at.k.sel(v=v)) == found.k.values[row, 0]
        assert float(at.log10_k_std.sel(v=v)) == pytest.approx(
            (0.3 if expected else 0.02) / np.log(10.0)
        )


def test_cells_that_are_learned_from():
    found = on_edge([(4, 200.0), (8, 200.0), (2, 500.0), (4, 500.0), (6, 500.0)])
    family = found.isel(transition=slice(0, len(LEVELS)))
    sound = learnable(family)
    assert np.argwhere(~sound).tolist() == [[2, 0], [4, 0]]  # two others stay at 500 K: too few
    assert learnable(family.drop_vars("k_rests_on_edge")).all()
    assert without_edge_temperatures(family).temperature.values.tolist() == [1000.0, 3000.0]
    family.k_rests_on_edge.values[0] = 1
    assert without_edge_temperatures(family).sizes["temperature"] == len(TEMPERATURES_K)
