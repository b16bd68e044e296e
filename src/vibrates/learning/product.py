"""The complete ladder: computed rate coefficients, predicted ones between them, and the proof.

learned.nc has the layout of rates.nc, (transition, temperature), both directions of every
transition; the endothermic one follows from detailed balance. A family is one change
(v' - v, w' - w); each is learned by itself.
"""

import numpy as np
import xarray as xr

from vibrates.config import Campaign
from vibrates.learning import data as model_data
from vibrates.learning.data import CELL
from vibrates.learning.families import COMPUTED, complete, flags, places, training_data
from vibrates.learning.product_texts import described
from vibrates.learning.scores import scores
from vibrates.rates.detailed_balance import detailed_balance, rotational_ratio


def learn(rates: xr.Dataset, config: Campaign, name: str = "rates.nc") -> xr.Dataset:
    """Complete every family of `config.learning`; the dataset that learned.nc holds.

    Initial states (v, w) with v in complete_v and w in initial_w that were not computed are
    predicted; every computed one is kept, outside complete_v too. `name` is the file of `rates`.
    """
    from vibrates.learning.ladder_model import LadderModel

    settings, model = config.learning, LadderModel()
    parts, families = [], []
    for change in settings.transitions:
        training = training_data(rates, change, settings.initial_w, name)
        target = complete(training, change, settings, config)
        parts.append(_family(model, training, target))
        left_out = leave_each_state_out(model, training)
        parts[-1] = parts[-1].merge(_spread(left_out, training, parts[-1]))
        families.append(_summary(model, training, left_out, change))
    forward = xr.concat(parts, "transition", join="exact", combine_attrs="drop")
    learned = xr.concat([forward, _reverse(forward, config)], "transition", combine_attrs="drop")
    learned = learned.merge(xr.concat(families, "family"))
    learned = described(learned)
    learned.attrs = {
        "title": "State-to-state rate coefficients, computed where available, predicted elsewhere",
        "symmetrisation": rates.attrs.get("symmetrisation", "not recorded"),
        "error_correlation": "k_error_correlation of the rates"
        if "k_error_correlation" in rates
        else "none: errors at different temperatures taken as independent",
    }
    return learned


def leave_each_state_out(model, training: xr.Dataset) -> xr.Dataset:
    """left_out_predicted, _std, _error of every state from the others: nothing of it is used.

    The standard deviation is that of the computed value: of the model and the value's own
    Monte-Carlo error in quadrature, since the value compared with carries both.
    """
    true, stderr = model_data.log10_k(training), model_data.log10_k_stderr(training)
    predicted, std = np.empty_like(true), np.empty_like(true)
    for row in range(len(true)):
        train = np.ones(true.shape, dtype=bool)
        train[row] = False
        mean, model_std = model.fit(training, train).predict(training.isel(transition=[row]))
        predicted[row], std[row] = mean[0], np.hypot(model_std[0], stderr[row])
    return xr.Dataset(
        {
            "left_out_predicted": (CELL, predicted),
            "left_out_std": (CELL, std),
            "left_out_error": (CELL, predicted - true),
        }
    )


def ladder_of(learned: xr.Dataset, change, w: int) -> xr.Dataset:
    """One family at one w as a ladder: dimensions (v, temperature), its scores as attributes."""
    dv, dw = change
    rows = (
        (learned.vp - learned.v == dv)
        & (learned.wp - learned.w == dw)
        & (learned.w == w)
        & (learned.direction == "learned")
    )
    part = learned.isel(transition=np.flatnonzero(rows.values)).drop_dims("family")
    part = part.swap_dims(transition="v").drop_vars(["w", "vp", "wp"]).sortby("v")
    family = np.flatnonzero(((learned.family_dv == dv) & (learned.family_dw == dw)).values)
    own = learned.isel(family=int(family[0]))
    part.attrs = {"transition": [dv, dw], "initial_w": w, "model": str(own["model"].values)} | {
        name: float(own[name]) for name in own.data_vars if name.startswith("score_")
    }
    return part


def _family(model, training: xr.Dataset, target: xr.Dataset) -> xr.Dataset:
    """Values of one family at all states of `target`."""
    model.fit(training, np.ones(training["k"].shape, dtype=bool))
    mean, std = model.predict(target)
    at = places(training, target)
    log10_k, log10_std = mean.copy(), std.copy()
    k = 10.0**mean
    flag = np.broadcast_to(flags(training, target)[:, None], mean.shape).copy()
    log10_k[at], log10_std[at] = model_data.log10_k(training), model_data.log10_k_stderr(training)
    k[at] = training["k"].transpose(*CELL).values
    origin = np.where(flag == COMPUTED, "computed", "predicted").astype(object)
    result = target[["energy_difference", "temperature"]].assign(
        {
            name: (CELL, values)
            for name, values in {
                "k": k,
                "log10_k": log10_k,
                "log10_k_std": log10_std,
                "k_factor": 10.0**log10_std,
                "origin": origin,
                "flag": flag.astype(np.int8),
                "gp_log10_k": mean,
                "gp_log10_k_std": std,
            }.items()
        }
    )
    result["direction"] = ("transition", np.full(len(k), "learned", dtype=object))
    result.attrs = {}
    return result


def _spread(left_out: xr.Dataset, training: xr.Dataset, family: xr.Dataset) -> xr.Dataset:
    at, shape = places(training, family), family["k"].shape
    values = {}
    for name in left_out:
        values[name] = (CELL, np.full(shape, np.nan))
        values[name][1][at] = left_out[name].values
    return xr.Dataset(values)


def _reverse(forward: xr.Dataset, config: Campaign) -> xr.Dataset:
    """The other directions by `detailed_balance`, errors in dex kept."""
    molecules = config.partners
    ratio = rotational_ratio(
        molecules, (forward.v.values, forward.w.values), (forward.vp.values, forward.wp.values)
    )
    factor = detailed_balance(
        forward["energy_difference"].values[:, None], ratio[:, None], forward["temperature"].values
    )
    backward = forward.assign_coords(v=forward.vp, w=forward.wp, vp=forward.v, wp=forward.w)
    for name in ("log10_k", "gp_log10_k"):
        backward[name] = forward[name] + np.log10(factor)
    backward["k"] = forward["k"] * factor
    backward["energy_difference"] = -forward["energy_difference"]
    backward["direction"] = ("transition", np.full(len(ratio), "detailed_balance", dtype=object))
    for name in ("left_out_predicted", "left_out_std", "left_out_error"):
        backward[name] = xr.full_like(forward[name], np.nan)
    return backward


def _summary(model, training: xr.Dataset, left_out: xr.Dataset, change) -> xr.Dataset:
    """What was chosen for a family, and the scores of its left-out predictions."""
    model.fit(training, np.ones(training["k"].shape, dtype=bool))
    true = model_data.log10_k(training)
    result = scores(
        left_out["left_out_predicted"].values,
        left_out["left_out_std"].values,
        true,
        np.zeros_like(true),
        float(np.ptp(true)),
    )
    numbers = {"family_dv": change[0], "family_dw": change[1], "model": model.description}
    numbers |= {f"score_{name}": value for name, value in result.items()}
    numbers |= {
        f"hyper_{name}": model.hyperparameters.get(name, np.nan)
        for name in (
            "smooth_std_dex",
            "length_v",
            "length_w",
            "length_T",
            "own_std_dex",
            "own_length_T",
            "noise_std_dex",
        )
    }
    return xr.Dataset({name: ((), value) for name, value in numbers.items()})
