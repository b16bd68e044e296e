"""Long bonds: NEVPT2 joined to CCSD(T), and points that a data file holds already."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml

from vibrates.abinitio import coupled_cluster, settings
from vibrates.abinitio.geometries import contact_distance
from vibrates.core import tables
from vibrates.core.columns import COORDINATES, ENERGY
from vibrates.core.errors import UserError
from vibrates.potential import long_bonds
from vibrates.potential import points as point_tables

LENGTH = 1.3
H2 = {
    "symbols": ["H"] * 4, "masses_u": [[1.0, 1.0]] * 2, "basis": "6-31g**", "midbond": {},
    "method": "NEVPT2", "program": "PySCF",
}  # fmt: skip


@pytest.fixture(scope="module")
def description(root):
    return settings.load(root / "config" / "abinitio" / "n2h2.yaml")


@pytest.fixture
def both(description):
    """Made-up energies at the geometries of long bonds: CCSD(T) is CASSCF + 1.3 of the rest."""
    listed = settings.geometry_table(description.further["long_bonds_a"])
    casscf = 300.0 * np.exp(-2.0 * (listed["R_angstrom"] - 2.5)) + listed["theta_a_deg"]
    nevpt2 = casscf - 20.0 - listed["r_a_angstrom"] - listed["theta_b_deg"] / 10.0
    points = listed.assign(E_CASSCF_meV=casscf, E_NEVPT2_meV=nevpt2)
    near = listed["r_a_angstrom"] <= 1.35
    coupled = listed.assign(**{ENERGY: casscf + 1.3 * (nevpt2 - casscf)})
    return points, coupled[near]


def test_joined_points_are_those_of_coupled_cluster_where_the_factor_is_one(both):
    nevpt2, coupled = both
    found = long_bonds.joined(nevpt2, coupled, LENGTH)
    assert (found["r_a_angstrom"] > LENGTH).all()
    assert len(found) == (nevpt2["r_a_angstrom"] > LENGTH).sum()
    np.testing.assert_allclose(found["factor"], 1.3, rtol=1e-9)
    external = found["E_NEVPT2_meV"] - found["E_CASSCF_meV"]
    np.testing.assert_allclose(found[ENERGY], found["E_CASSCF_meV"] + 1.3 * external, atol=1e-5)
    assert set(found["method"]) == {long_bonds.JOINED}


def test_the_factor_is_that_of_the_same_orientation_and_distance(both):
    nevpt2, coupled = both
    shifted = coupled.copy()
    at = (shifted["configuration"] == "I") & (shifted["r_a_angstrom"] == LENGTH)
    first = shifted[at].index[0]
    shifted.loc[first, ENERGY] += 5.0
    changed = long_bonds.joined(nevpt2, shifted, LENGTH)
    before = long_bonds.joined(nevpt2, coupled, LENGTH)
    differs = changed["factor"] != before["factor"]
    row = shifted.loc[first]
    assert set(changed.loc[differs, "configuration"]) == {"I"}
    assert set(changed.loc[differs, "r_b_angstrom"]) == {row["r_b_angstrom"]}
    # The end of the bond is at the same distance, half of what it is longer.
    gap = changed.loc[differs, "R_angstrom"] - row["R_angstrom"]
    half = 0.5 * (changed.loc[differs, "r_a_angstrom"] - LENGTH)
    np.testing.assert_allclose(gap, half, atol=0.011)


def test_a_long_bond_without_a_partner_is_named(both):
    nevpt2, coupled = both
    without = coupled[coupled["configuration"] != "Tb"]
    with pytest.raises(UserError, match=r"no point at the joining length for theta_a_deg = 0, .*"):
        long_bonds.joined(nevpt2, without, LENGTH)
    with pytest.raises(UserError, match="no geometry with a bond of 1.31 angstrom in both"):
        long_bonds.joined(nevpt2, coupled, 1.31)


def test_overlap_has_both_methods_and_the_prediction(both):
    nevpt2, coupled = both
    found = long_bonds.overlap(nevpt2, coupled, LENGTH)
    assert len(found) == len(coupled)
    predicted = found["joined_meV"].notna()
    assert predicted.sum() > 20
    np.testing.assert_allclose(
        found.loc[predicted, "joined_meV"], found.loc[predicted, ENERGY], rtol=1e-9
    )


def test_a_long_bond_moves_the_contact_with_its_end(description):
    """At I both ends face each other; at H they are side by side."""
    listed = settings.geometry_table(description.further["long_bonds_a"])
    chosen = listed[(listed["group"] == "bonds") & (listed["r_a_angstrom"] == 1.9)]
    angles = {"H": (90.0, 90.0, 0.0), "I": (0.0, 0.0, 0.0)}
    for name, one in angles.items():
        contact = contact_distance(
            description.settings.geometries, np.array([one]), settings.partners(description.points)
        )[0]
        first = chosen.loc[chosen["configuration"] == name, "R_angstrom"].iloc[0]
        moved = 0.5 * (1.9 - 1.098) if name == "I" else 0.0
        assert first == pytest.approx(contact - 0.4 + moved, abs=0.006)


def test_points_of_the_data_file_are_not_computed_again(tmp_path, description, monkeypatch):
    chosen = description.further["long_bonds_b"]
    listed = settings.geometry_table(chosen)
    listed[listed["block"] == 0].to_csv(tmp_path / "geometries.csv", index=False)
    level = settings.level(chosen).to_mapping()
    (tmp_path / "level.json").write_text(json.dumps(level))
    energies = dict.fromkeys(coupled_cluster.STAGE.energies, 1.0)
    known = listed[:5].drop(columns="block").assign(seconds=12.0, **energies)
    tables.write(tmp_path / "known.csv", known, level)
    computed = []

    def point(row, level):
        computed.append(row["R_angstrom"])
        return np.arange(6.0)

    monkeypatch.setattr(coupled_cluster, "point", point)
    names = [str(tmp_path / name) for name in ("geometries.csv", "level.json")]
    output = str(tmp_path / "0.csv")
    coupled_cluster.compute_block(*names, 0, output, known=str(tmp_path / "known.csv"))
    found, _ = tables.read(output)
    count = (listed["block"] == 0).sum()
    assert len(found) == count and len(computed) == count - 5
    assert list(found["E_HF_meV"]) == [1.0] * 5 + [0.0] * (count - 5)
    tables.write(tmp_path / "known.csv", known, level | {"basis": "aug-cc-pvtz"})
    with pytest.raises(UserError, match=r"known\.csv: computed with basis = aug-cc-pvtz, now"):
        coupled_cluster.compute_block(
            *names, 0, str(tmp_path / "1.csv"), known=str(tmp_path / "known.csv")
        )


def test_the_forecast_counts_what_the_data_file_lacks(description, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = settings.forecast(description, "long_bonds_b")
    seconds = description.settings.further["long_bonds_b"].seconds
    hours = f"{112 * seconds / 3600:.2f}"
    assert "112 points, 112 of them not in" in found and hours in found
    assert settings.forecast(description, "points") == ""


def test_groups_of_a_file_are_read_and_a_missing_one_is_named(description, root, monkeypatch):
    monkeypatch.chdir(root)
    listed = settings.geometry_table(description.further["designed"])
    stored = pd.read_csv(root / "data" / "n2h2_design.csv", comment="#")
    assert len(listed) == len(stored)
    pd.testing.assert_frame_equal(
        listed[COORDINATES].sort_values(COORDINATES, ignore_index=True),
        stored[COORDINATES].sort_values(COORDINATES, ignore_index=True),
    )
    chosen = description.further["designed"].to_mapping()
    chosen["geometries"]["groups"] = {"other": {"file": "data/n2h2_design.csv"}}
    with pytest.raises(UserError, match=r"groups\.other: data/n2h2_design\.csv has no row"):
        settings.geometry_table(type(description.points).from_mapping(chosen, "test"))


def test_a_pending_group_must_exist(root, tmp_path):
    content = yaml.safe_load((root / "config" / "abinitio" / "n2h2.yaml").read_text())
    content["molecules"] = str(root / "config" / "molecules.yaml")
    content["further"]["designed"]["pending"] = ["another"]
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(UserError, match=r"pending: 'another' is no group of the set"):
        settings.load(tmp_path / "mine.yaml")


def _further(root):
    return sorted(yaml.safe_load((root / "config/abinitio/n2h2.yaml").read_text())["further"])


def pytest_generate_tests(metafunc):
    if "further" in metafunc.fixturenames:
        root = metafunc.config.rootpath
        metafunc.parametrize("further", _further(root))


def test_data_files_hold_the_listed_geometries_but_for_the_pending_groups(
    root, description, further, monkeypatch
):
    monkeypatch.chdir(root)
    chosen, spec = description.further[further], description.settings.further[further]
    pending = set(spec.pending or ())
    if pending == set(spec.groups) and not (root / spec.points).exists():
        return
    listed = settings.geometry_table(chosen)
    stage = settings.stage(chosen)
    stored, provenance = tables.read(root / spec.points, [*COORDINATES, *stage.energies])
    assert provenance == settings.level(chosen).to_mapping()
    columns = ["group", "configuration", *COORDINATES]
    there = stored[columns].apply(tuple, axis=1)
    asked = listed[columns].apply(tuple, axis=1)
    assert not there.duplicated().any() and set(there) <= set(asked)
    complete = ~listed["group"].isin(pending)
    assert set(asked[complete]) <= set(there)
    for name in pending:
        missing = set(asked[listed["group"] == name]) - set(there)
        assert missing, f"{name} is complete: take it from the list of pending groups"


@pytest.mark.slow
def test_scaled_nevpt2_of_two_hydrogen_molecules_is_nearly_full_ci(pyscf):
    """NEVPT2 on the wall, and, scaled at 0.75 angstrom, with one bond of 1.2; far away V is 0."""
    code = f"""
