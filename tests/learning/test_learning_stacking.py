"""Stacking of predictions: weights against a brute force, and the spread of a mixture."""

import numpy as np
import pytest
from scipy.stats import norm

from vibrates.learning.stacking import mixture_std, stacking_weights


def test_weights_maximise_the_density_of_left_out_data():
    error = np.random.default_rng(4).standard_normal((2, 300)) * [[0.5], [2.0]]
    std = np.ones((2, 300))
    found = stacking_weights(error, std)
    shares = np.linspace(0.0, 1.0, 2001)
    density = norm.pdf(error, scale=std)
    objective = [np.mean(np.log(s * density[0] + (1.0 - s) * density[1])) for s in shares]
    assert found[0] == pytest.approx(shares[np.argmax(objective)], abs=2e-3)
    assert found.sum() == pytest.approx(1.0)


def test_a_form_that_is_always_better_gets_all():
    error = np.vstack([np.full(50, 0.1), np.full(50, 3.0)])
    assert stacking_weights(error, np.ones((2, 50)))[0] > 0.99


def test_predictions_far_from_the_data_are_no_division_by_zero():
    assert np.isfinite(stacking_weights(np.full((3, 9), 1e3), np.full((3, 9), 1e-4))).all()


def test_the_mixture_is_as_wide_as_its_draws():
    weights, means, stds = np.array([0.3, 0.7]), np.array([[1.0], [2.0]]), np.array([[0.2], [0.5]])
    generator = np.random.default_rng(4)
    which = generator.choice(2, 200_000, p=weights)
    draws = means[which, 0] + stds[which, 0] * generator.standard_normal(200_000)
    assert mixture_std(weights, weights @ means, means, stds)[0] == pytest.approx(
        draws.std(), rel=0.01
    )
