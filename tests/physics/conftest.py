"""The pair N2 + H2 on the surface of the oracle trajectories, shared by the physics tests."""

import numpy as np
import pytest

from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.trajectories import Settings, TrajectoryRunner, oracle
from vibrates.trajectories.sampling import initial_conditions


@pytest.fixture(scope="session")
def pair():
    """N2, H2 and the oracle's test surface."""
    return oracle.molecules_and_surface()


@pytest.fixture(scope="session")
def settings():
    """A function: integration settings with a given step in fs."""

    def build(time_step_fs: float, repetitions: int = 0, **changes) -> Settings:
        return Settings.from_config(
            {
                "time_step_fs": time_step_fs,
                "accuracy": np.inf,
                "interaction_range_angstrom": np.inf,
                "switching_from": 0.75,
                "relative_energy_error_limit": 1e-2,
                "norm_error_limit": 1e-9,
                "maximum_steps": 10**6,
                "repetitions": repetitions,
            }
            | changes
        )

    return build


@pytest.fixture(scope="session")
def collide(pair, settings):
    """A function: TrajectoryRunner of N2(v) + H2(w) on the test surface."""

    def build(
        v=1, w=0, n_a=8, n_b=5, time_step_fs=0.4, surface=None, **changes
    ) -> TrajectoryRunner:
        n2, h2, test_surface = pair
        return TrajectoryRunner(
            surface or test_surface, n2, h2, n_a, n_b, v, w, settings(time_step_fs, **changes)
        )

    return build


@pytest.fixture(scope="session")
def sample(pair):
    """A function: ``count`` initial conditions at U (cm^-1), b up to ``b_max`` (angstrom)."""

    def build(count=16, energy_cm=4000.0, b_max=1.5, v=1, w=0, seed=7):
        return initial_conditions(
            pair[0],
            pair[1],
            seed,
            v,
            w,
            energy_cm * CM_TO_HARTREE,
            0,
            (0.0, b_max * ANGSTROM_TO_BOHR),
            13.0 * ANGSTROM_TO_BOHR,
            np.arange(count),
            4,
        )

    return build
