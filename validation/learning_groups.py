"""Our regression beside interpolation, in every group of test sets: docs/learning.md, its tables.

    PUBLISHED=DIRECTORY python validation/learning_groups.py     after make run and make ladder

PUBLISHED names the directory of the published rates. Every test set is stored when it is finished,
so that a study that was stopped goes on. With FINISHED=1 it writes of what is finished.
"""

import os
from dataclasses import replace
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
from vibrates.learning.scenarios import Split, splits
from vibrates.learning.verdict import groups
from vibrates.rates.compare import read_rates

NEEDS = ("results/rates.nc", "results-ladder/rates.nc")
REMEDY = "run: make run ladder, and name the published rates with PUBLISHED=DIRECTORY"
COMPUTES = True
SECTIONS = (
    "learning/summary",
    "evidence/learning/groups",
    "evidence/learning/met",
    "evidence/learning/learned",
)
STORE = ROOT / "results-validation" / "learning_groups"
MAXIMUM_TEMPERATURE_K = 5000.0
COLUMNS = ("mse_dex2", "coverage_1", "coverage_2", "n_test")
GROUPS = ("sets", "ends", "inner", "random", "warm", "coldest", "cold")
SHARES = (10, 30, 50)  # per cent left out at random
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
    "ladder dv1": "confirmed on",
    "ladder dv2": "confirmed on",
    "ladder dv3": "confirmed on",
}
SHOWN = {
    "GP": "published GP",
    "GP_residual": "the same, matrix element taken out",
    "q4": "q4",
    "l3": "l3",
}


def ladders(every: int = 5) -> dict[str, xr.Dataset]:
    """The data sets by name; published rates at ten temperatures and `every`-th beyond them."""
    found = {}
    for name in USE:
        source, dv = name.split(" dv")
        if source == "published":
            data = read(Path(os.environ["PUBLISHED"]) / f"n2h2_vt_dv{dv}.csv", int(dv))
            T = data["temperature"].values
            kept = np.flatnonzero(T <= MAXIMUM_TEMPERATURE_K)
            kept = np.unique(np.concatenate([kept[:10], kept[9::every], kept[-1:]]))
            found[name] = data.isel(temperature=kept)
        else:
            folder = {"campaign": "results", "ladder": "results-ladder"}[source]
            path = str(ROOT / folder / "rates.nc")
            found[name] = from_campaign(read_rates(path), path, [[-int(dv), 0]], [0])
    return found


def test_sets(data: xr.Dataset, cold: bool) -> list[Split]:
    """What is left out of one ladder, by group.

    Sets 1-4; both ends and every third of the inner levels; 10, 30 and 50 % of the cells; every
    fourth temperature but the coldest (warm), the coldest, and with `cold` all below `COLD_K`.
    """
    sound, T = learnable(data), data["temperature"].values
    found = list(splits("sets", data, 1))
    levels = list(splits("level", data, 1))
    found += [replace(one, scenario="ends") for one in (levels[0], levels[-1])]
    found += [replace(one, scenario="inner") for one in levels[2:-1:3]]
    found += [one for one in splits("random", data, 1) if one.label in SHARES]
    coldest, *warm = splits("temperature", data, 1, EVERY)
    found += [replace(coldest, scenario="coldest")]
    found += [replace(one, scenario="warm") for one in warm[:-1]]
    if cold:
        below = np.broadcast_to(T < COLD_K, sound.shape)
        found.append(Split("cold", COLD_K, 0, below))
    found = [replace(one, test=one.test & sound) for one in found]
    return [one for one in found if one.test.any() and (sound & ~one.test).any()]


def scores_of(name: str, data: xr.Dataset, model: str, only: str | None = None) -> pd.DataFrame:
    """Scores of a model on the test sets of one ladder, or one group of them: one row each."""
    cases = [
        (one, 0)
        for one in test_sets(data, name.startswith("published"))
        if only in (None, one.scenario)
    ]
    work = scenario_run.tasks(data, model, cases)
    finished_only = os.environ.get("FINISHED") and model not in baselines.NAMES
    collect = tasks_module.stored if finished_only else tasks_module.run
    found = collect(work, Checkpoint(STORE))
    rows = [
        {"scenario": one.scenario, "label": one.label, "seed": one.seed, "model": model}
        | {column: found[task.key][column] for column in COLUMNS}
        for task, (one, _) in zip(work, cases, strict=True)
        if task.key in found
    ]
    scores = pd.DataFrame(rows, columns=["scenario", "label", "seed", "model", *COLUMNS])
    # Along v there is no prediction of a new temperature, and along T none of a new level.
    scores = scores.astype(dict.fromkeys(COLUMNS, float)).dropna(subset="mse_dex2")
    return scores.assign(family=name)


