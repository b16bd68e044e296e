"""Level energies and vibrational bases against closed formulas."""

import numpy as np
import pytest

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.core.errors import UserError
from vibrates.core.units import AMU_TO_ME, HARTREE_TO_CM
from vibrates.molecules.diatom import Atom
from vibrates.molecules.podvr import MorseWell


def test_level_energies_are_the_spectroscopic_ones(pair):
    n2, h2, _ = pair
    x = np.array([0.5, 1.5, 10.5])
    expected = 2359.60 * x - 2359.60 * 0.006126 * x**2 + 2359.60 * 0.0000032 * x**3
    np.testing.assert_allclose(n2.level_energy([0, 1, 10]) * HARTREE_TO_CM, expected, rtol=1e-12)
    gap = (h2.level_energy(1) - h2.level_energy(0)) * HARTREE_TO_CM
    assert gap == pytest.approx(4401.20 * (1.0 - 2.0 * 0.0276), rel=1e-12)


def test_reduced_masses(pair):
    n2, h2, _ = pair
    assert n2.reduced_mass / AMU_TO_ME == pytest.approx(7.001537)
    assert pair_reduced_mass(n2, h2) / AMU_TO_ME == pytest.approx(1.8803, abs=1e-4)


@pytest.mark.parametrize(("molecule", "levels"), [(0, 8), (0, 30), (0, 50), (1, 5), (1, 13)])
def test_morse_states_obey_hypervirial_theorems(pair, molecule, levels):
    """<t> = <t^2> = 1 - (v + 1/2)/lambda in every Morse state."""
    diatom = pair[molecule]
    well = MorseWell(diatom.reduced_mass, diatom.r_e, diatom.beta_e, diatom.well_depth)
    r, states = well.states(levels)
    lam = np.sqrt(2.0 * diatom.reduced_mass * diatom.well_depth) / diatom.beta_e
    expected = 1.0 - (np.arange(levels) + 0.5) / lam
    t = np.exp(-diatom.beta_e * (r - diatom.r_e))[:, None]
    np.testing.assert_allclose((states**2 * t).sum(axis=0), expected, atol=1e-10)
    np.testing.assert_allclose((states**2 * t**2).sum(axis=0), expected, atol=1e-10)


def test_podvr_is_orthogonal_and_exact_for_the_bond_length(pair):
    n2 = pair[0]
    basis = n2.basis(range(9))
    well = MorseWell(n2.reduced_mass, n2.r_e, n2.beta_e, n2.well_depth)
    r, states = well.states(9)
    b = basis.amplitudes
    np.testing.assert_allclose(b @ b.T, np.eye(9), atol=1e-13)
    exact = states.T @ (r[:, None] * states)
    np.testing.assert_allclose(np.abs(b.T * basis.r @ b), np.abs(exact), atol=1e-12)


def test_podvr_converges_for_a_function_of_the_bond_length(pair):
    """<0| exp(-2 beta r) |1> from the grid approaches the integral over Morse states."""
    n2 = pair[0]
    well = MorseWell(n2.reduced_mass, n2.r_e, n2.beta_e, n2.well_depth)
    r, states = well.states(12)
    exact = abs(states[:, 0] @ (np.exp(-2.0 * n2.beta_e * (r - n2.r_e)) * states[:, 1]))
    errors = []
    for levels in (3, 5, 8, 12):
        basis = n2.basis(range(levels))
        b, f = basis.amplitudes, np.exp(-2.0 * n2.beta_e * (basis.r - n2.r_e))
        errors.append(abs(abs(b[:, 0] @ (f * b[:, 1])) / exact - 1.0))
    assert errors[0] > errors[1] > errors[2]
    assert errors[-1] < 1e-8


def test_rotational_constant_is_what_the_grid_converges_to(pair):
    """The PODVR mean of 1/(2 mu r^2) in H2(1) approaches it as levels are added."""
    h2 = pair[1]
    errors = []
    for levels in (2, 4, 6, 9):
        basis = h2.basis(range(levels))
        grid = basis.mean(1.0 / (2.0 * h2.reduced_mass * basis.r**2), 1)
        errors.append(abs(grid / h2.rotational_constant(1) - 1.0))
    assert errors[0] > errors[1] > errors[2] > errors[3]
    assert errors[0] > 0.01 and errors[3] < 5e-5


def test_a_level_outside_the_well_has_no_rotational_constant(pair):
    with pytest.raises(UserError, match="level 17 of H2: its Morse curve holds levels 0 to 16"):
        pair[1].rotational_constant(17)


def test_a_basis_larger_than_the_well_is_refused(pair):
    h2 = pair[1]
    with pytest.raises(
        UserError, match=r"basis of H2: levels up to 17.*holds 17.*basis\.H2\.above"
    ):
        h2.basis(range(18))


def test_an_atom_has_one_level_and_no_rotation():
    atom = Atom("He", 4.0 * AMU_TO_ME)
    assert atom.basis().energies == 0.0
    assert 1.0 / (atom.reduced_mass * atom.r_e**2) == 0.0
    with pytest.raises(UserError, match="level 0 only"):
        atom.basis(range(2))
