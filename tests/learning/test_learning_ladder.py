import numpy as np
import pytest
from learning_ladders import LEVELS, TEMPERATURES_K, TRANSITION, rates

from vibrates.errors import UserError
from vibrates.learning.features import FEATURES, feature_matrix
from vibrates.learning.ladder import ladder_from_rates


def ladder(dataset, transition=TRANSITION, initial_w=0):
    return ladder_from_rates(dataset, transition, initial_w, "rates.nc")


def test_takes_only_the_transition_asked_for_in_order_of_v_and_temperature():
    dataset = rates()
    shuffled = dataset.isel(
        transition=np.random.default_rng(0).permutation(dataset.sizes["transition"]),
        temperature=slice(None, None, -1),
    )
    found = ladder(shuffled)
    assert tuple(found.v) == LEVELS
    np.testing.assert_array_equal(found.temperature_K, TEMPERATURES_K)
    np.testing.assert_array_equal(found.k, dataset.k.values[: len(LEVELS)])
    np.testing.assert_array_equal(found.k_stderr, dataset.k_stderr.values[: len(LEVELS)])


def test_standard_error_in_dex_is_the_derivative_of_log10():
    found = ladder(rates(relative_error=0.2))
    small = 1e-6
    derivative = (np.log10(found.k * (1 + small)) - np.log10(found.k)) / small
    np.testing.assert_allclose(found.log10_k_stderr, 0.2 * derivative, rtol=1e-5)


def test_covariance_uses_the_correlation_of_the_rates():
    correlation = 0.7 + 0.3 * np.eye(4)
    found = ladder(rates(correlation=correlation))
    stderr = found.log10_k_stderr
    np.testing.assert_allclose(
        found.log10_k_covariance[2], np.outer(stderr[2], stderr[2]) * correlation
    )
    independent = ladder(rates())
    np.testing.assert_allclose(
        independent.log10_k_covariance[2], np.diag(independent.log10_k_stderr[2] ** 2)
    )


def spoil(name, value, at=(1, 2)):
    dataset = rates()
    dataset[name].values[at] = value
    return dataset


def repeated():
    dataset = rates()
    dataset["v"].values[1], dataset["vp"].values[1] = 1, 0
    return dataset


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (lambda: spoil("k", 0.0), ("k = 0.0", "v = 2", "1000 K")),
        (lambda: spoil("k", -1e-15), ("k = -1e-15", "v = 2")),
        (lambda: spoil("k", np.nan), ("k = nan", "v = 2", "1000 K")),
        (lambda: spoil("k_stderr", np.nan), ("k_stderr = nan", "v = 2")),
        (lambda: spoil("k_stderr", -1.0), ("k_stderr = -1.0",)),
        (lambda: rates(levels=(1, 2)), ("2 levels", "at least 3", "grid.states")),
        (lambda: rates(temperatures_K=np.array([300.0])), ("1 temperature", "at least 2")),
        (lambda: rates(temperatures_K=np.array([300.0, 300.0])), ("twice",)),
        (repeated, ("v = 1", "twice")),
        (lambda: rates().drop_vars("k_stderr"), ("k_stderr is missing",)),
    ],
)
def test_bad_input_is_one_clear_line(dataset, words):
    with pytest.raises(UserError) as caught:
        ladder(dataset())
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("rates.nc: ")
    for word in words:
        assert word in message


def test_a_transition_that_is_not_there_is_named():
    with pytest.raises(UserError, match=r"0 levels.*\(-2, 0\)"):
        ladder(rates(), transition=(-2, 0))


@pytest.mark.parametrize("name", FEATURES)
def test_features_are_increasing_or_decreasing_functions_of_one_variable(name):
    v, temperature_K = np.array([1, 2, 5]), np.array([100.0, 300.0, 5000.0])
    values = feature_matrix([name], v, temperature_K).reshape(3, 3)
    varying = values if name.endswith("v") else values.T
    steps = np.diff(varying, axis=0)
    assert np.all(steps > 0) or np.all(steps < 0)
    np.testing.assert_array_equal(varying, varying[:, :1] * np.ones(3))


def test_landau_teller_rate_is_a_plane_in_the_default_features():
    v, temperature_K = np.array([1, 2, 5, 9]), np.array([100.0, 300.0, 1000.0, 5000.0])
    log10_k = np.log10(v)[:, None] - 30.0 * temperature_K ** (-1 / 3)
    inputs = feature_matrix(["log_v", "temperature_inverse_cube_root"], v, temperature_K)
    design = np.column_stack([np.ones(len(inputs)), inputs])
    _, residual, *_ = np.linalg.lstsq(design, log10_k.ravel(), rcond=None)
    assert residual[0] < 1e-20


@pytest.mark.parametrize(
    ("names", "first_v", "words"), [(["log_v"], 0, "v = 0"), (["energy"], 1, "energy is unknown")]
)
def test_impossible_features_are_named(names, first_v, words):
    with pytest.raises(UserError, match=words):
        feature_matrix(names, np.array([first_v, 2]), np.array([300.0]))
