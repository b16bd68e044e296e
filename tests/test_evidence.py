"""Numbers of README.md, docs/: every section has a study, every study sections; pages follow."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from vibrates.core.errors import UserError

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "validation"))
import report  # noqa: E402


@pytest.fixture
def copy(tmp_path):
    """README.md and docs/ elsewhere."""
    shutil.copy(ROOT / "README.md", tmp_path)
    (tmp_path / "docs").mkdir()
    for page in (ROOT / "docs").glob("*.md"):
        shutil.copy(page, tmp_path / "docs")
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


def test_the_workflow_has_a_rule_for_every_study():
    text = (ROOT / "workflow" / "modules" / "validation.smk").read_text(encoding="utf-8")
    rules = set(re.findall(r"^rule (\w+):", text, re.MULTILINE)) - {"pages"}
    assert rules == set(report.STUDIES)
    listed = re.search(r"^RESULTS = (\{.*?^\})", text, re.MULTILINE | re.DOTALL)[1]
    # YAML reads the names; what SURFACES stands for is known here.
    surfaces = json.dumps(
        [f"results-surfaces/{n}/rates.nc" for n in ("original", "modified", "fitted")]
    )
    needs = yaml.safe_load(listed.replace("SURFACES", surfaces))
    assert needs == {name: list(report.load_study(name).NEEDS) for name in report.STUDIES}


@pytest.mark.parametrize("name", report.STUDIES)
def test_pages_are_what_the_kept_numbers_give(copy, name):
    """Writing them again changes nothing; without numbers there is nothing to write."""
    numbers = report.read_evidence(name)
    if numbers is None:
        pytest.skip(f"{name} has no numbers yet")
    assert report.write_pages(name, numbers, copy) == []


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
    monkeypatch.setattr(study, "sections", lambda _numbers: {"slurm/faults": "text"})
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
