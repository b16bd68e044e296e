"""Vibration and rotation of H2 together: its quantum goes to N2 (V-V), or to rotation (V-T)."""

import numpy as np
import pytest
from rotors import SWITCH

from vibrates.core.units import FS_TO_AU
from vibrates.trajectories.quantum_rotor.reference import SlowQuantumRotor

pytestmark = pytest.mark.slow


def test_exchange_agrees_with_the_slow_reference(fitted, runner, draw):
    """DOP853 on the unexpanded surface, N2(0) + H2(1, 1) -> N2(v') + H2(0, j') above 1e-9.

    The last j of the basis is left out, where the kernel has the complement, and of V-T, which
    leads mostly there, the one before it.
    """
    n2, h2, surface = fitted
    levels = [1, 3, 5, 7]
    slow = SlowQuantumRotor(surface, n2, h2, 3, 4, levels, SWITCH, orders=(10, 18), more=(1, 2))
    initial = draw(1, energy_cm=3000.0, b_max=1.0, seed=3, v=0, w=1, j=1)
    start = initial.classical()
    ours = runner(v=0, w=1, j=1, j_max=7, n_v=3, n_w=4, time_step_fs=0.2)
    found = ours.propagation.run(start, 0.2 * FS_TO_AU, 10**6)
    _, probability = slow.run(start[0, :12], 0, 1, 1, int(initial.m[0]), rtol=1e-6)
    mine = found.probability.reshape(3, 4, len(levels))
    for v, last in ((1, 3), (0, 2)):
        exact = probability[v, 0, :last]
        strong = exact > 1e-9
        assert strong.any()
        np.testing.assert_allclose(mine[v, 0, :last][strong], exact[strong], rtol=0.02)


def test_exchange_does_not_depend_on_the_bases(runner, draw):
    """One level of H2, of N2 and one j more change V-V and V-T by less than 2 %."""
    initial = draw(8, v=0, w=1, j=1).classical()

    def processes(n_v, n_w, j_max):
        one = runner(v=0, w=1, j=1, n_v=n_v, n_w=n_w, j_max=j_max)
        p = one.propagation.run(initial, 0.8 * FS_TO_AU, 10**5).probability
        return p.reshape(8, n_v, n_w, -1)[:, :2, 0].sum(axis=(0, 2))

    first = processes(3, 4, 9)
    for larger in ((4, 4, 9), (3, 5, 9), (3, 4, 11)):
        np.testing.assert_allclose(processes(*larger), first, rtol=0.02)
    # A basis without room is seen: most of V-T needs the levels beyond j = 5.
    assert processes(3, 4, 5)[0] < 0.7 * first[0]
