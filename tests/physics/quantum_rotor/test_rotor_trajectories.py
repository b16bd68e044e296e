"""Trajectories with one rotor quantised: conservation, limits, an independent solution."""

import dataclasses

import numpy as np
import pytest
from campaigns import campaign
from rotors import HIGHEST, RANGE, SWITCH, isotropic

from vibrates.config import load
from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE, FS_TO_AU, HARTREE_TO_CM
from vibrates.molecules.diatom import Diatom
from vibrates.potential.registry import build_surface
from vibrates.trajectories import TrajectoryRunner
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.quantum_rotor import QuantumRotorRunner, kernel
from vibrates.trajectories.quantum_rotor.collision import exchanged
from vibrates.trajectories.quantum_rotor.orientation import projection_state
from vibrates.trajectories.quantum_rotor.propagation import Propagation
from vibrates.trajectories.quantum_rotor.reference import SlowQuantumRotor
from vibrates.trajectories.quantum_rotor.sampling import PROJECTION, initial_conditions
from vibrates.trajectories.sampling import Initial
from vibrates.trajectories.status import Status

pytestmark = pytest.mark.slow

# The propagation.


@pytest.mark.parametrize(
    "case",
    [
        {"j": 2},
        {"j": 1, "j_max": 5},
        {"j": 2, "j_max": 4, "n_w": 2, "v": 0, "w": 1},
        {"j": 0, "j_max": 4, "n_v": 5, "degree": 15},
    ],
)
def test_the_kernel_is_the_plain_propagation(runner, draw, case):
    """Even and odd j, one and two vibrational levels of H2: digits of the same numbers."""
    one = runner(**case)
    labels = {name: case[name] for name in ("v", "w", "j") if name in case}
    start = draw(3, **labels).classical()
    start[:, PROJECTION] = [0, -min(1, case["j"]), case["j"]]
    fast = one.propagation.run(start, 0.8 * FS_TO_AU, 10**5)
    slow = Propagation(one.collision, one.propagation.initial_rotor,
                       one.propagation.initial_quantum, one.settings)  # fmt: skip
    exact = slow.run(start, 0.8 * FS_TO_AU, 10**5)
    np.testing.assert_array_equal(fast.steps, exact.steps)
    np.testing.assert_allclose(fast.classical, exact.classical, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(fast.probability, exact.probability, rtol=1e-6, atol=1e-14)
    moved = fast.probability.reshape(3, -1).copy()
    moved[:, moved.argmax(axis=1)] = 0.0
    assert moved.max() > 1e-7


def test_a_molecule_with_unlike_ends_couples_all_j(fitted, settings):
    """HD on the surface of H2, its centre of mass shifted: kernel and plain propagation agree."""
    config = campaign()
    n2, _, surface = fitted
    hd = Diatom.from_config("HD", config.molecules["HD"].to_mapping())

    class Shifted:
        """The surface of H2, by the position of HD's centre of mass, 1/6 of the bond aside."""

        def potential(self, distance, c_1, c_2, c_12, r_1, r_2):
            shift = r_2 / 6.0
            other = np.sqrt(distance**2 + shift**2 + 2.0 * distance * shift * c_2)
            return surface.potential(
                other, (distance * c_1 + shift * c_12) / other,
                (distance * c_2 + shift) / other, c_12, r_1, r_2,
            )  # fmt: skip

    chosen = settings(0.8, interaction_range_angstrom=RANGE, switching_from=0.7)
    one = QuantumRotorRunner(Shifted(), (n2, hd), 1, range(2), range(1), 0, 0, 1, 4,
                             4000.0 * CM_TO_HARTREE, chosen, (10, 6, 3))  # fmt: skip
    assert [j for _, j in one.levels_b] == [0, 1, 2, 3, 4]
    start = initial_conditions(
        n2, hd, 1, 0, 0, 1, 2000.0 * CM_TO_HARTREE, 0, (0.0, 2.0), RANGE * ANGSTROM_TO_BOHR,
        np.arange(1), 2,
    ).classical()  # fmt: skip
    fast = one.propagation.run(start, 0.8 * FS_TO_AU, 10**5)
    slow = Propagation(one.collision, 0, (0, 1), chosen).run(start, 0.8 * FS_TO_AU, 10**5)
    np.testing.assert_allclose(fast.probability, slow.probability, rtol=1e-6, atol=1e-14)
    assert fast.probability[:, 0, 0].min() > 1e-3  # j = 1 to j = 0, which H2 cannot do


def test_either_molecule_may_be_the_quantum_one(fitted, runner, draw, settings):
    """The pair named the other way round, H2 + N2 with the first one quantised: the same."""
    n2, h2, surface = fitted

    class TurnedRound:
        potential = staticmethod(exchanged(surface.potential))

    one = runner()
    other = QuantumRotorRunner(
        TurnedRound(), (h2, n2), 0, range(3), range(1), 1, 0, 2, 6, HIGHEST, one.settings
    )
    start = draw(2).classical()
    outcomes = [x.propagation.run(start, 0.8 * FS_TO_AU, 10**5) for x in (one, other)]
    np.testing.assert_allclose(outcomes[1].classical, outcomes[0].classical, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(outcomes[1].probability, outcomes[0].probability, rtol=1e-7)


def test_an_atom_collides_with_a_quantised_molecule(root, settings):
    """He + HD on the surface of the atom-diatom studies: energy, norm, kernel as plain."""
    config = load(root / "config" / "pairs" / "hdhe.yaml")
    hd, he = config.partners
    surface = build_surface(config.surface, hd, he)
    chosen = settings(0.8, interaction_range_angstrom=RANGE, switching_from=0.7)
    energy = 2000.0 * CM_TO_HARTREE
    one = QuantumRotorRunner(
        surface, (hd, he), 0, range(1), range(2), 0, 1, 0, 5, 2.0 * energy, chosen, (0, 8, 0)
    )
    start = initial_conditions(
        he, hd, 7, 0, 1, 0, energy, 0, (0.0, 2.0), RANGE * ANGSTROM_TO_BOHR, np.arange(3), 3
    ).classical()
    fast = one.propagation.run(start, 0.8 * FS_TO_AU, 10**5)
    slow = Propagation(one.collision, 0, (1, 0), chosen).run(start, 0.8 * FS_TO_AU, 10**5)
    np.testing.assert_allclose(fast.probability, slow.probability, rtol=1e-6, atol=1e-14)
    assert (fast.status == Status.OK).all() and fast.norm_error.max() < 1e-11
    assert fast.energy_error.max() * HARTREE_TO_CM < 0.1
    # The atom's spectator rotor turns freely.
    np.testing.assert_allclose(fast.classical[:, 9:12], start[:, 9:12], rtol=1e-12)
    downward = fast.probability[:, 0, : len(one.collision.levels)].sum(axis=1)
    assert (downward > 1e-11).all() and (downward < 1e-3).all()


def total_angular_momentum(collision, classical, psi):
    """R x P + L + <j> (N, 3), <j> from the basis functions by their m."""
    amplitudes = collision.from_grid(psi)
    means = []
    for j in collision.levels:
        to_m = np.array([projection_state(j, m) for m in range(-j, j + 1)])
        c = amplitudes[..., collision.grid.j == j] @ to_m.conj().T  # by m = -j ... j
        m = np.arange(-j, j + 1)
        ladder = np.sqrt(j * (j + 1) - m[:-1] * (m[:-1] + 1.0))
        plus = (c[..., 1:].conj() * c[..., :-1] * ladder).sum(axis=(1, 2, 3))
        means.append([plus.real, plus.imag, (np.abs(c) ** 2 * m).sum(axis=(1, 2, 3))])
    j = np.sum(means, axis=0).T
    r, p = classical[:, rows.R : rows.R + 3], classical[:, rows.P : rows.P + 3]
    return np.cross(r, p) + classical[:, rows.L_A : rows.L_A + 3] + j, j


def test_norm_energy_and_angular_momentum_are_conserved(runner, draw):
    """With the complement every step is unitary; <j> takes part in the angular momentum."""
    one = runner(j=2, j_max=8, time_step_fs=0.4)
    initial = draw(8, energy_cm=3000.0)
    start = initial.classical()
    outcome = one.propagation.run(start, 0.4 * FS_TO_AU, 10**5)
    assert (outcome.status == Status.OK).all()
    assert outcome.norm_error.max() < 1e-11
    assert outcome.energy_error.max() * HARTREE_TO_CM < 0.05
    step = 0.4 * FS_TO_AU
    psi = one.collision.to_grid(one.propagation._initial(start, step))
    before, j = total_angular_momentum(one.collision, start, psi)
    np.testing.assert_allclose(j[:, 2], start[:, PROJECTION], atol=1e-10)
    psi = one.collision.internal(psi, 0.5 * step)
    end = start.copy()
    plain_end = np.linalg.norm(start[:, :3], axis=1)
    kernel.propagate(one.collision, end, psi, step, 10**5, plain_end)
    after, j_after = total_angular_momentum(
        one.collision, end, one.collision.internal(psi, -0.5 * step)
    )
    assert np.abs(j_after - j).max() > 0.1  # it is exchanged
    np.testing.assert_allclose(after, before, atol=2e-3)


def test_energy_error_and_probabilities_are_of_second_order(runner, draw):
    start = draw(8).classical()
    runs = [runner().propagation.run(start, dt * FS_TO_AU, 10**5) for dt in (0.8, 0.4, 0.2)]
    errors = [one.energy_error for one in runs]
    assert np.median(errors[0] / errors[1]) == pytest.approx(4.0, rel=0.05)
    p = [one.probability[:, 0, 2] for one in runs]
    assert np.median((p[0] - p[1]) / (p[1] - p[2])) == pytest.approx(4.0, rel=0.15)


def test_weak_transitions_do_not_drown_in_the_step(runner, draw):
    """P of 1e-14 for two quanta is the same at 0.8 and 0.2 fs: dressed states of the rotor."""
    initial = draw(16, energy_cm=500.0, j=0, v=10)
    one = runner(j=0, n_v=13, v=10)
    column = one.levels_b.index((0, 6))
    coarse, fine = (
        one.propagation.run(initial.classical(), dt * FS_TO_AU, 10**5).probability[:, 8, column]
        for dt in (0.8, 0.2)
    )
    assert np.median(fine) < 1e-12
    assert np.median(np.abs(np.log10(coarse / fine))) < 0.01


def test_running_backwards_returns_to_the_start(runner, draw):
    """The step is time-reversible: P, L reversed and psi conjugated lead back."""
    one = runner(j=2, j_max=6)
    collision, step = one.collision, 0.8 * FS_TO_AU
    start = draw(8, energy_cm=6000.0).classical()
    before = collision.internal(
        collision.to_grid(one.propagation._initial(start, step)), 0.5 * step
    )
    end, psi = start.copy(), before.copy()
    steps = kernel.propagate(collision, end, psi, step, 10**5, np.linalg.norm(start[:, :3], axis=1))
    assert np.abs(np.abs(psi) - np.abs(before)).max() > 1e-3  # something happened
    reverse = np.ones(18)
    reverse[3:6] = reverse[9:12] = -1.0
    for t in range(8):
        # psi is half a step late; of the reversed motion it has to be half a step late again.
        turned = collision.internal(psi[t : t + 1], -step).conj()
        back = end[t : t + 1] * reverse
        kernel.propagate(collision, back, turned, step, int(steps[t]), np.array([1e6]))
        np.testing.assert_allclose(back * reverse, start[t : t + 1], atol=1e-7)
        returned = collision.internal(turned, -step).conj()
        np.testing.assert_allclose(returned, before[t : t + 1], atol=1e-8)


def test_an_isotropic_interaction_leaves_j_alone(runner, draw, fitted):
    pair = isotropic(fitted[:2], along=0.3, slope=0.2)
    start = draw(8, j=4, pair=pair).classical()
    outcome = runner(j=4, j_max=6, degree=17, pair=pair).propagation.run(
        start, 0.8 * FS_TO_AU, 10**5
    )
    p = outcome.probability
    assert np.delete(p, 2, axis=2).max() < 1e-8
    assert p[:, 0, 2].max() > 1e-5  # while N2 loses quanta
    np.testing.assert_allclose(p.sum(axis=(1, 2)), 1.0, atol=1e-9)
    assert np.abs(outcome.classical[:, rows.L_A : rows.L_A + 3] - start[:, 9:12]).max() > 0.1


def test_a_spectator_rotor_may_be_classical_or_quantum(runner, draw, fitted, settings):
    """N2 and an H2 that V does not see: the classical-rotor engine, an independent potential."""
    pair = isotropic(fitted[:2], along=0.3, slope=0.2)
    initial = draw(8, j=0, energy_cm=5000.0, pair=pair)
    one = runner(j=0, j_max=2, n_v=6, pair=pair, time_step_fs=0.4)
    quantum = one.propagation.run(initial.classical(), 0.4 * FS_TO_AU, 10**5)
    zero = np.zeros(len(initial))
    other = np.tile([0.0, 0.0, 1.0], (len(initial), 1))
    classical_rotor = TrajectoryRunner(
        pair[2], *pair[:2], 6, 1, 1, 0,
        settings(0.4, interaction_range_angstrom=RANGE, switching_from=0.7),
    ).run(
        Initial(initial.position, initial.momentum, initial.n, initial.l, other, 0.0 * other,
                zero, zero, zero, zero, zero)
    )  # fmt: skip
    np.testing.assert_allclose(
        quantum.classical[:, :12], classical_rotor.classical[:, :12], rtol=2e-3, atol=2e-3
    )
    ours, theirs = quantum.probability.sum(axis=2), classical_rotor.probability[:, :, 0]
    assert (theirs[:, 0] > 1e-6).sum() >= 4
    strong = theirs > 1e-8
    np.testing.assert_allclose(ours[strong], theirs[strong], rtol=0.02)


def test_a_heavy_rotor_becomes_classical(fitted, runner, settings):
    """H2 with four times the moment of inertia: energy that its rotation exchanges, and P(1 -> 0).

    j = 4 against a classical rotor with L^2 = j(j + 1), another kernel on the unexpanded surface.
    """
    n2, h2, surface = fitted
    heavy = dataclasses.replace(h2, reduced_mass=4.0 * h2.reduced_mass)
    pair, j, count = (n2, heavy, surface), 4, 384
    one = runner(j=j, j_max=14, n_v=2, pair=pair, energy=0.6 * HIGHEST, time_step_fs=1.6)
    initial = initial_conditions(
        n2, heavy, 7, 1, 0, j, 4000.0 * CM_TO_HARTREE, 0, (0.0, 2.5 * ANGSTROM_TO_BOHR),
        RANGE * ANGSTROM_TO_BOHR, np.arange(count), 4,
    )  # fmt: skip
    p = one.run(initial).probability
    energies = one.collision.quantum.energies[0, :-1]
    gained = energies - energies[one.collision.levels.index(j)]
    quantum = np.sqrt((p.sum(axis=1) @ gained**2).mean())

    random, length = np.random.default_rng(0), np.sqrt(j * (j + 1.0))
    n = random.normal(size=(count, 3))
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    l = np.cross(n, random.normal(size=(count, 3)))
    l *= length / np.linalg.norm(l, axis=1, keepdims=True)
    zero = np.zeros(count)
    outcome = TrajectoryRunner(
        surface, n2, heavy, 2, 1, 1, 0,
        settings(1.6, interaction_range_angstrom=RANGE, switching_from=0.7),
    ).run(
        Initial(initial.position, initial.momentum, initial.n, initial.l, n, l, *[zero] * 5)
    )  # fmt: skip
    final = (outcome.classical[:, rows.L_B : rows.L_B + 3] ** 2).sum(axis=1)
    change = heavy.rotational_constant(0) * (final - length**2)
    assert quantum == pytest.approx(np.sqrt((change**2).mean()), rel=0.12)
    assert p[:, 0].sum(axis=1).mean() == pytest.approx(outcome.probability[:, 0].mean(), rel=0.25)


def test_the_kernel_agrees_with_the_slow_reference(fitted, runner, draw):
    """DOP853 on the unexpanded surface: within 2 % for all channels above 1e-8.

    The last levels of the bases are left out, where the kernel is another truncation: it has the
    complement of the last j, and matrix elements of the last v by as many points as levels.
    """
    n2, h2, surface = fitted
    slow = SlowQuantumRotor(
        surface, n2, h2, 3, 1, [0, 2, 4, 6], SWITCH, orders=(10, 20), more=(1, 3)
    )
    initial = draw(1, energy_cm=3000.0, b_max=1.0, seed=3)
    start = initial.classical()
    ours = runner(time_step_fs=0.2).propagation.run(start, 0.2 * FS_TO_AU, 10**6)
    classical, probability = slow.run(start[0, :12], 1, 0, 2, int(initial.m[0]), rtol=1e-6)
    exact, mine = probability[:2, 0, :3], ours.probability[0, :2, :3]
    strong = exact > 1e-8
    assert strong.sum() >= 5
    np.testing.assert_allclose(mine[strong], exact[strong], rtol=0.02)
    np.testing.assert_allclose(ours.classical[0, 3:6], classical[3:6], atol=1e-3)


def test_a_trajectory_does_not_depend_on_its_neighbours(runner, draw):
    """Bit for bit: any order, any lane, any company."""
    one = runner(j=1, j_max=5)
    initial = draw(11, energy_cm=3000.0, j=1)
    start = initial.classical()
    whole = one.propagation.run(start, 0.8 * FS_TO_AU, 10**5)
    order = np.random.default_rng(0).permutation(11)
    again = one.propagation.run(start[order], 0.8 * FS_TO_AU, 10**5)
    np.testing.assert_array_equal(again.classical, whole.classical[order])
    alone = one.propagation.run(start[[4]], 0.8 * FS_TO_AU, 10**5)
    np.testing.assert_array_equal(alone.classical[0], whole.classical[4])


def test_steps_are_controlled_by_the_accuracy_of_p(runner, draw):
    """Two runs and an extrapolation, until P of the transitions asked for is good to 0.5 %."""
    finals = [(0, (0, 2)), (0, (0, 4)), (1, (0, 4))]
    initial = draw(16, energy_cm=3000.0)
    controlled = runner(time_step_fs=1.2, accuracy=0.005, repetitions=3).run(initial, finals)
    assert (controlled.status == Status.OK).all()
    exact = runner(time_step_fs=0.15).run(initial)
    for v, (w, j) in finals:
        column = runner().levels_b.index((w, j))
        p, q = (one.probability[:, v, column] for one in (controlled, exact))
        np.testing.assert_allclose(p[q > 1e-9], q[q > 1e-9], rtol=0.01)
    assert np.nanmax(controlled.probability_error) <= 0.005


def test_starting_far_out_changes_nothing(runner, draw):
    """From 12 angstrom the molecules fly freely to the range of the interaction."""
    initial = draw(8)
    one = runner()
    near = one.run(initial)
    step = initial.momentum * (3.0 / initial.momentum[:, 2:])
    # Back along the path, and the rotor back in time, by its turning in the dressed state.
    inverse = one.propagation.mean_inverses(initial.classical(), 0.01 * FS_TO_AU)[0]
    time = 3.0 * one.propagation.reduced_mass / initial.momentum[:, 2]
    length = np.linalg.norm(initial.l, axis=1)
    angle = -(length * inverse * time)[:, None]
    n = initial.n * np.cos(angle) + np.cross(initial.l / length[:, None], initial.n) * np.sin(angle)
    far = dataclasses.replace(initial, position=initial.position - step, n=n)
    again = one.run(far)
    np.testing.assert_allclose(again.probability, near.probability, rtol=1e-6, atol=1e-12)


def test_microscopic_reversibility_of_rotational_transfers(runner, draw):
    """(2 j + 1) S(j -> j') = (2 j' + 1) S(j' -> j) at one U: j = 0 to 2 and back, v = 1.

    S weighs the trajectories by f of `measure`, here without the exponential. Mean-field
    trajectories have it only nearly.
    """
    count, energy = 256, 3000.0 * CM_TO_HARTREE
    s = {}
    for j, other in ((0, 2), (2, 0)):
        one = runner(j=j, degree=15, n_v=2, time_step_fs=1.6)
        initial = draw(count, energy_cm=3000.0, j=j, b_max=3.0)
        p = one.run(initial).probability[:, 1, one.levels_b.index((0, other))]
        levels = one.collision.quantum.energies[0]
        a = (levels[1] - levels[0]) / 4.0
        x = initial.translational_energy
        factor = np.where(x > a, 1.0 - (a / x) ** 2, 0.0)
        s[j] = (2 * j + 1) * np.mean(p * factor)
    assert energy > 0.0 and s[0] > 0.05
    assert s[2] / s[0] == pytest.approx(1.0, abs=0.1)
