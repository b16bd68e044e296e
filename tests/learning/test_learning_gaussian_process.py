import numpy as np
import pytest
from learning_ladders import LEVELS, TEMPERATURES_K, TRANSITION, rates, true_log10_k
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from vibrates.errors import UserError
from vibrates.learning import gaussian_process
from vibrates.learning.features import feature_matrix
from vibrates.learning.gaussian_process import ROUNDING_VARIANCE, GaussianProcess
from vibrates.learning.kernels import LENGTHSCALE_BOUNDS, VARIANCE_BOUNDS
from vibrates.learning.ladder import ladder_from_rates
from vibrates.learning.validation import leave_each_v_out

FEATURES = ["log_v", "temperature_inverse_cube_root"]
NEW_V = np.array([5, 7, 9])


def ladder(**options):
    return ladder_from_rates(rates(**options), TRANSITION, 0, "rates.nc")


def model():
    return GaussianProcess(FEATURES)


@pytest.fixture(scope="module")
def fitted():
    return model().fit(ladder())


@pytest.mark.filterwarnings("ignore:The optimal value found")
def test_agrees_with_scikit_learn(fitted):
    """Same kernel, same known variances, optimised and evaluated by independent code."""
    data = ladder()
    inputs = feature_matrix(FEATURES, data.v, data.temperature_K)
    targets = data.log10_k.ravel()
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0)
    target_scale = targets.std()
    noise = (data.log10_k_stderr.ravel() ** 2 + ROUNDING_VARIANCE) / target_scale**2
    kernel = ConstantKernel(1.0, VARIANCE_BOUNDS) * Matern([1.0, 1.0], LENGTHSCALE_BOUNDS, nu=2.5)
    reference = GaussianProcessRegressor(
        kernel, alpha=noise, n_restarts_optimizer=4, random_state=0
    ).fit((inputs - mean) / scale, (targets - targets.mean()) / target_scale)
    new = (feature_matrix(FEATURES, NEW_V, TEMPERATURES_K) - mean) / scale
    expected, expected_std = reference.predict(new, return_std=True)
    log10_k, std = fitted.predict(NEW_V, TEMPERATURES_K)
    assert fitted.log_marginal_likelihood == pytest.approx(
        reference.log_marginal_likelihood_value_, abs=1e-3
    )
    np.testing.assert_allclose(
        log10_k.ravel(), expected * target_scale + targets.mean(), atol=2e-3
    )
    np.testing.assert_allclose(std.ravel(), expected_std * target_scale, rtol=0.02)


def test_predicts_the_true_rates_within_its_own_error(fitted):
    log10_k, std = fitted.predict(NEW_V, TEMPERATURES_K)
    deviation = (log10_k - true_log10_k(NEW_V[:, None], TEMPERATURES_K)) / std
    assert np.sqrt(np.mean(deviation**2)) < 2.0
    assert std.max() < 0.1


def test_a_point_with_a_large_error_is_not_believed():
    """One value is wrong by a factor of ten; with a matching error the curve stays where it was."""
    data = rates(relative_error=0.02)
    wrong = data.copy(deep=True)
    wrong["k"].values[2, 1] *= 10.0
    honest = wrong.copy(deep=True)
    honest["k_stderr"].values[2, 1] = 10.0 * honest["k"].values[2, 1]
    v, at = np.array([LEVELS[2]]), TEMPERATURES_K

    def predicted(dataset):
        return model().fit(ladder_from_rates(dataset, TRANSITION, 0, "x")).predict(v, at)[0]

    clean = predicted(data)
    assert np.abs(predicted(honest) - clean).max() < 0.03
    assert np.abs(predicted(wrong) - clean).max() > 0.3


def test_data_on_a_plane_are_fitted_at_the_longest_length_scales():
    """Such data have no finite best length scale; the fit must still end, and be right."""
    exact = rates(relative_error=0.0)
    plane = -10.5 + np.log10(exact.v) - 32.0 * exact.temperature ** (-1 / 3)
    exact["k"] = 10.0**plane
    exact["k_stderr"] = 0.1 * exact.k
    process = model().fit(ladder_from_rates(exact, TRANSITION, 0, "x"))
    assert process.hyperparameters["lengthscale_log_v"] > 0.9 * LENGTHSCALE_BOUNDS[1]
    log10_k, _ = process.predict(NEW_V, TEMPERATURES_K)
    expected = -10.5 + np.log10(NEW_V)[:, None] - 32.0 * TEMPERATURES_K ** (-1 / 3)
    np.testing.assert_allclose(log10_k, expected, atol=0.01)


def test_data_without_errors_are_interpolated():
    data = ladder(relative_error=0.0)
    log10_k, std = model().fit(data).predict(data.v, data.temperature_K)
    np.testing.assert_allclose(log10_k, data.log10_k, atol=3e-3)
    assert std.max() < 3e-3


def test_shared_errors_are_not_averaged_away():
    """Independent errors at ten temperatures average out, errors common to all of them do not."""
    temperatures_K = np.geomspace(200.0, 3000.0, 10)
    common = 0.98 + 0.02 * np.eye(10)
    std = {
        name: model()
        .fit(ladder(temperatures_K=temperatures_K, correlation=correlation))
        .predict(NEW_V[:1], temperatures_K)[1][0, 4:6]
        for name, correlation in (("common", common), ("independent", None))
    }
    assert std["common"].mean() > 1.5 * std["independent"].mean()


def test_uncertainty_grows_outside_the_data(fitted):
    _, std = fitted.predict(np.array([5, 8, 12, 20]), TEMPERATURES_K)
    assert np.all(np.diff(std.mean(axis=1)) > 0)


def test_two_fits_are_the_same_to_the_last_bit(fitted):
    again = model().fit(ladder()).predict(NEW_V, TEMPERATURES_K)
    for one, other in zip(fitted.predict(NEW_V, TEMPERATURES_K), again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_convergence_is_one_line(monkeypatch):
    monkeypatch.setattr(gaussian_process, "MAXIMUM_ITERATIONS", 1)
    with pytest.raises(UserError, match="not maximised within 1 iterations") as caught:
        model().fit(ladder())
    assert "\n" not in str(caught.value)


def test_unknown_kernel_is_named():
    with pytest.raises(UserError, match="periodic is unknown; choose from matern52"):
        GaussianProcess(FEATURES, "periodic").fit(ladder())


def test_left_out_level_has_no_influence_on_its_prediction():
    """Changing the rates of one level by a factor of 100 leaves its own prediction bit for bit."""
    data = ladder(levels=(1, 3, 5))
    changed = rates(levels=(1, 3, 5))
    changed["k"].values[1] *= 100.0
    before = leave_each_v_out(data, model)
    after = leave_each_v_out(ladder_from_rates(changed, TRANSITION, 0, "x"), model)
    np.testing.assert_array_equal(before.predicted[1], after.predicted[1])
    assert np.abs(before.predicted[0] - after.predicted[0]).max() > 0.1
    np.testing.assert_allclose(after.error[1], before.error[1] - 2.0)
    np.testing.assert_array_equal(before.interpolated, [False, True, False])
