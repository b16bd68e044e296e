"""Long-range networks: derivatives, training, recovery, symmetry, extrapolation, bad input."""

import dataclasses

import numpy as np
import pytest
from scipy.optimize import least_squares

from vibrates.core.errors import UserError
from vibrates.longrange import Coordinate, LongRangeSurface, Problem, Training, ensemble, train
from vibrates.longrange.levenberg_marquardt import minimise, normal_equations
from vibrates.potential.network import CoefficientNetwork

BOND = Coordinate("r", 1.0, 4.0)
ANGLE = Coordinate("theta", 0.0, np.pi, even=True)
POWERS = (6, 8, 10)


def coefficients(x):
    """C_m (N, 3) of a made-up atom and homonuclear molecule; smooth in r, even about 90 degrees."""
    r, c = x[:, 0], np.cos(x[:, 1])
    p_2 = 1.5 * c**2 - 0.5
    c_6 = 5.0 + 2.0 * r + (0.3 + 0.4 * r) * p_2
    return np.stack([c_6, 30.0 * c_6 * (1.0 + 0.2 * p_2), 900.0 * c_6 * (1.0 + 0.1 * r)], axis=1)


def energies(distance, x):
    return -(coefficients(x) / distance[:, None] ** np.array(POWERS)).sum(axis=1)


def sample(count, seed=0, lower=9.6, upper=18.3):
    generator = np.random.default_rng(seed)
    distance = generator.uniform(lower, upper, count)
    x = np.stack([generator.uniform(1.0, 4.0, count), generator.uniform(0.0, np.pi, count)], axis=1)
    return distance, x, energies(distance, x)


@pytest.fixture(scope="module")
def trained():
    return train(
        Problem(*sample(600), POWERS, (BOND, ANGLE)), Training((12,), restarts=2, iterations=400)
    )


@pytest.mark.parametrize("hidden", [(5,), (4, 3)])
def test_derivatives_are_those_of_finite_differences(hidden):
    generator = np.random.default_rng(1)
    network = CoefficientNetwork((3, *hidden, 2))
    weights, x = network.random(generator), generator.uniform(-1.0, 1.0, (7, 3))
    factors = generator.normal(size=(7, 2))
    values, jacobian = network.jacobian(weights, x, factors)
    np.testing.assert_allclose(values, (factors * network(weights, x)).sum(axis=1))
    assert jacobian.shape == (7, network.weights)
    step = 1e-6
    for k in range(network.weights):
        shift = step * np.eye(network.weights)[k]
        plus, minus = ((factors * network(weights + s, x)).sum(axis=1) for s in (shift, -shift))
        np.testing.assert_allclose(jacobian[:, k], (plus - minus) / (2 * step), atol=1e-8)
    slopes = network.by_inputs(weights, x, factors)
    for i in range(3):
        shift = step * np.eye(3)[i]
        plus, minus = ((factors * network(weights, x + s)).sum(axis=1) for s in (shift, -shift))
        np.testing.assert_allclose(slopes[:, i], (plus - minus) / (2 * step), atol=1e-8)


def test_the_jacobian_is_that_of_automatic_differentiation():
    tf = pytest.importorskip("tensorflow")
    generator = np.random.default_rng(2)
    network = CoefficientNetwork((2, 6, 3))
    weights, x = network.random(generator), generator.uniform(-1.0, 1.0, (5, 2))
    factors = generator.normal(size=(5, 3))
    variable = tf.Variable(weights)
    with tf.GradientTape() as tape:
        w_1, b_1 = tf.reshape(variable[:12], (2, 6)), variable[12:18]
        w_2, b_2 = tf.reshape(variable[18:36], (6, 3)), variable[36:39]
        y = tf.reduce_sum(factors * (tf.sigmoid(x @ w_1 + b_1) @ w_2 + b_2), axis=1)
    automatic = tape.jacobian(y, variable).numpy()
    np.testing.assert_allclose(network.jacobian(weights, x, factors)[1], automatic, atol=1e-13)


