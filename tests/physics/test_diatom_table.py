"""The table of diatoms: relations between its constants that were not used to make it."""

import numpy as np
import pandas as pd
import pytest
import yaml

from vibrates.core.errors import UserError
from vibrates.core.units import AMU_TO_ME, ANGSTROM_TO_BOHR, BOHR_TO_ANGSTROM, HARTREE_TO_CM
from vibrates.molecules import property_fit, table
from vibrates.molecules.diatom import BondProperty, Diatom
from vibrates.molecules.rotation import check_spin_weights
from vibrates.molecules.settings import PROPERTIES, Molecule

DIATOMS = table.table().diatoms
# Observed fundamentals v = 0 -> 1, cm^-1 (band origins of the infrared or Raman bands; of F2 and
# Cl2 from electronic bands), which no entry states.
FUNDAMENTALS = {
    "H2": 4161.17, "D2": 2993.61, "HD": 3632.16, "N2": 2329.91, "CO": 2143.27, "HF": 3961.42,
    "HCl": 2885.98, "SiO": 1229.6, "F2": 893.9, "Cl2": 554.35, "O2": 1556.39, "NO": 1876.0,
    "CN": 2042.42, "OH": 3569.6,
}  # fmt: skip


def test_it_has_the_common_diatoms():
    wanted = {"N2", "O2", "CO", "NO", "H2", "D2", "HD", "HCl", "HF", "SiO", "CN", "OH"}
    assert wanted <= set(DIATOMS) and set(FUNDAMENTALS) == set(DIATOMS)
    assert all(one.source for one in DIATOMS.values())


@pytest.mark.parametrize("name", DIATOMS)
def test_the_bond_length_follows_from_the_rotational_constant(name):
    """r_e = 1/sqrt(2 mu B_e)."""
    one = DIATOMS[name]
    m_1, m_2 = one.masses_u
    reduced = AMU_TO_ME * m_1 * m_2 / (m_1 + m_2)
    r = 1.0 / np.sqrt(2.0 * reduced * one.B_e_cm / HARTREE_TO_CM) * BOHR_TO_ANGSTROM
    assert one.r_e_angstrom == pytest.approx(r, rel=2e-4)


@pytest.mark.parametrize("name", DIATOMS)
def test_anharmonicities_give_the_observed_fundamental(name):
    diatom = Diatom.from_config(name, DIATOMS[name].molecule().to_mapping())
    levels = diatom.level_energy(np.arange(2)) * HARTREE_TO_CM
    assert np.diff(levels) == pytest.approx(FUNDAMENTALS[name], abs=0.4)


@pytest.mark.parametrize("name", sorted(set(DIATOMS) - {"H2", "HD", "D2"}))
def test_the_rotational_constant_decreases_as_that_of_the_morse_curve(name):
    """Pekeris: alpha_e = 6 (sqrt(omega_e x_e B_e^3) - B_e^2)/omega_e, for Morse curves; 30 %.

    That of hydrogen is no Morse curve (2.1 for 3.1 cm^-1); its isotopes are compared below.
    """
    one = DIATOMS[name]
    pekeris = 6.0 * (np.sqrt(one.omega_e_x_e_cm * one.B_e_cm**3) - one.B_e_cm**2) / one.omega_e_cm
    assert one.alpha_e_cm == pytest.approx(pekeris, rel=0.3)


