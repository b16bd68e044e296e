"""Exact regression against independent codes, and the ladder model's behaviour."""

import numpy as np
import pytest
from learning_ladders import LEVELS, TEMPERATURES_K, TRANSITION, rates, true_log10_k
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern

from vibrates.core.errors import UserError
from vibrates.learning import ladder_fit, optimisers
from vibrates.learning.backend import gpflow
from vibrates.learning.data import log10_k, rate_data
from vibrates.learning.gaussian_process import GaussianProcess
from vibrates.learning.kernels import BASE, LENGTHSCALE_FLOOR, build, compose_text, extended, parse
from vibrates.learning.ladder_model import LadderModel, edge_tests
from vibrates.learning.readers import from_campaign
from vibrates.learning.rounding import rounding_std, significant_digits
from vibrates.learning.trends import BEYOND, CANDIDATES, LINEAR, Candidate

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(5)
X = RNG.uniform(-1.0, 1.0, (40, 2))
Y = np.sin(3.0 * X[:, 0]) + X[:, 1] ** 2
NEW = RNG.uniform(-1.0, 1.0, (7, 2))


def noise(value=1e-2):
    return gpflow.Parameter(value, transform=gpflow.utilities.positive(1e-8))


def process(expression="M52"):
    return GaussianProcess(build(expression, 2), noise())


@pytest.mark.parametrize("expression", ["M52*EXP+RBF", "LIN*RQ+M12", "(M32+LIN)*M52"])
def test_likelihood_and_gradient_are_those_of_gpflow(expression, monkeypatch):
    """Closed form in blocks against automatic differentiation through the Cholesky factor."""
    monkeypatch.setattr("vibrates.learning.likelihood.BLOCK", 16)
    own = process(expression)
    loss, gradient = own.likelihood.loss_and_gradient(X, Y)
    model = gpflow.models.GPR((X, Y[:, None]), own.likelihood.kernel)
    model.likelihood.variance = own.likelihood.noise
    import tensorflow as tf

    with tf.GradientTape() as tape:
        expected = model.training_loss()
    parts = tape.gradient(expected, own.likelihood.variables)
    assert loss == pytest.approx(float(expected), rel=1e-12)
    np.testing.assert_allclose(
        gradient, np.concatenate([np.ravel(p) for p in parts]), rtol=1e-7, atol=1e-7
    )


def test_gradient_of_priors_is_that_of_finite_differences():
    """The ladder model's parameters have priors; the objective includes them."""
    own, _ = ladder_fit._process("M52", 1, 1)
    points = np.column_stack([X, np.zeros(40), np.ones(40), X[:, 0]])
    likelihood = own.likelihood
    start = optimisers._values(likelihood) + 0.3
    optimisers._assign(likelihood, start)
    _, gradient = likelihood.loss_and_gradient(points, Y, np.full(40, 1e-3))
    for i in range(len(start)):
        sides = []
        for step in (1e-3, -1e-3):
            moved = start.copy()
            moved[i] += step
            optimisers._assign(likelihood, moved)
            sides.append(likelihood.loss_and_gradient(points, Y, np.full(40, 1e-3))[0])
        assert gradient[i] == pytest.approx((sides[0] - sides[1]) / 2e-3, rel=1e-4, abs=1e-5)


def test_priors_are_largest_where_parameters_start():
    parameter = ladder_fit.positive_parameter(0.3)
    density = {}
    for value in (0.2, 0.29, 0.3, 0.31, 0.5):
        parameter.assign(value)
        density[value] = float(parameter.log_prior_density())
    assert max(density, key=density.get) == 0.3


@pytest.mark.filterwarnings("ignore:The optimal value found")
@pytest.mark.parametrize(
    ("name", "kernel"),
    [
        ("RBF", RBF([1.0, 1.0])),
        ("M32", Matern([1.0, 1.0], nu=1.5)),
        ("M52", Matern([1.0, 1.0], nu=2.5)),
    ],
)
def test_agrees_with_scikit_learn(name, kernel):
    """Optimised, conditioned and evaluated by independent code."""
    own = GaussianProcess(build(name, 2), noise(1e-4))
    gpflow.set_trainable(own.likelihood.noise, False)
    own = GaussianProcess(own.likelihood.kernel, own.likelihood.noise)
    own.train(X, Y, optimisers.lbfgs(300))
    own.condition(X, Y)
    reference = GaussianProcessRegressor(
        ConstantKernel(1.0, (1e-5, 1e8)) * kernel, alpha=1e-4, random_state=0
    ).fit(X, Y)
    expected, std = reference.predict(NEW, return_std=True)
    mean, variance = own.predict(NEW)
    assert own.log_marginal_likelihood == pytest.approx(
        reference.log_marginal_likelihood_value_, abs=0.05
    )
    np.testing.assert_allclose(mean, expected, atol=2e-3)
    np.testing.assert_allclose(np.sqrt(variance), std, rtol=0.05)
    np.testing.assert_allclose(own.predict_mean(NEW), mean)
    np.testing.assert_allclose(np.diagonal(own.covariance(NEW)), variance, atol=1e-10)


