"""Mixed quantum-classical rates against exact quantum scattering, where that is easy.

N2 (five levels) that does not rotate and a structureless partner with the mass of H2, on
V(R, r) = ILJ with eps = 5.5 meV, R_m = 3.9 angstrom + 0.45 (r - r_e), beta = 6.
"""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from vibrates.dynamics import Collision, oracle
from vibrates.dynamics.sampling import Initial
from vibrates.molecule import Atom, Diatom
from vibrates.potential import Surface
from vibrates.units import (
    AMU_TO_ME,
    ANGSTROM_TO_BOHR,
    BOHR2_TO_ANGSTROM2,
    CM_TO_HARTREE,
    KELVIN_TO_HARTREE,
)

# Close coupling, log-derivative propagation, partial waves summed: k/sqrt(8kT/pi mu) of 1 -> 0 in
# angstrom^2 at these temperatures.
TEMPERATURES = np.array([100.0, 300.0, 1000.0, 3000.0])
EXACT = np.array([1.24e-7, 2.92e-6, 2.96e-4, 1.24e-2])
# What the mixed quantum-classical scheme gives of it, with the translational symmetrisation.
EXPECTED_RATIO = np.array([0.79, 1.002, 1.002, 0.992])

START = 15.0 * ANGSTROM_TO_BOHR


@pytest.fixture(scope="module")
def cross_section(settings):
    """Energies (n,) and sigma(1 -> 0) (n,) in atomic units; deterministic quadrature over b."""
    quiet = {"quadrupole": {"coefficients_au": [0.0], "range_angstrom": [0.0, 9.0]}}
    n2 = Diatom.from_config("N2", oracle.MOLECULES["N2"] | quiet)
    partner = Atom("partner", 2.01565 * AMU_TO_ME)
    names = ("H", "X", "Ta", "Tb", "I")
    surface = Surface.from_config(
        {
            "parameters": "table",
            "deformation": "fitted",
            "configurations": {
                name: {"R_m_angstrom": 3.9, "eps_meV": 5.5, "beta": 6.0} for name in names
            },
            "slopes": {name: {"dR_m_dr": [0.45, 0.0]} for name in names},
        },
        n2,
        partner,
    )
    collision = Collision(surface, n2, partner, 5, 1, 1, 0, settings(0.2))
    energies = np.geomspace(590.0, 40000.0, 45) * CM_TO_HARTREE
    x, weight = np.polynomial.legendre.leggauss(24)
    b_square_max = (6.0 * ANGSTROM_TO_BOHR) ** 2
    b = np.sqrt(0.5 * b_square_max * (1.0 + x))
    sigma = []
    for energy in energies:
        zero, one = np.zeros_like(b), np.ones_like(b)
        momentum = np.sqrt(2.0 * collision.reduced_mass * energy)
        z_axis = np.stack([zero, zero, one], axis=1)
        initial = Initial(
            position=np.stack([b, zero, -np.sqrt(START**2 - b**2)], axis=1),
            momentum=momentum * z_axis,
            n_a=z_axis,
            l_a=0.0 * z_axis,
            n_b=z_axis,
            l_b=0.0 * z_axis,
            impact_parameter=b,
            translational_energy=energy * one,
            rotational_energy_a=zero,
            rotational_energy_b=zero,
            weight=one,
        )
        p = collision.run(initial).probability[:, 0, 0]
        sigma.append(np.pi * 0.5 * b_square_max * (weight @ p))
    gap = n2.level_energy(1) - n2.level_energy(0)
    return energies, np.array(sigma), gap


def thermal(cross_section, symmetrised):
    """k/sqrt(8kT/pi mu) in angstrom^2: without rotation the weight is E exp(-E/kT)."""
    energies, sigma, gap = cross_section
    spline = CubicSpline(np.log(energies), np.log(sigma))
    e = np.geomspace(energies[0], energies[-1], 4001)
    k_t = TEMPERATURES[:, None] * KELVIN_TO_HARTREE
    if symmetrised:
        start = e - 0.5 * gap + gap**2 / (16.0 * e)
        factor = np.where(e >= gap / 4.0, 1.0 - gap**2 / (16.0 * e**2), 0.0)
    else:
        start, factor = e, 1.0
    integrand = e * np.exp(spline(np.log(e)) - start / k_t) * factor / k_t**2
    return np.trapezoid(integrand, e, axis=1) * BOHR2_TO_ANGSTROM2


def test_translational_symmetrisation_meets_exact_quantum_rates(cross_section):
    ratio = thermal(cross_section, symmetrised=True) / EXACT
    np.testing.assert_allclose(ratio[1:], 1.0, atol=0.02)
    np.testing.assert_allclose(ratio, EXPECTED_RATIO, atol=0.015)


def test_without_symmetrisation_they_fail(cross_section):
    ratio = thermal(cross_section, symmetrised=False) / EXACT
    np.testing.assert_allclose(ratio, [0.00, 0.01, 0.21, 0.58], atol=0.015)
