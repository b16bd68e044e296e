"""docs/paper.md and the HTML report, from the tables of all items."""

import base64
import html
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from report import table as markdown

from paper_items import Facts
from paper_items.entries import Catalogue, Item
from paper_items.production import OUTPUT, PICTURES, TABLES
from vibrates.core.files import write_bytes, write_text

LIMIT = 20  # rows of a table that the page shows
HEAD = Path(__file__).with_suffix(".md")


@dataclass(frozen=True)
class Entry:
    """An item as it is shown: its numbers, its picture and what there is to say."""

    item: Item
    numbers: pd.DataFrame | None
    picture: bytes
    facts: Facts

    @property
    def state(self) -> str:
        """made; in part; missing."""
        if self.numbers is None:
            return "in part" if self.item.picture else "missing"
        return "in part" if self.facts.missing else "made"


def entry(item: Item, numbers: pd.DataFrame | None, picture: bytes) -> Entry:
    """What is said of an item follows from its table and its entry in the list."""
    facts = Facts()
    if item.maker is not None and numbers is not None:
        facts = item.maker.facts(numbers, **dict(item.settings))
    missing = [*facts.missing, *([item.missing] if item.missing else [])]
    if numbers is None and item.make:
        missing.append(item.without or f"No numbers are kept; needed: {', '.join(item.needs)}.")
    return Entry(item, numbers, picture, Facts(facts.agrees, facts.differs, missing))


def made(catalogue: Catalogue, root: Path) -> list[Entry]:
    """All items, from results-validation/paper/."""
    found = []
    for item in catalogue.items:
        text = (root / OUTPUT / f"{item.name}.csv").read_text(encoding="utf-8")
        numbers = pd.read_csv(io.StringIO(text)) if text.strip() else None
        picture = (root / OUTPUT / f"{item.name}.png").read_bytes()
        found.append(entry(item, numbers, picture))
    return found


def text(catalogue: Catalogue, shown: list[Entry]) -> str:
    """The page."""
    parts = [HEAD.read_text(encoding="utf-8"), "## Overview", summary(shown)]
    rows = [
        [f"[{e.item.heading}](#{anchor(e.item)})", short(catalogue, e.item), e.item.title, e.state]
        for e in shown
    ]
    parts.append(markdown(["item", "paper", "", "state"], rows))
    for name, reference in catalogue.papers.items():
        parts += [f"## {title(reference)}", reference + "."]
        parts += [section(catalogue, e) for e in shown if e.item.paper == name]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def summary(shown: list[Entry]) -> str:
    """How many are made."""
    count = {
        state: sum(e.state == state for e in shown) for state in ("made", "in part", "missing")
    }
    return (
        f"{len(shown)} items: {count['made']} made, {count['in part']} in part, "
        f"{count['missing']} missing. Those in part or missing say what they lack."
    )


def title(reference: str) -> str:
    """Heading of a paper: surname of the first author and year."""
    first = reference.partition(",")[0].split()[-1]
    authors = reference.split(", ")
    others = " et al." if len(authors) > 4 else ""
    if not others:
        first = ", ".join(name.split()[-1] for name in authors[:3])
    year = re.search(r"\((\d{4})\)", reference)
    return f"{first}{others} {year[1]}" if year else f"{first}{others}"


def short(catalogue: Catalogue, item: Item) -> str:
    """Name of the paper of an item."""
    return title(catalogue.papers[item.paper])


def heading(item: Item) -> str:
    """Of the section of an item."""
    return f"{item.heading}: {item.title}"


