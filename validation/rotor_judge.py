"""k of N2(1) + H2 -> N2(0) + H2 with H2's rotation quantised: docs/rotors.md and its tables.

    make judge-rotors      runs three campaigns, then this script

With the rotational levels of the Morse curve (config/rotor_judge_morse.yaml) it is compared with
coupled states in data/, which have them; with the measured levels (config/rotor_judge.yaml) with
fits to measured rates and with classical rotors (config/rotor_judge_classical.yaml).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from products import read_rates
from report import ROOT, run_study, span, table

from vibrates.campaign.verify import batch_files
from vibrates.rates.measured import RELAXATION
from vibrates.trajectories.batch_file import batch_attributes

RESULTS = {
    "morse": "results-rotor-judge-morse",
    "quantum": "results-rotor-judge",
    "classical": "results-rotor-judge-classical",
}
THERMAL, FINAL_LEVELS = (f"data/quantum_n2h2_{name}.csv" for name in ("thermal", "final_levels"))
NEEDS = (*(f"{results}/rates.nc" for results in RESULTS.values()), THERMAL, FINAL_LEVELS)
REMEDY = "run: make judge-rotors"
SECTIONS = (
    "rotors/quantum",
    "rotors/measured",
    "rotors/initial j",
    "rotors/final j",
    "rotors/cost",
    "rotors/agreement",
    "rotors/crossover",
)
# Nuclear-spin modifications of the quantum data, by the names of species and mixtures in rates.nc.
MODIFICATIONS = {
    "para": "even", "ortho": "odd", "normal": "normal", "equilibrium": "equilibrium"
}  # fmt: skip
# Final levels with a smaller share of the quantum rate are not listed.
LEAST_SHARE = 0.02


def relaxation(rates: xr.Dataset) -> xr.Dataset:
    """The row (1, 0) -> (0, 0)."""
    numbers = zip(*(rates[n].values.tolist() for n in ("v", "w", "vp", "wp")), strict=True)
    return rates.isel(transition=list(numbers).index((1, 0, 0, 0)))


def quantum_table(path: str) -> pd.DataFrame:
    """Quantum results of 1 -> 0 in collisions with N2 of even j."""
    found = pd.read_csv(ROOT / path, comment="#")
    chosen = (found[["v1", "v2", "v1p", "v2p"]] == [1, 0, 0, 0]).all(axis=1)
    return found[chosen & (found["modification_1"] == "even")]


def against_quantum(rates: xr.Dataset) -> list[dict]:
    """k of every species and mixture beside that of coupled states, at common temperatures."""
    one, known, rows = relaxation(rates), quantum_table(THERMAL), []
    for species in one["species"].values.tolist():
        own = known[known["modification_2"] == MODIFICATIONS[species]].set_index("T_K")["k_cm3_s"]
        for T in one["temperature"].values.tolist():
            if T in own.index:
                at = one.sel(species=species, temperature=T)
                k, error = float(at["k_species"]), float(at["k_species_stderr"])
                rows.append({"species": species, "T_K": T, "k": k, "error": error,
                             "quantum": float(own[T])})  # fmt: skip
    return rows


def final_shares(rates: xr.Dataset) -> list[dict]:
    """Shares of (j, j') in k of a species beside those of coupled states."""
    one, known, rows = relaxation(rates), quantum_table(FINAL_LEVELS), []
    here = {n: rates[f"channel_{n}"].values for n in ("v", "w", "j", "vp", "wp", "jp")}
    mine = (here["v"] == 1) & (here["w"] == 0) & (here["vp"] == 0) & (here["wp"] == 0)
    j, jp = here["j"][mine], here["jp"][mine]
    weights = one["initial_population"].sel(initial_j=j).transpose("initial_j", "temperature")
    parts = weights.values * rates["k_channel"].values[mine]
    for species, modification in (("para", "even"), ("ortho", "odd")):
        of_species = j % 2 == (0 if species == "para" else 1)
        shares = np.where(of_species[:, None], parts, 0.0)
        shares = shares / shares.sum(axis=0)
        own = known[known["modification_2"] == modification]
        for T, column in zip(one["temperature"].values.tolist(), shares.T, strict=True):
            at = own[own["T_K"] == T]
            for row in at[at["share"] > LEAST_SHARE].itertuples():
                match = (j == row.j2) & (jp == row.j2p)
                rows.append({"species": species, "T_K": T, "j": int(row.j2), "jp": int(row.j2p),
                             "share": float(column[match].sum()),
                             "quantum": float(row.share)})  # fmt: skip
    return rows


def initial_levels(rates: xr.Dataset) -> list[dict]:
    """k and its error of every initial j."""
    one = relaxation(rates)
    return [
        {"j": j, "k": one["k_initial_j"].sel(initial_j=j).values,
         "error": one["k_initial_j_stderr"].sel(initial_j=j).values}
        for j in one["initial_j"].values.tolist()
    ]  # fmt: skip


def cost(results: str, rates: xr.Dataset) -> dict[str, float]:
    """Trajectories, core hours, milliseconds of a trajectory (nan without the batch files)."""
    files = batch_files(ROOT / results)
    seconds = sum(float(batch_attributes(path)["cpu_seconds"]) for path in files)
    one = relaxation(rates)
    count = int(one["n_trajectories"]) + int(one["n_failed"])
    return {
        "trajectories": count,
        "core_hours": seconds / 3600.0 if files else float("nan"),
        "ms": 1e3 * seconds / count if files else float("nan"),
    }


def measure() -> dict[str, Any]:
    """All numbers, from the rates of the three campaigns and the quantum data."""
    rates = {name: read_rates(results) for name, results in RESULTS.items()}
    quantum, classical = relaxation(rates["quantum"]), relaxation(rates["classical"])
    T = quantum["temperature"].values
    other = classical.sel(temperature=T)
    return {
        "against_quantum": against_quantum(rates["morse"]),
        "final_shares": final_shares(rates["morse"]),
        "temperatures_K": T,
        "mixture": rates["quantum"].attrs["mixture"],
        "k": quantum["k"].values,
        "error": quantum["k_stderr"].values,
        "classical": other["k"].values,
        "classical_error": other["k_stderr"].values,
        "measured": {name: fit(T) for name, fit in RELAXATION.items()},
        "initial_j": initial_levels(rates["quantum"]),
        "cost": {name: cost(RESULTS[name], one) for name, one in rates.items()},
    }


def crossover(T: np.ndarray, ratio: np.ndarray, error: np.ndarray) -> float | None:
    """Lowest temperature from which on both treatments agree within two errors, or to 10 %."""
    agree = np.abs(np.log(ratio)) <= np.maximum(2.0 * error, np.log(1.1))
    apart = np.flatnonzero(~agree)
    first = 0 if not len(apart) else int(apart[-1]) + 1
    return float(T[first]) if first < len(T) else None


def sections(numbers: Mapping[str, Any]) -> dict[str, str]:
    """The tables and sentences of docs/rotors.md."""
    T = np.array(numbers["temperatures_K"])
    k, error, classical, classical_error = (
        np.array(numbers[name]) for name in ("k", "error", "classical", "classical_error")
    )
    ratio, of_ratio = k / classical, np.hypot(error / k, classical_error / classical)
    where = crossover(T, ratio, of_ratio)
    quantum = pd.DataFrame(numbers["against_quantum"])
    quantum["ratio"] = quantum["k"] / quantum["quantum"]
    quantum["of_ratio"] = quantum["error"] / quantum["quantum"]
    shares = pd.DataFrame(numbers["final_shares"])
    kelvin = [f"{t:g} K" for t in T]
    return {
        "rotors/quantum": _pivot(
            quantum, "species", lambda row: f"{row.ratio:.2f} +- {row.of_ratio:.2f}"
        ),
        "rotors/agreement": f"{span(quantum['ratio'])} of coupled states",
        "rotors/measured": table(
            ["k / cm^3 s^-1", *kelvin],
            [
                [f"H2 quantised ({numbers['mixture']})", *_with_errors(k, error)],
                ["classical rotors", *_with_errors(classical, classical_error)],
                *(
                    [f"measured, {name}", *(f"{value:.2e}" for value in values)]
                    for name, values in numbers["measured"].items()
                ),
                [
                    "quantised / classical",
                    *(f"{r:.2f} +- {r * e:.2f}" for r, e in zip(ratio, of_ratio, strict=True)),
                ],
            ],
        ),
        "rotors/crossover": (
            f"from {where:g} K on" if where is not None else f"at no temperature up to {T[-1]:g} K"
        ),
        "rotors/initial j": table(
            ["initial j", *kelvin],
            [
                [one["j"], *_with_errors(np.array(one["k"]), np.array(one["error"]))]
                for one in numbers["initial_j"]
            ],
        ),
        "rotors/final j": _pivot(
            shares.assign(label=[f"{a} -> {b}" for a, b in shares[["j", "jp"]].values]),
            "label",
            lambda row: f"{row.share:.2f} ({row.quantum:.2f})",
        ),
        "rotors/cost": table(
            [
                "campaign",
                "trajectories",
                "core hours",
                "ms per trajectory",
                "in units of classical",
            ],
            [
                [
                    name,
                    one["trajectories"],
                    f"{one['core_hours']:.2f}",
                    f"{one['ms']:.1f}",
                    f"{one['ms'] / numbers['cost']['classical']['ms']:.1f}",
                ]
                for name, one in numbers["cost"].items()
            ],
        ),
    }


def _with_errors(k: np.ndarray, error: np.ndarray) -> list[str]:
    return [f"{x:.2e} ({100 * e / x:.0f} %)" for x, e in zip(k, error, strict=True)]


def _pivot(rows: pd.DataFrame, name: str, cell: Callable) -> str:
    """A table with a row for each ``name`` in its order and a column for each temperature."""
    T = sorted(rows["T_K"].unique())
    lines = []
    for label, own in rows.groupby(name, sort=False):
        at = {row.T_K: cell(row) for row in own.itertuples()}
        lines.append([label, *(at.get(t, "") for t in T)])
    return table(["", *(f"{t:g} K" for t in T)], lines)


if __name__ == "__main__":
    run_study("rotor_judge")