def test_isotopes_of_hydrogen_share_one_curve():
    """omega_e as 1/sqrt(mu), omega_e x_e and B_e as 1/mu, one D_e: but for Born-Oppenheimer."""
    h2 = DIATOMS["H2"]
    for name in ("HD", "D2"):
        other = DIATOMS[name]
        reduced = [m_1 * m_2 / (m_1 + m_2) for m_1, m_2 in (h2.masses_u, other.masses_u)]
        ratio = reduced[0] / reduced[1]
        assert other.omega_e_cm == pytest.approx(h2.omega_e_cm * np.sqrt(ratio), rel=1e-3)
        assert other.omega_e_x_e_cm == pytest.approx(h2.omega_e_x_e_cm * ratio, rel=0.025)
        assert other.alpha_e_cm == pytest.approx(h2.alpha_e_cm * ratio**1.5, rel=0.01)
        assert other.B_e_cm == pytest.approx(h2.B_e_cm * ratio, rel=1e-3)
        assert other.D_e_eV == pytest.approx(h2.D_e_eV, abs=1e-3)
        assert other.properties == h2.properties


@pytest.mark.parametrize("name", DIATOMS)
def test_every_entry_is_a_plausible_molecule(name):
    """`Molecule` refuses what contradicts itself; the Morse relation defines beta_e."""
    one = DIATOMS[name]
    molecule = one.molecule()
    m_1, m_2 = one.masses_u
    depth_cm, mass = molecule.D_e_eV * 8065.544, m_1 * m_2 / (m_1 + m_2)
    assert molecule.beta_e_per_angstrom == pytest.approx(
        0.12177 * one.omega_e_cm * np.sqrt(mass / depth_cm), rel=1e-3
    )
    assert 0.5 < molecule.effective_electrons <= one.valence_electrons
    wanted = Molecule.from_mapping(molecule.to_mapping(), "again")
    assert wanted == molecule


@pytest.mark.parametrize("name", [n for n, one in DIATOMS.items() if one.like_ends])
def test_nuclear_spin_weights_follow_from_spin_and_state(name):
    """Those that the quantised rotors know by mass; 35Cl2: I = 3/2."""
    weights = DIATOMS[name].spin_weights
    check_spin_weights(name, DIATOMS[name].masses_u, weights)
    if name == "Cl2":
        assert weights == (3, 5)


def test_effective_electrons_are_those_that_campaigns_had(root):
    shipped = yaml.safe_load((root / "config" / "molecules.yaml").read_text())["molecules"]
    for name in ("N2", "H2", "CO", "HD"):
        entry = DIATOMS[name].molecule()
        assert entry.effective_electrons == shipped[name]["effective_electrons"]
        assert entry.D_e_eV == pytest.approx(shipped[name]["D_e_eV"], abs=0.003)
        for key in PROPERTIES[:3]:
            assert (
                list(getattr(entry, key).coefficients_au) == shipped[name][key]["coefficients_au"]
            )
    assert DIATOMS["O2"].effective_electrons == pytest.approx(9.33, abs=0.01)


@pytest.mark.parametrize("name", ["CO", "HF", "HCl", "SiO", "F2", "Cl2"])
def test_properties_are_those_computed(root, name):
    computed = pd.read_csv(root / "data" / f"{name.lower()}_polar.csv", comment="#")
    one = DIATOMS[name]
    r = computed["r_bohr"].to_numpy()
    columns = {"alpha_par_au": "polarizability_parallel", "quadrupole_au": "quadrupole",
               "alpha_perp_au": "polarizability_perpendicular", "dipole_au": "dipole"}  # fmt: skip
    for column, key in columns.items():
        given = getattr(one.properties, key)
        if given is None:
            np.testing.assert_allclose(computed[column], 0.0, atol=1e-4)
            continue
        found = BondProperty.from_config(given.to_mapping(), one.r_e_angstrom * ANGSTROM_TO_BOHR)
        np.testing.assert_allclose(found(r), computed[column], rtol=0.02, atol=0.02)


@pytest.mark.parametrize(
    ("name", "debye"), [("CO", 0.12), ("HF", 1.80), ("HCl", 1.09), ("SiO", 3.09)]
)
def test_dipoles_are_near_the_measured_ones(name, debye):
    """At r_e, debye; the sign: C^- O^+, H^+ F^-, H^+ Cl^-, Si^+ O^- (positive towards the second).

    Measured: Muenter (1975) CO 0.110 for v = 0, HF 1.826, HCl 1.109, Raymonda et al. SiO 3.098.
    """
    dipole = DIATOMS[name].properties.dipole.coefficients_au[0] / 0.393430
    assert abs(dipole) == pytest.approx(debye, rel=0.06, abs=0.04)
    assert (dipole > 0) is (name == "CO")


