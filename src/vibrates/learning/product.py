"""The complete ladder: computed rate coefficients, predicted ones between them, and the proof."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from vibrates.errors import UserError
from vibrates.learning.gaussian_process import ROUNDING_VARIANCE, GaussianProcess
from vibrates.learning.ladder import Ladder, ladder_from_rates
from vibrates.learning.validation import LeaveOneOut, validate

COMPUTED, PREDICTED = "computed", "predicted"
LEVEL_DIMS = ("v", "temperature")


def learn(
    rates: xr.Dataset,
    settings: Mapping[str, Any],
    name: str = "rates.nc",
) -> xr.Dataset:
    """Complete the ladder of one transition; the dataset that learned.nc holds.

    `settings` is the block `learning` of the configuration: transition (dv, dw), initial_w,
    complete_v (first, last), kernel, features, left_out. `name` is the file of `rates`, for
    messages. Levels inside complete_v that were not computed are predicted; every computed level is
    kept, outside complete_v too.
    """
    dv, dw = settings["transition"]
    first, last = settings["complete_v"]
    if first > last or first + min(dv, 0) < 0:
        raise UserError(
            f"learning.complete_v: [{first}, {last}] is not a ladder for dv = {dv}; give the first "
            f"v, {max(0, -dv)} or more, and a last one that is not below it"
        )
    ladder = ladder_from_rates(rates, (dv, dw), settings["initial_w"], name)
    features, kernel = list(settings["features"]), settings["kernel"]
    model = GaussianProcess(features, kernel).fit(ladder)
    left_out = validate(
        settings["left_out"], ladder, lambda: GaussianProcess(features, kernel)
    )
    complete_v = np.union1d(ladder.v, np.arange(first, last + 1))
    mean, std = model.predict(complete_v, ladder.temperature_K)
    dataset = xr.Dataset(
        _values(ladder, complete_v, mean, std) | _left_out_values(ladder, complete_v, left_out),
        coords={
            "v": (
                "v",
                complete_v,
                {"units": "1", "long_name": "initial vibrational level of the first molecule"},
            ),
            "temperature": (
                "temperature",
                ladder.temperature_K,
                {"units": "K", "long_name": "temperature"},
            ),
        },
    )
    dataset.attrs = {
        "title": f"Rate coefficients of (v, {settings['initial_w']}) -> (v{dv:+d}, "
        f"{settings['initial_w'] + dw}), computed where available, predicted elsewhere",
        "transition": [dv, dw],
        "initial_w": settings["initial_w"],
        "symmetrisation": rates.attrs.get("symmetrisation", "not recorded"),
        "error_correlation": "from the bootstrap of the rates"
        if "k_error_correlation" in rates
        else "none: errors at different temperatures taken as independent",
        "model": f"Gaussian process, kernel {kernel}, features {', '.join(features)}",
        "rounding_variance_dex2": ROUNDING_VARIANCE,
        **{f"hyperparameter_{key}": value for key, value in model.hyperparameters.items()},
        **{f"left_out_{key}": value for key, value in left_out.scores(ladder.log10_k).items()},
    }
    return dataset


def _spread(ladder: Ladder, complete_v: np.ndarray, values: np.ndarray) -> np.ndarray:
    """`values` (N, M) of the computed levels placed among all levels, NaN elsewhere."""
    spread = np.full((complete_v.size, ladder.temperature_K.size), np.nan)
    spread[np.searchsorted(complete_v, ladder.v)] = values
    return spread


def _values(
    ladder: Ladder, complete_v: np.ndarray, mean: np.ndarray, std: np.ndarray
) -> dict[str, tuple]:
    is_computed = np.isin(complete_v, ladder.v)[:, None] & np.ones_like(mean, dtype=bool)
    log10_k = np.where(is_computed, _spread(ladder, complete_v, ladder.log10_k), mean)
    log10_k_std = np.where(is_computed, _spread(ladder, complete_v, ladder.log10_k_stderr), std)
    k = np.where(is_computed, _spread(ladder, complete_v, ladder.k), 10.0**mean)
    origin = np.where(is_computed, COMPUTED, PREDICTED).astype(object)
    rate_unit, dex = "cm^3 s^-1", "dex"
    return {
        "k": (LEVEL_DIMS, k, _about(rate_unit, "rate coefficient")),
        "log10_k": (LEVEL_DIMS, log10_k, _about("1", "log10 of k / (cm^3 s^-1)")),
        "log10_k_std": (
            LEVEL_DIMS,
            log10_k_std,
            _about(
                dex,
                "standard deviation of log10 k: Monte-Carlo standard error of a computed value, "
                "predictive standard deviation of a predicted one",
            ),
        ),
        "k_factor": (
            LEVEL_DIMS,
            10.0**log10_k_std,
            _about("1", "one standard deviation as a factor of k, 10^log10_k_std"),
        ),
        "origin": (
            LEVEL_DIMS,
            origin,
            _about("1", "computed from trajectories, or predicted by the Gaussian process"),
        ),
        "gp_log10_k": (
            LEVEL_DIMS,
            mean,
            _about("1", "posterior mean of the Gaussian process for log10 k, all data used"),
        ),
        "gp_log10_k_std": (
            LEVEL_DIMS,
            std,
            _about(dex, "posterior standard deviation of the Gaussian process, all data used"),
        ),
    }


def _left_out_values(
    ladder: Ladder, complete_v: np.ndarray, left_out: LeaveOneOut
) -> dict[str, tuple]:
    texts = {
        "predicted": ("1", "log10 k predicted from all other levels"),
        "std": (
            "dex",
            "predictive standard deviation of the computed value: of the model and Monte-Carlo "
            "error in quadrature",
        ),
        "error": ("dex", "predicted minus computed log10 k, the level left out of the training"),
    }
    return {
        f"left_out_{name}": (
            LEVEL_DIMS,
            _spread(ladder, complete_v, getattr(left_out, name)),
            _about(*text),
        )
        for name, text in texts.items()
    }


def _about(units: str, long_name: str) -> dict[str, str]:
    return {"units": units, "long_name": long_name}
