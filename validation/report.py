"""Evidence: numbers that a study measures, and the sections of pages that are written from them.

A study is a module of this directory with

- ``SECTIONS``: the sections it writes, "page/section" each; a page is README, a file of docs/
  ("learning") or a page of tables there ("evidence/learning");
- ``NEEDS``: the files it reads beside the repository's own (products of campaigns); none for a
  study that computes everything itself;
- ``measure() -> dict``: the numbers, in what JSON can hold;
- ``sections(numbers) -> dict``: section -> text, a function of these numbers alone;
- ``REMEDY``: how to run it; where it has any, ``figures(numbers)``, which draws them; and
  ``COMPUTES`` where a study that needs files computes for long nevertheless.

The numbers are kept in docs/evidence/, so that a page can be written again without measuring.
In a page a section stands between ``<!-- name -->`` and ``<!-- end name -->``: markers on lines of
their own enclose a block, markers in one line enclose part of a sentence.
"""

import argparse
import importlib
import json
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from vibrates import __version__
from vibrates.core.errors import UserError

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "accuracy.md"
EVIDENCE = ROOT / "docs" / "evidence"
STUDIES = (
    "slow_reference", "breathing_sphere", "error_budget", "variance", "basis", "allocation",
    "default_campaign", "interpolation", "ladder", "processes",
    "surface_fit", "surface_points", "surface_rates", "surface_published",
    "surface_uncertainty",
    "quantum_data", "quantum_methods", "quantum_convergence", "quantum_judge",
    "quantum_pair_data", "quantum_pair_methods", "quantum_pair_convergence",
    "longrange", "performance", "slurm_plan", "slurm_faults", "kernel_search", "learning_page",
    "learning_groups", "rotor_judge", "packages",
)  # fmt: skip
_NUMBER = r"(?:-?\d[-+.\deE]*|null|NaN|-?Infinity)"
_NUMBERS = re.compile(rf"\[\n\s+{_NUMBER}(?:,\n\s+{_NUMBER})*\n\s+\]")
_MARKER = re.compile(r"<!-- (?!end )(.+?) -->")


def table(head: Iterable[str], rows: Iterable[Iterable]) -> str:
    """A Markdown table; floats with three significant digits."""

    def line(cells) -> str:
        texts = (f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in cells)
        return "| " + " | ".join(texts) + " |"

    head = list(head)
    return "\n".join([line(head), line(["---"] * len(head)), *(line(row) for row in rows)])


def span(values: Iterable[float], form: str = ".2f") -> str:
    """The least and the largest value, "0.55-0.67"; one number where both print alike."""
    values = list(values)
    low, high = format(min(values), form), format(max(values), form)
    return low if low == high else f"{low}-{high}"


def page_path(page: str, root: Path = ROOT) -> Path:
    """The file of a page: README, or a name in docs/ ("learning", "evidence/learning")."""
    return root / "README.md" if page == "README" else root / "docs" / f"{page}.md"


def pages(root: Path = ROOT) -> list[str]:
    """All pages that may have sections: README, docs/, and the tables in docs/evidence/."""
    docs = root / "docs"
    tables = [path.stem for path in (docs / "evidence").glob("*.md") if path.stem != "README"]
    return [
        "README",
        *sorted(path.stem for path in docs.glob("*.md")),
        *(f"evidence/{name}" for name in sorted(tables)),
    ]


def marked_sections(page: Path) -> list[str]:
    """Names of the sections of a page, in their order; UserError if a marker has no partner."""
    text = page.read_text(encoding="utf-8")
    found = _MARKER.findall(text)
    for name in found:
        if text.count(f"<!-- {name} -->") != 1 or text.count(f"<!-- end {name} -->") != 1:
            raise UserError(
                f"{page}: section '{name}' does not begin and end exactly once; "
                f"write <!-- {name} --> and <!-- end {name} --> once each"
            )
    if unopened := set(re.findall(r"<!-- end (.+?) -->", text)) - set(found):
        raise UserError(
            f"{page}: section '{min(unopened)}' ends but does not begin; "
            f"add <!-- {min(unopened)} -->"
        )
    return found