def test_exponential_and_matern12_are_one_family():
    exponential, matern = build("EXP", 2), build("M12", 2)
    exponential.lengthscales.assign([0.5, 0.5])
    np.testing.assert_allclose(exponential(X, NEW), matern(X, NEW), rtol=1e-12)


def test_the_shortest_length_scale_still_gives_a_definite_matrix():
    """A feature of two values that the data decouple: its length scale runs to the floor."""
    points = np.column_stack([np.random.default_rng(6).uniform(-1, 1, 300), np.arange(300) % 2])
    own = GaussianProcess(build("M12", 2), gpflow.Parameter(1e-6))
    lengths = own.likelihood.kernel.lengthscales
    lengths.unconstrained_variable.assign([3.0, -40.0])
    assert lengths.numpy()[1] == pytest.approx(LENGTHSCALE_FLOOR)
    assert own.likelihood.factor(points).jitter <= 1e-8


def test_left_out_data_are_predicted_as_without_their_group():
    own = process().condition(X, Y)
    groups = np.arange(40) // 8
    errors, std = own.left_out(groups)
    for group in range(5):
        rest = groups != group
        other = GaussianProcess(own.likelihood.kernel, own.likelihood.noise)
        mean, variance = other.condition(X[rest], Y[rest]).predict(X[~rest])
        np.testing.assert_allclose(errors[~rest], mean - Y[~rest], atol=1e-8)
        of_datum = variance + own.likelihood.noise.numpy()
        np.testing.assert_allclose(std[~rest], np.sqrt(of_datum), rtol=1e-6)


def test_a_matrix_that_is_not_definite_gets_jitter():
    """Twice the same points without noise: the plain factorisation fails."""
    twice = np.vstack([X, X])
    own = GaussianProcess(build("RBF", 2), gpflow.Parameter(0.0))
    factor = own.likelihood.factor(twice)
    assert 0.0 < factor.jitter <= 1e-6
    with pytest.raises(UserError, match="cannot be factorised") as caught:
        own.likelihood.factor(np.vstack([X, [np.nan, 0.0]]))
    assert "\n" not in str(caught.value)


def test_rmsprop_lowers_the_loss_and_keeps_the_best():
    own = process()
    start, _ = own.likelihood.loss_and_gradient(X, Y)
    report = own.train(X, Y, optimisers.rmsprop(30))
    assert report["loss"] < start - 5.0
    assert own.likelihood.loss(X, Y) == pytest.approx(report["loss"])


def test_fewer_points_than_parameters_is_one_line():
    with pytest.raises(UserError, match=r"3 points for 4 parameters"):
        process().train(X[:3], Y[:3], optimisers.lbfgs())


@pytest.mark.parametrize("text", ["M52", "M52*EXP+RBF", "(M52+EXP)*M32", "((LIN+RQ)*M12+EXP)*M32"])
def test_expressions_are_read_as_they_are_written(text):
    assert compose_text(parse(text)) == text


def test_expressions_mean_what_they_say():
    assert extended("M52+EXP", "*", "M32") == "(M52+EXP)*M32"
    product = build("(M52+EXP)*M32", 2)(X, NEW)
    parts = [build(name, 2)(X, NEW).numpy() for name in ("M52", "EXP", "M32")]
    np.testing.assert_allclose(product, (parts[0] + parts[1]) * parts[2])


@pytest.mark.parametrize("text", ["M52*", "SINE", "M52++EXP", "(M52*EXP)", ""])
def test_an_unknown_kernel_is_named(text):
    with pytest.raises(UserError, match="kernel") as caught:
        parse(text)
    assert "\n" not in str(caught.value) and all(name in str(caught.value) for name in BASE)


NEW_V = np.array([5, 7, 9])


def family(dataset=None, **options):
    return from_campaign(rates(**options) if dataset is None else dataset, "x", [TRANSITION], [0])


def levels(v):
    v = np.asarray(v)
    numbers = {"v": v, "w": 0 * v, "vp": v - 1, "wp": 0 * v}
    return rate_data(numbers, TEMPERATURES_K, np.ones((len(v), 4)), "x")


@pytest.fixture(scope="module")
def model():
    return LadderModel()


def fitted(model, data):
    return model.fit(data, np.ones(data["k"].shape, dtype=bool))


def test_ladder_is_predicted_within_its_own_error(model):
    mean, std = fitted(model, family()).predict(levels(NEW_V))
    deviation = (mean - true_log10_k(NEW_V[:, None], TEMPERATURES_K)) / std
    assert np.sqrt(np.mean(deviation**2)) < 2.0
    assert std.max() < 0.15 and model.chosen in model.candidates


def test_ladder_without_errors_is_interpolated(model):
    data = family(relative_error=0.0)
    mean, std = fitted(model, data).predict(data)
    np.testing.assert_allclose(mean, log10_k(data), atol=5e-3)
    assert std.max() < 5e-3


def test_uncertainty_grows_outside_the_data(model):
    _, std = fitted(model, family()).predict(levels([5, 8, 12, 20]))
    assert np.all(np.diff(std.mean(axis=1)) > 0)


