"""The fitted surface: its form, the committed parameters at the points, virial coefficients."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import lpmv
from surface_samples import surface as build

from vibrates.abinitio import settings
from vibrates.abinitio.geometries import REFERENCE_ANGLES, skew_orientations
from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_MEV, KELVIN_TO_HARTREE
from vibrates.core.yaml_files import read_layers
from vibrates.molecules.diatom import Atom, BondProperty
from vibrates.potential import basis_set, cross_validation, drawn, fit, orientation, points
from vibrates.potential import points as point_tables
from vibrates.potential.flexible import all_harmonics, flexible_lennard_jones
from vibrates.potential.orientation import EXTRA, REFERENCE_CONFIGURATIONS, extra_harmonics
from vibrates.potential.points import ANGLES, cosines
from vibrates.potential.virial import orientations, second_virial, spherical_average


@pytest.fixture(scope="module")
def described(root):
    return settings.load(root / "config" / "abinitio" / "n2h2.yaml")


@pytest.fixture(scope="module")
def molecules(described):
    return described.diatoms


@pytest.fixture(scope="module")
def prepared(root, described, molecules):
    computed, _ = point_tables.read(root / described.settings.fit.points)
    return points.prepare(computed, *molecules, described.settings.fit.stretch_length_angstrom)


@pytest.fixture(scope="module")
def all_points(root, described, molecules):
    """The points of all files of the fit, those held out too."""
    spec = described.settings.fit
    sources = [one._replace(path=root / one.path) for one in spec.sources()]
    return points.prepare(points.read_all(sources), *molecules, spec.stretch_functions())


@pytest.fixture(scope="module")
def in_small_basis(root, molecules):
    """The fit in the basis of the points, without the increment."""
    return build(drawn.read(root / "data" / "n2h2_surface_fit.nc").block(), *molecules)


@pytest.fixture(scope="module")
def fitted(root, molecules):
    """The default surface."""
    block = read_layers(root / "config" / "surfaces" / "fitted.yaml")["surface"]
    return build(block, *molecules)


def test_form_has_its_minimum_at_r_m_and_is_regular_where_the_exponent_is_six():
    x = np.linspace(0.3, 3.0, 2701)
    v = flexible_lennard_jones(x, 1.8, 10.3)
    assert x[v.argmin()] == pytest.approx(1.0, abs=1e-3)
    assert v.min() == pytest.approx(-1.0, abs=1e-9)
    assert (np.diff(v[x < 0.99]) < 0.0).all() and (np.diff(v[x > 1.01]) > 0.0).all()
    at = (6.0 - 1.8) / 10.3
    near = flexible_lennard_jones(at + np.array([-1e-9, 0.0, 1e-9]), 1.8, 10.3)
    np.testing.assert_allclose(near, near[1], rtol=1e-7)
    # Away from it, the form as one writes it down.
    n = 1.8 + 10.3 * x
    plain = (6.0 * x**-n - n * x**-6.0) / (n - 6.0)
    far = np.abs(n - 6.0) > 0.1
    np.testing.assert_allclose(v[far], plain[far], rtol=1e-11)


def test_extra_harmonics_vanish_at_the_reference_configurations_and_keep_the_symmetry():
    at = np.array(list(REFERENCE_CONFIGURATIONS.values())).T
    assert extra_harmonics(*at).shape == (EXTRA, 5)
    assert np.abs(extra_harmonics(*at)).max() == 0.0
    c_a, c_b, c_ab = np.random.default_rng(3).uniform(-1, 1, (3, 20))
    expected = extra_harmonics(c_a, c_b, c_ab)
    np.testing.assert_allclose(extra_harmonics(c_a, -c_b, -c_ab), expected, rtol=1e-14)
    np.testing.assert_allclose(extra_harmonics(-c_a, c_b, -c_ab), expected, rtol=1e-14)


def test_harmonics_are_independent_and_complete_to_orders_4_2_and_6_0():
    """Products of Legendre functions P_l^m(a) P_k^m(b) cos(m phi) by SciPy lie in their span."""
    theta_a, theta_b = np.arccos(np.random.default_rng(4).uniform(-1, 1, (2, 400)))
    phi = np.random.default_rng(5).uniform(0, np.pi, 400)
    span = all_harmonics(*orientation.cosines(theta_a, theta_b, phi)).T
    assert np.linalg.matrix_rank(span) == 5 + EXTRA
    for l, k in ((0, 0), (2, 0), (0, 2), (4, 0), (0, 4), (2, 2), (4, 2), (2, 4), (6, 0), (0, 6)):
        for m in range(min(l, k) + 1):
            value = lpmv(m, l, np.cos(theta_a)) * lpmv(m, k, np.cos(theta_b)) * np.cos(m * phi)
            left = value - span @ np.linalg.lstsq(span, value, rcond=None)[0]
            assert np.abs(left).max() < 1e-10 * np.abs(value).max(), (l, k, m)


def test_angles_are_those_of_the_reference_configurations():
    for name, angles in REFERENCE_ANGLES.items():
        np.testing.assert_allclose(cosines(*angles), REFERENCE_CONFIGURATIONS[name], atol=1e-15)


def test_skew_orientations_are_isotropic():
    angles = skew_orientations(256, 1, True, False)
    assert np.cos(np.radians(angles[:, 0])).min() >= 0.0
    assert np.mean(np.cos(np.radians(angles[:, 0])) ** 2) == pytest.approx(1 / 3, abs=0.01)
    assert np.mean(np.cos(np.radians(angles[:, 1]))) == pytest.approx(0.0, abs=0.01)


@pytest.fixture(scope="module")
def held_out(prepared, in_small_basis):
    """`points.quality` of the surface at the orientations that no fit has seen."""
    rows = prepared[prepared["group"].str.startswith("held_out")]
    error = points.energy(in_small_basis, rows) - rows["energy_meV"].to_numpy()
    return points.quality(rows["energy_meV"].to_numpy(), error)


def test_held_out_orientations_are_met(held_out):
    """5 % on the wall (50 meV to 1 eV) and 0.3 meV in the well, every point."""
    assert held_out["wall_percent_points"] >= 10 and held_out["well_meV_points"] >= 18
    assert held_out["wall_percent_largest"] < 5.0
    assert held_out["well_meV_largest"] < 0.3


def test_designed_points_and_long_bonds_that_are_held_out_are_met(all_points, in_small_basis):
    """10 % of the wall at 1.6 angstrom of N2 and 1.3 of H2, 3 % at the designed orientations."""
    rows = all_points[all_points["group"].str.startswith("held_out")]
    rows = rows.assign(error=points.energy(in_small_basis, rows) - rows["energy_meV"])
    wall = rows[rows["energy_meV"].between(*points.WALL_MEV)]
    relative = (100.0 * wall["error"] / wall["energy_meV"]).abs()
    long_a, long_b = wall["r_a_angstrom"] == 1.6, wall["r_b_angstrom"] == 1.3
    assert long_a.sum() == long_b.sum() == 7
    assert relative[long_a].max() < 10.0 and relative[long_b].max() < 10.0
    assert relative[~(long_a | long_b)].max() < 5.0
    designed = wall["group"].isin(["held_out_quadrature", "held_out_chosen"])
    assert designed.sum() >= 15 and np.sqrt((relative[designed] ** 2).mean()) < 1.5


def test_points_of_the_fit_are_met(prepared, in_small_basis):
    seen = prepared[~prepared["group"].str.startswith("held_out")]
    error = points.energy(in_small_basis, seen) - seen["energy_meV"].to_numpy()
    for name, found in points.by_configuration(seen, error).items():
        assert found["wall_percent_rms"] < 3.0, name
        assert found.get("well_meV_largest", 0.0) < 0.3, name


def test_independent_points_of_the_same_level_are_met(
    root, described, molecules, prepared, in_small_basis
):
    """21 points that no fit has seen; one bond changed by 0.05 angstrom."""
    computed, provenance = point_tables.read(root / "tests" / "data" / "n2h2_ccsdt_independent.csv")
    level = settings.level(described.points).to_mapping()
    assert {name: provenance[name] for name in ("basis", "midbond")} == {
        name: level[name] for name in ("basis", "midbond")
    }
    assert computed.merge(prepared, on=point_tables.COORDINATES).empty
    rows = points.prepare(computed, *molecules, described.settings.fit.stretch_length_angstrom)
    error = points.energy(in_small_basis, rows) - rows["energy_meV"].to_numpy()
    found = points.quality(rows["energy_meV"].to_numpy(), error)
    assert found["wall_percent_points"] == 13
    assert found["wall_percent_rms"] < 5.0


def test_refitting_the_points_gives_the_committed_parameters(root, described, all_points):
    """The fit, and the default surface: its sum with the increment of the basis set."""
    spec, asked = described.settings.fit, described.settings.fit.increment
    seen = all_points[~all_points["group"].str.startswith("held_out")].reset_index(drop=True)
    found = fit.fit(
        seen,
        fit.terms(spec.candidates[spec.chosen].to_mapping()),
        fit.Weights(**spec.weights.to_mapping()),
        spec.prior.to_mapping(),
    )
    larger = pd.concat([point_tables.read(root / path)[0] for path in asked.points])
    small, _ = point_tables.read(root / spec.points)
    changed = points.prepare(
        basis_set.changes(small, larger, asked.factor),
        *described.diatoms,
        spec.stretch_functions(),
    )
    increment = basis_set.fit_increment(
        found,
        changed,
        basis_set.increment_terms(asked.candidates[asked.chosen].to_mapping()),
        basis_set.Accuracy(**asked.accuracy.to_mapping()),
        asked.prior.to_mapping(),
    )
    committed = {
        "fit": drawn.read(root / "data" / "n2h2_surface_fit.nc").block()["terms"],
        "sum": read_layers(root / "config" / "surfaces" / "fitted.yaml")["surface"]["terms"],
    }
    for kind, own in (("fit", found.rows()), ("sum", basis_set.summed(found, increment).rows())):
        for name, rows in committed[kind].items():
            for ours, theirs in zip(own[name], rows, strict=True):
                assert ours["powers"] == list(theirs["powers"])
                np.testing.assert_allclose(ours["values"], theirs["values"], rtol=1e-3, atol=2e-3)


def test_fit_recovers_known_parameters_and_its_covariance_covers_noise(prepared):
    """Points made from a known surface with known noise: estimates within four standard errors."""
    seen = prepared[(prepared["xi_a"] == 0) & (prepared["xi_b"] == 0)].reset_index(drop=True)
    terms = [fit.Term(name, (0, 0), 5) for name in fit.PARAMETERS]
    truth = fit.start(terms) * 1.03
    weights = fit.Weights(0.05, 0.02, 1000.0)
    exact = fit.Design(seen, terms).energy(truth)
    noise = np.random.default_rng(2).normal(size=len(seen)) * weights.sigma(exact)
    wide = {"R_m_angstrom": 10.0, "eps_meV": 100.0, "beta": 100.0, "zeta": 100.0}
    found = fit.fit(seen.assign(energy_meV=exact + noise), terms, weights, wide)
    error = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.values - truth) < 4.0 * error).all()
    assert 0.5 < found.reduced_chi_square < 2.0


def test_folds_leave_out_whole_skew_orientations_and_every_stretched_point_once(prepared):
    seen = prepared[~prepared["group"].str.startswith("held_out")].reset_index(drop=True)
    folds = cross_validation.folds(seen, 5)
    counted = np.sum(folds, axis=0)
    rigid_cut = (seen["xi_a"] == 0) & (seen["xi_b"] == 0) & ~seen["configuration"].str.match("skew")
    np.testing.assert_array_equal(counted, np.where(rigid_cut, 0, 1))
    # By angles: skew_well00 is the orientation of skew00.
    angles = pd.MultiIndex.from_frame(seen[ANGLES])
    skew = seen["configuration"].str.match("skew")
    for left_out in folds:
        assert not set(angles[left_out & skew]) & set(angles[~left_out])


def test_held_out_orientations_are_in_no_fit(prepared):
    held_out = prepared["group"].str.startswith("held_out")
    angles = pd.MultiIndex.from_frame(prepared[ANGLES])
    assert not set(angles[held_out]) & set(angles[~held_out])
    wells = prepared[held_out & (prepared["energy_meV"] < 0.0)]
    assert len(set(pd.MultiIndex.from_frame(wells[ANGLES]))) >= 5


def test_cross_validation_tells_a_form_that_can_hold_the_points_from_one_that_cannot(prepared):
    """Points made with slopes of R_m: the form without them has to lose by far."""
    seen = prepared[~prepared["group"].str.startswith("held_out")].reset_index(drop=True)
    rigid = [fit.Term(name, (0, 0), 5) for name in fit.PARAMETERS]
    full = [*rigid, fit.Term("R_m_angstrom", (1, 0), 5), fit.Term("R_m_angstrom", (0, 1), 5)]
    truth = fit.start(full)
    truth[-10:] = 0.3
    weights = fit.Weights(0.05, 0.02, 1000.0)
    seen = seen.assign(energy_meV=fit.Design(seen, full).energy(truth))
    wide = {"R_m_angstrom": 10.0, "eps_meV": 100.0, "beta": 100.0, "zeta": 100.0}
    folds = cross_validation.folds(seen, 5)
    scores = []
    for terms in (full, rigid):
        left_out = cross_validation.cross_validate(seen, terms, weights, wide, folds)
        found = fit.fit(seen, terms, weights, wide)
        scores.append(cross_validation.judgement(seen, left_out, seen, found)["score"])
    assert scores[0] < 0.1 < 1.0 < scores[1]


def test_surface_is_smooth_and_repulsive_at_the_bond_lengths_that_v_40_reaches(fitted, molecules):
    a, b = molecules
    r_a = a.basis(range(25, 48)).r
    distance = np.linspace(2.0, 5.0, 61)[:, None] * ANGSTROM_TO_BOHR
    for angles in REFERENCE_CONFIGURATIONS.values():
        v = fitted.potential(distance, *angles, r_a) * HARTREE_TO_MEV
        inner = v > 100.0
        assert (np.diff(v, axis=0)[inner[1:]] < 0.0).all()
        assert v.min() > -40.0
        assert inner[0].all()


def test_bond_property_goes_smoothly_to_the_separated_atoms(molecules):
    n2, h2 = molecules
    for molecule, limit in ((n2, 14.8), (h2, 9.0)):
        for name in ("polarizability_parallel", "polarizability_perpendicular"):
            value = getattr(molecule, name)
            assert value(20.0 * ANGSTROM_TO_BOHR) == pytest.approx(limit, abs=0.05)
        assert molecule.quadrupole(20.0 * ANGSTROM_TO_BOHR) == pytest.approx(0.0, abs=0.01)
    with pytest.raises(UserError, match="give either length_angstrom"):
        BondProperty.from_config({"coefficients_au": [1.0]}, 1.0)


def test_bond_properties_are_those_computed(root, molecules):
    for molecule in molecules:
        computed = pd.read_csv(
            root / "data" / f"{molecule.name.lower()}_properties.csv", comment="#"
        )
        computed = computed[computed["method"] == "ccsd(t)"]
        near = computed[
            np.abs(computed["r_angstrom"] * ANGSTROM_TO_BOHR / molecule.r_e - 1.0) < 0.3
        ]
        assert len(near) >= 1
        r = near["r_angstrom"].to_numpy() * ANGSTROM_TO_BOHR
        for key, name in (("alpha_par_au", "polarizability_parallel"),
                          ("alpha_perp_au", "polarizability_perpendicular"),
                          ("quadrupole_au", "quadrupole")):  # fmt: skip
            np.testing.assert_allclose(getattr(molecule, name)(r), near[key], rtol=0.01)


def test_polarizabilities_of_stretched_n2_follow_casscf(root, molecules):
    """Up to 1.7 angstrom (reached by v = 40) in the ratio of CCSD(T) and CASSCF at 1.3 angstrom."""
    computed = pd.read_csv(root / "data" / "n2_properties.csv", comment="#")
    casscf = computed[computed["method"] == "casscf"].set_index("r_angstrom").loc[[1.3, 1.5, 1.7]]
    r = casscf.index.to_numpy() * ANGSTROM_TO_BOHR
    for key, name in (("alpha_par_au", "polarizability_parallel"),
                      ("alpha_perp_au", "polarizability_perpendicular")):  # fmt: skip
        ratio = getattr(molecules[0], name)(r) / casscf[key]
        np.testing.assert_allclose(ratio, ratio.iloc[0], rtol=0.005)


class Sphere:
    """Lennard-Jones 12-6 without orientation: eps = 1, minimum at ``r_m`` (a.u. of energy eps)."""

    def __init__(self, eps, sigma):
        self.eps, self.sigma = eps, sigma

    def potential(self, distance, c_a, c_b, c_ab):
        s6 = (self.sigma / distance) ** 6
        return 4.0 * self.eps * (s6**2 - s6) + 0.0 * (c_a + c_b + c_ab)


def test_virial_coefficient_of_the_lennard_jones_gas():
    """B* at T* = 1, 2, 5 (Hirschfelder, Curtiss, Bird): -2.538, -0.6276, 0.2433.

    B* is B in 2 pi N sigma^3/3.
    """
    sigma = 3.3 * ANGSTROM_TO_BOHR
    a, b = Atom("a", 3000.0, reduced_mass=1000.0), Atom("b", 3000.0, reduced_mass=1000.0)
    unit = 2.0 * np.pi / 3.0 * 0.602214 * 3.3**3
    temperatures = np.array([1.0, 2.0, 5.0]) * 100.0
    sphere = Sphere(100.0 * KELVIN_TO_HARTREE, sigma)
    classical, quantum = second_virial(sphere, a, b, temperatures)
    np.testing.assert_allclose(classical / unit, [-2.5381, -0.62763, 0.24334], atol=3e-4)

    def integrand(x, kt):
        slope = (sphere.potential(x + 1e-4, 0, 0, 0) - sphere.potential(x - 1e-4, 0, 0, 0)) / 2e-4
        return np.exp(-sphere.potential(x, 0, 0, 0) / kt) * slope**2 * x**2

    kt = temperatures[0] * KELVIN_TO_HARTREE
    expected = quad(integrand, 0.6 * sigma, 8 * sigma, args=(kt,), limit=200)[0] / (
        24 * kt**3 * 1500.0
    )
    expected *= 2.0 * np.pi * 6.02214076e23 * (0.529177210544e-8) ** 3
    assert quantum[0] == pytest.approx(expected, rel=1e-3)


def test_orientations_average_the_harmonics_to_zero(fitted):
    c_a, c_b, c_ab, weight = orientations()
    assert weight.sum() == pytest.approx(1.0)
    for harmonic in (c_a**2, c_b**2, c_ab**2):
        assert harmonic @ weight == pytest.approx(1 / 3, abs=1e-12)
    well = spherical_average(fitted, np.linspace(6.0, 9.0, 31)).min() * HARTREE_TO_MEV
    assert -6.5 < well < -3.5


def test_virial_coefficients_follow_the_measured_mixtures(root, fitted, molecules):
    """GERG-2008, a correlation of measurements, within 2.5 cm^3/mol from 150 to 450 K."""
    known = pd.read_csv(root / "data" / "n2h2_b12_gerg2008.csv", comment="#")
    classical, quantum = second_virial(fitted, *molecules, known["T_K"].to_numpy())
    assert np.abs(classical + quantum - known["B12_cm3_mol"]).max() < 2.5
    assert (quantum > 0.0).all()


def test_description_names_its_mistakes(root, tmp_path):
    text = (root / "config" / "abinitio" / "n2h2.yaml").read_text()
    text = text.replace("../molecules.yaml", str(root / "config" / "molecules.yaml"))
    for wrong, expected in (("chosen: nothing", "fit.chosen"), ("chosen: 5", "chosen")):
        path = Path(tmp_path / "wrong.yaml")
        path.write_text("\n".join(f"  {wrong}" if line.startswith("  chosen:") else line
                                  for line in text.splitlines()))  # fmt: skip
        with pytest.raises(UserError, match=expected):
            settings.load(path)


def test_data_file_says_how_it_was_computed(root, described):
    _, provenance = point_tables.read(root / described.settings.fit.points)
    level = settings.level(described.points)
    assert provenance["basis"] == level.basis
    assert provenance["midbond"] == level.to_mapping()["midbond"]
    assert "PySCF" in provenance["program"]
    json.dumps(provenance)
