"""The kernel's elementary functions against extended precision."""

import numpy as np
import pytest
from numba import njit

from vibrates.trajectories.kernel.simd import LANES, at_least, load, sqrt, store
from vibrates.trajectories.kernel.vector_math import JIT_OPTIONS, exp, log, sincos


@njit(**JIT_OPTIONS)
def _functions(x, positive, out_exp, out_log, out_sin, out_cos, out_sqrt, out_bound):
    for i in range(x.size // LANES):
        v = load(x, i)
        store(out_exp, i, exp(v))
        store(out_log, i, log(load(positive, i)))
        sine, cosine = sincos(v)
        store(out_sin, i, sine)
        store(out_cos, i, cosine)
        store(out_sqrt, i, sqrt(load(positive, i)))
        store(out_bound, i, at_least(v, -1.0))


@pytest.fixture(scope="module")
def values():
    """Arguments and the six functions of them."""
    rng = np.random.default_rng(3)
    x = rng.uniform(-40.0, 40.0, 100 * LANES)
    positive = np.exp(rng.uniform(-30.0, 30.0, x.size))
    out = [np.empty_like(x) for _ in range(6)]
    _functions(x, positive, *out)
    return x, positive, out


def test_exp_and_log_to_the_last_bits(values):
    x, positive, out = values
    x, positive = x.astype(np.longdouble), positive.astype(np.longdouble)
    assert np.abs(out[0] / np.exp(x) - 1.0).max() < 5e-16
    assert np.abs(out[1] - np.log(positive)).max() < 5e-16 * np.abs(out[1]).max()


def test_sin_and_cos_in_every_quadrant(values):
    x, _, out = values
    x = x.astype(np.longdouble)
    assert np.abs(out[2] - np.sin(x)).max() < 3e-16
    assert np.abs(out[3] - np.cos(x)).max() < 3e-16


def test_square_root_and_bound(values):
    x, positive, out = values
    np.testing.assert_array_equal(out[4], np.sqrt(positive))
    np.testing.assert_array_equal(out[5], np.maximum(x, -1.0))
