"""Trajectories with one rotor quantised: pieces, conservation, limits, an independent solution."""

import dataclasses

import numpy as np
import pytest
from campaigns import campaign
from scipy.special import sph_harm_y

from vibrates.config import load
from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE, FS_TO_AU, HARTREE_TO_CM
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential import Surface, surface_from_config
from vibrates.trajectories import TrajectoryRunner, oracle
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.kernel.simd import LANES
from vibrates.trajectories.quantum_rotor import QuantumRotorRunner, internal, kernel, plain
from vibrates.trajectories.quantum_rotor.collision import Collision, exchanged
from vibrates.trajectories.quantum_rotor.expansion import (
    DEFAULT_ORDERS,
    REMAINDER_LIMIT,
    AngularExpansion,
)
from vibrates.trajectories.quantum_rotor.levels import RovibrationalBasis, rovibrational_energies
from vibrates.trajectories.quantum_rotor.orientation import (
    OrientationGrid,
    degree_for,
    projection_state,
    real_harmonics,
)
from vibrates.trajectories.quantum_rotor.products import own_product, shared_product
from vibrates.trajectories.quantum_rotor.propagation import Propagation
from vibrates.trajectories.quantum_rotor.reference import SlowQuantumRotor
from vibrates.trajectories.quantum_rotor.sampling import PROJECTION, initial_conditions
from vibrates.trajectories.quantum_rotor.series import powers_at
from vibrates.trajectories.quantum_rotor.symmetry import ReflectionBlocks
from vibrates.trajectories.sampling import Initial
from vibrates.trajectories.status import Status

RANGE = 8.5  # angstrom: V is switched off before, and trajectories are short
SWITCH = (0.7 * RANGE * ANGSTROM_TO_BOHR, RANGE * ANGSTROM_TO_BOHR)
HIGHEST = 9000.0 * CM_TO_HARTREE


@pytest.fixture(scope="module")
def fitted():
    """N2, H2 and the default surface."""
    config = campaign()
    return *config.partners, surface_from_config(config.surface, *config.partners)


@pytest.fixture(scope="module")
def built():
    """Collisions of this module, by what makes them: building one takes half a second."""
    return {}


@pytest.fixture(scope="module")
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
            built[key] = QuantumRotorRunner(
                surface, (a, b), quantised, range(n_v), range(n_w), v, w, j, j_max, energy,
                chosen, orders, degree,
            )  # fmt: skip
        one = built[key]
        propagation = Propagation(
            one.collision, v, (w, one.collision.levels.index(j)), chosen, kernel.propagate
        )
        copy = object.__new__(QuantumRotorRunner)
        vars(copy).update(vars(one) | {"settings": chosen, "propagation": propagation})
        copy.largest_time_step = time_step_fs * FS_TO_AU
        return copy

    return build


@pytest.fixture(scope="module")
def draw(fitted):
    """A function: ``count`` initial conditions at U (cm^-1), b up to ``b_max`` (angstrom)."""

    def build(count=16, energy_cm=4000.0, j=2, b_max=1.5, v=1, w=0, seed=7, pair=None, **changes):
        a, b, _ = pair or fitted
        return initial_conditions(
            a, b, seed, v, w, j, energy_cm * CM_TO_HARTREE, 0, (0.0, b_max * ANGSTROM_TO_BOHR),
            RANGE * ANGSTROM_TO_BOHR, np.arange(count), 4, **changes,
        )  # fmt: skip

    return build


def isotropic(molecules, along=0.0, slope=0.0):
    """N2 + H2 on a surface without H2's orientation and bond: R_m grows by ``along`` c_a^2."""
    n2, h2 = molecules
    rows_ = {
        name: {"R_m_angstrom": 3.6 + along * (name in ("Tb", "I")), "eps_meV": 6.0, "beta": 8.0}
        for name in ("H", "X", "Ta", "Tb", "I")
    }
    nothing = {"coefficients_au": [0.0], "range_angstrom": [0.0, 9.0]}
    n2, h2 = (
        Diatom.from_config(name, oracle.MOLECULES[name] | {"quadrupole": nothing})
        for name in ("N2", "H2")
    )
    surface = Surface.from_config(
        {
            "parameters": "table",
            "deformation": "fitted",
            "configurations": rows_,
            "slopes": {name: {"dR_m_dr": [slope, 0.0]} for name in rows_},
        },
        n2,
        h2,
    )
    return n2, h2, surface


# Levels and the grid of orientations.


