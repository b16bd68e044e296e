"""N2 + H2 with the rotation of H2 quantised, shared by the tests of this directory."""

import numpy as np
import pytest
from campaigns import campaign
from rotors import HIGHEST, RANGE

from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE, FS_TO_AU
from vibrates.potential.registry import build_surface
from vibrates.trajectories.quantum_rotor import QuantumRotorRunner, kernel
from vibrates.trajectories.quantum_rotor.expansion import DEFAULT_ORDERS
from vibrates.trajectories.quantum_rotor.propagation import Propagation
from vibrates.trajectories.quantum_rotor.sampling import initial_conditions


@pytest.fixture(scope="session")
def fitted():
    """N2, H2 and the default surface."""
    config = campaign()
    return *config.partners, build_surface(config.surface, *config.partners)


@pytest.fixture(scope="session")
def built():
    """Runners of all tests, by what makes them: building one takes half a second."""
    return {}


@pytest.fixture(scope="session")
def runner(fitted, settings, built):
    """A function: QuantumRotorRunner of N2(v) + H2(w, j) on the default surface."""

    def build(
        v=1, w=0, j=2, j_max=6, n_v=3, n_w=1, time_step_fs=0.8, pair=None, quantised=1,
        energy=HIGHEST, orders=DEFAULT_ORDERS, degree=None, **changes,
    ) -> QuantumRotorRunner:  # fmt: skip
        a, b, surface = pair or fitted
        chosen = settings(
            time_step_fs, **{"interaction_range_angstrom": RANGE, "switching_from": 0.7} | changes
        )
        key = (j, j_max, n_v, n_w, quantised, energy, orders, degree, id(surface))
        if key not in built:
            one = QuantumRotorRunner(
                surface, (a, b), quantised, range(n_v), range(n_w), v, w, j, j_max, energy,
                chosen, orders, degree,
            )  # fmt: skip
            built[key] = one, surface  # kept, so that no other surface gets its identity
        one = built[key][0]
        propagation = Propagation(
            one.collision, v, (w, one.collision.levels.index(j)), chosen, kernel.propagate
        )
        copy = object.__new__(QuantumRotorRunner)
        vars(copy).update(vars(one) | {"settings": chosen, "propagation": propagation})
        copy.largest_time_step = time_step_fs * FS_TO_AU
        return copy

    return build


@pytest.fixture(scope="session")
def draw(fitted):
    """A function: ``count`` initial conditions at U (cm^-1), b up to ``b_max`` (angstrom)."""

    def build(count=16, energy_cm=4000.0, j=2, b_max=1.5, v=1, w=0, seed=7, pair=None, **changes):
        a, b, _ = pair or fitted
        return initial_conditions(
            a, b, seed, v, w, j, energy_cm * CM_TO_HARTREE, 0, (0.0, b_max * ANGSTROM_TO_BOHR),
            RANGE * ANGSTROM_TO_BOHR, np.arange(count), 4, **changes,
        )  # fmt: skip

    return build
