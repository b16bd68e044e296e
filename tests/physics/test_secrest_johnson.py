"""The collinear oscillator of Secrest and Johnson through the campaign's own propagator."""

import numpy as np
import pytest

from vibrates.core.units import AU_TO_FS
from vibrates.molecules.diatom import Atom
from vibrates.molecules.podvr import Podvr
from vibrates.potential.exponential import ExponentialRepulsion
from vibrates.trajectories import TrajectoryRunner
from vibrates.trajectories.sampling import Initial

MASS = 2.0 / 3.0  # of the relative motion, in units of the oscillator's mass
ALPHA = 0.3
ORIGIN, START = 60.0, 140.0

# P(0 -> 1) of Secrest and Johnson, JCP 45, 4556 (1966), at total energy E in units of hbar omega.
EXACT = {2: 4.527761e-4, 3: 2.210932e-2, 4: 1.076653e-1, 5: 2.520626e-1, 6: 3.940223e-1}
# What a correct Ehrenfest treatment deviates by, in per cent.
EHRENFEST = {2: -1.5, 3: -3.4, 4: -9.4, 5: -16.0, 6: -21.0}


class HarmonicOscillator:
    """mu = omega = hbar = 1 about r_e; far too heavy to rotate."""

    name = "oscillator"
    r_e = 20.0
    reduced_mass = 1.0
    total_mass = 2.0 * MASS  # against an equal partner the relative motion has the mass MASS

    def basis(self, levels):
        n_levels = len(levels)
        off_diagonal = np.sqrt(np.arange(1, n_levels) / 2.0)
        position = np.diag(off_diagonal, 1) + np.diag(off_diagonal, -1)
        return Podvr.build(
            np.linalg.eigvalsh(position) + self.r_e,
            np.linalg.eigh(position)[1].T,
            np.arange(n_levels) + 0.5,
        )


def probability_01(total_energy, settings, time_step=0.02):
    """P(0 -> 1) at the symmetrised translational energy of the total energy."""
    oscillator, atom = HarmonicOscillator(), Atom("atom", total_mass=2.0 * MASS)
    surface = ExponentialRepulsion(ALPHA, ORIGIN, oscillator.r_e)
    collision = TrajectoryRunner(
        surface, oscillator, atom, 16, 1, 0, 0, settings(time_step * AU_TO_FS)
    )
    translational = (np.sqrt(total_energy - 0.5) + np.sqrt(total_energy - 1.5)) ** 2 / 4.0
    along = np.array([[0.0, 0.0, 1.0]])
    nan = np.full(1, np.nan)
    initial = Initial(
        position=-START * along,
        momentum=np.sqrt(2.0 * MASS * translational) * along,
        n_a=along,
        l_a=0.0 * along,
        n_b=along,
        l_b=0.0 * along,
        impact_parameter=nan,
        translational_energy=nan,
        rotational_energy_a=nan,
        rotational_energy_b=nan,
        weight=nan,
    )
    outcome = collision.run(initial)
    assert outcome.status[0] == 0
    return outcome.probability[0, 1, 0]


@pytest.mark.parametrize("energy", EXACT)
def test_ehrenfest_deviations_from_exact_quantum_results(energy, settings):
    deviation = 100.0 * (probability_01(energy, settings) / EXACT[energy] - 1.0)
    assert deviation == pytest.approx(EHRENFEST[energy], abs=0.5)


def test_converged_value_at_three_quanta(settings):
    assert probability_01(3, settings) == pytest.approx(2.1353e-2, rel=2e-4)
