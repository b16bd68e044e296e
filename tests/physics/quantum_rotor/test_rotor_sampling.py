"""Initial conditions and thermal measure of trajectories with one quantised rotor."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from vibrates.collisions.detailed_balance import detailed_balance
from vibrates.collisions.pair import pair_reduced_mass
from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.rates.symmetrisation import energy_weight, mean_trajectory_factor
from vibrates.trajectories.quantum_rotor.sampling import PROJECTION, initial_conditions

ENERGY = 3000.0 * CM_TO_HARTREE
EDGES = (1.0 * ANGSTROM_TO_BOHR, 2.5 * ANGSTROM_TO_BOHR)
START = 12.0 * ANGSTROM_TO_BOHR


@pytest.fixture(scope="module")
def draw(pair):
    n2, h2, _ = pair

    def build(indices, v=1, w=0, j=2, seed=3, energy=ENERGY, shell=1, importance_fraction=0.0):
        return initial_conditions(
            n2, h2, seed, v, w, j, energy, shell, EDGES, START, np.asarray(indices), 8,
            importance_fraction,
        )  # fmt: skip

    return build


def test_energies_follow_the_measure_of_one_rotor(draw):
    """x = E_tr/U from Beta(2, 1): mean 2/3, variance 1/18; the rest turns the rotor."""
    initial = draw(np.arange(4096))
    x = initial.translational_energy / ENERGY
    np.testing.assert_allclose(x + initial.rotational_energy / ENERGY, 1.0, rtol=1e-12)
    assert x.mean() == pytest.approx(2 / 3, abs=2e-3)
    assert x.var() == pytest.approx(1 / 18, abs=5e-4)


def test_importance_weights_restore_the_measure(draw):
    plain, biased = draw(np.arange(8192)), draw(np.arange(8192), importance_fraction=0.5)
    x, weight = biased.translational_energy / ENERGY, biased.weight
    assert (plain.weight == 1.0).all() and weight.max() <= 2.0
    assert weight.mean() == pytest.approx(1.0, abs=2e-3)
    for power, moment in ((1, 2 / 3), (2, 1 / 2), (4, 1 / 3)):
        assert (weight * x**power).mean() == pytest.approx(moment, rel=5e-3)
    assert (x > 0.9).mean() > 1.3 * (plain.translational_energy / ENERGY > 0.9).mean()


@pytest.mark.parametrize("v", [1, 10])
def test_vectors_carry_these_energies(draw, pair, v):
    n2, h2, _ = pair
    initial = draw(np.arange(64), v=v)
    kinetic = (initial.momentum**2).sum(axis=1) / (2.0 * pair_reduced_mass(n2, h2))
    np.testing.assert_allclose(kinetic, initial.translational_energy, rtol=1e-12)
    rotation = (initial.l**2).sum(axis=1) * n2.rotational_constant(v)
    np.testing.assert_allclose(rotation, initial.rotational_energy, rtol=1e-12)
    assert np.abs((initial.n * initial.l).sum(axis=1)).max() < 1e-11


def test_geometry_of_the_start(draw):
    initial = draw(np.arange(512))
    np.testing.assert_allclose(np.linalg.norm(initial.position, axis=1), START, rtol=1e-12)
    b = np.linalg.norm(np.cross(initial.position, initial.momentum), axis=1) / np.linalg.norm(
        initial.momentum, axis=1
    )
    np.testing.assert_allclose(b, initial.impact_parameter, rtol=1e-10)
    fraction = (b**2 - EDGES[0] ** 2) / (EDGES[1] ** 2 - EDGES[0] ** 2)
    np.testing.assert_allclose(np.histogram(fraction, 8, (0, 1))[0] / 512, 1 / 8, atol=0.02)
    assert (initial.position * initial.momentum).sum(axis=1).max() < 0.0
    np.testing.assert_allclose(draw(np.arange(4096)).n.mean(axis=0), 0.0, atol=0.02)


@pytest.mark.parametrize("j", [0, 1, 2, 5])
def test_every_projection_is_drawn_equally_often(draw, j):
    """Also in any short run: strata grow by few trajectories at a time."""
    for count in (8 * (2 * j + 1), 4096):
        m = draw(np.arange(count), j=j).m
        share = np.bincount(m + j, minlength=2 * j + 1) / count
        assert m.min() >= -j and m.max() <= j
        np.testing.assert_allclose(share, 1 / (2 * j + 1), rtol=0.6 if count < 100 else 0.03)


def test_the_classical_state_holds_everything(draw):
    initial = draw(np.arange(8))
    state = initial.classical()
    assert state.shape == (8, 18)
    np.testing.assert_array_equal(state[:, PROJECTION], initial.m)
    np.testing.assert_array_equal(state[:, 9:12], initial.l)


def test_a_trajectory_does_not_depend_on_its_batch(draw):
    whole = draw(np.arange(100)).classical()
    np.testing.assert_array_equal(draw(np.arange(37, 71)).classical(), whole[37:71])
    np.testing.assert_array_equal(draw([99, 3, 50]).classical(), whole[[99, 3, 50]])


@pytest.mark.parametrize(
    "change", [{"seed": 4}, {"v": 2}, {"j": 4}, {"shell": 2}, {"energy": 1.001 * ENERGY}]
)
def test_every_stratum_has_its_own_stream(draw, change):
    assert np.abs(draw(np.arange(8)).n - draw(np.arange(8), **change).n).max() > 0.1


# The measure, in units of kT = 1 unless given.


def weight(energy, difference, kT=1.0):
    """Weight of S(U) in the thermal integral, with one classical rotor, of either direction."""
    closed = detailed_balance(max(-difference, 0.0), 1.0, kT)
    return energy_weight("translational", energy, difference, kT, rotors=1) * closed


def test_a_certain_reaction_has_the_collision_rate():
    """P = 1 and D = 0: <f> = 1 and the weights sum to one, so that k is the collision rate."""
    assert mean_trajectory_factor(2.7, 0.0, 1.0, rotors=1) == pytest.approx(1.0, abs=1e-9)
    total = quad(lambda u: weight(u, 0.0), 0.0, 60.0)[0]
    assert total == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("difference", [0.5, 3.0, -3.0])
def test_the_weight_is_the_flux_of_translation_and_one_rotor(difference):
    """P = 1: the double integral over E_tr and E_rot of exp(-Ebar - E_rot) dEbar/dE_tr E_tr."""

    def flux(rotation, x):
        shifted = x - difference / 2 + difference**2 / (16 * x)
        return x * (1 - difference**2 / (16 * x**2)) * np.exp(-shifted - rotation)

    least = abs(difference) / 4
    exact = dblquad(flux, least, 60.0, 0.0, 60.0, epsabs=1e-10)[0]
    ours = quad(lambda u: float(weight(u, difference)), least, 80.0, limit=200)[0]
    assert ours == pytest.approx(exact, rel=1e-5)


def test_both_directions_are_in_detailed_balance():
    energy = np.array([1.0, 2.0, 5.0, 12.0])
    there, back = weight(energy, 1.4, 0.7), weight(energy, -1.4, 0.7)
    np.testing.assert_allclose(there / back, np.exp(1.4 / 0.7), rtol=1e-12)
    assert weight(0.3, 1.4, 0.7) == 0.0