def test_gradients_are_derivatives_of_the_energy(trained):
    surface = trained.surface
    distance, x, _ = sample(20, seed=5, lower=10.0)
    by_distance, by_x = surface.gradient(distance, x)
    h = 1e-5
    numeric = (surface.energy(distance + h, x) - surface.energy(distance - h, x)) / (2 * h)
    np.testing.assert_allclose(by_distance, numeric, rtol=1e-6)
    for i in range(2):
        shift = h * np.eye(2)[i]
        numeric = (surface.energy(distance, x + shift) - surface.energy(distance, x - shift)) / (
            2 * h
        )
        np.testing.assert_allclose(by_x[:, i], numeric, atol=1e-7 * np.abs(by_x).max())


def test_normal_equations_do_not_depend_on_blocks(monkeypatch):
    generator = np.random.default_rng(3)
    jacobian, residual = generator.normal(size=(50, 8)), generator.normal(size=50)

    def block(_, part):
        return residual[part], jacobian[part]

    whole = normal_equations(block, np.zeros(8), 50)
    monkeypatch.setattr("vibrates.longrange.levenberg_marquardt._BLOCK_NUMBERS", 8 * 7)
    pieces = normal_equations(block, np.zeros(8), 50)
    np.testing.assert_allclose(np.triu(pieces[0]), np.triu(jacobian.T @ jacobian), rtol=1e-12)
    np.testing.assert_allclose(pieces[1], whole[1], rtol=1e-12)
    assert pieces[2] == pytest.approx(0.5 * residual @ residual)


def test_levenberg_marquardt_finds_what_scipy_finds():
    """A fit with one minimum: an exponential decay on noisy points."""
    t = np.linspace(0.0, 4.0, 40)
    y = 2.5 * np.exp(-1.3 * t) + 0.01 * np.random.default_rng(4).normal(size=40)

    def residual(p):
        return p[0] * np.exp(-p[1] * t) - y

    def block(p, part):
        e = np.exp(-p[1] * t)
        return residual(p)[part], np.stack([e, -p[0] * t * e], axis=1)[part]

    start = np.array([1.0, 0.3])
    *_, last = minimise(block, lambda p: 0.5 * residual(p) @ residual(p), start, 40, 100)
    expected = least_squares(residual, start, method="lm", xtol=1e-14, ftol=1e-14)
    np.testing.assert_allclose(last.weights, expected.x, rtol=1e-6)


def test_a_known_surface_is_recovered(trained):
    """Energies to 1e-4 of their size, C_6 to half a per cent, far beyond the training points."""
    distance, x, exact = sample(300, seed=8)
    error = trained.surface.energy(distance, x) - exact
    assert np.sqrt(np.mean(error**2)) < 1e-4 * np.sqrt(np.mean(exact**2))
    inner = x[(x[:, 0] > 1.2) & (x[:, 0] < 3.8)]
    c_6 = trained.surface.coefficients(inner)[:, 0]
    np.testing.assert_allclose(c_6, coefficients(inner)[:, 0], rtol=0.03)
    far = np.full(len(inner), 1000.0)
    np.testing.assert_allclose(trained.surface.energy(far, inner), energies(far, inner), rtol=0.03)
    assert len(trained.history) > 10 and trained.history[-1, 0] < 1e-2 * trained.history[0, 0]
    assert trained.test.mean() == pytest.approx(0.2)


def test_a_plain_network_loses_beyond_its_points():
    """Trained below 14 bohr, asked beyond: the series stays right, a network of (R, x) does not."""
    chosen = Training((10,), restarts=1, iterations=200)
    near, far = sample(500, seed=1, upper=14.0), sample(200, seed=2, lower=14.0, upper=30.0)
    errors = {}
    for name, powers in {"series": POWERS, "plain": ()}.items():
        surface = train(Problem(*near, powers, (BOND, ANGLE)), chosen).surface
        errors[name] = np.median(np.abs(surface.energy(*far[:2]) / far[2] - 1.0))
    assert errors["series"] < 0.02
    assert errors["plain"] > 20.0 * errors["series"]


