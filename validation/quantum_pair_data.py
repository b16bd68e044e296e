"""Rates of N2(1) + H2 by coupled states beside those of trajectories, as in docs/quantum.md.

python validation/quantum_pair_data.py       from data/quantum_n2h2_*.csv
"""

import json

import numpy as np
import pandas as pd
from products import read_rates
from report import ROOT, run_study, table

from vibrates.rates.symmetrisation import SCHEMES

FILES = {name: f"data/quantum_n2h2_{name}.csv" for name in ("thermal", "final_levels", "hours")}
RESULTS = "results"  # of the default campaign
NEEDS = (*FILES.values(), f"{RESULTS}/rates.nc")
REMEDY = "run: make quantum QUANTUM=config/quantum/n2h2.yaml, make run"
CHANGE = {"v": 1, "w": 0, "vp": 0, "wp": 0}
SECTIONS = ("quantum/pair rates", "quantum/pair shares", "quantum/pair cost", "README/pair rates")
KINDS = {"even": "para-H2", "odd": "ortho-H2", "normal": "normal H2", "equilibrium": "equilibrium"}
SHOWN = 0.01  # share of k from which a pair (j2, j2') is listed


def read(name: str) -> pd.DataFrame:
    """One of the files."""
    return pd.read_csv(ROOT / FILES[name], comment="#")


def measure() -> dict:
    """k by modification of H2, shares by j2 and j2', core hours, k of the trajectories."""
    rates = read("thermal")
    rows = {
        kind: own.set_index("T_K")["k_cm3_s"].to_dict()
        for kind, own in rates.groupby("modification_2")
    }
    ends = read("final_levels")
    shares = [
        {"kind": kind, "j2": int(j_2), "j2p": int(j_2p), "T_K": own["T_K"].tolist(),
         "share": own["share"].tolist()}
        for (kind, j_2, j_2p), own in ends.groupby(["modification_2", "j2", "j2p"])
        if own["share"].max() >= SHOWN
    ]  # fmt: skip
    mixed = read_rates(RESULTS)
    here = np.all([mixed[name].values == value for name, value in CHANGE.items()], axis=0)
    mixed = mixed.isel(transition=int(np.flatnonzero(here)[0]))
    mixed = mixed.sel(temperature=list(rows["even"]))
    with (ROOT / FILES["thermal"]).open(encoding="utf-8") as file:
        head = json.loads(file.readline().lstrip("# "))
    return {
        "rates": {kind: [[t, k] for t, k in own.items()] for kind, own in rows.items()},
        "shares": shares,
        "core_hours": read("hours").set_index("modification")["core_hours"].to_dict(),
        "method": head["method"],
        "trajectories": {
            scheme: np.stack([mixed[f"k_{scheme}"], mixed[f"k_{scheme}_stderr"]], axis=-1)
            for scheme in SCHEMES
        },
    }


def _at(ratios: list[float], temperatures: list[float]) -> str:
    parts = [f"{ratio:.2f} ({t:g} K)" for ratio, t in zip(ratios, temperatures, strict=True)]
    return ", ".join(parts)


def sections(numbers: dict) -> dict[str, str]:
    """Tables of rates and of shares."""
    temperatures = [t for t, _ in numbers["rates"]["even"]]
    head = ["k / cm^3 s^-1", *(f"{t:g} K" for t in temperatures)]
    rows = [
        [name, *(f"{k:.2e}" for _, k in numbers["rates"][kind])] for kind, name in KINDS.items()
    ]
    normal = [k for _, k in numbers["rates"]["normal"]]
    ratios = {
        scheme: [k / q for (k, _), q in zip(values, normal, strict=True)]
        for scheme, values in numbers["trajectories"].items()
    }
    for scheme, values in numbers["trajectories"].items():
        rows.append([
            f"trajectories, `{scheme}`, and ratio to normal H2",
            *(f"{k:.2e}, {k / q:.2f} +- {error / q:.2f}"
              for (k, error), q in zip(values, normal, strict=True)),
        ])  # fmt: skip
    shares = [
        [KINDS[row["kind"]], f"{row['j2']} -> {row['j2p']}",
         *(f"{100 * share:.1f} %" for share in row["share"])]
        for row in numbers["shares"]
    ]  # fmt: skip
    hours = numbers["core_hours"]
    return {
        "quantum/pair rates": table(head, rows),
        "quantum/pair shares": table(["", "j2 -> j2'", *head[1:]], shares),
        "quantum/pair cost": f"{60 * sum(hours.values()):.1f} core minutes",
        "README/pair rates": (
            f"{_at(ratios['translational'], temperatures)} of the coupled-states rate of normal "
            f"H2; `total` gives {_at(ratios['total'], temperatures)}"
        ),
    }


if __name__ == "__main__":
    run_study("quantum_pair_data")
