"""How the models compare: medians, fit times, and whether ours keeps what was asked of it."""

import numpy as np
import pandas as pd

from vibrates.learning.baselines import NAMES

# Ours must stay below this share of the better published model on sets 1-4 and removed edges.
SHARE = 1.0 / 3.0
# dex^2: printed rates have three digits, and no model can tell such errors from none.
FLOOR_DEX2 = 1e-6
PUBLISHED = ("GP", "NN")
_PLACE = ["family", "scenario", "label"]


def medians(scores: pd.DataFrame) -> pd.DataFrame:
    """Median, lowest and highest over random choices and starts, per test set and model."""
    grouped = scores.groupby([*_PLACE, "model"], sort=False)
    columns = {
        "mse_normalised": ("mse_normalised", "median"),
        "lowest": ("mse_normalised", "min"),
        "highest": ("mse_normalised", "max"),
        "mse_dex2": ("mse_dex2", "median"),
        "mean_mse_normalised": ("mean_mse_normalised", "median"),
        "worst_dex": ("worst_dex", "median"),
        "coverage_1": ("coverage_1", "median"),
        "coverage_2": ("coverage_2", "median"),
        "fit_seconds": ("fit_seconds", "median"),
        "repeats": ("mse_dex2", "size"),
    }
    return grouped.agg(**columns).reset_index()


def times(scores: pd.DataFrame) -> pd.DataFrame:
    """Table S1: median seconds of a fit and the number of training points."""
    grouped = scores.groupby(["family", "scenario", "model"], sort=False)
    return grouped.agg(
        fit_seconds=("fit_seconds", "median"),
        n_train=("n_train", "median"),
        fits=("fit_seconds", "size"),
    ).reset_index()


def verdict(scores: pd.DataFrame) -> pd.DataFrame:
    """MSE (dex^2) of ours and of the better published model for every test set.

    `limit`: a third of the better one on sets 1-4 and on the lowest and highest level, equal to it
    elsewhere, and never below `FLOOR_DEX2`. `kept` says whether ours is within. `mean_mse_dex2`: of
    the mean of the training data; where the better model does no better, it learned nothing, and
    the comparison says little.
    """
    table = medians(scores).pivot(index=_PLACE, columns="model", values="mse_dex2").reset_index()
    published = [name for name in PUBLISHED if name in table]
    if "ladder" not in table or not published:
        return pd.DataFrame(
            columns=[
                *_PLACE,
                "better",
                "better_mse_dex2",
                "ladder_mse_dex2",
                "ratio",
                "limit",
                "kept",
                "mean_mse_dex2",
            ]
        )
    # Test sets that a model did not run cannot be judged.
    table = table.dropna(subset=["ladder"]).dropna(subset=published, how="all")
    ends = scores[scores["scenario"] == "level"].groupby("family")["label"].agg(["min", "max"])
    places = zip(table["scenario"], table["family"], table["label"], strict=True)
    strict = [
        scenario == "sets" or (scenario == "level" and label in ends.loc[family].to_numpy())
        for scenario, family, label in places
    ]
    better = table[published].min(axis=1)
    limit = np.maximum(np.where(strict, SHARE, 1.0) * better, FLOOR_DEX2)
    mean = scores.groupby(_PLACE)["mean_mse_dex2"].median()
    return table[_PLACE].assign(
        better=table[published].idxmin(axis=1),
        better_mse_dex2=better,
        ladder_mse_dex2=table["ladder"],
        ratio=table["ladder"] / better,
        limit=limit,
        kept=table["ladder"] <= limit,
        mean_mse_dex2=mean.loc[pd.MultiIndex.from_frame(table[_PLACE])].to_numpy(),
    )


def groups(scores: pd.DataFrame) -> pd.DataFrame:
    """Ours beside the baselines, by group of test sets: one row per family and group.

    Groups are sets, ends and inner levels, random cells, warm temperatures (all but the lowest) and
    cold ones. `best`: the baseline with the least mean squared error over all test sets of a group
    (known only afterwards). `ratio`: mean squared error of ours over its; `geometric_ratio` and the
    columns named after baselines: geometric means over test sets of the ratio of squared errors.
    coverage_*: of all values of a group.
    """
    own = scores.copy()
    own["group"] = _groups(own)
    rows = []
    for (family, group), part in own.groupby(["family", "group"], sort=False):
        mse = part.pivot_table(index=["label", "seed"], columns="model", values="mse_dex2")
        if "ladder" not in mse:
            continue
        found = [name for name in NAMES if name in mse and mse[name].notna().all()]
        if not found:
            continue
        best = mse[found].mean().idxmin()
        ours = part[part["model"] == "ladder"]
        ratios = {str(name): _geometric(mse["ladder"] / mse[name]) for name in found}
        rows.append(
            {
                "family": family,
                "group": group,
                "sets": len(mse),
                "ladder_rms_dex": float(mse["ladder"].mean() ** 0.5),
                "best": best,
                "best_rms_dex": float(mse[best].mean() ** 0.5),
                "ratio": float(mse["ladder"].mean() / mse[best].mean()),
                "geometric_ratio": ratios[str(best)],
                **{str(name): ratios.get(name, float("nan")) for name in NAMES},
                **{
                    name: float(np.average(ours[name], weights=ours["n_test"]))
                    for name in ("coverage_1", "coverage_2")
                },
            }
        )
    return pd.DataFrame(rows)


def _geometric(ratio: pd.Series) -> float:
    return float(np.exp(np.log(ratio).mean()))


def _groups(scores: pd.DataFrame) -> pd.Series:
    """The group of every row."""
    ends = scores.groupby(["family", "scenario"])["label"].transform
    first, last = scores["label"] == ends("min"), scores["label"] == ends("max")
    is_level, is_T = scores["scenario"] == "level", scores["scenario"] == "temperature"
    found = scores["scenario"].copy()
    found[is_level] = np.where(first | last, "ends", "inner")[is_level]
    found[is_T] = np.where(first, "coldest", "warm")[is_T]
    return found
