import importlib.util
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from learning_ladders import LEVELS, SETTINGS, TEMPERATURES_K, rates

from vibrates.campaign.storage import provenance, read_product, write_atomic
from vibrates.errors import UserError
from vibrates.learning.product import learn


@pytest.fixture(scope="module")
def learned():
    return learn(rates(), SETTINGS)


def test_every_level_is_there_and_says_where_it_comes_from(learned):
    assert list(learned.v) == list(range(1, 9))
    for v in learned.v.values:
        expected = "computed" if v in LEVELS else "predicted"
        assert set(learned.origin.sel(v=v).values) == {expected}
    assert np.isfinite(learned.k).all() and (learned.k > 0).all()


def test_computed_values_are_the_campaigns_own(learned):
    computed = learned.sel(v=list(LEVELS))
    data = rates()
    np.testing.assert_array_equal(computed.k, data.k.values[: len(LEVELS)])
    np.testing.assert_allclose(computed.log10_k_std, 0.1 / np.log(10.0))
    np.testing.assert_allclose(learned.k_factor, 10.0**learned.log10_k_std)


def test_predicted_values_are_the_process_itself(learned):
    predicted = learned.sel(v=[3, 5, 7])
    np.testing.assert_allclose(np.log10(predicted.k), predicted.gp_log10_k)
    np.testing.assert_array_equal(predicted.log10_k_std, predicted.gp_log10_k_std)
    assert np.isnan(predicted.left_out_error).all()


def test_scores_follow_from_the_left_out_predictions(learned):
    computed = learned.sel(v=list(LEVELS))
    error = computed.left_out_predicted - computed.log10_k
    np.testing.assert_allclose(computed.left_out_error, error)
    attrs = learned.attrs
    assert attrs["left_out_mse_dex2"] == pytest.approx(float((error**2).mean()))
    assert attrs["left_out_worst_dex"] == pytest.approx(float(np.abs(error).max()))
    span = float(computed.log10_k.max() - computed.log10_k.min())
    assert attrs["left_out_mse_normalised"] == pytest.approx(float((error**2).mean()) / span**2)
    within = np.abs(error) <= 2 * computed.left_out_std
    assert attrs["left_out_coverage_2_sigma"] == pytest.approx(float(within.mean()))
    # The value compared with has an error of its own.
    assert (computed.left_out_std > 0.1 / np.log(10.0)).all()


def test_the_file_says_what_it_holds(learned, tmp_path):
    path = tmp_path / "learned.nc"
    learned.attrs.update(provenance({"name": "test", "learning": SETTINGS}, ["rates.nc"]))
    write_atomic(learned, path)
    read = read_product(path)
    assert all({"units", "long_name"} <= set(v.attrs) for v in read.variables.values())
    assert {"configuration", "vibrates_version", "sources", "symmetrisation"} <= set(read.attrs)
    assert read.attrs["hyperparameter_lengthscale_log_v"] > 0
    assert list(read.origin.values[:, 0]).count("predicted") == 3
    xr.testing.assert_allclose(read, learned)


def test_a_computed_level_outside_the_completed_range_is_kept():
    learned = learn(rates(levels=(1, 2, 6)), {**SETTINGS, "complete_v": [2, 4]})
    assert list(learned.v) == [1, 2, 3, 4, 6]
    assert list(learned.origin.values[:, 0]) == ["computed"] * 2 + ["predicted"] * 2 + ["computed"]


@pytest.mark.parametrize("complete_v", [[0, 5], [5, 2]])
def test_an_impossible_ladder_is_one_line(complete_v):
    with pytest.raises(UserError, match=r"learning.complete_v: .* not a ladder for dv = -1"):
        learn(rates(), {**SETTINGS, "complete_v": complete_v})


def test_temperatures_are_those_of_the_rates(learned):
    np.testing.assert_array_equal(learned.temperature, TEMPERATURES_K)


def test_nothing_is_written_from_bad_rates(tmp_path):
    script = Path(__file__).parents[2] / "workflow" / "scripts" / "learn.py"
    spec = importlib.util.spec_from_file_location("learn_script", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    bad = rates()
    bad["k"].values[0, 0] = -1.0
    for variable in bad.variables.values():
        variable.attrs |= {"units": "1", "long_name": "test"}
    write_atomic(bad, tmp_path / "rates.nc")
    with pytest.raises(UserError, match=r"rates.nc: k = -1.0 at v = 1, T = 200 K"):
        module.main(str(tmp_path / "rates.nc"), str(tmp_path / "learned.nc"), SETTINGS, {})
    assert [path.name for path in tmp_path.iterdir()] == ["rates.nc"]