import json
from pyscf import fci, scf
from vibrates.abinitio.energies import Level, molecules, positions
from vibrates.abinitio.models import PairLevel
from vibrates.abinitio.multireference import point
from vibrates.core.units import HARTREE_TO_MEV
level = PairLevel.from_mapping({H2!r}, "test")
row = dict(theta_a_deg=90.0, theta_b_deg=0.0, phi_deg=0.0, r_b_angstrom=0.75)
found = []
for length in (0.75, 1.2):
    xyz = positions(level.masses_u, (90.0, 0.0, 0.0), 2.4, (length, 0.75))
    exact = [
        fci.FCI(scf.RHF(one).run(conv_tol=1e-12)).kernel()[0]
        for one in molecules(level.symbols, xyz, Level(level.basis, level.midbond))
    ]
    found.append([(exact[0] - exact[1] - exact[2]) * HARTREE_TO_MEV,
                  *point(row | dict(R_angstrom=2.4, r_a_angstrom=length), level)])
far = point(row | dict(R_angstrom=40.0, r_a_angstrom=1.2), level)
print(json.dumps([*found, far.tolist()]))
"""
    *found, far = pyscf(code)
    for exact, casscf, nevpt2, weight, full, empty, common in found:
        assert abs(nevpt2 - exact) < 0.3 * abs(casscf - exact)
        assert 0.9 < weight < 1.0 and full > 1.9 > 0.1 > empty and 0.99 < common <= 1.0
    near, far_apart = found
    factor = (near[0] - near[1]) / (near[2] - near[1])
    scaled = far_apart[1] + factor * (far_apart[2] - far_apart[1])
    assert scaled == pytest.approx(far_apart[0], rel=0.006)
    assert abs(far[0]) < 1e-3 and abs(far[1]) < 0.05


@pytest.mark.slow
def test_nevpt2_without_excitations_of_the_cores(pyscf):
    """N2 in a small basis: the cores contribute little, and without any the energy is PySCF's."""
    code = """
import json
import numpy as np
from pyscf import gto, mrpt
from vibrates.abinitio import energies, nevpt2
molecule = gto.M(atom="N 0 0 0; N 0 0 1.5", basis="6-31g", verbose=0)
field = energies.hartree_fock(molecule)
solver = nevpt2._casscf(field, 6, 6, nevpt2._bonding_orbitals(field, "N", "2p"))
frozen = nevpt2._second_order(solver)
cores, nevpt2.core_orbitals = nevpt2.core_orbitals, lambda molecule: 0
print(json.dumps([frozen, nevpt2._second_order(solver), mrpt.NEVPT(solver).kernel(),
                  cores(molecule), float(np.abs(solver.ci).max())]))
"""
    frozen, ours, whole, cores, weight = pyscf(code)
    assert cores == 2 and weight < 0.95
    assert ours == pytest.approx(whole, abs=1e-9)
    assert whole < frozen < 0.95 * whole