def test_separated_atoms_are_those_of_the_table():
    atoms = table.table().atoms
    for one in DIATOMS.values():
        if one.properties is None:
            continue
        total = sum(atoms[element].polarizability_au for element in one.elements)
        for key in PROPERTIES[:2]:
            coefficients = getattr(one.properties, key).coefficients_au
            assert sum(coefficients) == pytest.approx(total, rel=0.005)


def test_a_fitted_property_meets_its_points_and_the_separated_atoms():
    exact = np.array([15.6, 20.5, 12.4, 7.8, 25.1, -64.8])
    exact[-1] = 16.6 - exact[:-1].sum()
    r = np.linspace(0.9, 1.5, 7)
    values = np.polynomial.polynomial.polyval(np.tanh((r - 1.13) / 1.0), exact)
    found = property_fit.fit(r, values, 1.13, 16.6, 1.0, 5)
    np.testing.assert_allclose(found, exact, atol=2e-3)
    assert sum(property_fit.fit(r, 1.1 * values, 1.13, 16.6, 1.0, 4)) == pytest.approx(16.6)
    with pytest.raises(UserError, match="3 bond lengths for a polynomial of degree 5"):
        property_fit.fit(r[:3], values[:3], 1.13, 16.6, 1.0, 5)


def test_an_unknown_molecule_is_one_line_with_the_known_ones():
    with pytest.raises(UserError, match=r"'XY' is not in the table.*N2, .*masses_u") as caught:
        table.find("XY")
    assert "\n" not in str(caught.value)


# --- Plausibility of what a user writes.


def changed(name: str, **changes):
    stated = DIATOMS[name].molecule().to_mapping()
    for key, coefficients in changes.items():
        stated[key] = {"coefficients_au": coefficients, "length_angstrom": 1.0}
    return Molecule.from_mapping(stated, "c.yaml", f"molecules.{name}")


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("CO", {"polarizability_parallel": [15.6, 20.5, 16.4, 6.2, -2.0]},
         "molecules.CO.polarizability_parallel.coefficients_au: their sum, 56.7 bohr.*16.6"),
        ("N2", {"quadrupole": [-1.1, 1.2, 2.0]}, "quadrupole.*their sum, 2.1 e bohr.2, is"),
        ("HF", {"dipole": [-0.7, -0.6]}, "dipole.*their sum, -1.3 e bohr.*limit 0.05"),
        ("HF", {"dipole": [-18.0, 18.0]}, "dipole moment of .*limit 10.*0.3934"),
        ("N2", {"dipole": [0.1, -0.1]}, "molecules.N2.dipole: given, but both atoms have the same"),
    ],
)  # fmt: skip
def test_sums_and_dipoles_that_no_molecule_has_are_refused(name, changes, words):
    with pytest.raises(UserError, match=words) as caught:
        changed(name, **changes)
    assert "\n" not in str(caught.value)


def test_all_missing_constants_are_named_at_once_with_a_recipe_each():
    with pytest.raises(UserError) as caught:
        Molecule.from_mapping({"masses_u": [12.0, 16.0], "x_e": 0.006}, "c.yaml", "molecules.CO")
    said = str(caught.value)
    keys = ("omega_e_cm", "y_e", "r_e_angstrom", "beta_e_per_angstrom", "D_e_eV",
            "effective_electrons")  # fmt: skip
    assert all(f"'{key}'" in said and f"{key}: " in said for key in keys) and "'x_e'" not in said
    assert "N (1 - N_b (N - N_b)/N^2)" in said and "0.12177" in said and "\n" not in said
