"""The ladder of N2(v) + H2(0) compared with published rates: docs/ladder.md.

make ladder PUBLISHED=DIRECTORY     runs the campaign, then this study; in the directory the tables
                                    n2h2_vt_dv1.csv, ... of data set 10.5281/zenodo.7764142
"""

import os
from pathlib import Path

from products import against_published, campaign, described, read_rates
from report import read_evidence, run_study, table

RESULTS = "results-ladder"
NEEDS = (f"{RESULTS}/rates.nc", f"{RESULTS}/checks.json")
REMEDY = "run: make ladder PUBLISHED=DIRECTORY"
SCHEMES = ("total", "translational")
SECTIONS = (
    "ladder/campaign",
    "ladder/surface",
    *(f"ladder/published {scheme}" for scheme in SCHEMES),
)
TEMPERATURES_K = (300.0, 1000.0, 5000.0)


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
        texts[f"ladder/published {scheme}"] = table(head, rows)
    return texts


if __name__ == "__main__":
    run_study("ladder")
