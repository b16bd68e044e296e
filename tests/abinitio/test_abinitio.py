"""Blocks of points that die and go on, and, where the optional environment is, PySCF itself."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from vibrates.abinitio import atom_diatom, blocks, settings
from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_MEV
from vibrates.potential import points as point_tables
from vibrates.potential.points import COORDINATES

H2 = {
    "symbols": ["H"] * 4,
    "masses_u": [[1.0, 1.0]] * 2,
    "basis": "aug-cc-pvdz",
    "midbond": {"s": [0.3]},
    "method": "CCSD(T)",
    "program": "PySCF",
}
ATOM = {
    "element": "H",
    "core_orbitals": 0,
    "basis": "aug-cc-pvdz",
    "leave_out": {},
    "diffuse": "",
    "tolerance_hartree": 3e-10,
    "method": "CCSD(T)",
    "program": "PySCF",
}


@pytest.fixture(scope="module")
def description(root):
    return settings.load(root / "config" / "abinitio" / "n2h2.yaml")


@pytest.fixture
def files(tmp_path, description):
    """Geometries and level of the shipped description."""
    points = description.points
    settings.geometry_table(points).to_csv(tmp_path / "geometries.csv", index=False)
    (tmp_path / "level.json").write_text(json.dumps(settings.level(points).to_mapping()))
    return tmp_path


def test_a_block_that_died_goes_on_where_it_stopped(files, monkeypatch):
    calls = []

    def point(row, level):
        assert level.basis == "aug-cc-pvdz"
        if len(calls) == 4:
            raise KeyboardInterrupt
        calls.append(row["R_angstrom"])
        return np.array([1.0, 2.0, row["R_angstrom"]])

    monkeypatch.setattr(blocks, "point", point)
    arguments = [str(files / "geometries.csv"), str(files / "level.json"), 1, str(files / "1.csv")]
    with pytest.raises(KeyboardInterrupt):
        blocks.compute_block(*arguments)
    assert not (files / "1.csv").exists()
    (kept,) = files.glob("1.*.part")
    kept.write_bytes(kept.read_bytes() + b"vibrates cut short")
    monkeypatch.setattr(blocks, "point", lambda row, level: np.array([0.0, 0.0, row["R_angstrom"]]))
    blocks.compute_block(*arguments)
    done, provenance = tables.read(files / "1.csv")
    assert provenance["basis"] == "aug-cc-pvdz"
    np.testing.assert_array_equal(done[point_tables.ENERGY], done["R_angstrom"])
    assert list(done["E_HF_meV"][:4]) == [1.0] * 4 and (done["E_HF_meV"][4:] == 0.0).all()
    assert not list(files.glob("*.part"))


def test_points_of_two_basis_sets_are_never_mixed(files, description, monkeypatch):
    """The block is killed, the basis changed, the block begun again: at one level, and says so."""
    monkeypatch.setattr(blocks, "point", fake := Dying(3))
    names = [str(files / name) for name in ("geometries.csv", "level.json")]
    output = str(files / "1.csv")
    with pytest.raises(KeyboardInterrupt):
        blocks.compute_block(*names, 1, output)
    larger = description.points.changed({"basis": "aug-cc-pvtz"})
    (files / "level.json").write_text(json.dumps(settings.level(larger).to_mapping()))
    fake.last = None
    blocks.compute_block(*names, 1, output)
    _, provenance = tables.read(output)
    assert provenance["basis"] == "aug-cc-pvtz"
    assert fake.bases == ["aug-cc-pvdz"] * 3 + ["aug-cc-pvtz"] * 10
    expected = settings.fingerprints(larger)
    assert len(blocks.STAGE.collect([output], expected[1:2])) == 10
    with pytest.raises(UserError, match=r"1\.csv: made with other settings.*remove it") as caught:
        blocks.STAGE.collect([output], settings.fingerprints(description.points)[1:2])
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match=r"geometries\.csv: made with other settings"):
        blocks.compute_block(*names, 1, output, settings.fingerprints(description.points)[1])


def test_the_larger_basis_changes_its_own_points_only(description):
    """The fault that was found: pvtz became pvqz in the header, and the energies stayed."""
    other = description.settings.changed({"larger_basis": {"basis": "aug-cc-pvqz"}})
    changed = dataclasses.replace(description, settings=other)
    assert settings.fingerprints(changed.points) == settings.fingerprints(description.points)
    before, after = (settings.fingerprints(one.larger_basis) for one in (description, changed))
    assert len(before) == len(after) == 6 and not set(before) & set(after)


class Dying:
    """Points that cost nothing; the job is killed after so many."""

    def __init__(self, last):
        self.last, self.bases = last, []

    def __call__(self, row, level):
        if len(self.bases) == self.last:
            raise KeyboardInterrupt
        self.bases.append(level.basis)
        return np.array([0.0, 0.0, row["R_angstrom"]])


def test_geometries_hold_what_the_issue_of_the_surface_asks(description):
    listed = settings.geometry_table(description.points)
    r_a, r_b = (listed[n] / description.molecules[m].r_e_angstrom
                for n, m in (("r_a_angstrom", "N2"), ("r_b_angstrom", "H2")))  # fmt: skip
    assert {0.8, 0.9, 1.0, 1.1, 1.2} <= set(r_a.round(3))
    assert {0.8, 1.0, 1.2} <= set(r_b.round(3))
    assert ((r_a.round(3) != 1) & (r_b.round(3) != 1)).any()
    assert listed["R_angstrom"].max() > 9.0 and listed["R_angstrom"].min() <= 2.0
    assert listed["configuration"].nunique() > 15


@pytest.mark.parametrize("kind", ["fit", "larger_basis"])
def test_data_file_holds_exactly_the_listed_geometries(root, description, kind):
    source = description.larger_basis if kind == "larger_basis" else description.points
    listed = settings.geometry_table(source)
    stored, provenance = point_tables.read(root / getattr(description.settings, kind).points)
    assert provenance == settings.level(source).to_mapping()
    columns = ["group", "configuration", *COORDINATES]
    pd.testing.assert_frame_equal(listed[columns], stored[columns])
    assert np.isfinite(stored[point_tables.ENERGY]).all()


def test_points_of_the_larger_basis_are_also_in_the_basis_of_the_fit(root, description):
    large, small = (
        point_tables.read(root / one.points)[0]
        for one in (description.settings.larger_basis, description.settings.fit)
    )
    pairs = large.merge(small, on=COORDINATES, suffixes=("_large", ""))
    assert len(pairs) == len(large) >= 4
    change = (pairs[f"{point_tables.ENERGY}_large"] / pairs[point_tables.ENERGY] - 1.0).abs()
    assert change.max() < 0.1


def test_damaged_data_file_is_named(tmp_path):
    path = tmp_path / "points.csv"
    with pytest.raises(UserError, match=r"points\.csv: cannot be read .*name a file"):
        point_tables.read(path)
    path.write_text("# {}\nR_angstrom\n1.0\n")
    with pytest.raises(UserError, match=r"column .* is missing"):
        point_tables.read(path)


@pytest.fixture
def copied(root, tmp_path):
    """A copy of the shipped points (258 rows), and its text."""
    path = tmp_path / "points.csv"
    path.write_text((root / "data" / "n2h2_ccsdt.csv").read_text(encoding="utf-8"))
    return path, path.read_text(encoding="utf-8")


def damaged(copied, text, message):
    path, _ = copied
    path.write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        point_tables.read(path)
    assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)


def test_a_truncated_file_of_points_is_refused(copied):
    """119 of 258 rows were fitted without a word."""
    lines = copied[1].splitlines(keepends=True)
    assert len(lines) == 260
    damaged(copied, "".join(lines[: 2 + 119]), "119 rows where its header states 258")


def test_a_number_that_is_none_is_refused(copied):
    """It ended in a traceback; also where the header has no checksum, as in a file made by hand."""
    lines = copied[1].splitlines(keepends=True)
    cells = lines[41].rstrip("\n").split(",")
    column = lines[1].rstrip("\n").split(",").index(point_tables.ENERGY)
    for value in ("nan", "", "inf"):
        cells[column] = value
        changed = lines[:41] + [",".join(cells) + "\n"] + lines[42:]
        message = "line 42: E_CCSDT_meV is missing or no finite number"
        damaged(copied, "".join(changed), message)
        damaged(copied, "".join(["# {}\n", *changed[1:]]), message)


def test_a_changed_digit_is_refused(copied):
    place = copied[1].index("\n", 2000) - 1
    digit = "1" if copied[1][place] != "1" else "2"
    changed = copied[1][:place] + digit + copied[1][place + 1 :]
    damaged(copied, changed, "does not fit the checksum in its header")


def test_interaction_of_two_hydrogen_molecules(pyscf):
    """T-shaped, 3.4 angstrom: 4.5 to 5.5 meV bound at the basis-set limit; Hartree-Fock repels."""
    code = f"""