def write_section(name: str, text: str, page: Path = DOCUMENT) -> bool:
    """Replace what stands between the markers of a section; whether the page changed.

    UserError if the page has no such section, or a text of several lines would go into a sentence.
    """
    document = page.read_text(encoding="utf-8")
    if name not in marked_sections(page):
        raise UserError(f"{page}: no section '{name}'; add <!-- {name} --> and <!-- end {name} -->")
    begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    start, stop = document.index(begin) + len(begin), document.index(end)
    inline = "\n" not in document[start:stop]
    if inline and "\n" in text:
        raise UserError(
            f"{page}: section '{name}' is part of a sentence, and its text has several "
            "lines; put its markers on lines of their own"
        )
    body = text if inline else f"\n{text}\n"
    new = document[:start] + body + document[stop:]
    if new != document:
        page.write_text(new, encoding="utf-8")
    return new != document


def load_study(name: str) -> ModuleType:
    """The module of a study."""
    return importlib.import_module(name)


def evidence_path(name: str) -> Path:
    """Where the numbers of a study are kept."""
    return EVIDENCE / f"{name}.json"


def read_evidence(name: str) -> dict[str, Any] | None:
    """The numbers of a study that are kept; None where it has never been run."""
    path = evidence_path(name)
    return json.loads(path.read_text(encoding="utf-8"))["numbers"] if path.is_file() else None


def write_evidence(name: str, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the numbers of a study, and return them as they will be read."""
    EVIDENCE.mkdir(exist_ok=True)
    text = json.dumps({"study": name, "version": __version__, "numbers": numbers}, indent=1,
                      default=_plain)  # fmt: skip
    # A list of numbers is one line: the file stays readable, and a change of one row one line.
    text = _NUMBERS.sub(
        lambda match: re.sub(r"\s+", " ", match[0]).replace("[ ", "[").replace(" ]", "]"), text
    )
    evidence_path(name).write_text(text + "\n", encoding="utf-8")
    return json.loads(text)["numbers"]


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be kept as evidence")


def write_pages(name: str, numbers: Mapping[str, Any], root: Path = ROOT) -> list[str]:
    """Write all sections of a study; returns those whose text changed.

    A study may leave out sections for which it lacks numbers; one it does not claim is refused.
    """
    study, changed = load_study(name), []
    for section, text in study.sections(numbers).items():
        if section not in study.SECTIONS:
            raise UserError(
                f"validation/{name}.py: section '{section}' is not among its SECTIONS; add it"
            )
        page, _, marker = section.rpartition("/")
        if write_section(marker, text, page_path(page, root)):
            changed.append(section)
    return changed


def draw_figures(name: str, numbers: Mapping[str, Any]) -> None:
    """Draw the figures of a study, if it has any."""
    if draw := getattr(load_study(name), "figures", None):
        draw(numbers)


def computes(name: str) -> bool:
    """Whether a study computes, so that its numbers are not measured again just to write a page."""
    study = load_study(name)
    return getattr(study, "COMPUTES", not study.NEEDS)


def missing_inputs(name: str, root: Path = ROOT) -> list[str]:
    """Files that the study needs and that are not there."""
    return [need for need in load_study(name).NEEDS if not (root / need).exists()]


def run_study(name: str) -> None:
    """Measure, keep the numbers, write the sections; the whole of a study's command line."""
    parser = argparse.ArgumentParser(description=load_study(name).__doc__.splitlines()[0])
    # Studies that run side by side must not write the same page: the workflow does that at the end.
    parser.add_argument(
        "--numbers", action="store_true", help="only keep the numbers, write no page"
    )
    only_numbers = parser.parse_args().numbers
    start = time.monotonic()
    try:
        if missing := missing_inputs(name):
            raise UserError(f"{missing[0]}: file does not exist; {load_study(name).REMEDY}")
        numbers = dict(load_study(name).measure())
        if computes(name):
            numbers["minutes"] = round((time.monotonic() - start) / 60.0, 1)
        kept = write_evidence(name, numbers)
        if only_numbers:
            return
        draw_figures(name, kept)
        changed = write_pages(name, kept)
    except UserError as error:
        raise SystemExit(f"error: {error}") from None
    print(
        f"{name}: numbers in {evidence_path(name).relative_to(ROOT)}; changed: "
        f"{', '.join(changed) or 'no section'}"
    )


def took(numbers: Mapping[str, Any]) -> str:
    """How long a study that computes took, on this machine; nothing where that is not known."""
    return f"\nTook {numbers['minutes']:.1f} minutes." if "minutes" in numbers else ""
