"""Quantum scattering of two rotors: published numbers, limits, symmetries, conservation."""

import numpy as np
import pytest

from vibrates.core.errors import UserError
from vibrates.core.units import (
    AMU_TO_ME,
    ANGSTROM_TO_BOHR,
    BOHR_TO_ANGSTROM,
    CM_TO_HARTREE,
    MEV_TO_HARTREE,
)
from vibrates.potential.expansion import Expansion
from vibrates.potential.orientation import cosines, quadrupole_angular
from vibrates.scattering import Rotor, ScatteringProblem
from vibrates.scattering.pair_channels import PairLevels, close_coupling, coupled_states
from vibrates.scattering.pair_problem import PairProblem
from vibrates.scattering.partial_waves import METHODS, cross_sections, opacity


def legendre(c, order=2):
    return np.polynomial.legendre.legval(c, [0.0] * order + [1.0])


# Two H2 as rigid rotors, an example of MOLSCAT (Hutson & Green) for two linear molecules.
def hydrogen_pair(distance, c_a, c_b, c_ab, r_a, r_b):
    """R in bohr; Green's coupled spherical harmonics I(l_a l_b l), coefficients in cm^-1."""
    r = distance * BOHR_TO_ANGSTROM
    x = r / 3.49
    e = np.exp(6.5 * (1.0 - x))
    middle = -6.829444431210 + x * (7.211300994120 - x * (0.7689942629150 + x * 0.7125220950400))
    outer = -(57913.0 / r**6 + 156263.0 / r**8) / 24.17
    f = np.where(x < 1.0754, e * (e - 2.0), np.where(x < 1.4, middle, outer))
    isotropic = (4.0 * np.pi) ** 1.5 * 24.17 * f
    torque = 0.028 * isotropic
    quadrupoles = 54836.0 * (r + 0.0687 * x**-12) ** -5
    y_0, y_2a, y_2b = (
        (4 * np.pi) ** -0.5,
        *(np.sqrt(5 / (4 * np.pi)) * legendre(c) for c in (c_a, c_b)),
    )
    sines = c_ab - c_a * c_b
    # sum over m of <2 m 2 -m|4 0> Y(2 m) Y(2 -m).
    coupled = (
        np.sqrt(18 / 35) * y_2a * y_2b
        - np.sqrt(8 / 35) * 15 / (4 * np.pi) * c_a * c_b * sines
        + np.sqrt(1 / 70) * 15 / (16 * np.pi)
        * (2 * sines**2 - (1 - c_a**2) * (1 - c_b**2))
    )  # fmt: skip
    value = (
        isotropic * y_0**3
        + torque * (y_2a + y_2b) * y_0 * np.sqrt(5 / (4 * np.pi))
        + quadrupoles * coupled * np.sqrt(9 / (4 * np.pi))
    )
    return value * CM_TO_HARTREE


HYDROGEN = {
    "basis": ((0, 0, 0, 1), (0, 0, 0, 3), (0, 2, 0, 1)),
    "reduced_mass": 1.0 * AMU_TO_ME,
    "potential": hydrogen_pair,
    "expansion": Expansion(2, 2, 2, True, True),
}
ENERGY = np.array([2016.4 * CM_TO_HARTREE])


def hydrogen(edges):
    rotor = Rotor.rigid(60.8 * CM_TO_HARTREE, 3)
    return PairProblem(rotor, rotor, edges=edges, **HYDROGEN)


@pytest.mark.slow
@pytest.mark.parametrize(
    "method, published, edges",
    [
        # Cross sections, angstrom^2: elastic, (0,1)->(0,3), (0,1)->(2,1), (0,3)->(2,1).
        ("close_coupling", [48.3332, 0.166865, 0.476807, 0.0574198], np.arange(3.0, 19.0, 0.06)),
        ("coupled_states", [48.2629, 0.171553, 0.449791, 0.0159676], np.arange(3.0, 26.0, 0.05)),
    ],
)
def test_published_cross_sections_of_two_hydrogen_molecules(method, published, edges):
    """Summed to J = 44, where the published sums end: beyond it the smallest grows by 2 %."""
    problem = hydrogen(edges)
    total = np.arange(45)
    summed = opacity(problem, total, ENERGY, method)[:, 0]
    k_squared = 2.0 * AMU_TO_ME * (ENERGY - problem.levels.energies)
    scale = np.pi / (k_squared * np.array([3, 7, 15])) * BOHR_TO_ANGSTROM**2
    sigma = scale[:, None] * np.einsum("j,jab->ab", 2.0 * total + 1.0, summed)
    assert [*sigma[0], sigma[1, 2]] == pytest.approx(published, rel=5e-3)


