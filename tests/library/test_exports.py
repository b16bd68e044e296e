"""Exports: numbers come back from every format, headers say what is needed, mistakes are a line."""

import re
from pathlib import Path

import export_readers as readers
import numpy as np
import pytest
import yaml
from library_tables import RELATIVE_ERROR, energy_defect, k_true, learned

from vibrates import open_rates
from vibrates.cli import main
from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.core.units import CM_TO_HARTREE, HARTREE_TO_EV, KELVIN_TO_CM
from vibrates.library.exports import FORMATS, citation, export, species

DOWN, UP = "N2(3) + H2(0) -> N2(2) + H2(0)", "N2(2) + H2(0) -> N2(3) + H2(0)"
ODD, ODD_REVERSE = "N2(4) + H2(0) -> N2(3) + H2(0)", "N2(3) + H2(0) -> N2(4) + H2(0)"
FITTED = ["cantera", "cantera-4.0", "zdplaskin", "loki"]
TABULAR = ["csv", "collisiondb"]


def table(directory, change=lambda dataset: None, **options):
    dataset = learned(**options)
    change(dataset)
    write_atomic(dataset, directory / "learned.nc")
    return open_rates(directory)


def wavy(dataset):
    """One reaction whose ln k follows no few terms, in either direction."""
    odd = (dataset["v"] + dataset["vp"] == 7).values
    wave = np.where(np.arange(dataset.sizes["temperature"]) % 2, 1.7, 1 / 1.7)
    dataset["k"].values[odd] *= wave


@pytest.fixture(scope="module")
def rates(tmp_path_factory):
    return table(tmp_path_factory.mktemp("smooth"))


@pytest.fixture(scope="module")
def wavy_rates(tmp_path_factory):
    return table(tmp_path_factory.mktemp("wavy"), wavy)


def read(name, text):
    """k(T) by reaction, in cm^3/s."""
    return getattr(readers, f"read_{name.split('-')[0]}")(text)[0]


