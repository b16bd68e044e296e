"""Numbers of README.md, docs/: every section has a study, every study sections; pages follow."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
import xarray as xr

from vibrates.config import Campaign
from vibrates.core import code
from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))
sys.path.insert(0, str(ROOT / "validation"))
import layered_graph  # noqa: E402
import packages  # noqa: E402
import pages  # noqa: E402
import report  # noqa: E402


@pytest.fixture
def copy(tmp_path):
    """README.md and docs/ elsewhere."""
    (tmp_path / "docs" / "evidence").mkdir(parents=True)
    for page in report.pages():
        shutil.copy(report.page_path(page), report.page_path(page, tmp_path))
    return tmp_path


@pytest.fixture
def page(tmp_path):
    """A page with a block and a part of a sentence."""
    path = tmp_path / "page.md"
    path.write_text(
        "before\n\n<!-- block -->\nold\n<!-- end block -->\n\n"
        "k is <!-- k -->1<!-- end k --> cm^3/s.\n"
    )
    return path


def claimed():
    """Section -> studies that write it."""
    found = {}
    for name in report.STUDIES:
        for section in report.load_study(name).SECTIONS:
            found.setdefault(section, []).append(name)
    return found


def test_every_section_has_one_study_and_every_study_its_sections():
    marked = {
        f"{page}/{name}"
        for page in report.pages()
        for name in report.marked_sections(report.page_path(page))
    }
    assert set(claimed()) == marked
    assert {section: names for section, names in claimed().items() if len(names) > 1} == {}


def workflow_names(monkeypatch, directory, config=(), published=""):
    """What the workflow module defines before its rules, parsed in ``directory``."""
    text = (ROOT / "workflow" / "modules" / "validation.smk").read_text(encoding="utf-8")
    monkeypatch.chdir(directory)
    monkeypatch.setenv("PUBLISHED", published)
    names = {"config": dict(config)}
    exec(text.partition("\nlocalrules:")[0].replace('include: "../rules/preamble.smk"', ""), names)
    return names


def test_the_workflow_knows_every_study_and_its_results(monkeypatch):
    studies = workflow_names(monkeypatch, ROOT)["STUDIES"]
    needs = {name: list(report.load_study(name).NEEDS) for name in report.STUDIES}
    assert {name: study.results for name, study in studies.items()} == needs


def test_the_workflow_takes_up_the_results_that_are_there(monkeypatch, tmp_path):
    """Studies that compute are run where they are named alone."""
    for name in report.STUDIES:
        for need in report.load_study(name).NEEDS:
            (tmp_path / need).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / need).touch()
    present = set(workflow_names(monkeypatch, tmp_path, published="tables")["PRESENT"])
    assert present == {name for name in report.STUDIES if not report.computes(name)}
    assert set(workflow_names(monkeypatch, tmp_path)["PRESENT"]) == present - {"surface_published"}
    (tmp_path / "results" / "rates.nc").unlink()
    rest = present - {
        "surface_published",
        "default_campaign",
        "interpolation",
        "quantum_pair_data",
    }
    assert set(workflow_names(monkeypatch, tmp_path)["PRESENT"]) == rest
    with pytest.raises(SystemExit, match="studies: no study 'ladders'; choose of slow_reference"):
        workflow_names(monkeypatch, tmp_path, {"studies": "variance ladders"})


@pytest.mark.slow
def test_every_study_has_a_rule_of_its_own():
    """In a dry run: a job for each study that is named, and for each whose results are there."""
    command = "snakemake -s workflow/modules/validation.smk --cores 1 --forceall --dry-run -p"
    ran = subprocess.run(
        [*command.split(), "--config", "studies=variance basis", "--", "pages"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        env=os.environ | {"PUBLISHED": ""},
        check=False,
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    jobs = set(re.findall(r"^rule (\w+):", said, re.MULTILINE)) - {"pages"}
    assert {"variance", "basis", "packages", "slurm_plan", "quantum_data"} <= jobs
    for name in jobs:
        assert f"python validation/{name}.py --numbers >" in said
        assert f"output: docs/evidence/{name}.json" in said


def test_studies_read_the_settings_of_the_default_campaign(monkeypatch):
    """What a study takes from the configuration is there; what costs minutes is left out."""
    budget = report.load_study("error_budget")
    monkeypatch.setattr(budget, "budget", lambda state: {})
    assert budget.measure()["target_relative_error"] == 0.025


def test_the_uncertainty_of_the_surface_is_read_from_its_campaign(monkeypatch, tmp_path):
    """Two drawn surfaces, one twice and one half as fast, and the one without the increment."""
    study = report.load_study("surface_uncertainty")
    monkeypatch.setattr(study, "ROOT", tmp_path)
    temperatures = np.array([100.0, *study.UNCERTAIN_K])
    shape = (3, 2, len(temperatures))
    ratio = np.broadcast_to(np.array([2.0, 0.5, 0.9])[:, None, None], shape)
    cell = ("surface", "transition", "temperature")
    text = {"units": "1", "long_name": "made up"}
    for (v, w), final in study.STATES.values():
        other = (final[0], final[1] + 1)
        made = xr.Dataset(
            {"k_ratio": (cell, ratio, text), "k_ratio_stderr": (cell, 0.0 * ratio, text)},
            {
                "surface": ("surface", ["draw001", "draw002", "without_increment"], text),
                "vp": ("transition", [other[0], final[0]], text),
                "wp": ("transition", [other[1], final[1]], text),
                "temperature": ("temperature", temperatures, text),
            },
            {"v": v, "w": w, "trajectories": 30, "core_seconds": 60.0},
        )
        write_atomic(made, tmp_path / study.DIRECTORY / f"v{v}_w{w}.nc")
    numbers = study.measure()
    own = numbers["changes"]["(0,1)->(1,0)"]
    assert own["spread"] == pytest.approx(np.full(6, np.log(2.0)))
    assert own["basis"] == pytest.approx(np.full(6, 1.0 / 0.9 - 1.0))
    assert numbers["cost"] == {"trajectories": 60, "core_seconds": 120.0, "drawn": 2}
    texts = study.sections(numbers)
    assert "69 % (0.50-2.00)" in texts["evidence/surface/uncertainty"]
    assert (
        texts["evidence/surface/uncertainty cost"]
        == "2 drawn surfaces, 60 trajectories, 2 core minutes"
    )


def test_missing_results_are_named(tmp_path):
    """Numbers of an earlier run stand in a page, and it is said that they do."""
    assert pages.missing_results("default_campaign", tmp_path) == (
        "; results/rates.nc is missing, numbers of an earlier run; run: make run"
    )
    assert pages.missing_results("variance", tmp_path) == ""
    assert pages.missing_results("slurm_plan") == ""


def test_the_drawn_packages_are_those_of_the_tree():
    """`python validation/packages.py` draws them again after a new import between packages."""
    kept, found = report.read_evidence("packages"), packages.measure()
    assert kept["layers"] == found["layers"]
    assert {name: entry["imports"] for name, entry in kept["packages"].items()} == {
        name: entry["imports"] for name, entry in found["packages"].items()
    }


def test_an_import_that_others_imply_is_not_drawn():
    imports = {"a": ["b", "c", "d"], "b": ["c"], "c": ["d"], "d": [], "e": ["d"]}
    assert layered_graph.reduced(imports) == [("a", "b"), ("b", "c"), ("c", "d"), ("e", "d")]


def test_arrows_pass_between_the_packages_of_a_layer():
    """Every arrow has a place in each layer that it passes, apart from the packages there."""
    layers, arrows = [["a", "b"], ["c"], ["d", "e"]], [("a", "d"), ("b", "c"), ("b", "e")]
    rows, paths = layered_graph.rows(layers, arrows)
    assert paths == [["a", ("a", "d"), "d"], ["b", "c"], ["b", ("b", "e"), "e"]]
    assert [set(row) for row in rows] == [{"a", "b"}, {"c", ("a", "d"), ("b", "e")}, {"d", "e"}]
    places = layered_graph.straightened(rows, paths, [0, 0, 0])
    for row, found in zip(rows, places, strict=True):
        x = [found[place] for place in row]
        room = [layered_graph.width(place) for place in row]
        least = [(one + next_) / 2 for one, next_ in zip(room, room[1:], strict=False)]
        assert all(b - a >= m - 1e-6 for a, b, m in zip(x, x[1:], least, strict=False))


@pytest.mark.parametrize("name", report.STUDIES)
def test_pages_are_what_the_kept_numbers_give(copy, name):
    """Writing them again changes nothing; without numbers there is nothing to write."""
    numbers = report.read_evidence(name)
    if numbers is None:
        pytest.skip(f"{name} has no numbers yet")
    assert report.write_pages(name, numbers, copy) == []


def test_tables_of_evidence_are_pages_too(copy):
    """A section of docs/evidence/ is found and written like one of docs/; the index has none."""
    assert "evidence/README" not in report.pages(copy)
    path = report.page_path("evidence/new", copy)
    path.write_text("<!-- k -->\nold\n<!-- end k -->\n")
    assert "evidence/new" in report.pages(copy) and report.marked_sections(path) == ["k"]
    study = SimpleNamespace(
        SECTIONS=("evidence/new/k",), sections=lambda numbers: {"evidence/new/k": numbers["k"]}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "load_study", lambda name: study)
        assert report.write_pages("study", {"k": "new"}, copy) == ["evidence/new/k"]
    assert path.read_text() == "<!-- k -->\nnew\n<!-- end k -->\n"


def test_the_short_table_of_performance_follows_from_the_full_one(copy):
    """Also while the study has no numbers of its own: its lines stand in the table."""
    text = report.page_path("evidence/performance", copy).read_text(encoding="utf-8")
    lines = {
        name: text.partition(f"<!-- {name} -->\n")[2].partition(f"\n<!-- end {name} -->")[0]
        for name in ("trajectories", "steps")
    }
    numbers = {name: block.splitlines() for name, block in lines.items()}
    assert report.write_pages("performance", numbers, copy) == []
    assert "| 5 x 4 | 20 |" in report.page_path("performance", copy).read_text(encoding="utf-8")


def test_kept_numbers_belong_to_a_study():
    assert {path.stem for path in report.EVIDENCE.glob("*.json")} <= set(report.STUDIES)


def test_a_block_and_a_part_of_a_sentence_are_replaced(page):
    assert report.write_section("block", "new\nlines", page)
    assert report.write_section("k", "2", page)
    assert page.read_text() == (
        "before\n\n<!-- block -->\nnew\nlines\n<!-- end block -->\n\n"
        "k is <!-- k -->2<!-- end k --> cm^3/s.\n"
    )
    assert not report.write_section("k", "2", page)


def test_an_unknown_marker_is_refused(page):
    before = page.read_text()
    with pytest.raises(UserError, match="no section 'other'"):
        report.write_section("other", "text", page)
    assert page.read_text() == before


def test_several_lines_do_not_go_into_a_sentence(page):
    with pytest.raises(UserError, match="part of a sentence"):
        report.write_section("k", "two\nlines", page)


@pytest.mark.parametrize("lost", ["<!-- end block -->", "<!-- block -->"])
def test_a_marker_without_its_partner_is_refused(page, lost):
    page.write_text(page.read_text().replace(lost, ""))
    with pytest.raises(UserError, match="'block'"):
        report.marked_sections(page)


def test_a_section_that_a_study_does_not_claim_is_refused(copy, monkeypatch):
    study = report.load_study("slurm_plan")
    monkeypatch.setattr(study, "sections", lambda _numbers: {"evidence/slurm/faults": "text"})
    with pytest.raises(UserError, match="not among its SECTIONS"):
        report.write_pages("slurm_plan", {}, copy)


def test_numbers_survive_being_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "EVIDENCE", tmp_path)
    numbers = {
        "a": [1.5, 2.0e-17],
        "b": {"c": [[1, 2], [3, 4]], "d": ["x  [ 1,  2 ]", "y"]},
        "e": [None, -3],
    }
    assert report.write_evidence("slurm_plan", numbers) == numbers
    assert report.read_evidence("slurm_plan") == numbers
    assert "[1.5, 2e-17]" in report.evidence_path("slurm_plan").read_text()


def test_the_glossary_names_modules_that_exist():
    """Every entry names a module of the package, and no term stands twice."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    entries = [row for row in rows if row[0] != "term"]
    assert len(entries) > 50 and {len(row) for row in entries} == {3}
    terms = [term for term, _, _ in entries]
    assert len(set(terms)) == len(terms)
    named = [module for _, _, cell in entries for module in re.findall(r"`([\w.]+)`", cell)]
    assert len(named) >= len(entries)
    assert [name for name in named if code._file(f"vibrates.{name}") is None] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *DOCUMENTS])
