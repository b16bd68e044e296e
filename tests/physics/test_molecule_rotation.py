"""Rotational levels, populations and nuclear-spin species of a free molecule."""

import numpy as np
import pytest

from vibrates.core.errors import UserError
from vibrates.core.units import CM_TO_HARTREE, KELVIN_TO_CM
from vibrates.molecules.rotation import (
    check_spin_weights,
    partition_function,
    populations,
    rotational_energies,
    species_shares,
    spin_species,
)
from vibrates.trajectories.oracle import MOLECULES


@pytest.fixture(scope="module")
def h2():
    from vibrates.molecules.diatom import Diatom

    return Diatom.from_config("H2", MOLECULES["H2"])


HYDROGEN = spin_species(True, (1, 3))


def test_energies_of_hydrogen_are_those_measured(h2):
    """E(j) - E(0) of H2, w = 0, cm^-1: spectroscopy (Dabrowski 1984) 118.49, 354.37, 705.52.

    Those of the Morse curve, with r_e of Hong et al., are 1.1 % larger.
    """
    energies = rotational_energies(h2, 0, np.array([1, 2, 3])) / CM_TO_HARTREE
    np.testing.assert_allclose(energies, [118.49, 354.37, 705.52], rtol=0.012)


def test_equilibrium_hydrogen_has_the_known_share_of_para(h2):
    """At 20.39, 77.4 and 300 K: 0.9979, 0.5041 and 0.2507 (Woolley, Scott and Brickwedde 1948)."""
    T = np.array([20.39, 77.4, 300.0])
    para, ortho = species_shares(h2, 0, HYDROGEN, "equilibrium", T)
    np.testing.assert_allclose(para, [0.9979, 0.5041, 0.2507], atol=0.005)
    np.testing.assert_allclose(para + ortho, 1.0, rtol=1e-14)
    normal = species_shares(h2, 0, HYDROGEN, "normal", T)
    np.testing.assert_array_equal(normal, [[0.25] * 3, [0.75] * 3])
    np.testing.assert_array_equal(species_shares(h2, 0, HYDROGEN, "ortho", T), [[0] * 3, [1] * 3])


def test_populations_of_a_species_sum_to_one_and_are_boltzmann(h2):
    T, j = np.array([100.0, 1000.0]), np.arange(40)
    for one in HYDROGEN:
        p = populations(h2, 0, one, j, T)
        np.testing.assert_allclose(p.sum(axis=0), 1.0, rtol=1e-10)
        assert (p[one.parity == (j + 1) % 2] == 0).all()
        a, b = (0, 2) if one.name == "para" else (1, 3)
        gap = np.diff(rotational_energies(h2, 0, np.array([a, b])))[0] / CM_TO_HARTREE
        expected = (2 * b + 1) / (2 * a + 1) * np.exp(-gap / (KELVIN_TO_CM * T))
        np.testing.assert_allclose(p[b] / p[a], expected, rtol=1e-12)


def test_at_high_temperature_each_species_has_half_of_the_levels(h2):
    """q of even and of odd j become equal, half of kT/B each but for distortion, 7 %."""
    T = np.array([3000.0])
    even, odd = (partition_function(h2, 0, one, T) for one in HYDROGEN)
    assert even == pytest.approx(odd, rel=1e-6)
    classical = T * KELVIN_TO_CM * CM_TO_HARTREE / h2.rotational_constant(0)
    assert even + odd == pytest.approx(classical, rel=0.07)


def test_species_follow_from_the_weights():
    deuterium = spin_species(True, (2, 1))
    assert {one.name: one.parity for one in deuterium} == {"para": 1, "ortho": 0}
    assert [one.parity for one in spin_species(True, (0, 1))] == [1]
    assert [one.parity for one in spin_species(False, None)] == [None]


@pytest.mark.parametrize(
    ("masses", "weights", "words"),
    [
        ((1.00782503, 1.00782503), (3, 1), r"\[3, 1\] .* contradict masses_u.* write \[1, 3\]"),
        ((2.01410178, 2.01410178), (1, 3), r"contradict masses_u, 2.0141: .* write \[2, 1\]"),
        ((1.00782503, 2.01410178), (1, 3), "unlike ends have equal weights; remove the key"),
        ((1.00782503, 1.00782503), None, "missing, needed for a quantised rotor with like ends"),
    ],
)
def test_weights_that_contradict_the_masses_are_one_line(masses, weights, words):
    with pytest.raises(UserError, match=words) as caught:
        check_spin_weights("X2", masses, weights)
    assert str(caught.value).startswith("molecules.X2.spin_weights: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("masses", "weights"),
    [
        ((1.00782503, 1.00782503), (1, 3)),
        ((2.01410178, 2.01410178), (6, 3)),
        ((1.00782503, 2.01410178), None),
        ((14.003074, 14.003074), (2, 1)),
        ((77.0, 77.0), (5, 7)),
    ],
)
def test_weights_that_fit_are_accepted(masses, weights):
    check_spin_weights("X2", masses, weights)
