"""Rotational levels from spectroscopic constants."""

import numpy as np
import pytest

from vibrates.core.errors import UserError
from vibrates.core.units import CM_TO_HARTREE, HARTREE_TO_CM
from vibrates.molecules.diatom import Diatom
from vibrates.molecules.rotation import (
    populations,
    rotational_energies,
    rovibrational_energies,
    rovibrational_hamiltonian,
    spin_species,
)
from vibrates.molecules.rotational_series import RotationalSeries
from vibrates.trajectories.oracle import MOLECULES
from vibrates.trajectories.quantum_rotor.levels import RovibrationalBasis

# H2 (Huber and Herzberg 1979), as in config/rotor.yaml.
CONSTANTS = {
    "B": [60.8530, -3.0622, 0.0577, -0.0051],
    "D": [0.0471, -0.00274, 0.0004],
    "H": [4.9e-5],
}
# Term values of H2, w = 0 and 1, above j = 0 (Dabrowski, Can. J. Phys. 62, 1639 (1984)), cm^-1.
MEASURED = [0, 118.49, 354.37, 705.52, 1168.80, 1740.19, 2414.90, 3187.5, 4051.7]
MEASURED_1 = [0, 112.58, 336.67, 670.24]


@pytest.fixture(scope="module")
def hydrogen():
    """H2 with the levels of its Morse curve, and with its own."""
    mapping = MOLECULES["H2"]
    return [Diatom.from_config("H2", mapping | more) for more in ({}, {"rotation_cm": CONSTANTS})]


def test_levels_of_hydrogen_are_those_measured(hydrogen):
    morse, own = (rotational_energies(one, 0, np.arange(9)) * HARTREE_TO_CM for one in hydrogen)
    np.testing.assert_allclose(own, MEASURED, atol=0.4)
    excited = rotational_energies(hydrogen[1], 1, np.arange(4)) * HARTREE_TO_CM
    np.testing.assert_allclose(excited, MEASURED_1, atol=0.05)
    # Those of the Morse curve are 20 cm^-1 off in 2 -> 6, the transfer that takes N2's quantum.
    assert own[6] - own[2] == pytest.approx(2060.5, abs=0.5)
    assert 15.0 < (morse[6] - morse[2]) - (own[6] - own[2]) < 30.0


def test_the_series_has_its_three_terms_and_rises_for_ever():
    series = RotationalSeries.from_config(CONSTANTS)
    x = np.arange(4) * (np.arange(4) + 1.0)
    B, D, H = 60.8530 - 1.5311 + 0.014425 - 0.0006375, 0.0471 - 0.00137 + 0.0001, 4.9e-5
    found = series.energies(0, np.arange(4)) / CM_TO_HARTREE
    assert found == pytest.approx(B * x - D * x**2 + H * x**3, abs=2e-3)
    for one in (
        series,
        RotationalSeries((2.0,), (6e-6,)),
        RotationalSeries((2.0,), (6e-6,), (0.0,)),
    ):
        assert (np.diff(one.energies(0, np.arange(400))) > 0).all()


def test_vibrational_energies_stay_and_populations_follow(hydrogen):
    morse, own = hydrogen
    none = np.zeros(1, int)
    for w in range(3):
        expected = rovibrational_energies(morse, range(w, w + 1), none)
        np.testing.assert_allclose(rovibrational_energies(own, range(w, w + 1), none), expected)
    T, j = np.array([300.0]), np.array([0, 2])
    para = spin_species(True, (1, 3))[0]
    p = populations(own, 0, para, j, T)[:, 0]
    gap = rotational_energies(own, 0, np.array([2]))[0]
    assert p[1] / p[0] == pytest.approx(5 * np.exp(-gap / (300.0 * 3.1668116e-6)), rel=1e-6)


def test_states_are_those_of_the_hamiltonian_and_its_propagator_unitary(hydrogen):
    """The constants are a correction that is diagonal in the states of the Morse Hamiltonian."""
    _, own = hydrogen
    j = np.array([0, 2, 6])
    basis = RovibrationalBasis.build(own, range(3), j)
    np.testing.assert_array_equal(basis.energies, rovibrational_energies(own, range(3), j))
    matrices = rovibrational_hamiltonian(own.basis(range(3)), own.reduced_mass, j)
    for matrix, states in zip(matrices, basis.states, strict=True):
        rotated = states.T @ matrix @ states
        np.testing.assert_allclose(rotated, np.diag(np.diag(rotated)), atol=1e-12)
    for matrix, energies in zip(basis.propagators(3.0), basis.energies.T, strict=True):
        np.testing.assert_allclose(matrix @ matrix.conj().T, np.eye(3), atol=1e-13)
        phases = np.sort(np.angle(np.linalg.eigvals(matrix)))
        np.testing.assert_allclose(phases, np.sort(np.angle(np.exp(-3j * energies))), atol=1e-10)


def test_constants_that_do_not_hold_are_one_line():
    series = RotationalSeries.from_config({"B": [60.8, -3.0], "D": [0.047, -0.01]})
    with pytest.raises(UserError, match=r"of level 5 are not both positive; give constants that"):
        series.energies(5, [1])
