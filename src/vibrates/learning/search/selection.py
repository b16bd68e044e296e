"""The choice of a training set and its kernel, and kernels grown by sums and products."""

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from vibrates.core.errors import UserError
from vibrates.learning.kernels import BASE, OPERATIONS, extended
from vibrates.learning.search.candidate import Trainer, mean_error
from vibrates.learning.search.training_sets import levels, validation_set

Criterion = Callable[[dict], float]  # of a stored candidate; the smaller the better


def predicted_levels(
    data: xr.Dataset, trained: Sequence[int], validating: Sequence[int] = ()
) -> list[int]:
    """Initial levels that are neither trained on nor validate."""
    return [x for x in levels(data) if x not in trained and x not in validating]


def by_validation(validating: Sequence[int]) -> Criterion:
    """Mean error on the validating levels."""
    return lambda result: mean_error(result, validating)


def by_bic(result: dict) -> float:
    """The Bayesian information criterion as in the paper (larger is better), negated."""
    return -result["bic"]


def best_of(results: Sequence[dict], criterion: Criterion) -> dict:
    """The candidate with the smallest criterion; one that could not be trained comes last."""
    return min(results, key=lambda result: np.nan_to_num(criterion(result), nan=np.inf))


def single_kernels(trainer: Trainer, trained: Sequence[int], sizes: Sequence[int]) -> list[dict]:
    """All seven base kernels on one training set."""
    return [trainer.candidate(name, trained, sizes) for name in BASE]


def best_training_sets(
    data: xr.Dataset,
    validation: Sequence[int],
    sets: Sequence[Sequence[int]],
    candidates: Sequence[Sequence[dict]],
) -> list[dict]:
    """Every training set of `sets` with the single kernel its validation chooses.

    candidates: for every single kernel the candidates trained on `sets`, in their order.

    Sorted by the error on all levels that are not trained on: a guide to which levels should be
    computed, as in the paper; no kernel is chosen by it. Each entry: trained, kernel,
    test_percent, test_dex2.
    """
    values = levels(data)
    found = []
    for trained, *results in zip(sets, *candidates, strict=True):
        validating = validation_set(validation, trained, values)
        best = best_of(results, by_validation(validating))
        others = predicted_levels(data, trained)
        found.append(
            {
                "trained": list(trained),
                "kernel": best["kernel"],
                "validating": list(validating),
                "transitions": best["transitions"],
                "test_percent": mean_error(best, others),
                "test_mse_dex2": mean_error(best, others, "mse_dex2"),
                "seconds": sum(result["seconds"] for result in results),
            }
        )
    return sorted(found, key=lambda entry: entry["test_percent"])


def grow(
    trainer: Trainer, trained: Sequence[int], sizes: Sequence[int], criterion: Criterion, limit: int
) -> list[dict]:
    """From the best base kernel on: the best of all sums and products with a base kernel.

    It goes on until the criterion gets no better or the kernel has ``limit`` base kernels.

    Parameters
    ----------
    trainer : Trainer
        Of the candidates.
    trained : sequence of int
        Initial levels that are trained on.
    sizes : sequence of int
        Training points of the stages.
    criterion : Criterion
        What is compared; less is better.
    limit : int
        Base kernels at most.

    Returns
    -------
    list of dict
        The accepted candidates, from the single kernel to the optimal one.

    Raises
    ------
    UserError
        If no base kernel can be trained.
    """
    path = [best_of(single_kernels(trainer, trained, sizes), criterion)]
    if "failed" in path[0]:
        raise UserError(
            f"{trainer.data.attrs.get('source', 'rates')}: no kernel can be trained on "
            f"initial levels {', '.join(map(str, trained))} ({path[0]['failed']}); "
            "raise learning.search.sizes"
        )
    while len(path) < limit:
        expressions = [
            extended(path[-1]["kernel"], operation, name)
            for operation in OPERATIONS
            for name in BASE
        ]
        results = [trainer.candidate(expression, trained, sizes) for expression in expressions]
        best = best_of(results, criterion)
        if not criterion(best) < criterion(path[-1]):
            break
        path.append(best)
    return path
