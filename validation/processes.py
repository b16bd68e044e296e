"""The four processes of N2 + H2: docs/processes.md, its table.

make processes      runs the campaign of config/processes.yaml, then this study
"""

from products import campaign, described, rate, read_rates
from report import run_study, table

from vibrates.rates.measured import EXCHANGE_295_K, EXCHANGE_295_K_PUBLISHED

RESULTS = "results-processes"
NEEDS = (f"{RESULTS}/rates.nc", f"{RESULTS}/checks.json")
REMEDY = "run: make processes"
SECTIONS = (
    "processes/campaign",
    "processes/surface",
    "processes/main",
    "evidence/processes/rates",
    "processes/measured",
)
TEMPERATURES_K = (295.0, 2000.0, 5000.0)
SHOWN = {
    "V-T/R of N2": [(1, 0, 0, 0)],
    "V-T/R of H2": [(0, 1, 0, 0)],
    "V-V": [(0, 1, 1, 0), (2, 1, 3, 0), (5, 3, 6, 2)],
    "asymmetric V-V": [(2, 0, 0, 1), (3, 0, 1, 1)],
}
SCHEMES = ("translational", "total")
DEFAULT = "translational"  # of the short table


def measure() -> dict:
    """Effort and precision; k of the processes shown."""
    rates = read_rates(RESULTS)
    rows = []
    for process, transitions in SHOWN.items():
        for transition in transitions:
            for scheme in SCHEMES:
                k, error = rate(rates, transition, scheme, TEMPERATURES_K)
                rows.append({"process": process, "transition": transition, "scheme": scheme,
                             "k_cm3_s": k, "stderr_cm3_s": error})  # fmt: skip
    return {"campaign": campaign(RESULTS), "temperatures_K": TEMPERATURES_K, "rates": rows}


def sections(numbers: dict) -> dict[str, str]:
    """Head, table and comparison with the one measurement."""
    rows, first = [], {}
    for row in numbers["rates"]:
        v, w, vp, wp = row["transition"]
        name = f"{row['process']}, ({v},{w}) -> ({vp},{wp})"
        cells = [
            f"{k:.2e} +- {100 * e / k:.0f} %"
            for k, e in zip(row["k_cm3_s"], row["stderr_cm3_s"], strict=True)
        ]
        rows.append([name, row["scheme"], *cells])
        if row["scheme"] == DEFAULT:
            first.setdefault(row["process"], [name, *cells])
    kelvin = [f"{t:g} K" for t in numbers["temperatures_K"]]
    exchange = {
        row["scheme"]: (row["k_cm3_s"][0], row["stderr_cm3_s"][0])
        for row in numbers["rates"]
        if row["transition"] == [0, 1, 1, 0]
    }
    surface = numbers["campaign"]["surface"]
    published = EXCHANGE_295_K_PUBLISHED.get(surface)
    here = ", ".join(
        f"{k:.2e} +- {100 * e / k:.0f} % (`{scheme}`)" for scheme, (k, e) in exchange.items()
    )
    return {
        "processes/campaign": described(numbers["campaign"]),
        "processes/surface": f"Surface: `{surface}`.",
        "processes/main": table(["process", *kelvin], first.values()),
        "evidence/processes/rates": table(["process", "symmetrisation", *kelvin], rows),
        "processes/measured": "V-V (0,1) -> (1,0) at 295 K, cm^3/s: "
        f"measured {EXCHANGE_295_K:.2e} (Bott 1976); "
        + (f"published on this surface {published:.2e} (Hong et al. 2023); " if published else "")
        + f"here {here}.",
    }


if __name__ == "__main__":
    run_study("processes")
