"""One scenario run with one model: a row of scores for every test set, each stored when done."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.core import tasks as tasks_module
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint
from vibrates.learning.data import digest, log10_k
from vibrates.learning.edge import learnable
from vibrates.learning.models import MODULES, model
from vibrates.learning.scenario_row import row
from vibrates.learning.scenarios import Split, splits
from vibrates.learning.scores import scores

# A network's result depends on its random start: these are trained from several, where a comparison
# of models rests on few test sets: sets 1 to 4 and both ends of levels and temperatures.
NETWORK_STARTS = 3


def run(
    data: xr.Dataset, scenario: str, name: str, seeds: int, every: int, store: str | Path
) -> pd.DataFrame:
    """Scores of model `name` in `scenario`: one row per test set and network seed.

    Values that are not learned from (`edge`) are neither trained on nor tested. `store`: a
    directory, which several runs may share.
    """
    sound = learnable(data)
    sets = [
        replace(split, test=split.test & sound) for split in splits(scenario, data, seeds, every)
    ]
    cases = [
        (split, start)
        for split in sets
        if split.test.any() and (sound & ~split.test).any()
        for start in range(_starts(data, split, name))
    ]
    work = tasks(data, name, cases)
    found = tasks_module.run(work, Checkpoint(Path(store) / "scenarios"))
    rows = [
        {
            "scenario": scenario,
            "label": split.label,
            "seed": split.seed,
            "model": name,
            "start": start,
        }
        | found[task.key]
        | _mean_scores(data, split, sound & ~split.test)
        for task, (split, start) in zip(work, cases, strict=True)
    ]
    # Baselines along v have no prediction of a new temperature, those along T none of a new level.
    return pd.DataFrame(rows).dropna(subset="mse_dex2")


def code(name: str) -> str:
    """Fingerprint of the code that the scores of model `name` depend on."""
    return code_fingerprint("vibrates.learning.scenario_row", MODULES[name])


def tasks(
    data: xr.Dataset, name: str, cases: Sequence[tuple[Split, int]]
) -> list[tasks_module.Task]:
    """The trainings of model `name` that `cases` ask for: a test set, and the number of a start."""
    common = fingerprint(data=digest(data), model=name, code=code(name))
    make = cache(lambda: model(name))

    def task(split: Split, start: int) -> tasks_module.Task:
        return tasks_module.Task(
            f"{name}, {split.scenario} {float(split.label)!r}, seed {split.seed}, start {start}",
            fingerprint(
                common=common, seed=split.seed, start=start, test=np.flatnonzero(split.test)
            ),
            lambda: row(data, split, learnable(data) & ~split.test, make()(), start),
        )

    return [task(*case) for case in cases]


def _starts(data: xr.Dataset, split: Split, name: str) -> int:
    number = {"level": "v", "temperature": "temperature"}.get(split.scenario)
    edge = number and split.label in (data[number].min(), data[number].max())
    few = edge or split.scenario == "sets"
    return NETWORK_STARTS if few and name.startswith("NN") else 1


def _mean_scores(data: xr.Dataset, split: Split, train: np.ndarray) -> dict[str, float | None]:
    """Scores of the mean of the training data as a prediction: the baseline without a model."""
    true = log10_k(data)
    tested = true[split.test]
    mean = np.full_like(tested, true[train].mean())
    span = float(np.ptp(true[train | split.test]))
    found = scores(mean, None, tested, np.zeros_like(tested), span)
    return {f"mean_{name}": found[name] for name in ("mse_dex2", "mse_normalised")}