def test_rovibrational_energies_have_centrifugal_distortion(fitted):
    """E(0, j) - E(0, 0) = B j(j + 1) - D j^2 (j + 1)^2, D = 4 B^3/omega^2 (Kratzer)."""
    _, h2, _ = fitted
    j = np.arange(0, 9, 2)
    energies = rovibrational_energies(h2, range(2), j)
    square = j[1:] * (j[1:] + 1.0)
    slope = (energies[0, 1:] - energies[0, 0]) / square
    distortion = -np.polyfit(square, slope, 2)[1]
    b_0 = h2.rotational_constant(0)
    omega = h2.level_energy(1) - h2.level_energy(0)
    assert slope[0] == pytest.approx(b_0, rel=0.01)
    assert distortion == pytest.approx(4.0 * b_0**3 / omega**2, rel=0.25)
    # A vibrating molecule is longer: its levels lie closer together.
    assert ((energies[1] - energies[1, 0])[1:] < (energies[0] - energies[0, 0])[1:]).all()


def test_propagators_of_levels_have_their_energies(fitted):
    """exp(-i h_j t) on the vibrational grid is unitary and has the phases of the levels."""
    _, h2, _ = fitted
    basis = RovibrationalBasis.build(h2, range(3), np.array([0, 2, 6]))
    for matrix, energies in zip(basis.propagators(3.0), basis.energies.T, strict=True):
        np.testing.assert_allclose(matrix @ matrix.conj().T, np.eye(3), atol=1e-13)
        phases = np.sort(np.angle(np.linalg.eigvals(matrix)))
        np.testing.assert_allclose(phases, np.sort(np.angle(np.exp(-3j * energies))), atol=1e-10)


@pytest.mark.parametrize(
    ("levels", "half"), [([0, 2, 4], True), ([1, 3], True), ([0, 1, 2], False)]
)
def test_the_basis_is_orthonormal_on_the_grid(levels, half):
    grid = OrientationGrid.build(levels, 9, half)
    overlap = grid.functions.T @ grid.functions
    np.testing.assert_allclose(overlap, np.eye(len(overlap)), atol=1e-13)
    assert len(overlap) == sum(2 * j + 1 for j in levels)
    if half:  # no two opposite points
        assert np.abs(grid.n[:, None] + grid.n).max(axis=2).min() > 1e-6


@pytest.mark.parametrize(("j", "m"), [(0, 0), (2, 0), (2, 2), (2, -1), (3, 3)])
def test_states_of_projection_m_are_spherical_harmonics(j, m):
    z = np.random.default_rng(1).normal(size=(20, 3))
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    ours = projection_state(j, m) @ real_harmonics(j, z)
    exact = sph_harm_y(j, m, np.arccos(z[:, 2]), np.arctan2(z[:, 1], z[:, 0]))
    np.testing.assert_allclose(ours, exact, atol=1e-13)


@pytest.mark.parametrize(
    ("levels", "degree", "half"),
    [([0, 2, 4, 6, 8], 17, True), ([1, 3, 5], 15, True), ([0, 1, 2, 3], 7, False)],
)
def test_blocks_by_reflections_are_the_transform(levels, degree, half):
    """Sums over orbits, blocks, and back: the projector on the basis."""
    grid = OrientationGrid.build(levels, degree, half)
    blocks = ReflectionBlocks.build(grid)
    f = np.random.default_rng(0).normal(size=(len(grid.n), 8))
    width = f.shape[1]
    psi, sums = np.repeat(f[blocks.points].ravel(), 1), np.zeros(f.size)
    lanes = np.ascontiguousarray(psi)  # columns of one register's width are its lanes
    internal.orbit_sums(lanes, blocks.orbits, blocks.rows, 1, sums)
    sums = sums.reshape(-1, width)
    back = np.zeros_like(sums)
    on_basis = np.zeros((len(grid.j), width))
    for row, n_rows, first, n_functions, start in blocks.blocks:
        matrix = blocks.matrices[start : start + n_rows * n_functions].reshape(n_rows, n_functions)
        on_basis[first : first + n_functions] = matrix.T @ sums[row : row + n_rows]
        back[row : row + n_rows] = matrix @ on_basis[first : first + n_functions]
    np.testing.assert_allclose(on_basis, (grid.functions.T @ f)[blocks.functions], atol=1e-12)
    out = np.zeros(f.size)
    internal.add_orbit_sums(back.ravel(), blocks.orbits, blocks.rows, 1, out)
    projected = grid.functions @ (grid.functions.T @ f)
    np.testing.assert_allclose(out.reshape(-1, width), projected[blocks.points], atol=1e-12)
    assert len(blocks.blocks) == 4


