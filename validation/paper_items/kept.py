"""Numbers that earlier runs left in the repository: tables between markers of pages, JSON."""

import json
import re
from pathlib import Path

import pandas as pd
from report import marked_sections

from vibrates.core.errors import UserError


def section(path: Path, name: str) -> str:
    """What stands between the markers of a section; UserError if the page has none of this name."""
    if name not in marked_sections(path):
        raise UserError(f"{path}: no section '{name}'; add <!-- {name} --> and <!-- end {name} -->")
    text = path.read_text(encoding="utf-8")
    return text.partition(f"<!-- {name} -->")[2].partition(f"<!-- end {name} -->")[0]


def tables(path: Path, name: str) -> list[pd.DataFrame]:
    """The Markdown tables of a section, all cells as text; columns that are named alike numbered.

    Parameters
    ----------
    path
        The page.
    name
        Name of the section.
    """
    found = []
    for block in section(path, name).split("\n\n"):
        lines = [line for line in block.strip().splitlines() if line.startswith("|")]
        if len(lines) < 3:
            continue
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
        head = [
            f"{name} {rows[0][:at].count(name) + 1}" if name in rows[0][:at] else name
            for at, name in enumerate(rows[0])
        ]
        found.append(pd.DataFrame(rows[2:], columns=head))
    return found


def numbers(text: str) -> list[float]:
    """All numbers of a cell, "0.021 (52.8)" as [0.021, 52.8]."""
    return [float(x) for x in re.findall(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", text)]


def evidence(root: Path, name: str) -> dict | None:
    """The numbers of a study in docs/evidence/; None if it has none."""
    path = root / "docs" / "evidence" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["numbers"] if path.is_file() else None
