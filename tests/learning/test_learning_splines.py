"""Our regression along a ladder: splines, their errors, and Monte-Carlo errors over T."""

import numpy as np
import pytest
from learning_ladders import TEMPERATURES_K
from scipy.interpolate import CubicSpline

from vibrates.learning.backend import gpflow
from vibrates.learning.calibration import widening
from vibrates.learning.data import log10_k, rate_data
from vibrates.learning.gaussian_process import GaussianProcess
from vibrates.learning.kernels import IntegratedWiener, Wiener
from vibrates.learning.ladder_model import LadderModel

U = np.array([0.1, 0.3, 0.4, 0.8, 1.2, 2.0])
Y = np.sin(2.0 * U)


def posterior(kernel, wanted):
    """Of `kernel` and a straight line with a wide prior."""
    line = gpflow.kernels.Linear(variance=1e4) + gpflow.kernels.Constant(1e4)
    process = GaussianProcess(kernel + line, gpflow.Parameter(1e-10, trainable=False))
    return process.condition(U[:, None], Y).predict_mean(np.asarray(wanted)[:, None])


def test_an_integrated_wiener_process_is_the_natural_cubic_spline():
    wanted = np.array([0.2, 0.6, 1.0, 1.9, 3.0])
    spline = CubicSpline(U, Y, bc_type="natural")
    inside = posterior(IntegratedWiener(0), wanted)[:-1]
    np.testing.assert_allclose(inside, spline(wanted[:-1]), atol=1e-4)
    beyond = Y[-1] + spline(U[-1], 1) * (wanted[-1] - U[-1])  # a straight line
    assert posterior(IntegratedWiener(0), wanted)[-1] == pytest.approx(beyond, abs=1e-3)


def test_a_wiener_process_joins_points_by_straight_lines():
    wanted = np.array([0.2, 0.35, 0.6, 1.6])
    process = GaussianProcess(Wiener(0), gpflow.Parameter(1e-10, trainable=False))
    found = process.condition(U[:, None], Y).predict_mean(wanted[:, None])
    np.testing.assert_allclose(found, np.interp(wanted, U, Y), atol=1e-6)


def ladder(residual, v, T=TEMPERATURES_K, relative_error=0.0, **errors):
    v = np.asarray(v)
    k = v[:, None] * 10.0 ** residual(v[:, None], np.asarray(T))
    stderr = relative_error * k
    return rate_data({"v": v, "vp": v - 1}, T, k, "x", k_stderr=stderr, **errors)


def curved(v, T):
    """A Landau-Teller rate whose exponent bends along v, as the anharmonicity makes it."""
    return -9.0 - 60.0 * (1.0 - 0.012 * v) ** (2 / 3) * T ** (-1 / 3) + 5e-3 * np.sin(v / 4.0)


@pytest.fixture(scope="module")
def model():
    return LadderModel()


def test_exact_levels_are_interpolated_and_extrapolated(model):
    v = np.array([1, 2, 4, 6, 9, 12, 15, 18, 22])
    data = ladder(curved, v)
    train = np.ones(data["k"].shape, dtype=bool)
    train[[4, 8]] = False
    mean, std = model.fit(data, train).predict(data)
    error = np.abs(mean - log10_k(data))
    assert model.chosen == "splines"
    assert error[4].max() < 2e-3 and error[8].max() < 0.05
    assert (std[8] > 2.0 * std[4]).all()


def test_shared_errors_tell_a_missing_temperature_of_the_value_and_not_of_the_rate(model):
    """A level too high at all temperatures alike, within its error, is so at the one left out."""
    T = np.array([200.0, 300.0, 500.0, 800.0, 1200.0, 2000.0, 3000.0])
    v = np.arange(1, 9)
    correlation = np.broadcast_to(0.999 + 0.001 * np.eye(7), (8, 7, 7))
    data = ladder(
        lambda v, T: curved(v, T) + np.where(v == 4, 0.06, 0.0),
        v,
        T,
        relative_error=0.1,
        error_correlation=correlation,
    )
    train = np.ones(data["k"].shape, dtype=bool)
    train[:, 3] = False
    fitted = model.fit(data, train)
    (rate, _), (value, std) = fitted.predict(data), fitted.predict_computed(data)
    assert abs(value - log10_k(data))[3, 3] < 0.01 < 0.03 < abs(rate - log10_k(data))[3, 3]
    assert std[3, 3] < 0.02


def test_the_calibration_leaves_known_errors_as_they_are(model):
    """Levels that lie on a smooth curve by far better than their errors say, as with errors that
    all levels share: no line through eight levels is better known than sigma/sqrt(8)."""
    T = np.array([200.0, 300.0, 500.0, 800.0, 1200.0, 2000.0, 3000.0])
    correlation = np.broadcast_to(0.999 + 0.001 * np.eye(7), (8, 7, 7))
    data = ladder(
        lambda v, T: -9.0 - (60.0 - v) * T ** (-1 / 3),
        [1, 2, 3, 4, 6, 7, 8, 9],
        T,
        relative_error=0.1,
        error_correlation=correlation,
    )
    new = rate_data({"v": np.array([5]), "vp": np.array([4])}, T, np.ones((1, 7)), "x")
    std = model.fit(data, np.ones(data["k"].shape, dtype=bool)).predict(new)[1]
    assert std.min() > 0.99 * 0.1 / np.log(10.0) / np.sqrt(8)


def test_left_out_stderr_and_values_have_no_influence(model):
    data, changed = (ladder(curved, np.arange(1, 8), relative_error=0.05) for _ in range(2))
    train = np.ones(data["k"].shape, dtype=bool)
    train[2], train[4, 1] = False, False
    for name in ("k", "k_stderr"):
        changed[name].values[~train] *= 3.0
    before, after = (model.fit(each, train).predict_computed(each)[0] for each in (data, changed))
    np.testing.assert_array_equal(before, after)


def test_widening_recovers_a_scale_that_depends_on_temperature():
    generator, x = np.random.default_rng(4), np.repeat(np.linspace(-1.5, 1.5, 8), 300)
    truth = np.where(x < 0, 0.3, 2.0)
    found = widening(truth * generator.standard_normal(len(x)), x, 300, np.array([-1.5, 1.5]))
    np.testing.assert_allclose(found, [0.3, 2.0], rtol=0.15)


def test_widening_stays_near_one_where_there_are_few_levels():
    few, many = (widening(np.full(3, 0.1), np.zeros(3), n, np.zeros(1))[0] for n in (1, 50))
    assert many < 0.3 < few < 1.0