def test_homonuclear_symmetry_is_exact(trained):
    distance, x, _ = sample(20, seed=6)
    mirrored = np.stack([x[:, 0], np.pi - x[:, 1]], axis=1)
    np.testing.assert_allclose(
        trained.surface.energy(distance, mirrored), trained.surface.energy(distance, x), rtol=1e-12
    )


def test_saved_and_loaded_it_is_the_same(trained, tmp_path):
    trained.surface.save(tmp_path / "surface.nc")
    again = LongRangeSurface.load(tmp_path / "surface.nc")
    distance, x, _ = sample(5, seed=7)
    np.testing.assert_array_equal(again.energy(distance, x), trained.surface.energy(distance, x))
    assert again.coordinates == trained.surface.coordinates
    (tmp_path / "surface.nc").write_bytes(b"no netCDF")
    with pytest.raises(UserError, match="surface.nc.*damaged"):
        LongRangeSurface.load(tmp_path / "surface.nc")


def test_an_ensemble_spreads_and_covers():
    """Noise on the points widens the spread, and the truth lies within a few of it."""
    distance, x, u = sample(400, seed=9)
    noisy = u * (1.0 + 0.01 * np.random.default_rng(1).normal(size=len(u)))
    chosen = Training((8,), restarts=1, iterations=200)
    at = sample(40, seed=3)[1]
    spread = {}
    for name, energy in {"clean": u, "noisy": noisy}.items():
        members = ensemble(Problem(distance, x, energy, POWERS, (BOND, ANGLE)), chosen, 4)
        found = np.array([one.surface.energy(np.full(40, 14.0), at) for one in members])
        spread[name] = found.std(axis=0, ddof=1)
        error = np.abs(found.mean(axis=0) - energies(np.full(40, 14.0), at))
    assert np.median(spread["noisy"]) > 3.0 * np.median(spread["clean"])
    assert np.median(error / spread["noisy"]) < 3.0


def test_relative_weights_favour_the_small_energies():
    distance, x, u = sample(400, seed=10)
    noisy = u + 1e-4 * np.abs(u).max() * np.random.default_rng(2).normal(size=len(u))
    plain = Training((3,), restarts=1, iterations=40)
    weighted = dataclasses.replace(plain, relative_floor=1e-3 * np.abs(u).max())
    absolute, relative = (
        train(Problem(distance, x, noisy, (6,), (BOND, ANGLE)), chosen).surface
        for chosen in (plain, weighted)
    )
    far = distance > 16.0
    errors = [
        np.median(np.abs(s.energy(distance[far], x[far]) / u[far] - 1.0))
        for s in (absolute, relative)
    ]
    assert errors[1] < errors[0]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d, x, u: (d, x, np.where(np.arange(len(u)) == 3, np.nan, u)), "u of point 3"),
        (lambda d, x, u: (-d, x, u), "R must be positive"),
        (lambda d, x, u: (d, x + 9.0, u), "r = .* outside its range, 1 to 4"),
        (lambda d, x, u: (d[:20], x[:20], u[:20]), "16 training points for 51 weights"),
        (lambda d, x, u: (d, x[:, :1], u), "1 internal coordinates, 2 are described"),
    ],
)
def test_bad_points_are_named(spoil, message):
    with pytest.raises(UserError, match=message):
        train(Problem(*spoil(*sample(100)), POWERS, (BOND, ANGLE)), Training((8,)))


def test_bad_places_are_named(trained):
    with pytest.raises(UserError, match=r"R = 5 bohr is inside 9\.6"):
        trained.surface.energy(np.array([5.0]), np.array([[1.4, 1.0]]))
    with pytest.raises(UserError, match="not a number"):
        trained.surface.energy(np.array([np.nan]), np.array([[1.4, 1.0]]))