def soft(distance, c_a, c_b, c_ab, r_a, r_b):
    """An anisotropic wall and well, with and without equal ends, for light molecules."""
    x = distance / 6.0
    wall = 4.0 * (x**-8 - x**-6) * (1.0 + 0.3 * legendre(c_a) + 0.2 * legendre(c_b) + 0.1 * c_b)
    return (wall + 1.5 * quadrupole_angular(c_a, c_b, c_ab) * x**-5) * MEV_TO_HARTREE


def problem(swapped=False, given=soft, j_a=4, j_b=2, like=True):
    first = Rotor.rigid(30.0 * CM_TO_HARTREE, j_a)
    second = Rotor.rigid(45.0 * CM_TO_HARTREE, j_b)
    basis = [(0, a, 0, b) for a in range(0, j_a + 1, 2 if like else 1) for b in range(j_b + 1)]
    orders = (2, 2, 2, like, False)
    potential = given
    if swapped:

        def potential(distance, c_a, c_b, c_ab, r_a, r_b):
            return given(distance, c_b, c_a, c_ab, r_b, r_a)

        basis = [(v, j, u, i) for u, i, v, j in basis]
        orders = (2, 2, 2, False, like)
        first, second = second, first
    edges = np.arange(3.5, 16.0, 0.1)
    return PairProblem(
        first, second, tuple(basis), 2.0 * AMU_TO_ME, potential, Expansion(*orders), edges
    )


ENERGIES = np.array([500.0, 900.0]) * CM_TO_HARTREE