import json
from vibrates.abinitio.blocks import point
from vibrates.abinitio.models import PairLevel
level = PairLevel.from_mapping({H2!r}, "test")
row = dict(theta_a_deg=90.0, theta_b_deg=0.0, phi_deg=0.0, R_angstrom=3.4, r_a_angstrom=0.7668,
           r_b_angstrom=0.7668)
print(json.dumps(list(point(row, level))))
"""
    hartree_fock, ccsd, triples = pyscf(code)
    assert hartree_fock > 0.0
    assert -5.5 < ccsd < -3.0
    assert triples < ccsd


def test_properties_of_hydrogen(pyscf):
    """Full CI at 1.4 bohr: 6.38, 4.58, 0.457 a.u. (Kolos, Wolniewicz 1967; here a small basis)."""
    code = """
import json
from vibrates.abinitio.molecule import Molecule
h2 = Molecule(["H", "H"], [1.0, 1.0], 0.740848, "aug-cc-pvtz", "ccsd(t)")
print(json.dumps(list(h2.properties())))
"""
    np.testing.assert_allclose(pyscf(code), [6.38, 4.58, 0.457], rtol=0.02)


def test_casscf_is_full_ci_of_two_electrons_in_a_minimal_basis(pyscf):
    """H2 in a minimal basis: CASSCF(2,2) and CCSD are both exact."""
    code = """
