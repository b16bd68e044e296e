"""Tables I to V of Mihalik et al. 2024 from stored candidates, as data frames."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.learning.search.candidate import mean_error
from vibrates.learning.search.cost import Cost
from vibrates.learning.search.training_sets import rows_of
from vibrates.learning.transitions import quantum_numbers


def training_table(searches: Sequence[Mapping]) -> pd.DataFrame:
    """Table I: for every N the best training set, its single kernel, its transitions."""
    return pd.DataFrame(
        [
            {
                "N": len(s["trained"]),
                "levels": _text(s["trained"]),
                "single_kernel": s["kernel"],
                "transitions": s["transitions"],
                "test_percent": s["test_percent"],
                "test_rms_dex": np.sqrt(s["test_mse_dex2"]),
                "sets_trained": s["sets_trained"],
                "combinations": s["combinations"],
            }
            for s in searches
        ]
    )


def deviating_table(ranked: Sequence[Mapping], count: int = 7) -> pd.DataFrame:
    """Table II: the best training sets of one N with their errors."""
    return pd.DataFrame(
        [
            {
                "N": len(s["trained"]),
                "levels": _text(s["trained"]),
                "single_kernel": s["kernel"],
                "test_percent": s["test_percent"],
                "test_rms_dex": np.sqrt(s["test_mse_dex2"]),
            }
            for s in ranked[:count]
        ]
    )


def kernel_table(growths: Sequence[Mapping]) -> pd.DataFrame:
    """Table III: single and optimal kernel of every search with their errors on predicted levels.

    One row per N, optimiser, criterion and validation set.
    """
    rows = []
    for g in growths:
        row = {key: g[key] for key in ("N", "optimiser", "criterion")}
        row |= {"validation": _text(g["validating"])}
        for which in ("single", "optimal"):
            result = g[which]
            row |= {
                f"{which}_kernel": result["kernel"],
                f"{which}_percent": mean_error(result, g["predicted"]),
                f"{which}_rms_dex": np.sqrt(mean_error(result, g["predicted"], "mse_dex2")),
            }
        rows.append(row | {"seconds": g["seconds"]})
    return pd.DataFrame(rows)


def count_table(growths: Sequence[Mapping]) -> pd.DataFrame:
    """Table IV: transitions trained, validating and predicted; those over 10 and below 5 %."""
    rows = []
    for g in growths:
        levels = g["single"]["levels"]
        row = {
            "N": g["N"],
            "optimiser": g["optimiser"],
            "criterion": g["criterion"],
            "training": g["single"]["transitions"],
            "validation": _count(levels, g["validating"]),
            "predicted": _count(levels, g["predicted"]),
        }
        for which in ("single", "optimal"):
            for quantity in ("over", "below"):
                row[f"{which}_{quantity}"] = _count(g[which]["levels"], g["predicted"], quantity)
        rows.append(row)
    return pd.DataFrame(rows)


def time_table(growths: Sequence[Mapping], cost: Cost) -> pd.DataFrame:
    """Table V: cost of direct calculation by initial level, hours of learning, the share saved.

    Saved is 1 - (training + validation + search) / all, as published, and the same without the
    search: all that can be said where no hours were recorded, since shares and hours do not add up.
    Training and validation count by their shares of the calculation of all levels; and, in the last
    column (without the search), by what computing them alone takes (`Cost.alone`).
    """
    total, recorded = cost.total, cost.recorded
    rows = []
    for g in growths:
        computed = (*g["trained"], *g["validating"])
        spent, search = cost.shares(computed), g["seconds"] / 3600.0
        rows.append(
            {
                "N": g["N"],
                "optimiser": g["optimiser"],
                "criterion": g["criterion"],
                "validation": _text(g["validating"]),
                "cost_unit": "core-hours" if recorded else "share of all",
                "training_validation": spent if recorded else spent / total,
                "predicted": cost.shares(g["predicted"]) / (1.0 if recorded else total),
                "hours_single": g["seconds_single"] / 3600.0,
                "hours_search": search,
                "saved_percent": 100.0 * (1.0 - (spent + search) / total) if recorded else np.nan,
                "saved_without_search_percent": 100.0 * (1.0 - spent / total),
                "saved_computed_alone_percent": 100.0 * (1.0 - cost.alone(computed) / total),
            }
        )
    return pd.DataFrame(rows)


def level_table(growths: Sequence[Mapping]) -> pd.DataFrame:
    """Figure 4: mean and worst error of every predicted initial level, single and optimal."""
    return pd.DataFrame(
        [
            {
                "N": g["N"],
                "optimiser": g["optimiser"],
                "criterion": g["criterion"],
                "kernel": which,
                "level": level,
                "percent": g[which]["levels"][str(level)]["percent"],
                "worst_percent": g[which]["levels"][str(level)]["worst_percent"],
            }
            for g in growths
            for which in ("single", "optimal")
            for level in g["predicted"]
        ]
    )


def transition_table(growths: Sequence[Mapping], data: xr.Dataset) -> pd.DataFrame:
    """Error of every predicted transition, single and optimal kernel: per cent, rms in dex."""
    numbers = quantum_numbers(data)
    parts = []
    for g in growths:
        rows = np.flatnonzero(rows_of(data, g["predicted"]))
        for which in ("single", "optimal"):
            if "failed" in g[which]:
                continue
            parts.append(
                pd.DataFrame(
                    {
                        "N": g["N"],
                        "optimiser": g["optimiser"],
                        "criterion": g["criterion"],
                        "validation": _text(g["validating"]),
                        "kernel": which,
                    }
                    | {name: data[name].values[rows] for name in numbers}
                    | {error: np.array(g[which][error])[rows] for error in ("percent", "rms_dex")}
                )
            )
    return pd.concat(parts, ignore_index=True)


def _count(levels: Mapping, chosen: Sequence[int], quantity: str = "transitions") -> int:
    return sum(levels[str(level)][quantity] for level in chosen)


def _text(levels: Sequence[int]) -> str:
    return " ".join(map(str, levels))
