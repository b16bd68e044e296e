"""Interpolation without training, and the published models with the matrix element taken out."""

import numpy as np
import pytest
import xarray as xr
from learning_ladders import TEMPERATURES_K

from vibrates.core.errors import UserError
from vibrates.learning.baselines import ALONG_V, NAMES, Baseline, nearest_polynomial
from vibrates.learning.data import log10_k, rate_data
from vibrates.learning.features import feature
from vibrates.learning.models import model

V = np.array([2, 3, 4, 6, 7, 9, 12])


def ladder(log10_residual, v=V, temperatures_K=TEMPERATURES_K) -> xr.Dataset:
    """v -> v - 2: the harmonic matrix element v (v - 1) times 10 to `log10_residual`(v, T)."""
    v, T = np.asarray(v), np.asarray(temperatures_K)
    k = v[:, None] * (v[:, None] - 1.0) * 10.0 ** log10_residual(v[:, None], T)
    return rate_data({"v": v, "vp": v - 2, "w": 0 * v, "wp": 0 * v}, T, k, "made up")


def without(data, row):
    train = np.ones(data["k"].shape, dtype=bool)
    train[row] = False
    return train


@pytest.mark.parametrize(
    ("name", "exact", "inexact"),
    [
        ("trend", lambda v, T: -15 + 0.05 * v * (T / 1e3), lambda v, T: -15 + 0.02 * v**2 + 0 * T),
        ("l3", lambda v, T: -15 + 0.05 * v * (T / 1e3), lambda v, T: -15 + 0.02 * v**2 + 0 * T),
        ("q4", lambda v, T: -15 + 0.02 * v**2 + T / 1e3, lambda v, T: -15 + 4e-3 * v**3 + 0 * T),
        ("spline", lambda v, T: -15 + 4e-3 * v**3 + T / 1e3, lambda v, T: -15 + np.sin(v) + 0 * T),
    ],
)
def test_along_v_the_polynomial_and_the_matrix_element_are_exact(name, exact, inexact):
    for residual, good in ((exact, True), (inexact, False)):
        data = ladder(residual)
        predicted, std = Baseline(name).fit(data, without(data, 3)).predict(data)
        error = np.abs(predicted - log10_k(data))[3].max()
        assert (error < 1e-8) == good and std is None


def test_only_the_nearest_levels_count():
    """A wrong value far away does not matter to the quadratic, to the line of all it does."""
    data = ladder(lambda v, T: -15 + 0.05 * v + 0 * T)
    data["k"].values[-1] *= 10.0
    errors = {
        name: np.abs(Baseline(name).fit(data, without(data, 1)).predict(data)[0] - log10_k(data))
        for name in ALONG_V
    }
    assert errors["q4"][1].max() < 1e-8 and errors["l3"][1].max() < 1e-8
    assert errors["trend"][1].min() > 0.05


def test_temperatures_with_different_levels_are_predicted_from_their_own():
    data = ladder(lambda v, T: -15 + 0.05 * v * (T / 1e3))
    train = np.random.default_rng(1).random(data["k"].shape) > 0.3
    data["k"].values[~train] *= 100.0
    predicted = Baseline("trend").fit(data, train).predict(data)[0]
    truth = log10_k(ladder(lambda v, T: -15 + 0.05 * v * (T / 1e3)))
    np.testing.assert_allclose(predicted, truth, atol=1e-8)


def test_along_t_the_line_is_one_in_the_offset_cube_root():
    T = np.array([100.0, 200.0, 400.0, 600.0, 800.0, 1000.0, 2000.0])
    data = ladder(lambda v, T: -9 - v * (T + 300.0) ** (-1 / 3), temperatures_K=T)
    train = np.ones(data["k"].shape, dtype=bool)
    train[:, 0] = False
    found = {n: Baseline(n).fit(data, train).predict(data)[0] for n in ("line", "spline_T", "q4")}
    np.testing.assert_allclose(found["line"], log10_k(data), atol=1e-8)
    assert np.abs(found["spline_T"] - log10_k(data))[:, 0].min() > 1e-4
    assert np.isnan(found["q4"][:, 0]).all()  # no level is known there


def test_a_level_without_data_has_no_prediction_along_t():
    data = ladder(lambda v, T: -15 + 0 * v * T)
    predicted = Baseline("line").fit(data, without(data, 2)).predict(data)[0]
    assert np.isnan(predicted[2]).all() and np.isfinite(np.delete(predicted, 2, 0)).all()


def test_few_points_lower_the_degree():
    x, y = np.array([1.0, 3.0]), np.array([[2.0], [6.0]])
    np.testing.assert_allclose(nearest_polynomial(x, y, np.array([2.0]), 2, 4), [[4.0]])


def test_an_unknown_baseline_is_named():
    with pytest.raises(UserError, match="baseline q5 is unknown") as caught:
        Baseline("q5")
    assert all(name in str(caught.value) for name in NAMES)


def test_the_published_process_with_the_matrix_element_taken_out_learns_the_rest():
    """As it learns rates that have no matrix element, which is put back afterwards."""
    data = ladder(lambda v, T: -15 - (20 + 0.1 * v) * T ** (-1 / 3), V[:4])
    rest = data.copy(deep=True)
    matrix_element = 10.0 ** feature("ladder", data)
    rest["k"] = data["k"] / matrix_element
    train = without(data, 2)
    own, own_std = model("GP_residual")().fit(data, train).predict(data)
    plain, plain_std = model("GP")().fit(rest, train).predict(rest)
    np.testing.assert_allclose(own, plain + np.log10(matrix_element), atol=1e-6)
    np.testing.assert_allclose(own_std, plain_std, rtol=1e-3)
    assert np.abs(plain - own).min() > 0.1


def test_levels_of_the_second_molecule_stay_apart():
    v, w = np.repeat([1, 2, 4, 5], 2), np.tile([0, 2], 4)
    k = v[:, None] * 10.0 ** (-15 + 0.1 * v[:, None] * (1 + w[:, None]) + 0 * TEMPERATURES_K)
    data = rate_data({"v": v, "vp": v - 1, "w": w, "wp": w}, TEMPERATURES_K, k, "made up")
    train = without(data, [2, 3])
    train[:, 0] = False
    for name, column in (("l3", 1), ("line", 0)):
        predicted = Baseline(name).fit(data, train).predict(data)[0]
        rows = slice(None) if name == "l3" else [0, 1, 4, 5, 6, 7]
        np.testing.assert_allclose(predicted[rows, column], log10_k(data)[rows, column], atol=1e-8)
