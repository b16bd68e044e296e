"""Other pairs, and an atom and a diatom, by configuration alone."""

from pathlib import Path

import numpy as np
import pytest

from vibrates import config as configuration
from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_MEV
from vibrates.molecules.diatom import Atom
from vibrates.potential.registry import build_surface
from vibrates.trajectories import Settings, TrajectoryRunner, plan
from vibrates.trajectories.work import BatchWork


@pytest.fixture
def load(root, monkeypatch):
    monkeypatch.chdir(root)
    return lambda name: configuration.load(Path("config/pairs") / f"{name}.yaml")


@pytest.mark.parametrize("name", ["n2n2", "con2", "n2o"])
def test_a_batch_runs_and_keeps_norm_and_energy(load, name):
    config = load(name)
    frame = plan.into_batches(plan.pilot(config), 100)
    work = BatchWork(config, plan.batch_rows(frame, 0))
    energies = [energy for energy, _, _ in work.pieces]
    columns = work.compute(int(np.argmax(energies)))
    assert (columns["status"] == 0).all()
    total = columns["probability"].sum(axis=(1, 2))
    np.testing.assert_allclose(total, 1.0, atol=1e-5)
    relaxed = 1.0 - columns["probability"][:, work.v, 0]
    assert (relaxed > 1e-12).any() and (relaxed < 0.9).all()


def test_correlation_formulas_give_the_nitrogen_dimer(load):
    """Wells of 8 to 15 meV at 3.6 to 4.2 angstrom, as every published surface of N2 + N2 has."""
    config = load("n2n2")
    a, b = config.partners
    surface = build_surface(config.surface, a, b)
    r_m, eps, _ = surface.parameters
    assert ((r_m / ANGSTROM_TO_BOHR > 3.6) & (r_m / ANGSTROM_TO_BOHR < 4.2)).all()
    assert ((eps * HARTREE_TO_MEV > 8.0) & (eps * HARTREE_TO_MEV < 15.0)).all()


def test_atom_pairs_have_the_minimum_of_their_pair_function(load):
    """Collinear and far apart only the near atom counts; at right angles both are equally far."""
    config = load("n2o")
    n2, oxygen = config.partners
    surface = build_surface(config.surface, n2, oxygen)
    half = 0.5 * n2.r_e
    at = np.sqrt((3.300082 * ANGSTROM_TO_BOHR) ** 2 - half**2)
    assert surface.potential(at, 0.0) * HARTREE_TO_MEV == pytest.approx(-2 * 7.399970, rel=1e-9)
    assert surface.potential(9.0, 0.7) == surface.potential(9.0, -0.7)


def test_spectator_rotor_of_an_atom_changes_nothing(load):
    config = load("n2o")
    n2 = config.partners[0]
    frame = plan.into_batches(plan.pilot(config), 100)
    work = BatchWork(config, plan.batch_rows(frame, 0))
    energy, shell, indices = work.pieces[-1]
    initial = work.initial(energy, shell, indices)
    outcomes = []
    for mass in (1000.0, 1e6):
        oxygen = Atom("O", 15.99491462 * 1822.888, reduced_mass=mass)
        surface = build_surface(config.surface, n2, oxygen)
        collision = TrajectoryRunner(
            surface,
            n2,
            oxygen,
            *work.levels,
            work.v,
            0,
            Settings.from_config(config.dynamics.to_mapping()),
        )
        initial.l_b[:] = initial.l_b * (1.0 if mass == 1000.0 else 30.0)
        outcomes.append(collision.run(initial, work.finals).probability)
    np.testing.assert_allclose(outcomes[0], outcomes[1], rtol=1e-6, atol=1e-14)
