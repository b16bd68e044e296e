"""Rates on the three surfaces over the published ones: docs/surface.md, its table.

make surfaces PUBLISHED=DIRECTORY      with n2h2_vt_dv1.csv, ... of data set 10.5281/zenodo.7764142
"""

import os
from pathlib import Path

from products import against_published, read_rates
from report import run_study, table
from surface_rates import NEEDS, SURFACES, TEMPERATURES_K  # noqa: F401 - of the study

from vibrates.core.errors import UserError
from vibrates.rates.symmetrisation import SCHEMES

REMEDY = "run: make surfaces PUBLISHED=DIRECTORY"
SECTIONS = ("evidence/surface/published", "surface/published summary")


def measure() -> dict:
    """All ratios; UserError where PUBLISHED does not name the directory of the tables."""
    if not (directory := os.environ.get("PUBLISHED")):
        raise UserError(f"PUBLISHED: names no directory of published rates; {REMEDY}")
    return {
        "ratios": [
            {"surface": name} | row
            for name in SURFACES
            for row in against_published(
                read_rates(f"results-surfaces/{name}"), Path(directory), SCHEMES
            )
            if row["T_K"] in TEMPERATURES_K
        ]
    }


def sections(numbers: dict) -> dict[str, str]:
    """The table, and the range on the surface of the published rates."""
    found: dict[tuple, dict[float, float]] = {}
    for row in numbers["ratios"]:
        key = row["surface"], row["scheme"], row["dv"], row["v"]
        found.setdefault(key, {})[row["T_K"]] = row["ratio"]
    rows = [
        [
            surface,
            scheme,
            f"{v} -> {v - dv}",
            *(f"{own[t]:.2f}" if t in own else "" for t in TEMPERATURES_K),
        ]
        for (surface, scheme, dv, v), own in found.items()
    ]
    same = [
        row for row in numbers["ratios"] if (row["surface"], row["scheme"]) == ("modified", "total")
    ]
    parts = []
    for quanta, low in (((1,), 200.0), ((2, 3), 500.0)):
        own = [row for row in same if row["dv"] in quanta and row["T_K"] >= low]
        least, most = (f(own, key=lambda row: row["ratio"]) for f in (min, max))
        parts.append(
            f"dv = {', '.join(map(str, quanta))} from {low:g} K: {least['ratio']:.2f} "
            f"({least['v']} -> {least['v'] - least['dv']}, {least['T_K']:g} K) to "
            f"{most['ratio']:.2f} +- {most['stderr']:.2f} ({most['v']} -> "
            f"{most['v'] - most['dv']}, {most['T_K']:g} K)"
        )
    return {
        "evidence/surface/published": table(
            ["surface", "symmetrisation", "v", *(f"{t:g} K" for t in TEMPERATURES_K)], rows
        ),
        "surface/published summary": f"Modified surface, `total`: {'; '.join(parts)}.",
    }


if __name__ == "__main__":
    run_study("surface_published")