@pytest.fixture(scope="module")
def computed(root, description):
    """Points by NEVPT2 and by CCSD(T) in the data files."""
    files = (description.settings.further[name].points
             for name in ("long_bonds_a", "long_bonds_a_ccsdt"))  # fmt: skip
    nevpt2, coupled = files
    return long_bonds.read(root / nevpt2)[0], point_tables.read(root / coupled)[0]


def test_both_methods_agree_around_the_joining_length(computed):
    """Scaled at 1.3 angstrom, NEVPT2 meets CCSD(T) at 1.2 and 1.35; at 1.098 to 1.5 %."""
    found = long_bonds.overlap(*computed, long_bonds.JOINING_ANGSTROM)
    wall = found[(found["group"] == "overlap")]
    deviation = (wall["joined_meV"] / wall[ENERGY] - 1.0).abs()
    near = wall["r_a_angstrom"].isin([1.2, 1.35])
    assert near.sum() == 6 and deviation[near].max() < 0.006
    assert (~near).sum() == 3 and deviation[~near].max() < 0.015
    unscaled = (wall["E_NEVPT2_meV"] / wall[ENERGY] - 1.0).abs()
    assert unscaled.min() > 0.04


def test_diagnostics_tell_where_one_reference_fails(computed):
    nevpt2, coupled = computed
    own = coupled[coupled["r_b_angstrom"] == 0.74].groupby("r_a_angstrom")["T1"].max()
    assert own.is_monotonic_increasing and own[1.3] < 0.02
    weight = nevpt2[nevpt2["r_b_angstrom"] == 0.74].groupby("r_a_angstrom")["leading_weight"]
    assert weight.min().is_monotonic_decreasing
    assert weight.min()[1.3] > 0.85 and weight.max()[1.6] < 0.72
    # The active orbitals of the pair are those of the molecules, at every length.
    assert nevpt2["active_overlap"].min() > 0.98


