"""Detailed balance against sums over rotational levels."""

import numpy as np
import pandas as pd
import pytest
from scipy import constants

from vibrates.collisions.detailed_balance import detailed_balance, rotational_ratio
from vibrates.core.units import AMU_TO_ME, HARTREE_TO_CM, KELVIN_TO_CM, KELVIN_TO_HARTREE
from vibrates.molecules.diatom import Atom
from vibrates.scattering.vibrational import vibrational_rates

TEMPERATURES_K = np.array([500.0, 1000.0, 3000.0])


@pytest.fixture
def molecules(config):
    return config.partners


def test_rigid_rotors_leave_the_boltzmann_factor():
    """Hong et al. 2023, eq. 8; D of either sign, its inverse the other direction."""
    wavenumber = 2330.7
    joule = constants.h * constants.c * wavenumber * 100
    expected = np.exp(-joule / (constants.k * 500))
    kT = 500 * KELVIN_TO_CM
    assert detailed_balance(wavenumber, 1.0, kT) == pytest.approx(expected, rel=1e-8)
    assert detailed_balance(-wavenumber, 1.0, kT) == pytest.approx(1 / expected, rel=1e-8)


def test_ratio_is_that_of_quantum_partition_functions(molecules):
    """sum (2j + 1) exp(-B_v j (j + 1)/kT) of N2(10) and H2(0) over N2(9) and H2(1), at 3000 K."""

    def partition_function(molecule, v):
        j = np.arange(400)
        energy = molecule.rotational_constant(v) * j * (j + 1)
        return np.sum((2 * j + 1) * np.exp(-energy / (3000.0 * KELVIN_TO_HARTREE)))

    before = [partition_function(m, v) for m, v in zip(molecules, (10, 0), strict=True)]
    after = [partition_function(m, v) for m, v in zip(molecules, (9, 1), strict=True)]
    expected = np.prod(before) / np.prod(after)
    found = rotational_ratio(molecules, (10, 0), (9, 1))
    assert found == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("change", [1, 2])
def test_rates_between_rotational_levels_average_to_it(molecules, change):
    """k(v j -> v' j') that balance in detail, averaged over j by the quantum code, in N2.

    The upward rates are the downward ones of a molecule whose levels were renamed.
    """
    n2, j_max = molecules[0], 150
    j = np.arange(j_max + 1)
    levels = np.array(
        [n2.level_energy(v) + n2.rotational_constant(v) * j * (j + 1) for v in (0, change)]
    )
    before, after = np.meshgrid(j, j, indexing="ij")
    near = np.abs(before - after) <= 4
    before, after = before[near], after[near]
    generator = np.random.default_rng(5)
    strength = generator.lognormal(size=len(before))
    parts = []
    for temperature in TEMPERATURES_K:
        parts.append(
            pd.DataFrame(
                {
                    "v": 1,
                    "j": before,
                    "vp": 0,
                    "jp": after,
                    "T_K": temperature,
                    "k_cm3_s": strength / (2 * before + 1) * np.minimum(before, after),
                }
            )
        )
    down = pd.concat(parts, ignore_index=True)
    energy = levels[1, down["j"]] - levels[0, down["jp"]]
    balance = (
        (2 * down["j"] + 1)
        / (2 * down["jp"] + 1)
        * np.exp(-energy / (down["T_K"] * KELVIN_TO_HARTREE))
    )
    up = pd.DataFrame(
        {
            "v": 1,
            "j": down["jp"],
            "vp": 0,
            "jp": down["j"],
            "T_K": down["T_K"],
            "k_cm3_s": down["k_cm3_s"] * balance,
        }
    )
    k_down = vibrational_rates(down, levels)["k_cm3_s"].to_numpy()
    k_up = vibrational_rates(up, levels[::-1])["k_cm3_s"].to_numpy()
    difference = (n2.level_energy(change) - n2.level_energy(0)) * HARTREE_TO_CM
    ratio = rotational_ratio([n2], [change], [0])
    assert ratio > 1 + 0.0099 * change
    expected = detailed_balance(difference, ratio, TEMPERATURES_K * KELVIN_TO_CM)
    np.testing.assert_allclose(k_up / k_down, expected, rtol=1e-3)


def test_an_atom_has_no_part_in_it(molecules):
    n2, atom = molecules[0], Atom("He", 4.0 * AMU_TO_ME, reduced_mass=4.0 * AMU_TO_ME)
    levels = np.array([1, 2, 30])
    found = rotational_ratio([n2, atom], (levels, 0), (levels - 1, 0))
    constants_cm = [n2.rotational_constant(int(v)) for v in range(31)]
    np.testing.assert_allclose(found, [constants_cm[v - 1] / constants_cm[v] for v in levels])
