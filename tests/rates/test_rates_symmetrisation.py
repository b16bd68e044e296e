"""Limits of the symmetrised weights and the normalisation of the thermal integral."""

import numpy as np
import pytest
from scipy import constants
from scipy.integrate import quad

from vibrates.core.errors import UserError
from vibrates.core.units import KELVIN_TO_CM
from vibrates.rates.coefficients import rate_unit, relative_mass
from vibrates.rates.symmetrisation import (
    SCHEMES,
    check_scheme,
    energy_weight,
    mean_trajectory_factor,
    symmetrised_energy,
    trajectory_factor,
)
from vibrates.rates.thermal import EnergyGrid


def test_symmetrised_energy_belongs_to_the_mean_velocity():
    initial, released = 900.0, 2330.0
    mean_velocity = (np.sqrt(initial) + np.sqrt(initial + released)) / 2
    assert symmetrised_energy(mean_velocity**2, released) == pytest.approx(initial)


@pytest.mark.parametrize(
    ("energy", "difference", "temperature"),
    [
        (600, 2330, 100),
        (583, 2330, 100),
        (5000, 2330, 300),
        (2000, 7000, 100),
        (500, 10, 300),
        (5000, 30, 5000),
    ],
)
def test_mean_factor_is_the_microcanonical_mean(energy, difference, temperature):
    kT = temperature * KELVIN_TO_CM

    def integrand(x):
        return 6 * x * (1 - x) * trajectory_factor(x * energy, energy, difference, kT)

    expected = quad(integrand, difference / (4 * energy), 1, epsabs=0, epsrel=1e-10, limit=300)[0]
    assert mean_trajectory_factor(energy, difference, kT) == pytest.approx(expected, rel=1e-8)


def test_trajectory_factor_and_energy_weight_make_up_the_stated_formula():
    """exp[-(U - Etr + Ebar)/kT] (1 - D^2/16 Etr^2), however it is split."""
    energy, difference, kT = 3000.0, 2330.0, 208.5
    translational = np.array([600.0, 1500.0, 2900.0])
    shifted = symmetrised_energy(translational, difference)
    expected = np.exp(-(energy - translational + shifted) / kT)
    expected *= 1 - difference**2 / (16 * translational**2)
    split = trajectory_factor(translational, energy, difference, kT)
    split *= np.exp(-symmetrised_energy(energy, difference) / kT)
    np.testing.assert_allclose(split, expected, rtol=1e-12)


def test_closed_trajectories_weigh_nothing():
    assert trajectory_factor(2330 / 4 - 1e-6, 3000.0, 2330.0, 200.0) == 0
    assert mean_trajectory_factor(2330 / 4, 2330.0, 200.0) == 0
    for scheme in SCHEMES:
        assert energy_weight(scheme, 2330 / 4 - 1, 2330.0, 200.0) == 0


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("temperature", [100.0, 300.0, 5000.0])
def test_constant_cross_section_without_energy_gap_gives_itself(scheme, temperature):
    """k = sqrt(8kT/pi mu) sigma for D = 0: the weight integrates to one."""
    grid = EnergyGrid.build(np.geomspace(20, 80000, 40), 0.0)
    weights = grid.thermal_weights(scheme, 0.0, np.array([temperature * KELVIN_TO_CM]))
    assert weights.sum() == pytest.approx(1.0, rel=1e-3)


@pytest.mark.parametrize("temperature", [100.0, 1000.0])
def test_schemes_agree_for_small_gaps_and_differ_for_large_ones(temperature):
    kT = np.array([temperature * KELVIN_TO_CM])
    totals = {}
    for difference in (1e-3 * kT[0], 10 * kT[0]):
        grid = EnergyGrid.build(np.geomspace(20, 80000, 40), difference)
        totals[difference] = [
            grid.thermal_weights(scheme, difference, kT).sum() for scheme in SCHEMES
        ]
    small, large = totals.values()
    np.testing.assert_allclose(small, small[0], rtol=2e-3)
    assert large[1] > 1.5 * large[2]


def test_mean_speed_of_hydrogen_and_nitrogen(config):
    mu = 28.006148 * 2.01565006 / (28.006148 + 2.01565006) * constants.atomic_mass
    speed = np.sqrt(8 * constants.k * 300 / (np.pi * mu))  # m/s
    in_cm3_s = speed * 1e2 * 1e-16  # cm/s times angstrom^2 in cm^2
    assert rate_unit(300.0, relative_mass(config)) == pytest.approx(in_cm3_s, rel=1e-6)


def test_no_overflow_at_low_temperature():
    """The exponents of a gap of 20000 cm^-1 at 10 K stay finite."""
    kT = 10 * KELVIN_TO_CM
    weights = energy_weight("translational", np.geomspace(5001, 1e5, 50), 20000.0, kT)
    assert np.isfinite(weights).all() and weights.max() > 0


def test_unknown_scheme_is_named():
    with pytest.raises(UserError, match="translational, total, initial"):
        check_scheme("none")
