"""One scenario run with one model: a row of scores for every test set, each stored when done."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.learning.data import log10_k, log10_k_stderr
from vibrates.learning.edge import learnable
from vibrates.learning.models import model
from vibrates.learning.scenarios import Split, splits
from vibrates.learning.scores import scores
from vibrates.learning.store import Store, digest

# Raise when a model's results change: stored rows are then computed again.
VERSIONS = {"GP": 3, "NN": 2, "NN2": 2, "ladder": 5}
# A network's result depends on its random start: these are trained from several, where a comparison
# of models rests on few test sets: sets 1 to 4 and both ends of levels and temperatures.
NETWORK_STARTS = 3


def run(
    data: xr.Dataset, scenario: str, name: str, seeds: int, every: int, store: str | Path
) -> pd.DataFrame:
    """Scores of model `name` in `scenario`: one row per test set and network seed.

    Values that are not learned from (`edge`) are neither trained on nor tested.
    """
    kept, content, make = Store(store), digest(data), None
    sound, rows = learnable(data), []
    for split in splits(scenario, data, seeds, every):
        split = replace(split, test=split.test & sound)
        train = sound & ~split.test
        if not (split.test.any() and train.any()):
            continue
        for start in range(_starts(data, split, name)):
            key = {
                "version": VERSIONS[name],
                "data": content,
                "scenario": scenario,
                "model": name,
                "label": split.label,
                "seed": split.seed,
                "start": start,
                "test": np.flatnonzero(split.test).tolist(),
            }

            def compute():
                nonlocal make
                make = make or model(name)
                return _row(data, split, train, make(), start)

            row = kept.get(key, compute)
            rows.append(
                {
                    "scenario": scenario,
                    "label": split.label,
                    "seed": split.seed,
                    "model": name,
                    "start": start,
                }
                | row
                | _mean_scores(data, split, train)
            )
    return pd.DataFrame(rows)


def _starts(data: xr.Dataset, split: Split, name: str) -> int:
    number = {"level": "v", "temperature": "temperature"}.get(split.scenario)
    edge = number and split.label in (data[number].min(), data[number].max())
    few = edge or split.scenario == "sets"
    return NETWORK_STARTS if few and name.startswith("NN") else 1


def _mean_scores(data: xr.Dataset, split: Split, train: np.ndarray) -> dict[str, float]:
    """Of the mean of the training data as the prediction: a model that errs like it learned nothing."""
    true = log10_k(data)
    tested = true[split.test]
    mean = np.full_like(tested, true[train].mean())
    found = scores(
        mean, None, tested, np.zeros_like(tested), float(np.ptp(true[train | split.test]))
    )
    return {f"mean_{name}": found[name] for name in ("mse_dex2", "mse_normalised")}


def _row(data: xr.Dataset, split: Split, train: np.ndarray, fresh, start: int) -> dict:
    true, stderr = log10_k(data), log10_k_stderr(data)
    began = time.perf_counter()
    fitted = fresh.fit(data, train, seed=start + split.seed)
    seconds = time.perf_counter() - began
    predicted, std = fitted.predict(data)
    test = split.test
    return {
        "n_train": int(train.sum()),
        "n_test": int(test.sum()),
        "fit_seconds": seconds,
        "chosen": getattr(fitted, "chosen", ""),
        **scores(
            predicted[test],
            None if std is None else std[test],
            true[test],
            stderr[test],
            float(np.ptp(true[train | test])),
        ),
    }
