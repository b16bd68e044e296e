"""Fits of rate coefficients to a formula, and what they say of their error."""

import numpy as np
import pytest
from library_tables import learned

from vibrates.core.netcdf import write_atomic
from vibrates.library import fit, open_rates

DOWN, UP = "N2(3) + H2 -> N2(2) + H2", "N2(2) + H2 -> N2(3) + H2"


@pytest.fixture(scope="module")
def rates(tmp_path_factory):
    path = tmp_path_factory.mktemp("fit") / "learned.nc"
    write_atomic(learned(), path)
    return open_rates(path)


@pytest.mark.parametrize("transition", [DOWN, UP])
@pytest.mark.parametrize(
    "make",
    [
        fit.law,
        fit.chebyshev,
        lambda rate, *range: fit.chebyshev(rate, *range, power=1.0),
    ],
    ids=["law", "chebyshev in T^(-1/3)", "chebyshev in 1/T"],
)
def test_the_error_that_is_stated_is_the_worst_between_all_temperatures(rates, transition, make):
    rate = rates[transition]
    found = make(rate, 150.0, 4000.0)
    assert (found.low, found.high) == (150.0, 4000.0)
    T = np.geomspace(150.0, 4000.0, 1501)
    error = np.abs(np.exp(found.log_k(T)) / rate(T).k - 1.0)
    assert error.max() <= 1.05 * found.worst
    own = abs(np.exp(found.log_k(found.worst_at)) / float(rate(found.worst_at)) - 1.0)
    assert own == pytest.approx(found.worst, rel=1e-9)
    assert found.worst < 0.03


def test_both_directions_of_the_law_differ_by_the_boltzmann_factor_alone(rates):
    down, up = fit.law(rates[DOWN]), fit.law(rates[UP])
    assert down.theta == 0.0 and up.theta < -3000.0
    T = np.geomspace(100.0, 5000.0, 40)
    boltzmann = rates(UP, T).k / rates(DOWN, T).k
    assert np.exp(up.log_k(T) - down.log_k(T)) == pytest.approx(boltzmann, rel=1e-6, abs=0)


def test_a_law_is_found_again_by_its_values():
    """To the digits of the arithmetic: no part of the procedure adds an error of its own."""
    T = np.geomspace(100.0, 5000.0, 200)
    x = T ** (-1 / 3)
    known = np.array([-27.6, 0.5, -95.0, 90.0])
    basis = np.stack([np.ones_like(T), np.log(T), x, x**2])
    found, error = fit.least_worst(basis, known @ basis)
    assert found == pytest.approx(known, rel=1e-6)
    assert np.abs(error).max() < 1e-10


def test_the_worst_error_is_smaller_than_that_of_plain_least_squares():
    x = np.linspace(-1.0, 1.0, 301)
    target = np.abs(x)
    basis = np.stack([x**0, x**2, x**4])
    plain = np.linalg.lstsq(basis.T, target, rcond=None)[0] @ basis - target
    found, error = fit.least_worst(basis, target)
    # Of |x| by an even polynomial of degree 4 the best worst error is 0.0676 (Bernstein 1914).
    assert np.abs(found @ basis - target).max() == pytest.approx(0.0676, rel=0.08)
    assert np.abs(error).max() < 0.8 * np.abs(plain).max()


def test_a_series_replaces_a_law_that_misses_the_limit(rates):
    rate = rates[DOWN]
    law = fit.law(rate)
    assert isinstance(fit.law_or_chebyshev(rate, 1.1 * law.worst), fit.Law)
    other = fit.law_or_chebyshev(rate, 0.9 * law.worst)
    assert isinstance(other, fit.Chebyshev)
    assert other.worst < law.worst and other.worst <= fit.AIM