@pytest.mark.parametrize("method", METHODS)
def test_s_matrices_are_unitary_and_symmetric(method):
    case = problem()
    for piece in case.pieces(np.array([2, 5]), method):
        channels = piece.channels()
        s = case.s_matrices(channels, ENERGIES, piece.waves)
        opened = channels.thresholds < ENERGIES[:, None]
        for wave in s:
            for matrix, some in zip(wave, opened, strict=True):
                inner = matrix[np.ix_(some, some)]
                unit = inner @ inner.conj().T
                assert unit == pytest.approx(np.eye(some.sum()), abs=1e-10)
                assert matrix == pytest.approx(matrix.T, abs=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_the_names_of_the_molecules_do_not_matter(method):
    waves = np.array([1, 6])
    one, other = (opacity(problem(swapped), waves, ENERGIES, method) for swapped in (False, True))
    assert one == pytest.approx(other, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_an_atom_is_a_molecule_without_rotation(method):
    """The engine for a diatom and an atom, to 1e-8."""

    def potential(distance, c_a, c_b, c_ab, r_a, r_b):
        return soft(distance, c_a, 0.0, 0.0, r_a, r_b)

    rotor = Rotor.rigid(30.0 * CM_TO_HARTREE, 4)
    edges = np.arange(3.5, 16.0, 0.1)
    basis = tuple((0, j, 0, 0) for j in range(5))
    still = Rotor.rigid(0.0, 0)
    mass = 2.0 * AMU_TO_ME
    pair = PairProblem(rotor, still, basis, mass, potential, Expansion(3, 0, 0), edges)
    atom = ScatteringProblem(
        rotor, mass, lambda r, bond, cosine: potential(r, cosine, 0.0, 0.0, bond, 1.0), 4, edges
    )
    waves = np.array([0, 1, 4, 9])
    found = opacity(pair, waves, ENERGIES, method)
    expected = opacity(atom, waves, ENERGIES, method)[:, :, 0, :, 0]
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_without_anisotropy_nothing_but_elastic_scattering_happens(method):
    case = problem(given=lambda r, *others: 4.0 * ((r / 6) ** -8 - (r / 6) ** -6) * MEV_TO_HARTREE)
    found = opacity(case, np.array([3]), ENERGIES, method)[0]
    off = ~np.eye(found.shape[1], dtype=bool)
    assert found[:, off].max() < 1e-20 and found.max() > 0.1


def test_both_parities_hold_every_space_fixed_channel():
    """Every (j_12, l) that J allows occurs once, with the parity of j_1 + j_2 + l."""
    rotor = Rotor.rigid(1e-4, 3)
    levels = PairLevels.of(rotor, rotor, [(0, a, 0, b) for a in range(3) for b in range(4)])
    expansion = Expansion(0, 0, 0)
    for total in range(5):
        expected = sorted(
            ((-1) ** (a + b + l), row, l)
            for row, (_, a, _, b) in enumerate(levels.labels.tolist())
            for j in range(abs(a - b), a + b + 1)
            for l in range(abs(total - j), total + j + 1)
        )
        found = sorted(
            (parity, level, l)
            for parity in (1, -1)
            for block in (close_coupling(levels, expansion, total, parity),)
            for level, l in zip(block.level.tolist(), block.l.tolist(), strict=True)
        )
        assert found == expected


def test_coupled_states_hold_every_projection_once():
    rotor = Rotor.rigid(1e-4, 3)
    levels = PairLevels.of(rotor, rotor, [(0, a, 0, b) for a in range(3) for b in range(4)])
    expansion = Expansion(0, 0, 0)
    counts = sum(len(coupled_states(levels, expansion, 0, sign)) for sign in (1, -1))
    counts += 2 * sum(len(coupled_states(levels, expansion, omega)) for omega in range(1, 6))
    assert counts == ((2 * levels.labels[:, 1] + 1) * (2 * levels.labels[:, 3] + 1)).sum()


def test_both_methods_agree_where_nothing_turns():
    """A rotor of j = 0 alone: one channel per J, the same in both."""
    case = problem(j_a=0, j_b=0)
    waves = np.array([0, 2, 8])
    one, other = (opacity(case, waves, ENERGIES, method) for method in METHODS)
    assert one == pytest.approx(other, rel=1e-12)


@pytest.mark.slow
def test_cross_sections_are_reversible_and_converge_in_partial_waves():
    case = problem(like=False, j_a=1, j_b=1)
    sigma = cross_sections(case, ENERGIES, "coupled_states")
    finer = cross_sections(case, ENERGIES, "coupled_states", tolerance=1e-5)
    levels = case.levels
    weight = (2 * levels.labels[:, 1] + 1) * (2 * levels.labels[:, 3] + 1)
    flux = weight * (ENERGIES[:, None] - levels.energies)
    forward = sigma * flux[..., None]
    assert forward == pytest.approx(forward.transpose(0, 2, 1), rel=1e-9)
    off = ~np.eye(len(levels), dtype=bool) & (finer > 1e-6)
    assert np.abs(sigma / finer - 1.0)[off].max() < 0.01


def test_the_expansion_is_that_of_known_functions():
    """Quadrupole-quadrupole energy: orders (2, 2) alone; the remainder of the rest falls."""
    expansion = Expansion(4, 4, 4, True, True)
    energy = lambda r, c_a, c_b, c_ab, r_a, r_b: quadrupole_angular(c_a, c_b, c_ab) * r_a  # noqa: E731
    bonds = np.array([1.0, 2.0])
    found = expansion.coefficients(energy, np.array([5.0]), bonds, bonds)[0]
    for (a, b, _), values in zip(expansion.terms, found, strict=True):
        assert np.abs(values).max() > 0.1 if (a, b) == (2, 2) else np.abs(values).max() < 1e-13
    assert found[:, 1] == pytest.approx(2.0 * found[:, 0], abs=1e-13)
    angles = np.random.default_rng(1).uniform(0.0, np.pi, (3, 50))
    rebuilt = found[:, 0] @ expansion.functions(*angles)
    assert rebuilt == pytest.approx(quadrupole_angular(*cosines(*angles)), abs=1e-12)

    def sharp(r, c_a, c_b, c_ab, r_a, r_b):
        return np.exp(-2.0 * (r - 0.8 * (c_a**2 + 0.5 * c_b**2 + 0.2 * c_ab**2)))

    distance = np.array([2.0])
    errors = [
        Expansion(order, order, order, True, True).remainder(sharp, distance, 1.0, 1.0)[0]
        for order in (2, 4, 6, 8)
    ]
    assert all(later < 0.35 * earlier for earlier, later in zip(errors, errors[1:], strict=False))


def test_mistakes_are_one_line():
    with pytest.raises(UserError, match="is beyond the rotors'"):
        rotor = Rotor.rigid(1e-4, 1)
        basis = ((0, 2, 0, 0),)
        PairProblem(rotor, rotor, basis, 1.0, soft, Expansion(2, 2, 2), np.array([3.0, 4.0]))
    with pytest.raises(UserError, match="not one of close_coupling, coupled_states"):
        opacity(problem(), np.array([0]), ENERGIES, "sudden")
    with pytest.raises(UserError, match="below the lowest threshold"):
        cross_sections(problem(), np.array([-1e-3]), "coupled_states")
    with pytest.raises(UserError, match="not converged to 1e-12 at J = 3"):
        cross_sections(problem(j_a=2, j_b=1), ENERGIES, "coupled_states", 1e-12, maximum=3)
    with pytest.raises(UserError, match="order_b: -2 is below the limit 0"):
        Expansion(0, -2, 0)


def test_units_of_the_distance_do_not_slip():
    """The minimum of the isotropic curve lies at 3.49 angstrom and is 24.17 cm^-1 deep."""
    expansion = Expansion(0, 0, 0)
    distance = np.linspace(3.2, 3.9, 71) * ANGSTROM_TO_BOHR
    one = np.ones(1)
    mean = expansion.coefficients(hydrogen_pair, distance, one, one)[:, 0, 0]
    mean = mean / CM_TO_HARTREE / (2.0 * np.sqrt(2.0 * np.pi))
    assert mean.min() == pytest.approx(-24.17, rel=1e-3)
    assert distance[mean.argmin()] * BOHR_TO_ANGSTROM == pytest.approx(3.49, abs=0.011)
