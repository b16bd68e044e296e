"""Rates of N2(1) + H2 by coupled states beside those of trajectories, as in docs/quantum.md.

python validation/quantum_pair_data.py       from data/quantum_n2h2_*.csv
"""

import json

import numpy as np
import pandas as pd
from products import read_rates
from report import ROOT, read_evidence, run_study, table

from vibrates.rates.symmetrisation import SCHEMES

FILES = {name: f"data/quantum_n2h2_{name}.csv" for name in ("thermal", "final_levels", "hours")}
RESULTS = "results"  # of the default campaign
NEEDS = (*FILES.values(), f"{RESULTS}/rates.nc")
REMEDY = "run: make quantum QUANTUM=config/quantum/n2h2.yaml, make run"
CHANGE = {"v": 1, "w": 0, "vp": 0, "wp": 0}
SECTIONS = ("quantum/pair rates", "quantum/pair shares", "quantum/pair cost", "README/pair rates")
KINDS = {"even": "para-H2", "odd": "ortho-H2", "normal": "normal H2", "equilibrium": "equilibrium"}
HIGH_J = 8  # J from which ratios of coupled states to close coupling are taken
WEIGHTS = {"even": 1.0, "odd": 3.0}  # of para- and ortho-H2 in normal H2
SHOWN = 0.01  # share of k from which a pair (j2, j2') is listed


def read(name: str) -> pd.DataFrame:
    """One of the files."""
    return pd.read_csv(ROOT / FILES[name], comment="#")


def method_ratios() -> dict[tuple, float]:
    """Coupled states over close coupling by modification and (j2, j2'), and of all together.

    Small parts, and those that are closed at the energies of the comparison, are left out.
    """
    sums: dict[tuple, list[float]] = {}
    for case in (read_evidence("quantum_pair_methods") or {"cases": []})["cases"]:
        if case["J"] < HIGH_J:
            continue
        for column, method in enumerate(("coupled_states", "close_coupling")):
            for _, j_2, j_2p, value in case[method]["sums"]:
                for key in ((case["kind"], j_2, j_2p), (case["kind"],)):
                    sums.setdefault(key, [0.0, 0.0])[column] += value
    return {
        key: approximate / exact
        for key, (approximate, exact) in sums.items()
        if exact > SHOWN * sums[key[:1]][1]
    }


def scaled(ends: pd.DataFrame) -> dict[str, dict[float, float]]:
    """k by modification of H2 with every part (j2, j2') divided by its ratio.

    Parts that close coupling has no number of are divided by the ratio of all together.
    """
    ratios = method_ratios()
    own = [
        ratios.get((kind, j_2, j_2p), ratios[kind,])
        for kind, j_2, j_2p in ends[["modification_2", "j2", "j2p"]].itertuples(index=False)
    ]
    parts = ends.assign(k=ends["k_cm3_s"] / np.array(own))
    sums = parts.groupby(["modification_2", "T_K"])["k"].sum()
    found = {kind: sums[kind].to_dict() for kind in WEIGHTS}
    total = sum(WEIGHTS.values())
    found["normal"] = {
        t: sum(weight * found[kind][t] for kind, weight in WEIGHTS.items()) / total
        for t in found["even"]
    }
    return found


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
        "scaled": {kind: [[t, k] for t, k in own.items()] for kind, own in scaled(ends).items()},
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
    for kind, own in numbers["scaled"].items():
        rows.append([
            f"{KINDS[kind]}, scaled to close coupling", *(f"{k:.2e}" for _, k in own)
        ])  # fmt: skip
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
    scale = [k / q for (_, k), q in zip(numbers["scaled"]["normal"], normal, strict=True)]
    return {
        "quantum/pair rates": table(head, rows),
        "quantum/pair shares": table(["", "j2 -> j2'", *head[1:]], shares),
        "quantum/pair cost": f"{60 * sum(hours.values()):.1f} core minutes",
        "README/pair rates": (
            f"{_at(ratios['translational'], temperatures)} of the coupled-states rate of normal "
            f"H2; `total` gives {_at(ratios['total'], temperatures)}; scaled to close coupling "
            f"that rate is {_at(scale, temperatures)} times as large"
        ),
    }


if __name__ == "__main__":
    run_study("quantum_pair_data")
