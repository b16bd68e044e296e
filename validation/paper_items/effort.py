"""Core hours of everything from trajectories, said before anything runs."""

import re
from pathlib import Path

from paper_items.entries import Catalogue, Source
from vibrates.campaign import forecast
from vibrates.config import load


def core_hours(source: Source, root: Path) -> tuple[float, str]:
    """Core hours of a source, and where the number comes from.

    Campaigns: the forecast of `vibrates plan` for the whole of the budget, which is the most that
    they take; what has been computed before is not subtracted.
    """
    if not source.campaigns:
        return float(source.core_hours or 0.0), source.basis
    hours = 0.0
    for name in source.campaigns:
        said = forecast.text(load(root / name), name)
        row = re.search(r"^together\s+(\d+)\s+(\d+)\s+([\d.]+)", said, re.MULTILINE)
        drawn = re.search(r"([\d.]+) core hours in addition", said)
        hours += float(row[3]) + (float(drawn[1]) if drawn else 0.0)
    return hours, "at most (vibrates plan)"


def text(catalogue: Catalogue, root: Path) -> str:
    """A line for every source, and the sum."""
    lines, total = [], 0.0
    for source in catalogue.sources.values():
        hours, said = core_hours(source, root)
        total += hours
        lines.append(f"{source.command:<52}{hours:>8.1f} core hours, {said}")
    return "\n".join([*lines, f"{'together':<52}{total:>8.1f} core hours"])
