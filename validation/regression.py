"""Our regression beside interpolation, in every group of test sets; docs/regression.md.

    PUBLISHED=DIRECTORY python validation/regression.py     after make run and make ladder

PUBLISHED names the directory of the published rates. Every test set is stored when it is finished,
so that a study that was stopped goes on.
"""

import os
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import xarray as xr
from report import ROOT, run_study, table

from vibrates.core import tasks as tasks_module
from vibrates.core.checkpoint import Checkpoint
from vibrates.learning import baselines, scenario_run
from vibrates.learning.edge import learnable
from vibrates.learning.readers import from_campaign, read
from vibrates.learning.scenarios import Split
from vibrates.learning.verdict import groups
from vibrates.rates.compare import read_rates

NEEDS = ("results/rates.nc", "results-ladder/rates.nc")
REMEDY = "run: make run ladder, and name the published rates with PUBLISHED=DIRECTORY"
COMPUTES = True
SECTIONS = ("regression/groups", "regression/learned")
STORE = ROOT / "results-validation" / "regression"
MAXIMUM_TEMPERATURE_K = 5000.0
SCENARIOS = ("sets", "level", "random", "temperature")
EVERY = 4  # of the temperatures, one is left out
COLD_K = 500.0  # trained from here on, asked below
# What a group was used for.
USE = {
    "published dv1": "chosen on",
    "campaign dv1": "chosen on",
    "published dv2": "confirmed on",
    "published dv3": "confirmed on",
    "campaign dv2": "confirmed on",
    "campaign dv3": "confirmed on",
    "ladder dv1": "untouched",
    "ladder dv2": "untouched",
    "ladder dv3": "untouched",
}
LEARNED = ("GP", "GP_residual", "NN", "NN_residual")


def ladders() -> dict[str, xr.Dataset]:
    """The data sets by name, of the published rates the first ten temperatures and every fifth."""
    found = {}
    for name in USE:
        source, dv = name.split(" dv")
        if source == "published":
            data = read(Path(os.environ["PUBLISHED"]) / f"n2h2_vt_dv{dv}.csv", int(dv))
            T = data["temperature"].values
            kept = np.flatnonzero(T <= MAXIMUM_TEMPERATURE_K)
            kept = np.unique(np.concatenate([kept[:10], kept[9::5], kept[-1:]]))
            found[name] = data.isel(temperature=kept)
        else:
            folder = {"campaign": "results", "ladder": "results-ladder"}[source]
            path = str(ROOT / folder / "rates.nc")
            found[name] = from_campaign(read_rates(path), path, [[-int(dv), 0]], [0])
    return found


def scores_of(name: str, data: xr.Dataset, model: str, scenarios=SCENARIOS) -> pd.DataFrame:
    """Scores of a model on the test sets of one ladder, one row each."""
    parts = [scenario_run.run(data, each, model, 1, EVERY, STORE) for each in scenarios]
    cold = np.broadcast_to(data["temperature"].values < COLD_K, data["k"].shape)
    if model not in LEARNED and cold.any():
        test = cold & learnable(data)
        split = Split("cold", COLD_K, 0, test)
        work = scenario_run.tasks(data, model, [(split, 0)])
        (row,) = tasks_module.run(work, Checkpoint(STORE / "scenarios")).values()
        place = {"scenario": "cold", "label": COLD_K, "seed": 0, "model": model, "start": 0}
        parts.append(pd.DataFrame([place | row]).dropna(subset="mse_dex2"))
    return pd.concat(parts, ignore_index=True).assign(family=name)


def measure() -> dict:
    """Of every ladder and group: errors, ratios to the best baseline, coverage."""
    tables, learned = [], []
    for name, data in ladders().items():
        models = (*baselines.NAMES, "ladder")
        tables += [scores_of(name, data, model) for model in models]
        if os.environ.get("LEARNED") and name.startswith("published"):
            learned += [scores_of(name, data, model, ("sets",)) for model in LEARNED]
    every = pd.concat(tables, ignore_index=True)
    found = {"groups": groups(every).to_dict("records")}
    if learned:
        both = pd.concat([*learned, every[every["scenario"] == "sets"]])
        means = both[both["family"].str.startswith("published")].groupby(["family", "model"])
        found["learned"] = (means["mse_dex2"].mean() ** 0.5).reset_index().to_dict("records")
    return found


def sections(numbers: dict) -> dict[str, str]:
    """The tables of the page."""
    rows = [
        [
            one["family"].replace("dv", "dv = "),
            USE[one["family"]],
            one["group"],
            one["sets"],
            f"{one['ladder_rms_dex']:.4f}",
            one["best"],
            f"{one['best_rms_dex']:.4f}",
            f"{one['ratio']:.2f}",
            f"{one['geometric_ratio']:.2f}",
            *("" if one[q] != one[q] else f"{one[q]:.2f}" for q in ("q4", "l3", "line")),
            f"{100 * one['coverage_1']:.0f}, {100 * one['coverage_2']:.0f}",
        ]
        for one in numbers["groups"]
    ]
    head = [
        "rates", "use", "left out", "test sets", "ours, rms (dex)", "best baseline",
        "its rms (dex)", "MSE, ours / best", "geometric mean", "ours / q4", "ours / l3",
        "ours / line", "within one, two std (%)",
    ]  # fmt: skip
    texts = {"regression/groups": table(head, rows)}
    if "learned" in numbers:
        wide = pd.DataFrame(numbers["learned"]).pivot(
            index="family", columns="model", values="mse_dex2"
        )
        shown = [*LEARNED, "q4", "l3", "ladder"]
        texts["regression/learned"] = table(
            ["rms of sets 1-4 (dex)", *shown],
            [[f, *(f"{wide.loc[f, m]:.4f}" for m in shown)] for f in wide.index],
        )
    return texts


if __name__ == "__main__":
    run_study("regression")
