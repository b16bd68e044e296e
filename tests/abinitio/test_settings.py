"""Descriptions and settings of ab initio programs: what they hold, and how mistakes are named."""

import json
import sys

import numpy as np
import pytest
import yaml

from vibrates.abinitio import monomers, points, polar, properties, settings
from vibrates.abinitio.models import DipoleSpectraSettings, PairLevel
from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.tasks import combined
from vibrates.longrange import description, sources


@pytest.fixture
def described(root, tmp_path):
    """A function: the shipped description with changes to its plain mapping, as it is loaded."""
    content = yaml.safe_load((root / "config" / "abinitio" / "n2h2.yaml").read_text())
    content["molecules"] = str(root / "config" / "molecules.yaml")

    def load(change):
        change(content)
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        return settings.load(tmp_path / "mine.yaml")

    return load


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda c: c["geometries"]["groups"]["skew"].pop("seed"),
            r"geometries\.groups\.skew: key 'seed' is missing; add it: Seed of the skew",
        ),
        (
            lambda c: c["geometries"]["groups"]["cuts"].update(count=3),
            r"geometries\.groups\.cuts: unknown key 'count'",
        ),
        (
            lambda c: c["larger_basis"]["groups"].update(more={"offsets_angstrom": [0.1]}),
            r"larger_basis\.groups\.more: key 'count' is missing",
        ),
        (
            lambda c: c["properties"].update(CO=c["properties"]["N2"]),
            r"properties\.CO: no molecule of the pair \(N2, H2\)",
        ),
        (lambda c: c.update(pair=["N2", "O"], properties={}), "'O' is an atom"),
        (lambda c: c.update(pair=["N2", "XY"], properties={}), "'XY' has no entry"),
    ],
)
def test_a_description_that_cannot_be_computed_is_refused_in_one_line(described, change, message):
    """A missing key of a group ended in a traceback, a surplus one was passed over."""
    with pytest.raises(UserError, match=message) as caught:
        described(change)
    assert "\n" not in str(caught.value)


def test_the_larger_basis_has_geometries_of_its_own_and_all_else_alike(described):
    found = described(lambda content: None)
    larger, own = found.larger_basis, found.points
    assert (larger.basis, own.basis) == ("aug-cc-pvtz", "aug-cc-pvdz")
    assert set(larger.geometries.groups) == set(found.settings.larger_basis.groups)
    assert larger.geometries.block_size == found.settings.larger_basis.block_size
    alike = ("pair", "elements", "molecules", "midbond")
    assert all(getattr(larger, name) == getattr(own, name) for name in alike)
    assert larger.geometries.contact_angstrom == own.geometries.contact_angstrom


def test_a_set_of_points_survives_the_parameters_of_a_rule(described):
    """Snakemake hands on plain mappings; geometries and levels of theory are those of the block."""
    found = described(lambda content: None).points
    again = type(found).from_mapping(json.loads(json.dumps(found.to_mapping())), "parameters")
    assert again == found
    assert settings.fingerprints(again) == settings.fingerprints(found)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read .no JSON.; run the workflow again"),
        ("[1]", "holds no mapping"),
        ('{"basis": "x"}', "key 'masses_u' is missing"),
        ('{"basis": "x", "colour": 1}', "unknown key 'colour'"),
    ],
)
def test_settings_of_a_program_that_are_none_are_named(tmp_path, content, message):
    path = tmp_path / "level.json"
    path.write_text(content)
    with pytest.raises(UserError, match=message) as caught:
        points.read_settings(PairLevel, path)
    assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)
    with pytest.raises(UserError, match="none.json: cannot be read"):
        points.read_settings(PairLevel, tmp_path / "none.json")


def test_one_command_line_makes_both_tables_of_molecular_properties(
    root, tmp_path, monkeypatch, described
):
    """The settings are written as the workflow does it; values are made up."""
    monkeypatch.setattr(monomers, "check_program", lambda: None)
    monkeypatch.setitem(sys.modules, "pyscf", type(sys)("pyscf"))
    sys.modules["pyscf"].lib = type("lib", (), {"num_threads": staticmethod(lambda count: None)})
    monkeypatch.setattr(properties, "at_bond_length", lambda s, method, r: {
        "method": method, "r_angstrom": r, "alpha_par_au": len(s.basis) * r})  # fmt: skip
    monkeypatch.setattr(polar, "at_bond_length", lambda s, r: {
        "r_bohr": r, "dipole_au": s.frozen_orbitals * r})  # fmt: skip
    n2 = settings.monomer(described(lambda content: None), "N2")
    krb = description.load(root / "config" / "longrange" / "krb2.yaml").source.molecule
    cases = {
        "properties": (n2, combined(properties.tasks(n2))),
        "polar": (sources.molecule(krb), sources.molecule_fingerprint(krb)),
    }
    for name, (content, expected) in cases.items():
        (tmp_path / "s.json").write_text(json.dumps(content.to_mapping()))
        output = str(tmp_path / f"{name}.csv")
        command = ["monomers", name, str(tmp_path / "s.json"), output, "--fingerprint", expected]
        monkeypatch.setattr(sys, "argv", command)
        monomers.main()
        table, provenance = tables.read(output)
        assert provenance == content.to_mapping() | {"fingerprint": expected}
        if name == "polar":
            np.testing.assert_allclose(table["dipole_au"], krb.frozen_orbitals * table["r_bohr"])
        else:
            assert list(table["method"].unique()) == ["ccsd(t)", "casscf"]
            np.testing.assert_allclose(table["alpha_par_au"], 11 * table["r_angstrom"])
        monkeypatch.setattr(sys, "argv", [*command[:-1], "of another table"])
        with pytest.raises(SystemExit) as caught:
            monomers.main()
        assert caught.value.code == 2


def test_basis_sets_of_dipole_spectra_are_those_of_the_points_with_their_changes(root):
    source = description.load(root / "config" / "longrange" / "h3.yaml").source
    found = sources.dispersion(source, source.dispersion)
    assert isinstance(found, DipoleSpectraSettings)
    for own, change in zip(found.basis_sets(), source.dispersion.bases, strict=True):
        for name in ("basis", "leave_out", "diffuse"):
            changed = getattr(change, name)
            assert getattr(own, name) == (getattr(source, name) if changed is None else changed)
