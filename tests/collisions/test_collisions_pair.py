"""Reduced mass and energy defect, and that all stages take the same one."""

import numpy as np
import pytest

from vibrates.collisions.pair import energy_defect, pair_reduced_mass
from vibrates.core.units import CM_TO_HARTREE
from vibrates.learning.directions import energy_difference
from vibrates.molecules.diatom import Atom, reduced_mass
from vibrates.rates.reduction import Sums


def test_reduced_mass_of_equal_and_of_very_unequal_partners():
    assert reduced_mass(2.0, 2.0) == 1.0
    assert pair_reduced_mass(Atom("light", 1.0), Atom("heavy", 1e12)) == pytest.approx(1.0)


def test_energy_defect_of_exchange_is_the_difference_of_the_quanta(config):
    """N2(0) + H2(1) -> N2(1) + H2(0) releases the quantum of H2 less that of N2."""
    quanta = []
    for name in config.pair:
        molecule = config.molecules[name]
        x = molecule.x_e
        quanta.append(molecule.omega_e_cm * (1 - 2 * x + 3.25 * molecule.y_e))
    found = energy_defect(config.partners, (0, 1), (1, 0)) / CM_TO_HARTREE
    assert found == pytest.approx(quanta[1] - quanta[0], rel=1e-9)
    assert found > 1800.0


def test_energy_defect_changes_sign_with_the_direction_and_an_atom_has_none(config):
    v, vp = np.arange(1, 20), np.arange(19)
    down = energy_defect(config.partners, (v, 0), (vp, 0))
    assert down.shape == (19,) and (down > 0).all()
    np.testing.assert_array_equal(down, -energy_defect(config.partners, (vp, 0), (v, 0)))
    n2, atom = config.partners[0], Atom("atom", 1.0)
    np.testing.assert_array_equal(
        energy_defect((n2, atom), (v, 0), (vp, 0)), n2.level_energy(v) - n2.level_energy(vp)
    )


def test_rates_and_learning_take_the_same_energy_defect(config):
    """To the last bit: a transition has one sign of D and one factor of detailed balance."""
    changed = config.changed({"rates": {"transitions": {"max_dv": 2, "max_dw": 1}}})
    v, w = 10, 0
    vp, wp = (x.ravel() for x in np.meshgrid(range(8, 13), range(2), indexing="ij"))
    sums = Sums(changed, v, w, vp, wp)
    vp, wp = vp[sums.kept], wp[sums.kept]
    numbers = {"v": np.full(vp.shape, v), "w": np.full(vp.shape, w), "vp": vp, "wp": wp}
    np.testing.assert_array_equal(sums.differences, energy_difference(numbers, changed))
    assert np.abs(sums.differences).max() > 1000.0
