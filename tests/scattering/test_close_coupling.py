"""Quantum scattering: known numbers, conservation, limits, and slow codes of another kind."""

import numpy as np
import pytest
from numpy.polynomial.hermite import hermgauss, hermval
from scipy import sparse
from scipy.integrate import solve_bvp
from scipy.sparse.linalg import spsolve
from scipy.special import (
    factorial,
    sph_harm_y,
    spherical_in,
    spherical_jn,
    spherical_kn,
    spherical_yn,
)

from vibrates.core.errors import UserError
from vibrates.core.units import AMU_TO_ME, ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.scattering import Rotor, ScatteringProblem, cross_sections, rate_coefficient
from vibrates.scattering.channels import angular_factors, close_coupling, coupled_states
from vibrates.scattering.matching import k_matrices
from vibrates.scattering.propagator import Propagator

ARGON_NITROGEN_MASS = 16.47 * AMU_TO_ME


def propagated(mass, thresholds, edges, potential):
    """Propagator of V given as a function of R that returns matrices (m, n, n)."""
    middle = 0.5 * (edges[1:] + edges[:-1])
    return Propagator(mass, thresholds, edges, potential(edges), potential(middle))


def s_matrix(mass, thresholds, l, edges, potential, energies):
    return propagated(mass, thresholds, edges, potential).s_matrices(energies, l)


# Two Lennard-Jones curves, coupled by a tenth of them.
TWO = {
    "mass": 20.0 * AMU_TO_ME,
    "thresholds": np.array([0.0, 100.0]) * CM_TO_HARTREE,
    "l": np.zeros(2, int),
}
TWO_ENERGY = np.array([200.0]) * CM_TO_HARTREE


def two_channels(distance):
    x = distance / ANGSTROM_TO_BOHR
    curve = 400.0 * (x**-12 - x**-6) * CM_TO_HARTREE
    return curve[:, None, None] * np.array([[1.0, 0.1], [0.1, 1.0]])


def two_probability(sectors, end=30.0):
    edges = np.linspace(0.6, end, sectors + 1) * ANGSTROM_TO_BOHR
    return (
        abs(s_matrix(**TWO, edges=edges, potential=two_channels, energies=TWO_ENERGY)[0, 0, 1]) ** 2
    )


def test_two_lennard_jones_channels():
    """P12 of an independent code, 2.4043e-4."""
    assert two_probability(4000, end=40.0) == pytest.approx(2.4043e-4, rel=5e-3)


def test_the_propagator_is_of_fourth_order():
    exact = two_probability(12000)
    errors = [abs(two_probability(n) / exact - 1.0) for n in (1000, 2000)]
    assert errors[0] / errors[1] == pytest.approx(16.0, rel=0.2)


def test_a_boundary_value_problem_solved_by_other_means():
    """One channel, l = 3: the phase shift from scipy's solve_bvp."""
    mass, energy, l, start, end = 10.0, 0.05, 3, 0.5, 20.0
    k = np.sqrt(2.0 * mass * energy)

    def potential(r):
        return 90.0 * np.exp(-2.5 * r) - 0.05 * np.exp(-0.3 * (r - 3.0) ** 2)

    def right(r, psi):
        u = 2.0 * mass * (potential(r) - energy) + l * (l + 1.0) / r**2
        return np.array([psi[1], u * psi[0]])

    grid = np.linspace(start, end, 4001)
    guess = np.array([np.sin(k * grid), k * np.cos(k * grid)])
    solution = solve_bvp(
        right, lambda a, b: np.array([a[0], b[0] - 1.0]), grid, guess, tol=1e-10, max_nodes=10**5
    )
    assert solution.success
    log_derivative = solution.sol(end)[1] / solution.sol(end)[0]
    x = k * end
    f, g = x * spherical_jn(l, x), x * spherical_yn(l, x)
    df = k * (spherical_jn(l, x) + x * spherical_jn(l, x, derivative=True))
    dg = k * (spherical_yn(l, x) + x * spherical_yn(l, x, derivative=True))
    tangent = (log_derivative * f - df) / (log_derivative * g - dg)
    y = propagated(
        mass, np.zeros(1), np.linspace(start, end, 4001), lambda r: potential(r)[:, None, None]
    ).log_derivative(np.array([energy]), np.array([l]))
    found = k_matrices(y, mass, end, np.zeros(1), np.array([l]), np.array([energy]))[0, 0, 0]
    assert found == pytest.approx(tangent, rel=1e-6)


