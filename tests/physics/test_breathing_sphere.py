"""Mixed quantum-classical rates against exact quantum scattering, where that is easy.

N2 (five levels) that does not rotate and a structureless partner with the mass of H2, on
V(R, r) = ILJ with eps = 5.5 meV, R_m = 3.9 angstrom + 0.45 (r - r_e), beta = 6.
"""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from vibrates.core.units import (
    AMU_TO_ME,
    ANGSTROM_TO_BOHR,
    BOHR2_TO_ANGSTROM2,
    CM_TO_HARTREE,
    KELVIN_TO_HARTREE,
    MEV_TO_HARTREE,
)
from vibrates.molecules.diatom import Atom, Diatom, pair_reduced_mass
from vibrates.potential import Surface
from vibrates.scattering import Collision as QuantumCollision
from vibrates.scattering import Rotor, cross_sections, rate_coefficient
from vibrates.trajectories import Collision, oracle
from vibrates.trajectories.sampling import Initial

TEMPERATURES = np.array([100.0, 200.0, 300.0, 1000.0, 3000.0])
START = 15.0 * ANGSTROM_TO_BOHR
R_M, SLOPE, EPS_MEV, BETA = 3.9, 0.45, 5.5, 6.0  # angstrom, 1, meV, 1
PARTNER = Atom("partner", 2.01565 * AMU_TO_ME)
_QUIET = {"quadrupole": {"coefficients_au": [0.0], "range_angstrom": [0.0, 9.0]}}
N2 = Diatom.from_config("N2", oracle.MOLECULES["N2"] | _QUIET)


def potential(distance, r):
    """V(R, r) in hartree, written down here anew; bohr."""
    x = distance / (R_M * ANGSTROM_TO_BOHR + SLOPE * (r - N2.r_e))
    n = BETA + 4.0 * x**2
    return EPS_MEV * MEV_TO_HARTREE * (6.0 / (n - 6.0) * x**-n - n / (n - 6.0) * x**-6)


def quantum(refine=1.0):
    """The close-coupled problem: five levels in their PODVR, that do not rotate."""
    basis = N2.basis(range(5))
    widths = [(2.4, 9.0, 0.04), (9.0, 14.0, 0.08), (14.0, 30.0, 0.16)]  # bohr
    parts = [np.arange(low, high, width / refine) for low, high, width in widths]
    return QuantumCollision(
        Rotor(basis.r, basis.energies[:, None], basis.amplitudes[None]),
        pair_reduced_mass(N2, PARTNER), lambda distance, r, x: potential(distance, r) + 0.0 * x,
        1, np.append(np.concatenate(parts), 30.0),
    )  # fmt: skip


def exact_cross_section(collision, energies, waves):
    """sigma(1 -> 0) (n,) at collision energies (n,), about ``waves`` partial waves computed."""
    sigma = []
    for group in np.array_split(energies, max(1, len(energies) // 10)):
        reach = 10.0 * np.sqrt(2.0 * collision.reduced_mass * group[-1])
        total = group + collision.rotor.energies[1, 0]
        all_levels = cross_sections(
            collision, total, "coupled_states", tolerance=1e-4, step=max(1, int(reach / waves))
        )
        sigma.append(all_levels[:, 1, 0, 0, 0])
    return np.concatenate(sigma)


@pytest.fixture(scope="module")
def exact():
    """k/sqrt(8kT/pi mu) of 1 -> 0 in angstrom^2 at the temperatures."""
    collision, k_t = quantum(), TEMPERATURES * KELVIN_TO_HARTREE
    energies = np.geomspace(0.5, 40000.0, 80) * CM_TO_HARTREE
    sigma = exact_cross_section(collision, energies, 30)
    k = rate_coefficient(energies, sigma, collision.reduced_mass, k_t).k
    return k / np.sqrt(8.0 * k_t / (np.pi * collision.reduced_mass)) * BOHR2_TO_ANGSTROM2


@pytest.mark.slow
def test_scattering_is_converged():
    """Half the sectors' width and more partial waves: sigma stays."""
    for energy in np.array([60.0, 1500.0, 9000.0])[:, None] * CM_TO_HARTREE:
        few = exact_cross_section(quantum(), energy, 30)
        every = exact_cross_section(quantum(refine=2.0), energy, 200)
        np.testing.assert_allclose(few, every, rtol=3e-3)


@pytest.mark.slow
def test_exact_rates_meet_those_of_another_calculation(exact):
    """Known to three digits at 300, 1000 and 3000 K."""
    np.testing.assert_allclose(exact[2:], [2.92e-6, 2.96e-4, 1.24e-2], rtol=4e-3)


@pytest.fixture(scope="module")
def cross_section(settings):
    """Energies (n,) and sigma(1 -> 0) (n,) in atomic units; deterministic quadrature over b."""
    names = ("H", "X", "Ta", "Tb", "I")
    surface = Surface.from_config(
        {
            "parameters": "table",
            "deformation": "fitted",
            "configurations": {
                name: {"R_m_angstrom": R_M, "eps_meV": EPS_MEV, "beta": BETA} for name in names
            },
            "slopes": {name: {"dR_m_dr": [SLOPE, 0.0]} for name in names},
        },
        N2,
        PARTNER,
    )
    collision = Collision(surface, N2, PARTNER, 5, 1, 1, 0, settings(0.2))
    energies = np.geomspace(590.0, 40000.0, 45) * CM_TO_HARTREE
    x, weight = np.polynomial.legendre.leggauss(24)
    b_square_max = (6.0 * ANGSTROM_TO_BOHR) ** 2
    b = np.sqrt(0.5 * b_square_max * (1.0 + x))
    sigma = []
    for energy in energies:
        zero, one = np.zeros_like(b), np.ones_like(b)
        momentum = np.sqrt(2.0 * collision.propagation.reduced_mass * energy)
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
    gap = N2.level_energy(1) - N2.level_energy(0)
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


@pytest.mark.slow
def test_translational_symmetrisation_meets_exact_quantum_rates(cross_section, exact):
    ratio = thermal(cross_section, symmetrised=True) / exact
    np.testing.assert_allclose(ratio[1:], 1.0, atol=0.02)
    # Below 200 K the classical path falls short, by one sixth at 100 K.
    assert 0.75 < ratio[0] < 0.9


@pytest.mark.slow
def test_without_symmetrisation_they_fail(cross_section, exact):
    ratio = thermal(cross_section, symmetrised=False) / exact
    np.testing.assert_allclose(ratio[[0, 2, 3, 4]], [0.00, 0.01, 0.21, 0.58], atol=0.015)
