"""The ladder of N2(v) + H2(0) compared with published rates: docs/ladder.md, its tables.

make ladder PUBLISHED=DIRECTORY     runs the campaign, then this study; in the directory the tables
                                    n2h2_vt_dv1.csv, ... of data set 10.5281/zenodo.7764142
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from products import against_published, campaign, described, read_rates
from report import read_evidence, run_study, span, table

RESULTS = "results-ladder"
NEEDS = (f"{RESULTS}/rates.nc", f"{RESULTS}/checks.json")
REMEDY = "run: make ladder PUBLISHED=DIRECTORY"
SCHEMES = ("total", "translational")
SECTIONS = (
    "ladder/campaign",
    "ladder/surface",
    "ladder/short",
    "ladder/summary",
    *(f"evidence/ladder/published {scheme}" for scheme in SCHEMES),
)
TEMPERATURES_K = (300.0, 1000.0, 5000.0)
# Scheme, levels and temperatures of the short table.
DEFAULT, SHORT, SHORT_K = "translational", (1, 5, 10, 20, 30, 40), (300.0, 5000.0)


def measure() -> dict:
    """Effort and precision, and where PUBLISHED names the tables the ratios to them."""
    numbers = {"campaign": campaign(RESULTS)}
    if directory := os.environ.get("PUBLISHED"):
        rows = against_published(read_rates(RESULTS), Path(directory), SCHEMES)
        numbers["published"] = [row for row in rows if row["T_K"] in TEMPERATURES_K]
    elif (
        "published" in (kept := read_evidence("ladder") or {})
        and kept["campaign"] == numbers["campaign"]
    ):
        numbers["published"] = kept["published"]
    return numbers


def sections(numbers: dict) -> dict[str, str]:
    """Head and tables of the page; the tables only where the published rates were at hand."""
    found = numbers["campaign"]
    texts = {
        "ladder/campaign": described(found),
        "ladder/surface": f"Surface: `{found['surface']}`.",
    }
    for scheme in SCHEMES if "published" in numbers else ():
        own = [row for row in numbers["published"] if row["scheme"] == scheme]
        levels = sorted({row["v"] for row in own})
        texts[f"evidence/ladder/published {scheme}"] = ratios(own, levels, TEMPERATURES_K)
        if scheme == DEFAULT:
            texts["ladder/short"] = ratios(own, SHORT, SHORT_K)
            texts["ladder/summary"] = summary(own)
    return texts


def ratios(rows: list[dict], levels: Iterable[int], temperatures_K: tuple[float, ...]) -> str:
    """Table of the ratios, one row per level."""
    columns = [(dv, t) for dv in (1, 2, 3) for t in temperatures_K]
    cells = {(row["v"], row["dv"], row["T_K"]): f"{row['ratio']:.2f} +- {row['stderr']:.2f}"
             for row in rows}  # fmt: skip
    return table(
        ["v", *(f"dv = {dv}, {t:g} K" for dv, t in columns)],
        [[v, *(cells.get((v, *column), "") for column in columns)] for v in levels],
    )


def summary(rows: list[dict]) -> str:
    """Range of the ratios at low levels and at the highest one."""
    highest = max(row["v"] for row in rows)

    def ranges(chosen: Callable[[int], bool]) -> list[str]:
        return [
            span(row["ratio"] for row in rows if row["dv"] == dv and chosen(row["v"]))
            for dv in (1, 2, 3)
        ]

    low, high = ranges(lambda v: v <= 10), ranges(lambda v: v == highest)
    return (
        f"At 300 to 5000 K, up to v = 10, the ratio is {low[0]} for one quantum, {low[1]} for two "
        f"and {low[2]} for three; at v = {highest} it is {high[0]}, {high[1]} and {high[2]}."
    )


if __name__ == "__main__":
    run_study("ladder")