def test_secrest_and_johnson():
    """Collinear harmonic oscillator, m = 2/3, alpha = 0.3: exact P01 of their and later papers."""
    mass, alpha, levels = 2.0 / 3.0, 0.3, 14
    x, weights = hermgauss(80)
    n = np.arange(levels)
    functions = (
        hermval(x, np.eye(levels)) / np.sqrt(2.0**n * factorial(n) * np.sqrt(np.pi))[:, None]
    )
    matrix = (functions * weights * np.exp(alpha * x)) @ functions.T
    energies = np.array([2.0, 3.0, 4.0, 5.0, 6.0])
    edges = np.linspace(-25.0, 60.0, 3001)
    s = s_matrix(
        mass, n + 0.5, np.zeros(levels, int), edges,
        lambda r: np.exp(-alpha * r)[:, None, None] * matrix, energies,
    )  # fmt: skip
    exact = [4.527761e-4, 2.210932e-2, 1.076653e-1, 2.520626e-1, 3.940223e-1]
    np.testing.assert_allclose(np.abs(s[:, 0, 1]) ** 2, exact, rtol=1e-4)


@pytest.mark.parametrize("omega", [0, 1, 3])
def test_angular_factors_are_those_of_spherical_harmonics(omega):
    """By a plain sum over a fine grid of theta and phi."""
    j = np.arange(omega, omega + 4)
    factors = angular_factors(j, omega, 5)
    theta = (np.arange(2000) + 0.5) * np.pi / 2000
    y = np.array([sph_harm_y(one, omega, theta, 0.0).real for one in j])
    for order in range(5):
        legendre = np.polynomial.legendre.legval(np.cos(theta), np.eye(5)[order])
        plain = 2.0 * np.pi * (y * legendre * np.sin(theta)) @ y.T * np.pi / 2000
        np.testing.assert_allclose(factors[order], plain, atol=2e-6)


@pytest.fixture(scope="module")
def argon_nitrogen():
    """A function: rigid N2 + Ar on the surface of Pattengill, LaBudde and Bernstein."""

    def build(j_max=6, refine=1.0, end=40.0):
        def potential(distance, r, x):
            inverse = (3.929 * ANGSTROM_TO_BOHR / distance) ** 6
            p_2 = 1.5 * x**2 - 0.5
            well = inverse**2 * (1.0 + 0.5 * p_2) - 2.0 * inverse * (1.0 + 0.13 * p_2)
            return 83.05 * CM_TO_HARTREE * well

        parts = [(5.4, 9.0, 0.06), (9.0, 15.0, 0.12), (15.0, end, 0.25)]
        edges = [np.arange(low, high, width / refine) for low, high, width in parts]
        return ScatteringProblem(
            Rotor.rigid(2.01 * CM_TO_HARTREE, j_max), ARGON_NITROGEN_MASS, potential, 3,
            np.append(np.concatenate(edges), end), homonuclear=True,
        )  # fmt: skip

    return build


ENERGIES = np.array([95.0, 250.0]) * CM_TO_HARTREE


@pytest.mark.parametrize("method", ["close_coupling", "coupled_states"])
@pytest.mark.parametrize("total", [0, 4, 17])
def test_s_is_unitary_and_symmetric(argon_nitrogen, method, total):
    collision = argon_nitrogen()
    for _, channels in collision.blocks(total, method):
        for energy, s in zip(ENERGIES, collision.s_matrices(channels, ENERGIES), strict=True):
            opened = channels.thresholds < energy
            s = s[np.ix_(opened, opened)]
            np.testing.assert_allclose(s @ s.conj().T, np.eye(opened.sum()), atol=1e-8)
            np.testing.assert_allclose(s, s.T, atol=1e-8)


