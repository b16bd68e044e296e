"""The propagation: conservation, reversal, order, limits, trajectories of an independent code."""

import dataclasses
import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from surface_samples import surface as build

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, FS_TO_AU, HARTREE_TO_CM
from vibrates.molecules.diatom import Diatom
from vibrates.trajectories import kernel, oracle
from vibrates.trajectories.extrapolation import extrapolate
from vibrates.trajectories.propagation import free_propagator, parts
from vibrates.trajectories.sampling import Initial
from vibrates.trajectories.slow_reference import SlowCollision
from vibrates.trajectories.status import Status


def select(initial, which):
    """Some of the trajectories."""
    return Initial(**{name: value[which] for name, value in vars(initial).items()})


@pytest.mark.parametrize("number", range(8))
def test_oracle_trajectories_within_one_per_cent(number):
    cases = oracle.read_cases()
    assert len(cases) == 8
    case = cases[number]
    deviation = oracle.deviations(case, oracle.run_case(case))
    assert max(deviation.values()) < oracle.LIMIT


def test_a_damaged_oracle_is_found(capsys, tmp_path):
    """A probability changed by two per cent is a deviation, and the exit status says so."""
    case = oracle.read_cases()[0]
    for entry in case["probabilities"]:
        entry["P"] *= 1.02
    (tmp_path / "o.json").write_text(json.dumps([case]))
    assert oracle.main(tmp_path / "o.json") == 1
    assert "exceeds the limit of 0.01" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("{", "not JSON"),
        ("{}", "no list of cases"),
        ('[{"v": 1}]', "case 0: U_cm, final, initial, n_a, n_b, probabilities, w is missing"),
    ],
)
def test_an_unusable_oracle_file_is_one_line(tmp_path, text, words):
    path = tmp_path / "o.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError, match=words) as caught:
        oracle.main(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


@pytest.mark.slow
def test_kernel_agrees_with_the_slow_reference(pair, collide, sample):
    """A V-V and V-T case of the close-coupled equations, integrated by an independent code."""
    n2, h2, _ = pair
    start = sample(1, energy_cm=14000.0, b_max=0.8, v=1, w=1, seed=4)
    slow = SlowCollision(oracle.SURFACE, n2, h2, 8, 6, 1, 1)
    classical, probability = slow.run(start.classical()[0], rtol=1e-8)
    ours = collide(v=1, w=1, n_a=8, n_b=6, time_step_fs=0.1).run(start)
    for final in ((1, 1), (0, 1), (2, 1), (1, 0), (2, 0)):
        assert probability[final] > 1e-8
        assert ours.probability[0][final] == pytest.approx(probability[final], rel=5e-3)
    np.testing.assert_allclose(ours.classical[0, 3:6], classical[3:6], rtol=1e-3)


def test_energy_norm_and_angular_momentum_are_conserved(collide, sample):
    initial = sample(32, energy_cm=8000.0)
    outcome = collide(v=2, n_a=10, time_step_fs=0.2).run(initial)
    assert (outcome.status == Status.OK).all()
    assert outcome.norm_error.max() < 1e-10
    assert outcome.energy_error.max() * HARTREE_TO_CM < 0.5

    def total_angular_momentum(c):
        return np.cross(c[:, 0:3], c[:, 3:6]) + c[:, 9:12] + c[:, 15:18]

    before, after = (
        total_angular_momentum(initial.classical()),
        total_angular_momentum(outcome.classical),
    )
    np.testing.assert_allclose(after, before, atol=1e-9 * np.abs(before).max())


def test_energy_error_is_of_second_order(collide, sample):
    initial = sample(16, energy_cm=8000.0)
    errors = [collide(time_step_fs=dt).run(initial).energy_error for dt in (0.8, 0.4, 0.2)]
    # Of single trajectories: at 0.8 fs the largest one of them is already of higher order.
    assert np.median(errors[0] / errors[1]) == pytest.approx(4.0, rel=0.05)
    assert np.median(errors[1] / errors[2]) == pytest.approx(4.0, rel=0.05)


def test_probabilities_converge_with_second_order(collide, sample):
    initial = sample(16, energy_cm=6000.0)
    p = {
        dt: collide(time_step_fs=dt).run(initial).probability[:, 0, 0]
        for dt in (0.8, 0.4, 0.2, 0.1)
    }
    first = np.median((p[0.8] - p[0.4]) / (p[0.4] - p[0.2]))
    second = np.median((p[0.4] - p[0.2]) / (p[0.2] - p[0.1]))
    assert first == pytest.approx(4.0, rel=0.15)
    assert second == pytest.approx(4.0, rel=0.10)


def test_weak_transitions_do_not_drown_in_the_step(collide, sample):
    """P of 1e-15 and below are the same at 0.8 and 0.2 fs: the propagator's own eigenvectors."""
    initial = sample(32, energy_cm=500.0, v=10)
    coarse, fine = (
        collide(v=10, n_a=15, time_step_fs=dt).run(initial).probability[:, 8, 0]
        for dt in (0.8, 0.2)
    )
    assert np.median(fine) < 1e-13
    difference = np.log10(coarse / fine)
    # One in thirty or so has a P that nearly cancels, and changes with the step by more. Projected
    # on eigenstates of the Hamiltonian nearly all would change by four orders of magnitude.
    assert np.quantile(np.abs(difference), 0.9) < 0.3
    assert abs(np.median(difference)) < 0.05


def test_a_fading_interaction_removes_the_noise_of_a_sudden_start(collide, sample):
    """Two and three quanta at 500 cm^-1: the onset of V at the start must not be what is seen."""
    initial = sample(16, energy_cm=500.0, v=10)
    sudden, fading = (
        collide(v=10, n_a=15, interaction_range_angstrom=reach).run(initial)
        for reach in (np.inf, 13.0)
    )
    one, two, three = (fading.probability[:, 10 - dv, 0] for dv in (1, 2, 3))
    assert np.median(two) < 1e-3 * np.median(sudden.probability[:, 8, 0])
    assert np.median(three) < 1e-5 * np.median(sudden.probability[:, 7, 0])
    strong = one > 1e-9
    np.testing.assert_allclose(one[strong], sudden.probability[strong, 9, 0], rtol=0.05)
    assert fading.energy_error.max() < 2.0 * sudden.energy_error.max()


def test_running_backwards_returns_to_the_start(collide, sample):
    """The step is time-reversible: P, L reversed and psi conjugated lead back step by step."""
    collision = collide(v=3, n_a=10, time_step_fs=0.4, interaction_range_angstrom=13.0)
    initial = sample(8, energy_cm=10000.0, v=3)
    start = initial.classical()
    step = 0.4 * FS_TO_AU
    states = collision.propagation.dressed(start, step)
    amplitudes = np.einsum("ti,tj->tij", states[0][:, :, 3], states[1][:, :, 0]).astype(complex)

    def run(classical, amplitudes, limit):
        classical = classical.copy()
        psi = collision.propagation._to_grid(amplitudes, step)
        re, im = parts(psi)
        steps = np.zeros(len(classical), np.int64)
        end = np.linalg.norm(classical[:, :3], axis=1) + (1e6 if limit < 10**6 else 0.0)
        kernel.propagate(
            classical,
            re,
            im,
            steps,
            np.arange(len(classical)),
            step,
            limit,
            end,
            collision.propagation._switching_range(len(classical)),
            collision.propagation.reduced_mass,
            collision.propagation.inverse_a,
            collision.propagation.inverse_b,
            *collision.propagation.interaction,
            *free_propagator(collision.propagation.basis_a, step),
            *free_propagator(collision.propagation.basis_b, step),
        )
        return (
            classical,
            collision.propagation._from_grid((re + 1j * im).reshape(psi.shape), step),
            steps,
        )

    reverse = np.ones(18)
    reverse[3:6] = reverse[9:12] = reverse[15:18] = -1.0
    for t in range(8):
        one = slice(t, t + 1)
        end, psi, steps = run(start[one], amplitudes[one], 10**6)
        assert np.abs(psi - amplitudes[one]).max() > 1e-3  # something happened
        back, psi, _ = run(end * reverse, psi.conj(), int(steps[0]))
        np.testing.assert_allclose(back * reverse, start[one], atol=1e-7)
        np.testing.assert_allclose(psi.conj(), amplitudes[one], atol=1e-8)


def test_isotropic_rigid_interaction_changes_no_vibration(pair, collide, sample):
    molecules = [
        Diatom.from_config(
            name,
            oracle.MOLECULES[name]
            | {"quadrupole": {"coefficients_au": [0.0], "range_angstrom": [0.0, 9.0]}},
        )
        for name in ("N2", "H2")
    ]
    row = {"R_m_angstrom": 3.6, "eps_meV": 6.0, "beta": 8.0}
    surface = build(
        {
            "type": "table",
            "deformation": "none",
            "configurations": dict.fromkeys(("H", "X", "Ta", "Tb", "I"), row),
        },
        *molecules,
    )
    initial = sample(16, energy_cm=8000.0)
    outcome = collide(v=1, surface=surface).run(initial)
    unchanged = np.zeros((8, 5))
    unchanged[1, 0] = 1.0
    np.testing.assert_allclose(
        outcome.probability, np.broadcast_to(unchanged, (16, 8, 5)), atol=1e-11
    )
    others = np.delete(outcome.probability.reshape(16, -1), 5, axis=1)
    assert others.max() < 1e-20
    np.testing.assert_allclose(
        np.linalg.norm(outcome.classical[:, 9:12], axis=1),
        np.linalg.norm(initial.l_a, axis=1),
        rtol=1e-9,
    )
    # ... though the pair was deflected.
    assert np.abs(outcome.classical[:, 3:6] - initial.momentum).max() > 1.0


def test_harmonic_oscillator_in_a_weak_field_doubles_from_the_second_level(settings, sample):
    """First order: P(1->2)/P(1->0) = 2 when the force is linear in r and levels are equidistant."""
    from vibrates.trajectories import TrajectoryRunner

    stiff = 400.0  # D_e and 1/beta_e^2 up by this: the same frequency, anharmonicity down
    n2 = oracle.MOLECULES["N2"]
    nearly_harmonic = Diatom.from_config(
        "N2",
        n2
        | {
            "x_e": 0.0,
            "y_e": 0.0,
            "D_e_eV": n2["D_e_eV"] * stiff,
            "beta_e_per_angstrom": n2["beta_e_per_angstrom"] / stiff**0.5,
            "quadrupole": {"coefficients_au": [-1.1], "range_angstrom": [0.0, 9.0]},
        },
    )
    h2 = Diatom.from_config("H2", oracle.MOLECULES["H2"])
    row = {"R_m_angstrom": 3.6, "eps_meV": 6.0, "beta": 8.0}
    names = ("H", "X", "Ta", "Tb", "I")
    slopes = {"dR_m_dr": [0.02, 0.0], "deps_dr": [0.0, 0.0], "dbeta_dr": [0.0, 0.0]}
    surface = build(
        {
            "type": "table",
            "deformation": "fitted",
            "configurations": dict.fromkeys(names, row),
            "slopes": dict.fromkeys(names, slopes),
        },
        nearly_harmonic,
        h2,
    )
    collision = TrajectoryRunner(surface, nearly_harmonic, h2, 6, 3, 1, 0, settings(0.2))
    p = collision.run(sample(16, energy_cm=10000.0, b_max=0.7)).probability
    fast = p[:, 0, 0] > np.median(p[:, 0, 0])
    assert p[fast, 0, 0].max() < 1e-3
    np.testing.assert_allclose(p[fast, 2, 0] / p[fast, 0, 0], 2.0, rtol=0.03)


def test_swapping_the_ends_of_h2_leaves_all_unchanged(collide, sample):
    initial = sample(8, energy_cm=8000.0)
    swapped = Initial(**(vars(initial) | {"n_b": -initial.n_b}))
    one, other = collide().run(initial), collide().run(swapped)
    np.testing.assert_allclose(other.probability, one.probability, rtol=1e-6, atol=1e-18)
    np.testing.assert_allclose(other.classical[:, :12], one.classical[:, :12], rtol=1e-6, atol=1e-8)


def test_a_trajectory_does_not_depend_on_its_neighbours(collide, sample):
    """Bit for bit: any order, any lane, any company."""
    initial = sample(21, energy_cm=3000.0)
    whole = collide().run(initial)
    shuffled = np.random.default_rng(0).permutation(21)
    again = collide().run(select(initial, shuffled))
    np.testing.assert_array_equal(again.classical, whole.classical[shuffled])
    np.testing.assert_array_equal(again.steps, whole.steps[shuffled])
    alone = collide().run(select(initial, [4]))
    np.testing.assert_array_equal(alone.classical[0], whole.classical[4])


def test_failures_are_repeated_with_smaller_steps_and_kept_with_their_status(collide, sample):
    initial = sample(16, energy_cm=60000.0, b_max=0.5)
    strict = {"relative_energy_error_limit": 2e-5}
    once = collide(time_step_fs=1.6, repetitions=0, **strict).run(initial)
    assert (once.status == Status.ENERGY_ERROR).all()
    assert len(once.status) == 16
    repeated = collide(time_step_fs=1.6, repetitions=12, **strict).run(initial)
    assert (repeated.status == Status.OK).sum() > 12
    assert repeated.time_step.max() < 1.6 * FS_TO_AU
    unfinished = collide(maximum_steps=50).run(initial)
    assert (unfinished.status == Status.STEP_LIMIT).all()
    assert all(status.advice for status in Status)


def test_a_basis_around_the_initial_level_gives_the_same_probabilities(collide, sample):
    """Levels 5 to 15 instead of 0 to 15: nothing but cost changes for v = 10."""
    initial = sample(8, energy_cm=6000.0, v=10)
    whole = collide(v=10, n_a=16, interaction_range_angstrom=13.0).run(initial).probability
    window = (
        collide(v=10, n_a=range(5, 16), interaction_range_angstrom=13.0).run(initial).probability
    )
    np.testing.assert_allclose(window[:, 2:8], whole[:, 7:13], rtol=2e-3, atol=1e-16)


# The campaigns' settings: every trajectory with its own step.
CONTROLLED = {
    "time_step_fs": 1.2,
    "accuracy": 0.005,
    "interaction_range_angstrom": 12.0,
    "repetitions": 6,
}


@pytest.mark.parametrize(
    ("v", "w", "final", "energy_cm"),
    [(1, 0, (0, 0), 1000.0), (10, 0, (8, 0), 4000.0), (0, 1, (1, 0), 8000.0)],
)
def test_every_trajectory_meets_the_accuracy_asked_for(collide, sample, v, w, final, energy_cm):
    """0.5 % of P, against constant steps of 0.05 fs; and cheaper than a constant step as good."""
    initial = sample(64, energy_cm=energy_cm, v=v, w=w)
    collision = collide(v=v, w=w, n_a=v + 8, n_b=5, **CONTROLLED)
    outcome = collision.run(initial, [final])
    exact = collision.propagation.run(initial.classical(), 0.05 * FS_TO_AU, 10**6)
    p, q = (one.probability[:, *final] for one in (outcome, exact))
    counts = q > 1e-3 * q.mean()
    error = np.abs(p / q - 1.0)[counts]
    assert np.mean(error < 0.005) > 0.95
    assert np.median(error) < 0.001
    assert (outcome.probability_error <= 0.005).all()
    assert len(set(outcome.time_step)) > 1
    steps = {
        dt: collision.propagation.run(initial.classical(), dt * FS_TO_AU, 10**6)
        for dt in (0.4, 0.3)
    }
    as_cheap = steps[0.4].probability[:, *final]
    assert np.median(np.abs(as_cheap / q - 1.0)[counts]) > 2.0 * np.median(error)
    assert outcome.steps.sum() < 1.5 * steps[0.3].steps.sum()


def test_a_smaller_accuracy_is_met_too(collide, sample):
    initial = sample(32, energy_cm=6000.0)
    collision = collide(**CONTROLLED | {"accuracy": 1e-5, "repetitions": 10})
    p = collision.run(initial, [(0, 0)]).probability[:, 0, 0]
    exact = extrapolate(
        *(
            collision.propagation.run(initial.classical(), dt * FS_TO_AU, 10**7).probability[
                :, 0, 0
            ]
            for dt in (0.06, 0.04)
        )
    )
    np.testing.assert_allclose(p, exact, rtol=1e-4)


def test_extrapolation_is_of_fourth_order_and_keeps_the_sum(collide, sample):
    initial = sample(16, energy_cm=6000.0)
    collision = collide(**CONTROLLED)
    p = {
        dt: collision.propagation.run(initial.classical(), dt * FS_TO_AU, 10**7).probability
        for dt in (0.9, 0.6, 0.4, 0.1, 0.1 / 1.5)
    }
    exact = extrapolate(p[0.1], p[0.1 / 1.5])
    coarse, fine = extrapolate(p[0.9], p[0.6]), extrapolate(p[0.6], p[0.4])
    ratio = np.abs(coarse - exact)[:, 0, 0] / np.abs(fine - exact)[:, 0, 0]
    assert np.median(ratio) == pytest.approx(1.5**4, rel=0.3)
    np.testing.assert_allclose(fine.sum(axis=(1, 2)), 1.0, atol=1e-9)
    assert (fine > 0.0).all()


def test_rows_miss_one_by_the_corrections_left_out():
    """Elements whose two runs differ too much are not extrapolated: the row's sum shows it."""
    random = np.random.default_rng(2)
    fine = random.dirichlet([0.3] * 6, size=500)
    coarse = np.abs(fine * (1.0 + 0.6 * random.standard_normal(fine.shape)))
    coarse /= coarse.sum(axis=1, keepdims=True)
    correction = (fine - coarse) / (1.5**2 - 1.0)
    left_out = np.where(np.abs(correction) < 0.5 * fine, 0.0, correction).sum(axis=1)
    missing = 1.0 - extrapolate(coarse, fine).sum(axis=1)
    np.testing.assert_allclose(missing, left_out, atol=1e-14)
    whole = left_out == 0.0
    assert 50 < whole.sum() < 450 and np.abs(missing).max() > 0.01


@pytest.mark.parametrize("v", [1, 10])
def test_rows_of_trajectories_sum_to_one_within_a_thousandth(collide, sample, v):
    collision = collide(v=v, n_a=v + 5, **CONTROLLED)
    for energy_cm in (600.0, 11000.0):
        outcome = collision.run(sample(64, energy_cm=energy_cm, v=v), [(v - 1, 0)])
        assert (outcome.status == Status.OK).all()
        np.testing.assert_allclose(outcome.probability.sum(axis=(1, 2)), 1.0, atol=1e-3)


def test_what_does_not_converge_is_kept_with_its_estimate(collide, sample):
    initial = sample(16, energy_cm=20000.0)
    outcome = collide(**CONTROLLED | {"accuracy": 1e-9, "repetitions": 1}).run(initial, [(0, 0)])
    assert (outcome.status == Status.OK).all()
    assert (outcome.probability_error > 1e-9).all()
    assert len(set(outcome.time_step)) == 1


def test_steps_stay_below_aliasing(collide):
    """A step that cannot tell two levels of a basis apart, up to ten quanta, is never used."""
    collision = collide(n_a=40, n_b=9, time_step_fs=5.0)
    for basis in (collision.propagation.basis_a, collision.propagation.basis_b):
        for quanta in range(1, 11):
            gaps = basis.energies[quanta:] - basis.energies[:-quanta]
            assert (collision.largest_time_step * gaps < 2.0 * np.pi).all()
    assert collide(n_a=3, n_b=1, time_step_fs=0.1).largest_time_step == 0.1 * FS_TO_AU


def test_starting_far_out_costs_nothing_and_changes_nothing(collide, sample):
    """50 angstrom instead of 12: the collision flown back in time, rotors and all."""
    initial = sample(16, energy_cm=3000.0)
    collision = collide(**CONTROLLED)
    near = collision.run(initial, [(0, 0)])
    far = flown_back(initial, collision, 50.0 * ANGSTROM_TO_BOHR)
    assert np.linalg.norm(far.position, axis=1).min() > 49.0 * ANGSTROM_TO_BOHR
    again = collision.run(far, [(0, 0)])
    p, q = (one.probability[:, 0, 0] for one in (again, near))
    assert np.median(np.abs(p / q - 1.0)) < 1e-3
    np.testing.assert_allclose(p[q > 1e-7], q[q > 1e-7], rtol=5e-3)
    assert again.steps.sum() < 1.001 * near.steps.sum()


def flown_back(initial, collision, distance):
    """The same collisions, ``distance`` (bohr) apart: straight lines and evenly turning rotors.

    The mean of 1/mu r^2 is that of the exact rotating molecule.
    """
    z = -np.sqrt(distance**2 - initial.impact_parameter**2)
    time = (
        (z - initial.position[:, 2]) * collision.propagation.reduced_mass / initial.momentum[:, 2]
    )
    position = initial.position.copy()
    position[:, 2] = z
    turned = []
    for n, angular, basis, inverse, level in (
        (
            initial.n_a,
            initial.l_a,
            collision.propagation.basis_a,
            collision.propagation.inverse_a,
            collision.propagation.initial_a,
        ),
        (
            initial.n_b,
            initial.l_b,
            collision.propagation.basis_b,
            collision.propagation.inverse_b,
            collision.propagation.initial_b,
        ),
    ):
        matrix = (basis.amplitudes.T * inverse) @ basis.amplitudes
        square = (angular**2).sum(axis=1)
        states = np.linalg.eigh(np.diag(basis.energies) + 0.5 * square[:, None, None] * matrix)[1]
        state = states[:, :, level]
        mean = np.einsum("ti,ij,tj->t", state, matrix, state)
        rate = Rotation.from_rotvec(angular * (mean * time)[:, None])
        turned.append(rate.apply(n))
    return dataclasses.replace(initial, position=position, n_a=turned[0], n_b=turned[1])