@pytest.mark.parametrize(
    ("rows_", "inner", "columns"), [(4, 3, 4), (14, 5, 7), (3, 2, 2), (6, 1, 9)]
)
def test_products_of_small_matrices(rows_, inner, columns):
    """Whole blocks of four by four, and what is left at the edges."""
    random = np.random.default_rng(0)
    x = random.normal(size=(rows_, inner, LANES))
    y = random.normal(size=(inner, columns, LANES))
    matrix, out = random.normal(size=(inner, rows_)), np.zeros((columns, rows_, LANES))
    own_product(
        x.ravel(), inner, 1, y.ravel(), columns, 1, rows_, inner, columns, out.ravel(), 1, rows_
    )
    np.testing.assert_allclose(out, np.einsum("ikl,kjl->jil", x, y), atol=1e-13)
    out = np.zeros((rows_ + 1, columns, LANES))
    shared_product(
        matrix.ravel(), 0, 1, rows_, rows_, inner, columns, y.ravel(), 0, out.ravel(), columns
    )
    np.testing.assert_allclose(out[1:], np.einsum("ki,kjl->ijl", matrix, y), atol=1e-13)
    assert not out[0].any()


# The potential.


def exact_potential(fitted, collision, distance, c_1, c_2, c_12):
    """V (N, g), averaged over H2's density, without the switch."""
    _, _, surface = fitted
    arguments = (x[:, None, None] for x in (distance, c_1, c_2, c_12))
    values = surface.potential(*arguments, collision.rotor.r[:, None], collision.quantum.r)
    return (values @ collision.quantum.weights).reshape(len(distance), -1)


def test_the_series_is_the_surface(fitted, runner):
    """To 0.1 % of V's rms at any distance, slopes too, on random orientations."""
    collision = runner().collision
    expansion = collision.expansion
    assert expansion.remainder < 1e-3
    random = np.random.default_rng(0)
    for low, high in ((4.0, 5.0), (5.0, 6.5), (6.5, 0.99 * SWITCH[0])):
        distance = random.uniform(low, high, 200)
        c_1, c_2 = random.uniform(-1.0, 1.0, (2, 200))
        c_12 = c_1 * c_2 + np.sqrt((1 - c_1**2) * (1 - c_2**2)) * np.cos(random.uniform(0, 3, 200))
        angular = powers_at(expansion.terms, c_1, c_2, c_12)
        value, slope = (np.einsum("tn,ntg->ng", angular, x) for x in expansion.radial(distance))
        exact = exact_potential(fitted, collision, distance, c_1, c_2, c_12)
        assert np.sqrt(np.mean((value - exact) ** 2)) < 1e-3 * np.sqrt(np.mean(exact**2))
        ends = [
            exact_potential(fitted, collision, distance + h, c_1, c_2, c_12) for h in (1e-4, -1e-4)
        ]
        by_r = (ends[0] - ends[1]) / 2e-4
        assert np.sqrt(np.mean((slope - by_r) ** 2)) < 1e-3 * np.sqrt(np.mean(by_r**2))


@pytest.mark.parametrize("quantised", [0, 1])
def test_forces_are_derivatives_of_the_mean_potential(fitted, runner, draw, quantised):
    """By differences of V, of either molecule quantised, in the midst of the collision."""
    orders = DEFAULT_ORDERS if quantised else (6, 6, 4)
    collision = runner(j=2, quantised=quantised, orders=orders, energy=0.5 * HIGHEST).collision
    classical = draw(4).classical()
    classical[:, rows.R : rows.R + 3] *= np.array([5.0, 6.0, 7.0, 8.0])[:, None] / np.linalg.norm(
        classical[:, rows.R : rows.R + 3], axis=1, keepdims=True
    )
    random = np.random.default_rng(2)
    psi = random.normal(size=(4, len(collision.grid.n), 3))
    forces = np.concatenate(plain.Interaction(collision, classical).forces(psi**2), axis=1)
    numeric = np.empty((4, 6))
    for k, column in enumerate([*range(rows.R, rows.R + 3), *range(rows.N_A, rows.N_A + 3)]):
        ends = []
        for h in (1e-5, -1e-5):
            moved = classical.copy()
            moved[:, column] += h
            ends.append(plain.mean_potential(collision, moved, psi))
        numeric[:, k] = -(ends[0] - ends[1]) / 2e-5
    scale = np.abs(numeric).max(axis=1, keepdims=True)
    np.testing.assert_allclose(forces / scale, numeric / scale, atol=1e-6)


def test_the_other_molecule_sees_the_same_potential(fitted):
    """R reversed and the molecules exchanged: the same V, odd orders as well."""

    def lopsided(distance, c_1, c_2, c_12, r_1, r_2):
        return c_1 + 2.0 * c_2 * r_2 + 3.0 * c_12 * r_1 / distance

    there = lopsided(5.0, 0.3, -0.2, 0.4, 1.1, 1.4)
    assert exchanged(lopsided)(5.0, 0.2, -0.3, 0.4, 1.4, 1.1) == pytest.approx(there)


