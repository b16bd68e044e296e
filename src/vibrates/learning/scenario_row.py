"""The scores of one model trained without one test set."""

import time
from typing import Any

import numpy as np
import xarray as xr

from vibrates.learning.data import log10_k, log10_k_stderr
from vibrates.learning.scenarios import Split
from vibrates.learning.scores import scores


def row(data: xr.Dataset, split: Split, train: np.ndarray, fresh: Any, start: int) -> dict:
    """Of a `fresh` model trained on the cells ``train``; ``start``: of a network's random start."""
    true, stderr = log10_k(data), log10_k_stderr(data)
    began = time.perf_counter()
    fitted = fresh.fit(data, train, seed=start + split.seed)
    seconds = time.perf_counter() - began
    test = split.test
    if hasattr(fitted, "predict_computed"):
        predicted, std = fitted.predict_computed(data)
        # The errors of levels that have training cells are in it.
        stderr = np.where(train.any(axis=1, keepdims=True), 0.0, stderr)
    else:
        predicted, std = fitted.predict(data)
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