def test_orbital_angular_momenta_are_those_that_vector_addition_allows(argon_nitrogen):
    rotor = argon_nitrogen().rotor
    for total in (0, 2, 7):
        for parity in (1, -1):
            channels = close_coupling(rotor, total, parity, 3)
            expected = sorted(
                (j, l)
                for j in range(7)
                for l in range(abs(total - j), total + j + 1)
                if (-1) ** (j + l) == parity
            )
            assert sorted(zip(channels.j, channels.l, strict=True)) == expected
    # A coupling that is nothing but a number stays that number in either frame.
    constant = np.zeros((1, 3, 1))
    constant[0, 0] = 0.7
    for channels in (close_coupling(rotor, 5, -1, 3), coupled_states(rotor, 5, 2, 3)):
        np.testing.assert_allclose(
            channels.coupling(constant)[0], 0.7 * np.eye(len(channels)), atol=1e-12
        )


@pytest.fixture(scope="module")
def sections(argon_nitrogen):
    """sigma by both methods."""
    return {
        method: cross_sections(argon_nitrogen(), ENERGIES, method, step=4)
        for method in ("close_coupling", "coupled_states")
    }


@pytest.mark.parametrize("method", ["close_coupling", "coupled_states"])
@pytest.mark.slow
def test_detailed_balance(sections, argon_nitrogen, method):
    """(2j + 1) k^2 sigma(j -> j') = (2j' + 1) k'^2 sigma(j' -> j) at one total energy."""
    sigma = sections[method][:, 0, :, 0]
    levels = argon_nitrogen().rotor.energies[0]
    weight = (ENERGIES[:, None] - levels) * (2 * np.arange(7) + 1)
    flux = weight[:, :, None] * sigma
    opened = np.isfinite(flux)
    np.testing.assert_allclose(flux[opened], flux.transpose(0, 2, 1)[opened], rtol=1e-6, atol=1e-12)
    assert np.isnan(sigma[0, 6]).any() == bool(levels[6] > ENERGIES[0])
    # N2 keeps its nuclear spin: no transition between even and odd j.
    assert np.nanmax(np.abs(sigma[:, 0::2, 1::2])) < 1e-12 * np.nanmax(sigma)


@pytest.mark.slow
def test_coupled_states_are_near_close_coupling(sections):
    """Within 15 % for the transitions that a collision favours, and better at the higher energy."""
    cs, cc = (sections[m][:, 0, :, 0] for m in ("coupled_states", "close_coupling"))
    deviation = [
        np.abs(cs[i, [0, 2, 1], [2, 4, 3]] / cc[i, [0, 2, 1], [2, 4, 3]] - 1.0) for i in (0, 1)
    ]
    assert max(d.max() for d in deviation) < 0.15
    assert deviation[1].mean() < deviation[0].mean() + 0.02
    assert max(d.max() for d in deviation) > 1e-3  # they are not the same


@pytest.mark.slow
def test_cross_sections_are_converged(argon_nitrogen):
    """In sectors, range, rotational levels and the partial waves between those computed."""
    energies = ENERGIES[:1]
    coarse = cross_sections(argon_nitrogen(), energies, "coupled_states", step=4)
    changes = {
        "sectors": cross_sections(argon_nitrogen(refine=2.0), energies, "coupled_states", step=4),
        "range": cross_sections(argon_nitrogen(end=55.0), energies, "coupled_states", step=4),
        "levels": cross_sections(argon_nitrogen(j_max=9), energies, "coupled_states", step=4),
        "waves": cross_sections(argon_nitrogen(), energies, "coupled_states", step=1),
    }
    limits = {"sectors": 0.01, "range": 0.01, "levels": 0.03, "waves": 0.05}
    for what, fine in changes.items():
        assert fine[0, 0, 2, 0, 0] == pytest.approx(coarse[0, 0, 2, 0, 0], rel=limits[what]), what


def test_rates_of_a_constant_cross_section():
    """k = sigma times the mean speed."""
    k_t = np.array([1e-4, 1e-3, 1e-2])
    energies = np.geomspace(1e-6, 1.0, 30)
    rate = rate_coefficient(energies, np.full(30, 7.0), 2000.0, k_t)
    np.testing.assert_allclose(rate.k, 7.0 * np.sqrt(8.0 * k_t / (np.pi * 2000.0)), rtol=1e-4)