import json
from vibrates.abinitio.molecule import Molecule
print(json.dumps([Molecule(["H", "H"], [1.0, 1.0], 0.8, "sto-3g", m).energy()
                  for m in ("casscf", "ccsd(t)")]))
"""
    casscf, ccsd = pyscf(code)
    assert casscf * HARTREE_TO_MEV == pytest.approx(ccsd * HARTREE_TO_MEV, abs=1e-3)


def test_few_electrons_are_those_of_the_general_coupled_cluster(pyscf):
    """UCCSD(T) of Li + Li2 over one set of orbitals, against PySCF's own with all integrals."""
    code = """
import json
from pyscf import cc, gto
from vibrates.abinitio.open_shell import energies, restricted, semicanonical
molecule = gto.M(atom="Li 0 0 0; Li 0 2 5; Li 0 0 14", basis="6-31g", unit="bohr", spin=1,
                 verbose=0)
field = restricted(molecule, molecule.intor("int2e", aosym="s8"), None)
ours = energies(field, 3, 1e-11)
whole = cc.UCCSD(semicanonical(field, 3), frozen=3)
whole.conv_tol, whole.conv_tol_normt, whole.max_cycle = 1e-11, 1e-8, 200
whole.kernel()
print(json.dumps([*ours, whole.e_tot, whole.e_tot + whole.ccsd_t()]))
"""
    hartree_fock, ccsd, triples, expected_ccsd, expected_triples = pyscf(code)
    assert triples < ccsd < hartree_fock
    assert ccsd == pytest.approx(expected_ccsd, abs=1e-9)
    assert triples == pytest.approx(expected_triples, abs=1e-9)


def test_a_far_atom_and_diatom_attract_by_dispersion(pyscf):
    """H + H2 at 13 bohr, small basis; repeated, the same to 1e-4 cm^-1; a stored point is met."""
    code = """
import json
from vibrates.abinitio.atom_diatom import point
from vibrates.abinitio.models import AtomDiatomLevel
settings = AtomDiatomLevel(element="H", core_orbitals=0, basis="aug-cc-pvdz", leave_out={},
                           diffuse="", tolerance_hartree=3e-10, method="", program="")
row = dict(R_bohr=13.0, r_bohr=1.4, theta_deg=90.0)
print(json.dumps([point(row, settings).tolist(), point(row, settings).tolist()]))
"""
    first, second = pyscf(code)
    assert abs(first[0]) < 0.01 and -0.6 < first[2] < first[1] < -0.2
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_a_block_of_an_atom_and_a_diatom_goes_on_where_it_stopped(tmp_path, monkeypatch):
    pd.DataFrame({"block": 0, "group": "sample", "R_bohr": [10.0, 11.0, 12.0], "r_bohr": 1.4,
                  "theta_deg": 90.0}).to_csv(tmp_path / "g.csv", index=False)  # fmt: skip
    (tmp_path / "s.json").write_text(json.dumps(ATOM))
    calls = []

    def point(row, _):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(row["R_bohr"])
        return np.array([0.0, 0.0, row["R_bohr"]])

    monkeypatch.setattr(atom_diatom, "point", point)
    arguments = [str(tmp_path / "g.csv"), str(tmp_path / "s.json"), 0, str(tmp_path / "0.csv")]
    with pytest.raises(KeyboardInterrupt):
        atom_diatom.compute_block(*arguments)
    calls.clear()
    atom_diatom.compute_block(*arguments)
    assert calls == [12.0]
    done, _ = tables.read(tmp_path / "0.csv")
    np.testing.assert_array_equal(done["E_CCSDT_cm"], done["R_bohr"])