def measure() -> dict:
    """Of every ladder and group: errors, ratios to the best baseline, coverage."""
    models = (*baselines.NAMES, "ladder")
    every = pd.concat(
        [scores_of(name, data, model) for name, data in ladders().items() for model in models],
        ignore_index=True,
    )
    # Test sets that ours has not been trained for yet do not count for a baseline either.
    keys = ["family", "scenario", "label", "seed"]
    every = every.merge(every.loc[every["model"] == "ladder", keys], on=keys)
    # The published process was made for all temperatures; with fewer it does much worse.
    learned = pd.concat(
        [
            scores_of(name, data, model, "sets")
            for name, data in ladders(every=1).items()
            if name.startswith("published")
            for model in SHOWN
        ]
    )
    errors = (learned.groupby(["family", "model"])["mse_dex2"].mean() ** 0.5).rename("rms_dex")
    return {
        "groups": groups(every).to_dict("records"),
        "learned": errors.reset_index().to_dict("records"),
    }


def sections(numbers: dict) -> dict[str, str]:
    """The tables of the page."""
    rows = [
        [
            one["family"].replace("dv", "dv = "),
            USE[one["family"]] + ("*" if one.get("earlier") else ""),
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
    wide = pd.DataFrame(numbers["learned"]).pivot(index="family", columns="model", values="rms_dex")
    return {
        "learning/summary": _summary(pd.DataFrame(numbers["groups"])),
        "evidence/learning/groups": table(head, rows),
        "evidence/learning/met": _met(pd.DataFrame(numbers["groups"])),
        "evidence/learning/learned": table(
            ["rms of sets 1-4 (dex)", *(text for m, text in SHOWN.items() if m in wide)],
            [
                [
                    f,
                    *(
                        "" if wide.loc[f, m] != wide.loc[f, m] else f"{wide.loc[f, m]:.4f}"
                        for m in SHOWN
                        if m in wide
                    ),
                ]
                for f in wide.index
            ],
        ),
    }


def _met(each: pd.DataFrame) -> str:
    """What of the goals is met."""
    missed = each[each["ratio"] > 1.0]
    names = _named(missed, lambda one: f"{one.group} {one.ratio:.2f}")
    halves = each[each["group"].isin(["sets", "ends"])]
    means = {
        name: float(np.exp(np.log(halves[column]).mean()))
        for name, column in (("best baseline", "geometric_ratio"), ("`q4`", "q4"), ("`l3`", "l3"))
    }
    within = [
        (each["coverage_1"] >= 0.60) & (each["coverage_1"] <= 0.76),
        (each["coverage_2"] >= 0.92) & (each["coverage_2"] <= 0.98),
    ]
    narrow = each[(each["coverage_1"] < 0.60) | (each["coverage_2"] < 0.92)]
    low = _named(
        narrow, lambda one: f"{one.group} {100 * one.coverage_1:.0f}, {100 * one.coverage_2:.0f}"
    )
    return "\n".join(
        [
            f"- A ratio of 1 is met in {len(each) - len(missed)} of {len(each)} groups. "
            f"Not met: {names}.",
            "- One half on sets and ends, geometric mean of all of them: "
            + ", ".join(
                f"{value:.2f} against the {n}" if n[0] == "b" else f"{value:.2f} against {n}"
                for n, value in means.items()
            )
            + ".",
            f"- Coverage: one sigma in {int(within[0].sum())}, two sigma in "
            f"{int(within[1].sum())} of {len(each)} groups within the bounds; below them: {low}. "
            "The others outside are above them.",
        ]
    )


def _named(each: pd.DataFrame, text) -> str:
    """Groups by their ladder: "published dv = 1: ends 1.05, inner 1.20; ..."."""
    return "; ".join(
        f"{family.replace('dv', 'dv = ')}: " + ", ".join(text(one) for one in part.itertuples())
        for family, part in each.groupby("family", sort=False)
    )


def _summary(each: pd.DataFrame) -> str:
    """One row per ladder: ratio and coverage of every group."""
    shown = [name for name in GROUPS if name in set(each["group"])]
    rows = []
    for family, part in each.groupby("family", sort=False):
        own = part.set_index("group")
        rows.append(
            [
                f"{family.replace('dv', 'dv = ')}, {USE[family]}",
                *(
                    f"{own.ratio[g]:.2f} ({100 * own.coverage_1[g]:.0f}, "
                    f"{100 * own.coverage_2[g]:.0f})"
                    if g in own.index
                    else ""
                    for g in shown
                ),
            ]
        )
    return table(["MSE, ours / best (within one, two std, %)", *shown], rows)


if __name__ == "__main__":
    run_study("learning_groups")
