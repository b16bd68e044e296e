"""Surfaces against their own definitions; in the kernel: test_surface_registry."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from surface_samples import FITTED, POLARIZABILITIES, SITES
from surface_samples import surface as build

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_MEV
from vibrates.molecules.diatom import Diatom
from vibrates.potential.lennard_jones import PUBLISHED_N2_H2, ImprovedLennardJonesSurface
from vibrates.potential.orientation import REFERENCE_CONFIGURATIONS
from vibrates.potential.sites import SiteSurface
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
    surface = build({"type": name, "beta": 8.0, "deformation": "none"}, *uncharged)
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
        rigid = ImprovedLennardJonesSurface(surface.parameters, surface.deformation, n2, h2)
        flat = ImprovedLennardJonesSurface(
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
        Diatom.from_config(name, MOLECULES[name] | POLARIZABILITIES) for name in ("N2", "H2")
    ]
    surface = build({"type": "modified", "beta": 8.0, "deformation": "polarizability"}, *molecules)
    n2, h2 = molecules
    at_rest = surface.deformation.apply(surface.parameters, n2.r_e, h2.r_e)
    np.testing.assert_allclose(at_rest, surface.parameters, rtol=1e-14)
    stretched = surface.deformation.apply(surface.parameters, 1.1 * n2.r_e, h2.r_e)
    assert (stretched[:2] > at_rest[:2]).all()
    # N2 along R (T_b, I) shows its parallel component, which grows faster.
    assert stretched[0, 4] / at_rest[0, 4] > stretched[0, 0] / at_rest[0, 0]


def test_missing_polarizability_is_named(pair):
    with pytest.raises(UserError, match=r"molecules\.N2.*polarizability.*missing; give both"):
        build({"type": "modified", "beta": 8.0, "deformation": "polarizability"}, *pair[:2])


def test_extra_harmonics_at_stretched_bonds_are_refused(pair):
    terms = FITTED["terms"] | {"beta": [{"powers": [0, 1], "values": [0.1] * 6}]}
    with pytest.raises(UserError, match=r"terms\.beta: 6 values for powers \[0, 1\].*give 5 or 1"):
        build(FITTED | {"terms": terms}, *pair[:2])


def test_a_surface_of_sites_is_that_of_its_isotopes(pair):
    """The same nuclei at the same places give the same V, whatever their masses."""
    light = SiteSurface.from_mapping(SITES["sites"], (1.0, 1.0))
    heavy = SiteSurface.from_mapping(SITES["sites"], (1.0, 2.0))
    rng = np.random.default_rng(8)
    r, place = 1.7, rng.normal(size=(20, 3)) * 5.0
    for surface in (light, heavy):
        first, second, *between, middle = (place for _, place in surface.sites(r))
        assert second - first == pytest.approx(r)
        assert middle == pytest.approx(0.5 * (first + second), abs=1e-12)  # bohr; zero if light
        assert between[1] - between[0] == pytest.approx(0.6 * r)
        # About the centre of mass.
        moment = surface.masses[0] * first + surface.masses[1] * second
        assert moment == pytest.approx(0.0, abs=1e-12)
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
        build(SITES, n2, h2)
