"""The surface against its own definition, and the kernel's forces against its derivatives."""

import dataclasses

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_MEV
from vibrates.longrange import Coordinate, LongRangeSurface
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential import (
    REFERENCE_CONFIGURATIONS,
    JoinedSurface,
    SiteSurface,
    Surface,
    surface_from_config,
)
from vibrates.potential.network import CoefficientNetwork
from vibrates.potential.surface import PUBLISHED_N2_H2
from vibrates.trajectories import TrajectoryRunner, kernel
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.kernel import strang
from vibrates.trajectories.kernel.interaction import geometry, potential_and_means
from vibrates.trajectories.kernel.simd import LANES
from vibrates.trajectories.oracle import MOLECULES

NO_QUADRUPOLE = {"coefficients_au": [0.0], "range_angstrom": [0.0, 9.0]}


@pytest.fixture(scope="module")
def uncharged():
    """N2 and H2 without quadrupoles: the van der Waals part alone."""
    return [
        Diatom.from_config(name, MOLECULES[name] | {"quadrupole": NO_QUADRUPOLE})
        for name in ("N2", "H2")
    ]


@pytest.mark.parametrize("name", PUBLISHED_N2_H2)
@pytest.mark.parametrize("index", range(5))
def test_published_wells_stand_where_table_2_says(uncharged, name, index):
    surface = Surface.from_config(
        {"parameters": name, "beta": 8.0, "deformation": "none"}, *uncharged
    )
    angles = list(REFERENCE_CONFIGURATIONS.values())[index]
    r_m, eps = PUBLISHED_N2_H2[name][index]
    well = minimize_scalar(
        lambda distance: surface.potential(distance * ANGSTROM_TO_BOHR, *angles) * HARTREE_TO_MEV,
        bounds=(3.0, 5.0),
        method="bounded",
    )
    assert well.x == pytest.approx(r_m, abs=1e-4)
    assert well.fun == pytest.approx(-eps, rel=1e-6)


def test_quadrupole_energy_at_the_reference_configurations(pair):
    """Q_a Q_b/R^5 times 9/4, 3/4, -3, -3, 6 at H, X, T_a, T_b, I."""
    n2, h2, surface = pair
    distance = 12.0
    for angles, factor in zip(
        REFERENCE_CONFIGURATIONS.values(), (2.25, 0.75, -3.0, -3.0, 6.0), strict=True
    ):
        rigid = Surface(surface.parameters, surface.deformation, n2, h2)
        flat = Surface(
            surface.parameters,
            surface.deformation,
            *(
                Diatom.from_config(d.name, MOLECULES[d.name] | {"quadrupole": NO_QUADRUPOLE})
                for d in (n2, h2)
            ),
        )
        electrostatic = rigid.potential(distance, *angles) - flat.potential(distance, *angles)
        assert electrostatic == pytest.approx(-1.1 * 0.4835 * factor / distance**5, rel=1e-9)


def test_turning_a_homonuclear_molecule_end_to_end_changes_nothing(pair):
    surface = pair[2]
    rng = np.random.default_rng(1)
    c_a, c_b, c_ab = rng.uniform(-1, 1, (3, 50))
    np.testing.assert_allclose(
        surface.potential(7.0, c_a, -c_b, -c_ab), surface.potential(7.0, c_a, c_b, c_ab), rtol=1e-12
    )


def test_polarizability_deformation_is_the_identity_at_equilibrium_and_grows_with_the_bond():
    molecules = [
        Diatom.from_config(
            name,
            MOLECULES[name]
            | {
                "polarizability_parallel": {
                    "coefficients_au": [12.0, 15.0],
                    "range_angstrom": [0.3, 2.0],
                },
                "polarizability_perpendicular": {
                    "coefficients_au": [9.0, 4.0],
                    "range_angstrom": [0.3, 2.0],
                },
            },
        )
        for name in ("N2", "H2")
    ]
    surface = Surface.from_config(
        {"parameters": "modified", "beta": 8.0, "deformation": "polarizability"}, *molecules
    )
    n2, h2 = molecules
    at_rest = surface.deformation.apply(surface.parameters, n2.r_e, h2.r_e)
    np.testing.assert_allclose(at_rest, surface.parameters, rtol=1e-14)
    stretched = surface.deformation.apply(surface.parameters, 1.1 * n2.r_e, h2.r_e)
    assert (stretched[:2] > at_rest[:2]).all()
    # N2 along R (T_b, I) shows its parallel component, which grows faster.
    assert stretched[0, 4] / at_rest[0, 4] > stretched[0, 0] / at_rest[0, 0]


def test_missing_polarizability_is_named(pair):
    with pytest.raises(UserError, match=r"molecules\.N2.*polarizability.*missing; give both"):
        Surface.from_config(
            {"parameters": "modified", "beta": 8.0, "deformation": "polarizability"}, *pair[:2]
        )