def test_links_between_pages_lead_somewhere(page):
    """Relative links and figures of a page are files, and anchors are headings of theirs."""
    path = ROOT / page
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name) if name else path
        assert file.is_file(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            # As sites that show Markdown make them: lower case, hyphens, no punctuation.
            anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in anchors, target


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *DOCUMENTS])
def test_program_files_and_modules_named_in_pages_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    folders = ("src", "tests", "benchmarks", "validation", "workflow", "examples")
    files = [f"/{path.relative_to(ROOT)}" for name in folders for path in ROOT.glob(f"{name}/**/*")]
    named = re.findall(r"`([\w/]+\.(?:py|smk))`", text)
    assert [name for name in named if not any(file.endswith(f"/{name}") for file in files)] == []
    directories = re.findall(rf"`((?:{'|'.join(folders)})/[\w/]*)/`", text)
    assert [name for name in directories if not (ROOT / name).is_dir()] == []
    packages = "|".join(path.name for path in (ROOT / "src" / "vibrates").glob("[a-z]*/"))
    found = re.findall(
        rf"`(?:vibrates\.)?((?:{packages})\.(?!nc|log|csv|md|yaml)\w+)(?:\.\w+)*`", text
    )
    blocks = Campaign.model_fields
    keys = {  # `rates.bootstrap` is a key of the configuration, no module.
        f"{block}.{name}"
        for block, field in blocks.items()
        for kind in (field.annotation, *get_args(field.annotation))
        for name in getattr(kind, "model_fields", ())
    }
    unknown = {name for name in found if code._file(f"vibrates.{name}") is None}
    assert unknown - keys == set()