def test_long_bonds_reach_the_fit_as_points(computed, tmp_path):
    """The joined table is one that the fit reads; held-out geometries keep their group."""
    joined = long_bonds.joined(*computed, long_bonds.JOINING_ANGSTROM)
    tables.write(tmp_path / "joined.csv", joined, {"method": long_bonds.JOINED})
    points, _ = point_tables.read(tmp_path / "joined.csv")
    assert (points.loc[points["r_a_angstrom"] == 1.6, "group"] == "held_out").all()
    assert points["factor"].between(1.0, 2.1).all()
    wall = points["E_CASSCF_meV"] > 100.0
    assert points.loc[wall, ENERGY].between(100.0, 500.0).all()


def test_the_points_of_the_fit_are_those_joined_from_both_methods(root, computed):
    stored, level = point_tables.read(root / "data" / "n2h2_long_bonds.csv")
    assert level["joining_angstrom"] == long_bonds.JOINING_ANGSTROM
    again = long_bonds.joined(*computed, long_bonds.JOINING_ANGSTROM)
    both = stored.merge(again, on=COORDINATES, suffixes=("", "_again"))
    assert len(both) == len(stored) == len(again)
    np.testing.assert_allclose(both[ENERGY], both[f"{ENERGY}_again"], atol=2e-5)