EXTRAS = [0.15, -0.1, 0.12, 0.1, 0.2, -0.17, 0.3, 0.11, -0.25, 0.23, -0.14, 0.19]
FITTED = {
    "parameters": "fitted",
    "stretch_length_angstrom": [0.5, 0.4],
    "terms": {
        "R_m_angstrom": [
            {"powers": [0, 0], "values": [3.58, 3.55, 3.57, 4.12, 4.2, *EXTRAS]},
            {"powers": [1, 0], "values": [0.2, 0.15, 0.0, 0.7, 0.8]},
            {"powers": [1, 1], "values": [0.1]},
            {"powers": [0, 2], "values": [0.2] * 5},
        ],
        "eps_meV": [{"powers": [0, 0], "values": [5.2, 5.6, 7.0, 3.8, 4.6, *EXTRAS[::-1]]}],
        "beta": [{"powers": [0, 0], "values": [1.9, 1.7, 1.6, 1.9, 2.0, *EXTRAS[3:]]}],
        "zeta": [
            {"powers": [0, 0], "values": [10.3, 10.1, 10.4, 14.0, 13.0, *EXTRAS[5:], *EXTRAS[:5]]}
        ],
    },
}
ATOMS = {
    "parameters": "atom_pairs",
    "atom_pair": {"R_m_angstrom": 3.3, "eps_meV": 7.4, "beta": 8.0},
}

SITES = {
    "parameters": "sites",
    "sites": {
        "r_0": 2.0, "length": 1.5,
        "nuclei": {"decay": 1.9, "damping": 3.0, "short": [[6.0, 1.0], [0.3, 0.1], [0.02, 0.0]],
                   "long": [[2.0, 0.5], [9.0, 0.0]]},
        "between": {"decay": 2.1, "damping": 2.8, "short": [[-2.0, 0.4], [0.2, 0.1], [0.01, 0.02]],
                    "long": [[0.5, 0.1], [1.0, 0.2]]},
        "middle": {"decay": 1.7, "damping": 2.5, "short": [[-1.0, 0.3], [0.1, 0.0], [0.0, 0.01]],
                   "long": [[1.0, 0.2], [-3.0, 0.4]]},
    },
}  # fmt: skip


def series():
    """Random networks for C_6 and C_8 with the symmetry of two like-ended molecules."""
    names = ("r_a", "r_b", "theta_a", "theta_b", "phi")
    ranges = ((1.4, 3.2), (0.7, 2.6), (0.0, np.pi), (0.0, np.pi), (0.0, np.pi))
    coordinates = tuple(Coordinate(n, *r) for n, r in zip(names, ranges, strict=True))
    weights = CoefficientNetwork((5, 4, 2)).random(np.random.default_rng(6))
    return LongRangeSurface((6, 8), coordinates, (4,), weights, 5.0, 7.0, 1e-3)


@pytest.fixture
def system(collide, pair, settings):
    """A function: surface and collision (6 x 4 or 6 x 1 levels) of one form of interaction."""

    def build(form):
        n2, h2, test_surface = pair
        if form == "improved Lennard-Jones":
            return test_surface, collide(v=2, n_a=6, n_b=4)
        if form == "fitted":
            surface = surface_from_config(FITTED, n2, h2)
            return surface, collide(v=2, n_a=6, n_b=4, surface=surface)
        if form == "joined":
            surface = JoinedSurface(surface_from_config(FITTED, n2, h2), series(), (6.0, 8.0))
            return surface, collide(v=2, n_a=6, n_b=4, surface=surface)
        atom = Atom.from_config("O", {"masses_u": [16.0]})
        if form == "sites":
            # Unequal masses: V is not even in cos theta.
            n2 = dataclasses.replace(n2, total_mass=1.6 * n2.total_mass, like_ends=False)
        surface = surface_from_config(SITES if form == "sites" else ATOMS, n2, atom)
        return surface, TrajectoryRunner(surface, n2, atom, 6, 1, 2, 0, settings(0.4))

    return build


