"""Descriptions of molecules with unlike ends: geometries, contact distances, moments."""

import numpy as np
import pytest

from vibrates.abinitio import geometries, settings
from vibrates.abinitio.contact import DECAY_ANGSTROM, RADIUS_FRACTION, Partners, contact_distance
from vibrates.abinitio.models import PolarProperties
from vibrates.campaign import new_pair
from vibrates.core.errors import UserError
from vibrates.core.yaml_files import read_yaml, write
from vibrates.molecules import table
from vibrates.potential.points import cosines

ATOMS = table.table().atoms


def partners(*names):
    found = [table.find(name) for name in names]
    return Partners(
        tuple(one.elements for one in found),
        tuple(one.masses_u for one in found),
        tuple(one.r_e_angstrom for one in found),
    )


def contact(names, angles):
    pair = partners(*names)
    radii = {
        element: RADIUS_FRACTION * ATOMS[element].radius_angstrom
        for one in pair.elements
        for element in one
    }
    orientations = np.stack(cosines(*np.array(angles, dtype=float).T))
    return contact_distance(pair, radii, DECAY_ANGSTROM, orientations)


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    """A function: the description that `vibrates new` writes for a pair, with changes to it."""

    def load(*names, change=lambda content: None):
        directory = tmp_path_factory.mktemp("pair") / "new"
        new_pair.write(names, directory, False)
        content = read_yaml(directory / "abinitio.yaml")
        change(content)
        write(content, directory / "abinitio.yaml")
        return settings.load(directory / "abinitio.yaml")

    return load


def test_contact_of_n2_and_h2_is_where_coupled_cluster_has_50_mev(root):
    """The five distances of the shipped description, which were found with CCSD(T) points."""
    known = settings.load(root / "config" / "abinitio" / "n2h2.yaml").settings.geometries
    found = contact(("N2", "H2"), list(geometries.REFERENCE_ANGLES.values()))
    wanted = [getattr(known.contact_angstrom, name) for name in geometries.REFERENCE_ANGLES]
    np.testing.assert_allclose(found, wanted, atol=0.2)


def test_contact_tells_the_ends_of_co_apart():
    """C reaches out farther: computed V is 81 meV at 2.92 angstrom (O end), 139 at 3.23 (C end)."""
    oxygen, carbon, beside = contact(("CO", "H2"), [(0, 90, 0), (180, 90, 0), (90, 90, 0)])
    assert carbon - oxygen == pytest.approx(0.31, abs=0.05) and beside < oxygen
    both_ways = contact(("H2", "CO"), [(90, 180, 0), (90, 0, 0)])  # seen from the other side
    np.testing.assert_allclose(both_ways, [oxygen, carbon], rtol=1e-6)


def test_contact_is_the_sum_of_radii_of_two_atoms_far_from_all_others():
    """Linear, with long bonds: the two inner atoms alone."""
    pair = Partners((("C", "O"), ("F", "H")), ((12.0, 16.0), (19.0, 1.0)), (4.0, 4.0))
    radii = {"C": 1.4, "O": 1.2, "F": 1.1, "H": 1.0}
    found = contact_distance(pair, radii, 0.1, np.array([[1.0], [1.0], [1.0]]))
    inner = 4.0 * 12.0 / 28.0 + 4.0 * 1.0 / 20.0
    assert found[0] == pytest.approx(1.2 + 1.1 + inner, abs=1e-4)