def test_an_anisotropy_of_odd_order_is_expanded():
    """Molecules with unlike ends: dipoles."""

    def dipoles(distance, c_1, c_2, c_12, r_1, r_2):
        repulsion = 2.0 * np.exp(-1.5 * (distance - 3.0) - 0.2 * c_1 * c_2)
        return repulsion + r_1 * r_2 * (c_12 - 3.0 * c_1 * c_2) / distance**3

    one = np.ones(1)
    expansion = AngularExpansion.build(
        dipoles, one, one, np.ones((1, 1)), 0.1, (12.0, 16.0), (False, False), (5, 5, 3)
    )
    c = np.array([0.7]), np.array([-0.4]), np.array([0.1])
    value = np.einsum(
        "tn,ntg->n", powers_at(expansion.terms, *c), expansion.radial(np.array([6.0]))[0]
    )
    assert value[0] == pytest.approx(dipoles(6.0, *(x[0] for x in c), 1.0, 1.0), rel=1e-4)


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
        np.arange(2), 2,
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
    surface = surface_from_config(config.surface, hd, he)
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


@pytest.mark.slow
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


# Refusals.


def test_a_basis_too_small_is_found_at_its_edge(runner, draw):
    small, large = runner(j=2, j_max=2, degree=11), runner(j=2, j_max=8)
    initial = draw(16, energy_cm=6000.0)
    outcome = small.run(initial)
    with pytest.raises(UserError, match="largest j of H2: .* reaches j = 2, the last of the basis"):
        small.check_edge(outcome.probability, initial.weight, 0.01)
    large.check_edge(large.run(initial).probability, initial.weight, 0.01)
    # What left the basis is not lost: the norm holds.
    assert outcome.norm_error.max() < 1e-11


def test_grids_too_coarse_are_refused(fitted):
    with pytest.raises(UserError, match="degree 11 .* too coarse for j up to 6; raise it to 12"):
        OrientationGrid.build([0, 2, 4, 6], 11, True)
    with pytest.raises(UserError, match="degree 12 .* choose one of 3, 5"):
        OrientationGrid.build([0, 2], 12, True)
    with pytest.raises(UserError, match="too coarse for a potential of order 6 from j = 2 to 4"):
        OrientationGrid.build([0, 2, 4], 9, True).check_order(6, 2)
    assert degree_for(8, 2, 6) == 17 and degree_for(8, 0, 6) == 17 and degree_for(7, 1, 6) == 15
    with pytest.raises(UserError, match="the finest has 47; lower the largest j"):
        degree_for(40, 0, 6)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"j": 8}, "initial j = 8 of H2 is outside its rotational basis, 0 to 6"),
        ({"orders": (4, 2, 2)}, "leave .*% of its anisotropy, more than 2%; raise the orders"),
        ({"orders": (14, 10, 4)}, "at most 8 for the quantum molecule"),
        ({"v": 5}, "initial level 5 of N2 is outside its basis, 0 to 2; raise basis.N2"),
        ({"end": np.inf}, "interaction_range_angstrom is infinite"),
    ],
)
def test_mistakes_are_one_line(fitted, settings, changes, words):
    a, b, surface = fitted
    given = {"v": 1, "j": 2, "orders": DEFAULT_ORDERS, "end": RANGE} | changes
    chosen = settings(0.8, interaction_range_angstrom=given["end"], switching_from=0.7)
    with pytest.raises(UserError, match=words) as caught:
        QuantumRotorRunner(
            surface, (a, b), 1, range(3), range(1), given["v"], 0, given["j"], 6, HIGHEST, chosen,
            given["orders"],
        )  # fmt: skip
    assert "\n" not in str(caught.value)
    assert REMAINDER_LIMIT == 0.02


def test_energies_beyond_the_expansion_are_refused(runner, draw):
    with pytest.raises(UserError, match="expanded for energies up to 9000 cm.-1; build it for"):
        runner().run(draw(4, energy_cm=9500.0))


def test_an_atom_cannot_be_quantised(fitted, settings):
    with pytest.raises(UserError, match="He is an atom and has no rotation to quantise"):
        QuantumRotorRunner(
            fitted[2], (fitted[0], Atom("He", 7294.0)), 1, range(2), range(1), 0, 0, 0, 4, HIGHEST,
            settings(0.8, interaction_range_angstrom=RANGE),
        )  # fmt: skip


def test_the_default_grid_belongs_to_the_initial_level(fitted):
    """From j = 6 a finer grid than from j = 0: V's elements from there are exact."""
    degrees = [
        Collision.build(
            fitted[2], fitted[:2], 1, range(1), range(1), j, 8, 0.01, SWITCH
        ).grid.degree
        for j in (0, 6)
    ]
    assert degrees == [17, 21]