def test_both_ends_of_the_energies_are_reported():
    """Of a constant cross section the shares are known: 1 - (1 + x) e^-x and (1 + x) e^-x."""
    k_t = np.array([5e-4, 1e-3, 5e-3])
    energies = np.geomspace(1e-3, 1e-2, 20)
    rate = rate_coefficient(energies, np.full(20, 7.0), 2000.0, k_t)
    first, last = energies[0] / k_t, energies[-1] / k_t
    np.testing.assert_allclose(rate.below, 1.0 - (1.0 + first) * np.exp(-first), rtol=0.01)
    np.testing.assert_allclose(rate.beyond, (1.0 + last) * np.exp(-last), rtol=0.03)
    assert rate.below[0] > 0.5 and rate.beyond[-1] > 0.4


def test_mistakes_are_named(argon_nitrogen):
    with pytest.raises(UserError, match="method: 'sudden'"):
        argon_nitrogen().blocks(0, "sudden")
    with pytest.raises(UserError, match="not converged"):
        cross_sections(argon_nitrogen(), ENERGIES, "coupled_states", maximum=5)


def test_three_coupled_channels_by_finite_differences():
    """S of two open channels and a closed one, each with its own l, without logarithmic derivative.

    The equations on an equidistant grid as one sparse system, matched at the last two points;
    Richardson's extrapolation from two grids.
    """
    mass, energy, start, end = 8.0, 0.6, 0.3, 16.0
    thresholds, l = np.array([0.0, 0.25, 0.9]), np.array([0, 2, 1])
    coupling = np.array([[1.0, 0.6, 0.3], [0.6, 1.1, 0.5], [0.3, 0.5, 1.2]])

    def potential(r):
        return (200.0 * np.exp(-3.0 * r) - 0.8 * np.exp(-((r - 2.5) ** 2)))[
            :, None, None
        ] * coupling

    k = np.sqrt(2.0 * mass * np.abs(energy - thresholds))

    def free(r):
        """sin-like and cos-like solutions; growing and decaying ones where closed."""
        x = k * r
        open_f, open_g = x * spherical_jn(l, x), x * spherical_yn(l, x)
        closed_f, closed_g = x * spherical_in(l, x), x * spherical_kn(l, x)
        opened = energy > thresholds
        scale = np.where(opened, np.sqrt(k), 1.0)
        return (
            np.diag(np.where(opened, open_f, closed_f / spherical_in(l, k * end)) / scale),
            np.diag(np.where(opened, open_g, closed_g / spherical_kn(l, k * end)) / scale),
        )

    def s_matrix_on(points):
        r, h = np.linspace(start, end, points, retstep=True)
        u = 2.0 * mass * (potential(r) + np.diag(thresholds) - energy * np.eye(3))
        u = u + np.eye(3) * (l * (l + 1.0) / r[:, None] ** 2)[:, None, :]
        # psi(start) = 0 and psi(end) = 1.
        inner = sparse.block_diag(-(2.0 * np.eye(3) + h**2 * u[1:-1]), format="csc")
        size = inner.shape[0]
        matrix = inner + sparse.diags([np.ones(size - 3)] * 2, [3, -3], format="csc")
        right = np.zeros((size, 3))
        right[-3:] = -np.eye(3)
        last = spsolve(matrix, right)[-3:]
        (f_1, g_1), (f_2, g_2) = free(r[-2]), free(r[-1])
        k_matrix = np.linalg.solve(last @ g_2 - g_1, last @ f_2 - f_1)[:2, :2]
        one = np.eye(2)
        return np.linalg.solve(one - 1j * k_matrix, one + 1j * k_matrix)

    coarse, fine = s_matrix_on(6001), s_matrix_on(12001)
    slow = fine + (fine - coarse) / 3.0
    found = s_matrix(mass, thresholds, l, np.linspace(start, end, 2001), potential,
                     np.array([energy]))[0, :2, :2]  # fmt: skip
    assert abs(slow[0, 1]) > 0.05  # they do couple
    np.testing.assert_allclose(found, slow, atol=2e-6)
