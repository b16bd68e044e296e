"""A training that is killed goes on from what it kept, to the same weights."""

import dataclasses

import numpy as np
import pytest

from vibrates.core.checkpoint import Checkpoint
from vibrates.longrange import Coordinate, Problem, Training, train
from vibrates.longrange import training as training_module
from vibrates.longrange.levenberg_marquardt import normal_equations
from vibrates.longrange.progress import Progress

CHOSEN = Training((6,), iterations=25, restarts=2, patience=25)


@pytest.fixture
def problem():
    generator = np.random.default_rng(0)
    distance, x = generator.uniform(10.0, 20.0, 200), generator.uniform(1.0, 4.0, (200, 1))
    return Problem(
        distance, x, -(5.0 + x[:, 0] ** 2) / distance**6, (6, 8), (Coordinate("r", 1.0, 4.0),)
    )


def kept_in(place):
    return Checkpoint(place / "member.nc", latest=True)


def interrupted_after(steps, monkeypatch):
    """The next training dies after that many steps."""
    genuine = training_module.minimise

    def dying(*arguments):
        for number, one in enumerate(genuine(*arguments)):
            if interrupted_after.taken + number >= steps:
                raise KeyboardInterrupt
            yield one
        interrupted_after.taken += number + 1

    interrupted_after.taken = 0
    monkeypatch.setattr(training_module, "minimise", dying)


@pytest.mark.parametrize("steps", [1, 10, 30])
def test_an_interrupted_training_ends_with_the_same_weights(problem, tmp_path, monkeypatch, steps):
    """In the first start, or in the second one."""
    whole = train(problem, CHOSEN)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        interrupted_after(steps, patched)
        train(problem, CHOSEN, kept_in(tmp_path), every=0.0)
    told = []
    rest = train(
        problem, CHOSEN, kept_in(tmp_path), every=0.0, tell=lambda *state: told.append(state)
    )
    np.testing.assert_array_equal(rest.surface.weights, whole.surface.weights)
    np.testing.assert_array_equal(rest.history, whole.history)
    assert len(told) <= 50 - steps + 4  # what was there was not done again


def test_other_points_or_settings_begin_anew(problem, tmp_path):
    train(problem, CHOSEN, kept_in(tmp_path), every=0.0)
    other = dataclasses.replace(problem, energy=1.01 * problem.energy)
    np.testing.assert_array_equal(
        train(other, CHOSEN, kept_in(tmp_path)).surface.weights,
        train(other, CHOSEN).surface.weights,
    )
    chosen = dataclasses.replace(CHOSEN, seed=7)
    np.testing.assert_array_equal(
        train(problem, chosen, kept_in(tmp_path)).surface.weights,
        train(problem, chosen).surface.weights,
    )


def test_more_steps_go_on_from_fewer(problem, tmp_path):
    train(problem, dataclasses.replace(CHOSEN, iterations=12), kept_in(tmp_path), every=0.0)
    told = []
    more = train(
        problem, CHOSEN, kept_in(tmp_path), every=0.0, tell=lambda *state: told.append(state)
    )
    np.testing.assert_array_equal(more.surface.weights, train(problem, CHOSEN).surface.weights)
    assert len(told) <= 2 * (25 - 12 + 1)


@pytest.mark.parametrize("fewer", [{"iterations": 12}, {"patience": 1}])
def test_fewer_steps_or_less_patience_do_not_take_more(problem, tmp_path, fewer):
    """What a shorter training would not have reached does not count."""
    noise = 1.0 + 0.3 * np.random.default_rng(1).standard_normal(len(problem.energy))
    problem = dataclasses.replace(problem, energy=noise * problem.energy)
    train(problem, CHOSEN, kept_in(tmp_path), every=0.0)
    chosen = dataclasses.replace(CHOSEN, **fewer)
    alone = train(problem, chosen)
    assert len(alone.history) < len(train(problem, CHOSEN).history)
    found = train(problem, chosen, kept_in(tmp_path), every=0.0)
    np.testing.assert_array_equal(found.surface.weights, alone.surface.weights)
    np.testing.assert_array_equal(found.history, alone.history)


def test_a_state_is_passed_through_by_more_steps_and_more_patience():
    """Errors fall, rise twice, fall."""
    state = Progress(
        np.zeros(1), 1.0, np.zeros(1), history=[(3.0, 3.0), (2.0, 4.0), (1.0, 5.0), (0.5, 1.0)]
    )
    assert state.reached_with(4, 3) and state.reached_with(9, 9)
    assert not state.reached_with(3, 3) and not state.reached_with(4, 2)


def test_a_damaged_file_is_as_good_as_none(problem, tmp_path):
    train(problem, CHOSEN, kept_in(tmp_path), every=0.0)
    (path,) = kept_in(tmp_path).files()
    path.write_bytes(path.read_bytes()[:200])
    np.testing.assert_array_equal(
        train(problem, CHOSEN, kept_in(tmp_path)).surface.weights,
        train(problem, CHOSEN).surface.weights,
    )
    kept_in(tmp_path).remove()
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("blocks", [1, 5])
def test_single_precision_normal_equations(monkeypatch, blocks):
    """J^T J to single precision in units of its own columns, J^T e in double.

    The sizes of the columns differ by 1e8.
    """
    generator = np.random.default_rng(3)
    jacobian = generator.normal(size=(60, 9)) * np.geomspace(1e-5, 1e3, 9)
    jacobian[:, 4] = 0.0
    residual = generator.normal(size=60)
    monkeypatch.setattr("vibrates.longrange.levenberg_marquardt._BLOCK_NUMBERS", 9 * 60 // blocks)
    matrix, vector, loss = normal_equations(
        lambda _, part: (residual[part], jacobian[part]), np.zeros(9), 60, True
    )
    size = np.linalg.norm(jacobian, axis=0)
    size[4] = 1.0
    expected = (jacobian.T @ jacobian) / np.outer(size, size)
    np.testing.assert_allclose(np.triu(matrix / np.outer(size, size)), np.triu(expected), atol=1e-6)
    np.testing.assert_allclose(vector, jacobian.T @ residual, rtol=1e-12)
    assert loss == pytest.approx(0.5 * residual @ residual)


def test_single_precision_finds_the_same_surface(problem):
    double = train(problem, CHOSEN)
    single = train(problem, dataclasses.replace(CHOSEN, single=True))
    far = np.full(20, 300.0)
    x = np.linspace(1.2, 3.8, 20)[:, None]
    np.testing.assert_allclose(
        single.surface.energy(far, x), double.surface.energy(far, x), rtol=0.02
    )
