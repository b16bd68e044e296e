"""Levels, grid of orientations, transforms, the potential's series; what is refused."""

import numpy as np
import pytest
from rotors import HIGHEST, RANGE, SWITCH
from scipy.special import sph_harm_y

from vibrates.core.errors import UserError
from vibrates.molecules.diatom import Atom
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.kernel.simd import LANES
from vibrates.trajectories.quantum_rotor import QuantumRotorRunner, internal, plain
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
from vibrates.trajectories.quantum_rotor.series import powers_at
from vibrates.trajectories.quantum_rotor.symmetry import ReflectionBlocks

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
