"""The ladder of N2(v) + H2(0) compared with published rates: docs/ladder.md, its tables.

make ladder PUBLISHED=DIRECTORY     runs the campaign, then this study; in the directory the tables
                                    n2h2_vt_dv1.csv, ... of data set 10.5281/zenodo.7764142
"""

import os
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
# Levels of the short table, and the scheme of it.
SHORT, DEFAULT = (1, 5, 10, 20, 30, 40), "translational"


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
    head = ["v", *(f"dv = {dv}, {t:g} K" for dv in (1, 2, 3) for t in TEMPERATURES_K)]
    for scheme in SCHEMES if "published" in numbers else ():
        cells = {(row["v"], row["dv"], row["T_K"]): f"{row['ratio']:.2f} +- {row['stderr']:.2f}"
                 for row in numbers["published"] if row["scheme"] == scheme}  # fmt: skip
        rows = [[v, *(cells.get((v, dv, t), "") for dv in (1, 2, 3) for t in TEMPERATURES_K)]
                for v in sorted({v for v, _, _ in cells})]  # fmt: skip
        texts[f"evidence/ladder/published {scheme}"] = table(head, rows)
        if scheme == DEFAULT:
            texts["ladder/short"] = table(head, [row for row in rows if row[0] in SHORT])
            texts["ladder/summary"] = summary(numbers["published"])
    return texts


def summary(published: list[dict]) -> str:
    """Range of the ratios of the default scheme, at low levels and at the highest one."""
    own = [row for row in published if row["scheme"] == DEFAULT]
    highest = max(row["v"] for row in own)

    def ratios(dv: int, high: bool) -> str:
        return span(
            row["ratio"]
            for row in own
            if row["dv"] == dv and (row["v"] == highest if high else row["v"] <= 10)
        )

    return (
        f"At 300 to 5000 K, up to v = 10, the ratio is {ratios(1, False)} for one quantum, "
        f"{ratios(2, False)} for two and {ratios(3, False)} for three; at v = {highest} it is "
        f"{ratios(1, True)}, {ratios(2, True)} and {ratios(3, True)}."
    )


if __name__ == "__main__":
    run_study("ladder")
