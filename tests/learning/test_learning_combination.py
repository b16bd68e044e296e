"""The mean beyond the levels: the process combined with local lines, judged by training levels."""

import numpy as np
import pytest

from vibrates.learning.combination import LOCAL, LeftOut

RNG = np.random.default_rng(7)


def left_out(process, local, levels=12):
    """`local` for the first of LOCAL, the others like the process."""
    others = np.repeat(np.asarray(process)[:, None], len(LOCAL), axis=1)
    others[:, 0] = local
    return LeftOut(np.asarray(process), others, np.zeros(len(process)), levels)


def test_a_form_that_errs_less_gets_the_weight():
    errors = RNG.standard_normal(12)
    better = left_out(errors, 0.1 * errors)
    assert better.weights()[0] > 0.5
    worse = left_out(0.1 * errors, errors)
    assert worse.weights().sum() < 1e-6
    combined = better.combined(better.weights())
    assert np.mean(combined**2) < 0.5 * np.mean(errors**2)


def test_errors_of_opposite_sign_cancel():
    errors = RNG.standard_normal(40)
    found = left_out(errors, -errors, levels=40)
    assert 0.3 < found.weights()[0] < 0.55


def test_few_levels_decide_little():
    errors = RNG.standard_normal(8)
    few, many = (left_out(errors, 0.5 * errors, levels=n).weights()[0] for n in (1, 100))
    assert few < many and few < 0.6


def test_no_level_no_weight():
    none = LeftOut(np.empty(0), np.empty((0, len(LOCAL))), np.empty(0), 0)
    np.testing.assert_array_equal(none.weights(), np.zeros(len(LOCAL)))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_weights_are_of_an_average(sign):
    """None negative, the sum at most one, whatever the errors are."""
    for _ in range(20):
        process, local = RNG.standard_normal(10), sign * RNG.standard_normal((10, len(LOCAL)))
        weights = LeftOut(process, local, np.zeros(10), 10).weights()
        assert (weights >= 0).all() and weights.sum() < 1.0 + 1e-6
