"""Mixed quantum-classical rates against exact quantum scattering, where that is easy.

The model is `vibrates.rates.breathing_sphere`; validation/breathing_sphere.py writes its table.
"""

import numpy as np
import pytest

from vibrates.core.units import CM_TO_HARTREE
from vibrates.rates import breathing_sphere

TEMPERATURES = np.array([100.0, 200.0, 300.0, 1000.0, 3000.0])


@pytest.fixture(scope="module")
def exact():
    """k/sqrt(8kT/pi mu) of 1 -> 0 in angstrom^2 at the temperatures."""
    return breathing_sphere.exact(TEMPERATURES)


@pytest.fixture(scope="module")
def cross_section():
    """Energies, sigma(1 -> 0) and energy defect of the trajectories."""
    return breathing_sphere.mixed_cross_section()


@pytest.mark.slow
def test_scattering_is_converged():
    """Half the sectors' width and more partial waves: sigma stays."""
    sigma = breathing_sphere.exact_cross_section
    for energy in np.array([60.0, 1500.0, 9000.0])[:, None] * CM_TO_HARTREE:
        few = sigma(breathing_sphere.quantum(), energy, 30)
        every = sigma(breathing_sphere.quantum(refine=2.0), energy, 200)
        np.testing.assert_allclose(few, every, rtol=3e-3)


@pytest.mark.slow
def test_exact_rates_meet_those_of_another_calculation(exact):
    """Known to three digits at 300, 1000 and 3000 K."""
    np.testing.assert_allclose(exact[2:], [2.92e-6, 2.96e-4, 1.24e-2], rtol=4e-3)


@pytest.mark.slow
def test_translational_symmetrisation_meets_exact_quantum_rates(cross_section, exact):
    ratio = breathing_sphere.thermal(cross_section, TEMPERATURES, symmetrised=True) / exact
    np.testing.assert_allclose(ratio[1:], 1.0, atol=0.02)
    # Below 200 K the classical path falls short, by one sixth at 100 K.
    assert 0.75 < ratio[0] < 0.9


@pytest.mark.slow
def test_without_symmetrisation_they_fail(cross_section, exact):
    ratio = breathing_sphere.thermal(cross_section, TEMPERATURES, symmetrised=False) / exact
    np.testing.assert_allclose(ratio[[0, 2, 3, 4]], [0.00, 0.01, 0.21, 0.58], atol=0.015)
