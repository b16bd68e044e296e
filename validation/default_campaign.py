"""Effort, precision and rates of the default campaign, as README.md and docs/method.md state them.

make run && python validation/default_campaign.py
"""

import numpy as np
from products import campaign, change, rate, ratio_cells, read_rates, thousands
from report import run_study, span, table

from vibrates.rates.measured import RELAXATION

RESULTS = "results"
NEEDS = (f"{RESULTS}/rates.nc", f"{RESULTS}/checks.json")
REMEDY = "run: make run"
SECTIONS = (
    "README/default campaign",
    "README/default precision",
    "README/default relaxation",
    "method/default measured",
    "method/default rates",
    "method/default relaxation",
)
TEMPERATURES_K = (200.0, 300.0, 500.0, 1000.0, 2000.0, 3000.0, 5000.0)


def measure() -> dict:
    """Effort and precision; k(1,0 -> 0,0) over the fits to measurements; k of dv = 1."""
    rates = read_rates(RESULTS)
    k, error = rate(rates, (1, 0, 0, 0), rates.attrs["symmetrisation"], TEMPERATURES_K)
    found = campaign(RESULTS)
    targets = found["largest_relative_errors"][0]["temperatures_K"]
    ladder = []
    for v, w in found["states"]:
        values, errors = rate(rates, (v, w, v - 1, w), rates.attrs["symmetrisation"], targets)
        ladder.append({"v": v, "k_cm3_s": values, "relative_error": errors / values})
    return {
        "campaign": found,
        "symmetrisation": rates.attrs["symmetrisation"],
        "temperatures_K": TEMPERATURES_K,
        "relaxation": {
            name: {
                "ratio": k / fit(np.array(TEMPERATURES_K)),
                "error": error / fit(np.array(TEMPERATURES_K)),
            }
            for name, fit in RELAXATION.items()
        },
        "ladder": ladder,
    }


def sections(numbers: dict) -> dict[str, str]:
    """The sentences and tables of both pages."""
    found, at = numbers["campaign"], numbers["temperatures_K"]
    time = (
        ""
        if found["minutes"] is None
        else f"{found['minutes']:.0f} minutes on {found['ranks']} ranks: "
    )
    largest = found["largest_relative_errors"][0]
    kelvin = [f"{t:g} K" for t in largest["temperatures_K"]]
    reference = [[f"computed / {name}", *ratio_cells(own["ratio"], own["error"])]
                 for name, own in numbers["relaxation"].items()]  # fmt: skip
    rows = [
        [
            f"{one['v']} -> {one['v'] - 1}",
            *(
                f"{k:.2e} ({100 * e:.1f} %)"
                for k, e in zip(one["k_cm3_s"], one["relative_error"], strict=True)
            ),
        ]
        for one in numbers["ladder"]
    ]
    within = "; ".join(
        f"{span([r for r, t in zip(own['ratio'], at, strict=True) if 500.0 <= t <= 3000.0])} of "
        f"the {name} at 500-3000 K, {own['ratio'][at.index(300.0)]:.2f} at 300 K"
        for name, own in numbers["relaxation"].items()
    )
    warm = [ratio for own in numbers["relaxation"].values()
            for ratio, t in zip(own["ratio"], at, strict=True) if 500.0 <= t <= 3000.0]  # fmt: skip
    room = [own["ratio"][at.index(300.0)] for own in numbers["relaxation"].values()]
    return {
        "README/default relaxation": (
            f"{span(warm)} of two fits to measured relaxation at 500-3000 K and {span(room)} of "
            "them at 300 K"
        ),
        "README/default campaign": f"{time}{thousands(found['trajectories'])} trajectories",
        "README/default precision": f"{100 * largest['relative_error']:.1f} %",
        "method/default measured": table(["(1,0) -> (0,0)", *(f"{t:g} K" for t in at)], reference),
        "method/default rates": table([change(largest["dv"], largest["dw"]), *kelvin], rows),
        "method/default relaxation": within,
    }


if __name__ == "__main__":
    run_study("default_campaign")