def test_shared_errors_are_not_averaged_away(model):
    """Independent errors at ten temperatures average out, errors common to all of them do not."""
    temperatures_K = np.geomspace(200.0, 3000.0, 10)
    std = {}
    for name, correlation in (("common", 0.98 + 0.02 * np.eye(10)), ("independent", None)):
        data = family(temperatures_K=temperatures_K, correlation=correlation)
        std[name] = fitted(model, data).predict(data)[1][2, 4:6].mean()
    assert std["common"] > 1.5 * std["independent"]


@pytest.mark.parametrize("left_out", ["level", "temperature"])
def test_test_cells_have_no_influence(model, left_out):
    """Changing what is left out by a factor of 100 leaves the prediction bit for bit."""
    data, changed = bent_family(), bent_family()
    test = np.zeros(data["k"].shape, dtype=bool)
    test[(2, slice(None)) if left_out == "level" else (slice(None), 0)] = True
    before = model.fit(data, ~test).predict(data)[0]
    assert model.chosen in (CANDIDATES if left_out == "level" else BEYOND)
    for name in ("k", "k_stderr"):
        changed[name].values[test] *= 100.0
    after = model.fit(changed, ~test).predict(changed)[0]
    np.testing.assert_array_equal(before, after)


def bent_family():
    """Landau-Teller in T + 300 K, as where attraction speeds up cold collisions."""
    T = np.r_[100.0:1001.0:100.0, 2000.0, 4000.0]
    v = np.array(LEVELS)
    log10_k = np.log10(v)[:, None] - 9.0 - (60.0 - v[:, None]) * (T + 300.0) ** (-1.0 / 3.0)
    k = 10.0**log10_k
    return rate_data({"v": v, "vp": v - 1}, T, k, "x", k_stderr=0.01 * k)


def test_a_test_beyond_the_temperatures_is_as_far_as_what_is_asked():
    T = np.r_[100.0:1001.0:100.0]
    train = np.ones((3, 10), dtype=bool)
    assert edge_tests(T, train) == []
    train[:, 0] = False  # 100 K from 200 K on: as 200 K from 400 K on
    ((column, used),) = edge_tests(T, train)
    assert T[column] == 200.0 and T[used].min() == 400.0
    train[:, 9] = False  # and 1000 K from 900 K: as 900 K from 810 K, which is 800 K
    column, used = edge_tests(T, train)[1]
    assert T[column] == 900.0 and T[used].max() == 800.0 and not used[0]
    train[:, 4:] = False  # 400 K, predicted from 160 K, leaves one temperature
    assert [T[column] for column, _ in edge_tests(T, train)] == []


def test_a_bend_at_low_temperature_is_found_by_the_test_beyond_it(model):
    data = bent_family()
    train = np.ones(data["k"].shape, dtype=bool)
    train[:, 0] = False
    mean, std = model.fit(data, train).predict(data)
    error = np.abs(mean - log10_k(data))[:, 0]
    assert "300 K" in model.chosen and error.max() < 0.05
    landau_teller = Candidate(LINEAR, "T_cube_root", "M52", "T_cube_root")
    plain = LadderModel(beyond={"plain": landau_teller}).fit(data, train)
    assert np.abs(plain.predict(data)[0] - log10_k(data))[:, 0].max() > 2.0 * error.max()
    assert (std[:, 0] > std[:, 1]).all()


def test_forms_are_weighted_by_left_out_levels(model):
    weights = fitted(model, family()).weights
    assert weights.keys() == CANDIDATES.keys()
    assert sum(weights.values()) == pytest.approx(1.0) and min(weights.values()) >= 0.0
    assert weights[model.chosen] == max(weights.values())


def test_beyond_the_temperatures_forms_that_differ_widen_the_error(model):
    """The error of the mixture is larger than that of its best form, there and nowhere else."""
    data = bent_family()
    train = np.ones(data["k"].shape, dtype=bool)
    train[:, 0] = False
    _, std = model.fit(data, train).predict(data)
    alone = LadderModel(beyond={model.chosen: BEYOND[model.chosen]}).fit(data, train)
    assert (std[:, 0] > alone.predict(data)[1][:, 0]).all()
    assert (std[:, 1:] < 2.0 * alone.predict(data)[1][:, 1:]).all()


def test_printing_to_few_digits_is_a_known_error():
    exact = np.random.default_rng(3).uniform(-20.0, -10.0, 4000)
    printed = np.array([float(f"{k:.2e}") for k in 10.0**exact])
    assert significant_digits(printed) == 3 and significant_digits(np.array([1e-12, 2.5e-9])) == 2
    expected = rounding_std(exact, 3)
    error = np.log10(printed) - exact
    assert np.mean((error / expected) ** 2) == pytest.approx(1.0, abs=0.05)
    assert not rounding_std(exact, 16).any()


def test_one_state_is_too_few(model):
    data = family()
    train = np.zeros(data["k"].shape, dtype=bool)
    train[0] = True
    with pytest.raises(UserError, match="1 transition to learn from, at least 2"):
        model.fit(data, train)