@pytest.mark.parametrize(
    ("names", "turned", "both_signs"),
    [
        (("CO", "H2"), {"Tb_a", "I_a"}, (True, False)),
        (("N2", "H2"), set(), (False, False)),
        (("H2", "CO"), {"Ta_b", "I_b"}, (False, True)),
        (("HF", "HCl"), {"Tb_a", "Ta_b", "I_a", "I_b", "I_ab", "H_ab"}, (True, True)),
        # R joins the centres of mass: two isotopes are two ends.
        (("HD", "N2"), {"Tb_a", "I_a"}, (True, False)),
    ],
)
def test_unlike_ends_are_turned_round(described, names, turned, both_signs):
    listed = settings.geometry_table(described(*names).points)
    found = set(listed["configuration"])
    known = {name for group in geometries.REVERSED_ANGLES.values() for name in group}
    assert found & known == turned
    assert {"H", "X", "Ta", "Tb", "I"} <= found
    for column, both in zip(("theta_a_deg", "theta_b_deg"), both_signs, strict=True):
        skew = listed[listed["group"] == "skew"]
        assert (skew[column] > 95.0).any() == both and (skew[column] < 85.0).any()
    coordinates = listed[geometries.COORDINATES]
    assert not coordinates[listed["group"] != "skew_tail"].duplicated().any()
    assert listed["R_angstrom"].min() > 1.5 and listed["R_angstrom"].max() > 9.0


def test_cuts_of_both_ends_begin_at_their_own_contact(described):
    listed = settings.geometry_table(described("CO", "H2").points)
    cuts = listed[listed["group"] == "cuts"].groupby("configuration")["R_angstrom"].min()
    assert cuts["Tb_a"] - cuts["Tb"] == pytest.approx(0.31, abs=0.05)


def test_polar_molecules_get_a_dipole(described):
    found = described("CO", "H2")
    asked = settings.monomer(found, "CO")
    assert isinstance(asked, PolarProperties)
    assert asked.symbols == ("C", "O") and asked.frozen_orbitals == 2 and asked.ecp == {}
    assert 1.128 / 0.529177 == pytest.approx(asked.r_bohr[2], abs=1e-3)
    programs = [settings.monomer_program(found, name) for name in ("CO", "H2")]
    assert programs == ["polar", "properties"]
    assert len({settings.monomer_fingerprint(found, name) for name in ("CO", "H2")}) == 2

    def stretched(content):
        content["properties"]["CO"]["methods"] = {"casscf": [1.5]}

    with pytest.raises(UserError, match=r"properties\.CO\.methods: casscf: those of unlike ends"):
        settings.monomer(described("CO", "H2", change=stretched), "CO")


def test_frozen_orbitals_are_those_of_the_points(pyscf):
    elements = list(ATOMS) + ["Ar", "Li", "Ne", "Na"]
    code = f"""
import json
from vibrates.abinitio.energies import CORE_ORBITALS
print(json.dumps([CORE_ORBITALS.get(one, 0) for one in {elements!r}]))
"""
    assert pyscf(code) == [settings.core_orbitals([one]) for one in elements]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["geometries"].pop("contact_atoms"), "give either contact_angstrom or contact"),
        (lambda c: c["geometries"]["contact_atoms"]["radii_angstrom"].pop("O"), "no radius of O"),
        (lambda c: c.update(points="a.csv", method=None) or c.pop("method"), "needed with points"),
        (lambda c: c.update(fit=FIT), "fit: its harmonics do not tell the ends of CO apart"),
    ],
)
def test_descriptions_that_cannot_be_meant_are_refused_in_one_line(described, change, message):
    with pytest.raises(UserError, match=message) as caught:
        described("CO", "H2", change=change)
    assert "\n" not in str(caught.value)


_FORM = {"R_m_angstrom": [[0, 0, 5]], "eps_meV": [[0, 0, 5]], "beta": [[0, 0, 5]],
         "zeta": [[0, 0, 5]]}  # fmt: skip
FIT = {
    "points": "data/points.csv",
    "stretch_length_angstrom": [0.5, 0.5],
    "weights": {"floor_meV": 0.05, "fraction": 0.02, "high_meV": 1000},
    "prior": {"R_m_angstrom": 1, "eps_meV": 100, "beta": 30, "zeta": 30},
    "other_priors": [],
    "folds": 5,
    "candidates": {"one": _FORM},
    "chosen": "one",
}