def anchor(item: Item) -> str:
    """Of its heading, as sites that show Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading(item).lower()).replace(" ", "-")


def plain(text: str) -> str:
    """A sentence for HTML: links become their labels."""
    return html.escape(re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text))


def section(catalogue: Catalogue, entry: Entry) -> str:
    """An item in Markdown."""
    item = entry.item
    parts = [f"### {heading(item)}"]
    if entry.picture:
        parts.append(f"![{item.heading}](figures/{PICTURES.name}/{item.name}.png)")
    elif item.picture:
        parts.append(f"![{item.heading}, an earlier run](figures/{item.picture})")
    parts.append(f"In the paper: {item.shows}")
    if entry.numbers is not None and item.maker.draw is None:
        parts.append(markdown(entry.numbers.columns, _cells(entry.numbers)))
    lines = [f"- **{label}** {sentence}" for label, sentence in sentences(entry)]
    parts.append("\n".join(lines))
    parts.append(numbers_line(entry))
    return "\n\n".join(part for part in parts if part)


def _cells(numbers: pd.DataFrame) -> list[list]:
    shown = numbers.head(LIMIT)
    return [
        ["" if x != x else f"{x:g}" if isinstance(x, float) else x for x in row]
        for row in shown.itertuples(index=False)
    ]


def sentences(entry: Entry) -> list[tuple[str, str]]:
    """What agrees, differs, why, and what is missing, in this order."""
    found = [("Agrees.", fact) for fact in entry.facts.agrees]
    found += [("Differs.", fact) for fact in entry.facts.differs]
    if entry.item.why:
        found.append(("Why.", entry.item.why))
    return found + [("Missing.", fact) for fact in entry.facts.missing]


def numbers_line(entry: Entry) -> str:
    """Numbers, and the target that makes the item."""
    item = entry.item
    if entry.numbers is None:
        return f"Made by `{command(item)}`." if item.make else ""
    shown = "" if item.maker.draw or len(entry.numbers) <= LIMIT else f"; {LIMIT} are shown"
    return (
        f"Numbers: [{item.name}.csv]({TABLES.name}/{item.name}.csv) ({len(entry.numbers)} "
        f"rows{shown}). Made by `{command(item)}`."
    )


def command(item: Item) -> str:
    """What makes an item alone."""
    return f"snakemake -s workflow/modules/paper.smk --cores 1 {item.name}"


def report(catalogue: Catalogue, shown: list[Entry], root: Path) -> str:
    """The page as one HTML file with its pictures."""
    body = [f"<h1>The papers, figure by figure</h1><p>{html.escape(summary(shown))}</p>"]
    for name, reference in catalogue.papers.items():
        body.append(f"<h2>{html.escape(title(reference))}</h2><p>{html.escape(reference)}</p>")
        for e in (one for one in shown if one.item.paper == name):
            label = html.escape(heading(e.item))
            body.append(f'<h3 id="{anchor(e.item)}">{label} <small>{e.state}</small></h3>')
            picture = e.picture
            if not picture and e.item.picture:
                picture = (root / "docs" / "figures" / e.item.picture).read_bytes()
                body.append("<p>The picture of an earlier run:</p>")
            if picture:
                data = base64.b64encode(picture).decode()
                body.append(f'<img alt="{e.item.heading}" src="data:image/png;base64,{data}">')
            body.append(f"<p>In the paper: {html.escape(e.item.shows)}</p>")
            if e.numbers is not None and e.item.maker.draw is None:
                body.append(e.numbers.to_html(index=False, border=0, na_rep=""))
            items = "".join(f"<li><b>{label}</b> {plain(fact)}</li>"
                            for label, fact in sentences(e))  # fmt: skip
            body.append(f"<ul>{items}</ul>")
            body.append(f"<p><code>{command(e.item)}</code></p>" if e.item.make else "")
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>The papers</title>"
        "<style>body{font-family:sans-serif;max-width:60rem;margin:auto;padding:1rem}"
        "img{max-width:100%}table{border-collapse:collapse}td,th{padding:.2rem .6rem;"
        "border-bottom:1px solid #ccc}small{color:#666}</style></head><body>"
        + "\n".join(body)
        + "</body></html>\n"
    )


def write(catalogue: Catalogue, root: Path) -> None:
    """The page, the tables and pictures that it shows, and the report."""
    shown = made(catalogue, root)
    for e in shown:
        csv, png = root / TABLES / f"{e.item.name}.csv", root / PICTURES / f"{e.item.name}.png"
        for path, content in (
            (csv, (root / OUTPUT / csv.name).read_bytes()),
            (png, e.picture),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            if content:
                write_bytes(path, content)
            else:
                path.unlink(missing_ok=True)
    write_text(root / "docs" / "paper.md", text(catalogue, shown))
    write_text(root / OUTPUT / "report.html", report(catalogue, shown, root))
    print(f"docs/paper.md, {OUTPUT}/report.html: {summary(shown)}")
