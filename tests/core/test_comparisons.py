"""Comparisons of the suite itself: they can fail for numbers as small as rate coefficients."""

import numpy as np
import pytest


@pytest.mark.parametrize("rel", [None, 1e-6])
def test_small_numbers_that_differ_are_not_equal(rel):
    assert 2e-17 != pytest.approx(1e-17, rel=rel)
    assert 0.0 != pytest.approx(1e-17, rel=rel) and 1e-17 != pytest.approx(0.0, rel=rel)
    assert np.array([1e-17, 2e-17]) != pytest.approx(np.array([1e-17, 1e-17]), rel=rel)
    assert {"k": [2e-17]}["k"] != pytest.approx([1e-17], rel=rel)


def test_tolerances_are_those_of_pytest_otherwise():
    assert 1e-17 * (1 + 9e-7) == pytest.approx(1e-17)
    assert 1e-17 * (1 + 2e-6) != pytest.approx(1e-17)
    assert 1e-17 * (1 + 2e-6) == pytest.approx(1e-17, rel=1e-5)
    assert 1e-13 == pytest.approx(0.0, abs=1e-12)
    # With abs alone the relative tolerance is not applied.
    assert 1e6 + 0.1 != pytest.approx(1e6, abs=1e-3)
    assert [np.nan] == pytest.approx([np.nan], nan_ok=True)
