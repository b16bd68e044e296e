"""Mean speed and the interpolation that trajectories and quantum cross sections share."""

import numpy as np
import pytest
from scipy.special import gamma

from vibrates.collisions.thermal import interpolate_log, mean_speed
from vibrates.scattering import rate_coefficient


def test_mean_speed_is_the_mean_of_the_maxwell_distribution():
    """Against the mean of |p|/mu over normally distributed momenta."""
    kT, mu = 1e-3, 3000.0
    momentum = np.random.default_rng(1).normal(scale=np.sqrt(mu * kT), size=(400000, 3))
    found = np.linalg.norm(momentum, axis=1).mean() / mu
    assert mean_speed(kT, mu) == pytest.approx(found, rel=2e-3)


def test_power_law_is_exact_and_ends_are_held():
    energy, at = np.geomspace(1.0, 100.0, 7), np.array([0.1, 2.0, 30.0, 1000.0])
    found = np.exp(interpolate_log(np.log(energy), 1.5 * np.log(energy), np.log(at)))
    np.testing.assert_allclose(found, np.clip(at, 1.0, 100.0) ** 1.5, rtol=1e-12)


def test_one_energy_is_a_constant():
    found = interpolate_log(np.zeros(1), np.array([[2.0], [3.0]]), np.linspace(-1.0, 1.0, 5))
    np.testing.assert_array_equal(found, [[2.0] * 5, [3.0] * 5])


def test_quantum_rate_of_a_power_law():
    """sigma = E^n gives k = <speed> Gamma(n + 2) (kT)^n."""
    k_t, n = np.array([1e-3, 3e-3]), 1.5
    energies = np.geomspace(1e-7, 1.0, 40)
    rate = rate_coefficient(energies, energies**n, 2000.0, k_t)
    expected = mean_speed(k_t, 2000.0) * gamma(n + 2) * k_t**n
    np.testing.assert_allclose(rate.k, expected, rtol=1e-5)
