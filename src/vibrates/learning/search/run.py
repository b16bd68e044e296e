"""One search: the best training set of N initial levels, and kernels grown on it."""

from pathlib import Path

import xarray as xr

from vibrates.config import Search
from vibrates.learning.search.candidate import Trainer, search_features
from vibrates.learning.search.screening import screened
from vibrates.learning.search.selection import (
    Criterion,
    best_training_sets,
    by_bic,
    by_validation,
    grow,
    predicted_levels,
)
from vibrates.learning.search.training_sets import levels, validation_set
from vibrates.learning.search.training_sets import training_sets as all_training_sets


def screening(data: xr.Dataset, settings: Search, size: int) -> dict:
    """The training sets of `size` levels that are to be trained, and how many there are."""
    every = all_training_sets(levels(data), settings.fixed, size, data.attrs.get("source", "rates"))
    return {
        "combinations": len(every),
        "sets": screened(
            data,
            search_features(data),
            every,
            settings.maximum_combinations,
            settings.points[0],
            settings.iterations,
        ),
    }


def one_kernel(
    data: xr.Dataset, settings: Search, kernel: str, sets: list[list[int]], store: str | Path
) -> list[dict]:
    """One base kernel trained on every training set of `sets`: the candidates, in their order."""
    trainer = Trainer(data, store, "lbfgs", settings.iterations)
    return [trainer.candidate(kernel, trained, settings.points[:1]) for trained in sets]


def training_sets(
    data: xr.Dataset, validation: list[int], screen: dict, candidates: list[list[dict]]
) -> list[dict]:
    """The training sets that `screening` left, best first (Table I, II).

    validation: the levels asked for that validate; candidates: of `one_kernel`, one list per
    kernel.
    """
    ranked = best_training_sets(data, validation, screen["sets"], candidates)
    return [
        entry | {"sets_trained": len(ranked), "combinations": screen["combinations"]}
        for entry in ranked
    ]


def growth(
    data: xr.Dataset, settings: Search, trained: list[int], optimiser: str, store: str | Path
) -> list[dict]:
    """Single and optimal kernel on one training set: by every validation set, and by BIC.

    The kernels are compared on `settings.points`; the chosen two then predict from all points.
    """
    trainer = Trainer(data, store, optimiser, settings.iterations)
    values, sizes = levels(data), settings.points
    criteria: list[tuple[str, tuple[int, ...], Criterion]] = []
    for wanted in settings.validation:
        validating = validation_set(wanted, trained, values)
        if validating not in [known for _, known, _ in criteria]:
            criteria.append(("validation", validating, by_validation(validating)))
    # BIC needs no validating levels; the same ones are set aside, so that errors can be compared.
    criteria.append(("BIC", criteria[0][1], by_bic))
    return [_grown(trainer, settings, trained, sizes, *criterion) for criterion in criteria]


def _grown(trainer: Trainer, settings, trained, sizes, name, validating, criterion) -> dict:
    path = grow(trainer, trained, sizes, criterion, settings.growth)
    single, optimal = (
        trainer.candidate(result["kernel"], trained, sizes, whole=True)
        for result in (path[0], path[-1])
    )
    tried = [
        trainer.candidate(expression, trained, sizes)
        for expression in _tried(path, settings.growth)
    ]
    base = tried[:7]
    return {
        "N": len(trained),
        "trained": list(trained),
        "validating": list(validating),
        "predicted": predicted_levels(trainer.data, trained, validating),
        "optimiser": trainer.optimiser,
        "criterion": name,
        "path": [result["kernel"] for result in path],
        "single": single,
        "optimal": optimal,
        "seconds_single": sum(r["seconds"] for r in base) + single["seconds"],
        "seconds": sum(r["seconds"] for r in tried) + optimal["seconds"],
    }


def _tried(path: list[dict], limit: int) -> list[str]:
    """Every kernel that a growth along `path` trained, the seven single ones first.

    The last one was extended too, in vain, unless it has the `limit` of base kernels.
    """
    from vibrates.learning.kernels import BASE, OPERATIONS, extended

    expressions = list(BASE)
    for result in path[: limit - 1]:
        expressions += [extended(result["kernel"], o, n) for o in OPERATIONS for n in BASE]
    return expressions