@pytest.mark.parametrize(
    ("form", "switching_from"),
    [("improved Lennard-Jones", None), ("improved Lennard-Jones", 4.0), ("fitted", None),
     ("fitted", 4.0), ("joined", None), ("joined", 4.0), ("atom pairs", 4.0), ("sites", 4.0)],
)  # fmt: skip
def test_kernel_potential_and_forces_are_those_of_the_surface(system, sample, form, switching_from):
    """One step's kick of P, L_a, L_b against numerical derivatives of the NumPy surface.

    With ``switching_from`` (bohr) the interaction is switched off over the next 6 bohr.
    """
    surface, collision = system(form)
    n, m = collision.propagation.basis_a.r.size, collision.propagation.basis_b.r.size
    start = sample(LANES, energy_cm=9000.0).classical()
    rng = np.random.default_rng(5)
    start[:, :3] = rng.normal(size=(LANES, 3)) * 2.0 + np.array([0.0, 0.0, 6.5])
    psi = rng.normal(size=(LANES, n * m)) + 1j * rng.normal(size=(LANES, n * m))
    psi /= np.linalg.norm(psi, axis=1, keepdims=True)
    density = (np.abs(psi) ** 2).reshape(-1, n, m)
    r_a, r_b = collision.propagation.basis_a.r[:, None], collision.propagation.basis_b.r[None, :]

    begin, length = (np.inf, 1.0) if switching_from is None else (switching_from, 6.0)
    switch = np.tile([begin, 1.0 / length], (LANES, 1))

    def switched(distance):
        x = np.clip((distance - begin) / length, 0.0, 1.0)
        return 1.0 - quad(lambda t: 630.0 * t**4 * (1.0 - t) ** 4, 0.0, x)[0]

    def mean(t, position, n_a, n_b):
        distance = np.linalg.norm(position)
        values = surface.potential(
            distance, n_a @ position / distance, n_b @ position / distance, n_a @ n_b, r_a, r_b
        )
        return switched(distance) * (density[t] * values).sum()

    ours = kernel.mean_potential(
        start, psi.real.copy(), psi.imag.copy(), switch, *collision.propagation.interaction
    )
    h = 1e-4
    c = np.ascontiguousarray(np.hstack([start, switch]).T).ravel()
    re, im = np.ascontiguousarray(psi.real.T).ravel(), np.ascontiguousarray(psi.imag.T).ravel()
    g = np.zeros(rows.GEOMETRY * LANES)
    means, potential = np.zeros(rows.MEANS * LANES), np.zeros(n * m * LANES)
    kernel_form, tables, quadrupole = collision.propagation.interaction
    geometry(c, g)
    potential_and_means(kernel_form, n * m, re, im, g, tables, quadrupole, potential, means)
    strang.kick(c, g, means, 1.0)
    kicked = c.reshape(-1, LANES).T

    def gradient(t, arguments, place):
        moved = np.eye(3) * h

        def at(step):
            changed = [a + (step if k == place else 0.0) for k, a in enumerate(arguments)]
            return mean(t, *changed)

        return np.array([(at(d) - at(-d)) / (2.0 * h) for d in moved])

    for t in range(LANES):
        x, n_a, n_b = start[t, 0:3], start[t, 6:9], start[t, 12:15]
        assert ours[t] == pytest.approx(mean(t, x, n_a, n_b), rel=1e-12)
        by_x, by_a, by_b = (gradient(t, (x, n_a, n_b), place) for place in range(3))
        expected = np.concatenate([-by_x, -np.cross(n_a, by_a), -np.cross(n_b, by_b)])
        change = np.concatenate([kicked[t, k : k + 3] - start[t, k : k + 3] for k in (3, 9, 15)])
        np.testing.assert_allclose(change, expected, atol=2e-7 * np.abs(expected).max())


def test_extra_harmonics_at_stretched_bonds_are_refused(pair):
    terms = FITTED["terms"] | {"beta": [{"powers": [0, 1], "values": [0.1] * 6}]}
    with pytest.raises(UserError, match=r"terms\.beta: 6 values for powers \[0, 1\].*give 5 or 1"):
        surface_from_config(FITTED | {"terms": terms}, *pair[:2])


def test_a_surface_of_sites_is_that_of_its_isotopes(pair):
    """The same nuclei at the same places give the same V, whatever their masses."""
    light = SiteSurface.from_mapping(SITES["sites"], (1.0, 1.0))
    heavy = SiteSurface.from_mapping(SITES["sites"], (1.0, 2.0))
    rng = np.random.default_rng(8)
    r, place = 1.7, rng.normal(size=(20, 3)) * 5.0
    for surface in (light, heavy):
        first, second, *between, middle = (place for _, place in surface.sites(r))
        assert second - first == pytest.approx(r) and middle == pytest.approx(
            0.5 * (first + second)
        )
        assert between[1] - between[0] == pytest.approx(0.6 * r)
        assert surface.masses[0] * first + surface.masses[1] * second == pytest.approx(0.0)
    shift = light.sites(r)[0][1] - heavy.sites(r)[0][1]
    moved = place + np.array([0.0, 0.0, 1.0]) * shift  # the atom seen from the centre of mass

    def value(surface, vector):
        distance = np.linalg.norm(vector, axis=1)
        return surface.potential(distance, vector[:, 2] / distance, r_a=r)

    np.testing.assert_allclose(value(light, moved), value(heavy, place), rtol=1e-12)
    again = SiteSurface.from_mapping(heavy.to_mapping(), (1.0, 2.0))
    np.testing.assert_array_equal(value(again, place), value(heavy, place))
    # C6 at long range: all five places.
    far = light.potential(400.0, 0.3, r_a=2.0) * 400.0**6
    assert far == pytest.approx(-(2 * 2.0 + 2 * 0.5 + 1.0), rel=1e-2)
    n2, h2, _ = pair
    with pytest.raises(UserError, match="a diatom and an atom"):
        surface_from_config(SITES, n2, h2)