@pytest.mark.parametrize("name", FITTED)
def test_k_is_within_the_error_that_the_file_states(rates, name, tmp_path):
    written = export(rates, name, tmp_path / "out")
    text = written.files[0].read_text()
    found, said = read(name, text), readers.said(text)
    assert len(found) == (len(rates) // 2 if name == "loki" else len(rates))
    assert_within(found, said, rates)
    assert not written.refused


def assert_within(found, said, rates):
    T = np.geomspace(100.0, 5000.0, 41)
    for reaction, k in found.items():
        error = np.abs(k(T) / rates(reaction, T).k - 1.0).max()
        # Two digits are stated.
        assert error <= 1.06 * said[reaction] + 1e-6, reaction
        assert said[reaction] <= 0.05


@pytest.mark.parametrize("name", ["cantera", "cantera-4.0", "zdplaskin"])
def test_a_reaction_beyond_the_limit_is_left_out_and_said(wavy_rates, name, tmp_path, capsys):
    path = tmp_path / "out"
    assert main(["export", wavy_rates.source, "--to", name, "--output", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out.split() == [str(path)]
    lines = printed.err.splitlines()
    pattern = r"left out: (N2.*\(0\)): fit misses k by .* K, the limit is 5 %; narrow .*--limit"
    assert {re.match(pattern, line)[1] for line in lines} == {ODD, ODD_REVERSE}
    text = path.read_text()
    assert text.count("fit misses k by") == 2
    found = read(name, text)
    assert len(found) == len(wavy_rates) - 2
    assert_within(found, readers.said(text), wavy_rates)


def test_tables_hold_the_values_and_their_errors(rates, tmp_path):
    export(rates, "csv", tmp_path / "out.csv")
    rows = readers.read_csv((tmp_path / "out.csv").read_text())
    export(rates, "collisiondb", tmp_path / "db")
    sets = readers.read_collisiondb(tmp_path / "db")
    assert set(rows) == set(sets) == {str(rate) for rate in rates}
    for rate in rates:
        T, k = rate.nodes
        assert [float(row["T_K"]) for row in rows[str(rate)]] == T.tolist()
        assert [float(row["k_cm3_s"]) for row in rows[str(rate)]] == pytest.approx(
            k, rel=1e-9, abs=0
        )
        _, values = sets[str(rate)]
        assert values[:, :2] == pytest.approx(np.stack([T, k], axis=1), rel=1e-9, abs=0)
        assert values[:, 2] == pytest.approx(RELATIVE_ERROR * k, rel=1e-4, abs=0)
    assert {row["origin"] for row in rows[UP]} == {"detailed balance (computed)"}
    assert {row["extrapolated"] for row in rows[ODD]} == {"1"}


def test_a_table_between_the_temperatures_is_said_to_be_interpolated(rates, tmp_path):
    export(rates, "csv", tmp_path / "out.csv", [DOWN], [250.0, 450.0])
    text = (tmp_path / "out.csv").read_text()
    assert "interpolated" in text and "no fit" not in text
    (rows,) = readers.read_csv(text).values()
    assert [float(row["k_cm3_s"]) for row in rows] == pytest.approx(
        k_true(3, 2, [250.0, 450.0]), rel=0.02, abs=0
    )


def test_missing_errors_are_left_empty_and_said(tmp_path):
    def forget(dataset):
        dataset["log10_k_std"].values[0] = np.nan

    rates = table(tmp_path, forget)
    export(rates, "csv", tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text()
    assert "Standard errors: some or all are not known" in text
    empty = [row["std_cm3_s"] == "" for rows in readers.read_csv(text).values() for row in rows]
    assert sum(empty) == 11
    export(rates, "collisiondb", tmp_path / "db")
    lines = (tmp_path / "db" / "1.txt").read_text().splitlines()
    assert not any(":" in line for line in lines[2:])


@pytest.mark.parametrize("name", [*FITTED, *TABULAR])
def test_the_header_says_all_that_a_reader_needs(rates, name, tmp_path):
    written = export(rates, name, tmp_path / "out", temperatures=[200.0, 700.0, 3000.0])
    text = written.files[0].read_text()
    for needed in ("Temperatures: 200 to 3000 K", "Units: ", "learned.nc", "version test",
                   "doi:10.1140/epjd/s10053-023-00688-4", "Worst relative error",
                   "Directions: "):  # fmt: skip
        assert needed in text, needed


def test_the_citation_is_that_of_the_repository(root):
    stated = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    software, method = citation.TEXTS
    (paper,) = stated["references"]
    assert stated["title"] in software and stated["authors"][0]["name"] in software
    for author in paper["authors"]:
        assert f"{author['given-names']} {author['family-names']}" in method
    for key in ("title", "journal", "year", "doi"):
        assert str(paper[key]) in method


def test_cantera_species_carry_the_energies_of_their_levels(rates, tmp_path):
    export(rates, "cantera", tmp_path / "out.yaml")
    _, document = readers.read_cantera((tmp_path / "out.yaml").read_text())
    enthalpy = {one["name"]: one["thermo"]["h0"].split() for one in document["species"]}
    assert document["phases"][0]["species"] == list(enthalpy)
    value, unit = enthalpy["N2(v3)"]
    # E(3) - E(0) in cm^-1 to J/mol.
    assert float(value) == pytest.approx(energy_defect(3, 0) * 11.96265658, rel=1e-7)
    assert unit == "J/mol" and float(enthalpy["H2"][0]) == 0.0


def test_the_relaxation_type_is_used_where_it_holds(rates, tmp_path):
    export(rates, "cantera-4.0", tmp_path / "out.yaml")
    _, document = readers.read_cantera((tmp_path / "out.yaml").read_text())
    for one in document["reactions"]:
        upward = "N2(v1) + H2 => N2(v2) + H2" == one["equation"]
        downward = "N2(v2) + H2 => N2(v1) + H2" == one["equation"]
        if downward:
            assert one["type"] == "multi-state-resolved-vibrational-relaxation"
            assert list(one["rate-constant"]) == ["A", "b", "C0", "C13", "C23"]
        elif upward:
            assert one["type"] == "Chebyshev"
        assert " => " in one["equation"]


def test_zdplaskin_declares_what_it_uses(rates, tmp_path):
    export(rates, "zdplaskin", tmp_path / "out.inp")
    _, sections = readers.read_zdplaskin((tmp_path / "out.inp").read_text())
    assert sections["ELEMENTS"].split() == ["H", "N"]
    assert sections["SPECIES"].split() == ["N2", "N2(V1)", "N2(V2)", "N2(V3)", "N2(V4)", "H2"]
    statements = [line for line in sections["REACTIONS"].splitlines() if line.startswith("$")]
    declared = [line.startswith("$ double precision") for line in statements]
    assert declared == sorted(declared, reverse=True)


def test_loki_makes_the_reverse_unless_both_are_asked_for(rates, tmp_path):
    def arrows(path, **options):
        path.mkdir()
        export(rates, "loki", path / "out.chem", **options)
        return readers.read_loki((path / "out.chem").read_text())[1:]

    one_way, released = arrows(tmp_path / "one")
    assert set(one_way.values()) == {"<->"} and UP not in one_way
    released_eV = energy_defect(3, 2) * CM_TO_HARTREE * HARTREE_TO_EV
    assert released[DOWN] == pytest.approx(released_eV, abs=1e-6)
    two_way, released = arrows(tmp_path / "two", directions="both")
    assert set(two_way.values()) == {"->"} and len(two_way) == len(rates)
    assert released[UP] == -released[DOWN]


def test_a_reaction_beyond_the_limit_is_a_table_where_the_format_holds_one(wavy_rates, tmp_path):
    written = export(wavy_rates, "loki", tmp_path / "out.chem", [ODD])
    assert not written.refused and [path.name for path in written.files] == [
        "out.chem",
        "vibratesTable.m",
    ]
    text = written.files[0].read_text()
    assert "written as a table; the fit would miss by" in text
    T = np.geomspace(100.0, 5000.0, 31)
    assert read("loki", text)[ODD](T) == pytest.approx(wavy_rates(ODD, T).k, rel=1e-9, abs=0)


def test_nothing_is_written_where_all_are_refused(rates, tmp_path):
    with pytest.raises(UserError, match="nothing to export: .*the limit is .*--limit") as error:
        export(rates, "millikan-white", tmp_path / "out.csv", limit=1e-9)
    assert "\n" not in str(error.value) and not (tmp_path / "out.csv").exists()


def test_millikan_white_gives_the_relaxation_time(rates, tmp_path):
    T = np.geomspace(1000.0, 3000.0, 15)
    export(rates, "millikan-white", tmp_path / "out.csv", temperatures=[1000.0, 3000.0])
    text = (tmp_path / "out.csv").read_text()
    row = text.splitlines()[-1].split(",")
    assert row[:2] == ["N2", "H2"]
    a, b, theta, worst = (float(row[i]) for i in (2, 3, 4, 7))
    assert theta == pytest.approx(energy_defect(1, 0) / KELVIN_TO_CM, rel=1e-5)
    p_tau = np.exp(a * (T ** (-1 / 3) - b) - 18.42)  # atm s
    # n k10 (1 - exp(-theta/T)) tau = 1, p = n kT; k in m^3/s.
    k10 = 1.380649e-23 * T / 101325.0 / (p_tau * (1 - np.exp(-theta / T))) * 1e6
    assert np.abs(k10 / rates("N2(1)+H2->N2(0)+H2", T).k - 1).max() <= worst + 1e-3
    assert 0.0 < worst < 0.05


@pytest.fixture
def einstein(tmp_path):
    path = tmp_path / "einstein.csv"
    path.write_text("v,vp,A_per_s\n1,0,30.0\n2,1,58.0\n2,0,1.0\n")
    return path


@pytest.mark.parametrize("partner, number", [("H2", 1), ("He", 6)])
def test_lamda_holds_levels_lines_and_downward_rates(tmp_path, einstein, partner, number):
    rates = table(tmp_path, levels=2, pair=("CO", partner))
    export(rates, "lamda", tmp_path / "out.dat", radiative=einstein)
    levels, radiative, found, T, rows = readers.read_lamda((tmp_path / "out.dat").read_text())
    assert found == number
    assert [float(row[1]) for row in levels] == pytest.approx(
        [0.0, energy_defect(1, 0), energy_defect(2, 0)], abs=1e-5
    )
    assert [(int(r[1]), int(r[2]), float(r[3])) for r in radiative] == [
        (2, 1, 30.0), (3, 2, 58.0), (3, 1, 1.0),
    ]  # fmt: skip
    assert float(radiative[0][4]) == pytest.approx(energy_defect(1, 0) * 29.9792458, rel=1e-8)
    assert float(radiative[0][5]) == pytest.approx(energy_defect(1, 0) / KELVIN_TO_CM, rel=1e-7)
    assert [(int(row[1]), int(row[2])) for row in rows] == [(2, 1), (3, 2)]
    for v, row in enumerate(rows, 1):
        assert [float(k) for k in row[3:]] == pytest.approx(k_true(v, v - 1, T), rel=1e-6, abs=0)


def test_lamda_is_refused_with_a_reason(rates, tmp_path, einstein):
    def refused(table, match, **options):
        with pytest.raises(UserError, match=match) as error:
            export(table, "lamda", tmp_path / "out.dat", **options)
        assert "\n" not in str(error.value) and not (tmp_path / "out.dat").exists()

    refused(rates, "N2 and H2 have no dipole moment")
    polar = table(tmp_path, levels=2, pair=("CO", "H2"))
    refused(polar, "Einstein coefficients of CO are needed.*--radiative")
    refused(polar, "does not exist|cannot be read", radiative=tmp_path / "none.csv")
    refused(polar, "holds exothermic rates alone", radiative=einstein, directions="both")
    einstein.write_text("v,vp,A_per_s\n0,1,30.0\n")
    refused(polar, "an emission goes down", radiative=einstein)
    heavy = table(tmp_path, levels=2, pair=("CO", "N2"))
    refused(heavy, "numbers the partners H2, H, He", radiative=einstein)


@pytest.mark.parametrize(
    "options, match",
    [
        ({"to": "chemkin"}, "'chemkin' is unknown; choose one of csv, cantera"),
        ({"transitions": ["N2(3)+H2->N2(0)+H2"]}, "has no N2\\(3\\)"),
        ({"transitions": ["N2(3)"]}, "one '->'"),
        ({"temperatures": [50.0, 300.0]}, "50 K is outside the table, 100 to 5000 K"),
        ({"temperatures": [300.0, 9000.0]}, "9000 K is outside the table"),
        ({"temperatures": [300.0]}, "give at least two"),
        ({"limit": 0.0}, "limit 0: must be above 0"),
        ({"limit": float("nan")}, "limit nan: must be above 0"),
        ({"transitions": [UP], "directions": "exothermic"}, "no reaction left.*--directions both"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(rates, tmp_path, options, match):
    with pytest.raises(UserError, match=match) as error:
        export(rates, **({"to": "csv", "output": tmp_path / "out"} | options))
    assert "\n" not in str(error.value) and not list(tmp_path.iterdir())


def test_functions_that_are_there_already_serve_a_second_export(rates, tmp_path):
    first = export(rates, "loki", tmp_path / "one.chem")
    second = export(rates, "loki", tmp_path / "two.chem")
    assert first.files[1:] == second.files[1:] and second.files[0].is_file()
    second.files[1].write_text("of somebody else")
    with pytest.raises(UserError, match=f"{second.files[1].name}: exists"):
        export(rates, "loki", tmp_path / "three.chem")


@pytest.mark.parametrize("name", ["csv", "loki", "collisiondb"])
def test_nothing_is_overwritten(rates, tmp_path, name):
    export(rates, name, tmp_path / "out")
    with pytest.raises(UserError, match="out: exists; remove it"):
        export(rates, name, tmp_path / "out")
    (tmp_path / "file").write_text("a file where a directory is needed")
    with pytest.raises(UserError, match="cannot be written"):
        export(rates, name, tmp_path / "file" / "out")


def test_rates_without_level_energies_are_exported_as_far_as_they_can_be(root, tmp_path):
    rates = open_rates(root / "data/quantum_hehd_rates.csv")
    some = ["HD(0,1)+He->HD(0,0)+He", "HD(0,2)+He->HD(0,1)+He"]
    export(rates, "csv", tmp_path / "out.csv", some)
    assert "Standard errors: some or all are not known" in (tmp_path / "out.csv").read_text()
    export(rates, "cantera", tmp_path / "out.yaml", some)
    document = yaml.safe_load((tmp_path / "out.yaml").read_text())
    assert [one["name"] for one in document["species"]] == [
        "HD(v0J0)", "HD(v0J1)", "HD(v0J2)", "He",
    ]  # fmt: skip
    assert document["species"][0]["composition"] == {"D": 1, "H": 1}
    export(rates, "collisiondb", tmp_path / "db", some)
    assert "HD v=0;J=1 + He -> HD v=0;J=0 + He" in (tmp_path / "db/1.txt").read_text()
    with pytest.raises(UserError, match="states no level energies"):
        export(rates, "loki", tmp_path / "out.chem", some)


def test_formulas_of_species_are_read():
    assert species.elements("N2") == {"N": 2} and species.elements("HCl") == {"H": 1, "Cl": 1}
    assert species.elements("HD") == {"H": 1, "D": 1}
    with pytest.raises(UserError, match="no chemical formula"):
        species.elements("partner")


def test_level_energies_are_those_of_the_energy_defects(rates):
    for rate in rates:
        before, after = species.sides(rate)
        balance = sum(species.energy_cm(rates, state) for state in before)
        balance -= sum(species.energy_cm(rates, state) for state in after)
        assert balance == pytest.approx(rate.energy_defect, abs=1e-6)


def test_the_command_lists_formats_and_writes_a_file_named_after_the_pair(
    rates, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["export", rates.source]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(FORMATS)
    source = str(Path(rates.source).resolve())
    assert main(["export", source, "--to", "csv", "--transitions", DOWN]) == 0
    assert capsys.readouterr().out == "n2_h2.csv\n"
    assert list(readers.read_csv(Path("n2_h2.csv").read_text())) == [DOWN]
    assert main(["export", source, "--to", "nosuch"]) == 2
    assert capsys.readouterr().err.startswith("error: format 'nosuch' is unknown")
