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
from vibrates.learning.directions import both_directions
from vibrates.learning.families import COMPUTED, Family, changes, flags, places
from vibrates.learning.product_texts import described
from vibrates.learning.scores import scores


def learn(rates: xr.Dataset, config: Campaign, name: str = "rates.nc") -> xr.Dataset:
    """Complete every family of `config.learning`; the dataset that learned.nc holds.

    Initial states (v, w) with v in complete_v and w in initial_w that were not computed in either
    direction are predicted; every computed one is kept, outside complete_v too, unless it rests on
    the edge of the energy grid (`edge`). `name` is the file of `rates`.
    """
    from vibrates.learning.ladder_model import models_by_resonance

    models, parts, summaries = models_by_resonance(), [], []
    for change in changes(config.to_learn):
        family = Family.of(rates, change, config, name)
        model = models[family.resonant]
        part = _family(model, family)
        left_out = leave_each_state_out(model, family)
        parts.append(part.merge(_spread(left_out, family)))
        summaries.append(_summary(model, family, left_out, change))
    members = xr.concat(parts, "transition", join="exact", combine_attrs="drop")
    learned = both_directions(members, config)
    learned = learned.merge(xr.concat(summaries, "family"))
    learned = described(learned)
    learned.attrs = {
        "title": "State-to-state rate coefficients, computed where available, predicted elsewhere",
        "symmetrisation": rates.attrs.get("symmetrisation", "not recorded"),
        "error_correlation": "from the bootstrap of the rates"
        if "k_error_correlation" in rates
        else "none: errors at different temperatures taken as independent",
    }
    return learned


def leave_each_state_out(model, family: Family) -> xr.Dataset:
    """left_out_predicted, _std, _error of every state from the others: nothing of it is used.

    log10 of the exothermic k. The standard deviation is that of the computed value: of the model
    and the value's own error in quadrature, since the value compared with carries both. Missing
    where the computed value is not learned from: it tests nothing.
    """
    data = family.learned
    true, stderr = model_data.log10_k(data), model_data.log10_k_stderr(data)
    predicted, std = np.full_like(true, np.nan), np.full_like(true, np.nan)
    for row in np.flatnonzero(family.used.any(axis=1)):
        train = family.used.copy()
        train[row] = False
        mean, model_std = model.fit(data, train).predict(data.isel(transition=[row]))
        predicted[row], std[row] = mean[0], np.hypot(model_std[0], stderr[row])
    values = {
        "left_out_predicted": predicted - family.offset(data),
        "left_out_std": std,
        "left_out_error": predicted - true,
    }
    return xr.Dataset(
        {name: (CELL, np.where(family.used, x, np.nan)) for name, x in values.items()}
    )


def ladder_of(learned: xr.Dataset, change, w: int) -> xr.Dataset:
    """One family at one w as a ladder: dimensions (v, temperature), its scores as attributes."""
    dv, dw = change
    rows = (learned.vp - learned.v == dv) & (learned.wp - learned.w == dw) & (learned.w == w)
    part = learned.isel(transition=np.flatnonzero(rows.values)).drop_dims("family")
    part = part.swap_dims(transition="v").drop_vars(["w", "vp", "wp"]).sortby("v")
    family = np.flatnonzero(((learned.family_dv == dv) & (learned.family_dw == dw)).values)
    own = learned.isel(family=int(family[0]))
    part.attrs = {"transition": [dv, dw], "initial_w": w, "model": str(own["model"].values)} | {
        name: float(own[name]) for name in map(str, own.data_vars) if name.startswith("score_")
    }
    return part


def _family(model, family: Family) -> xr.Dataset:
    """The exothermic k of all members of a family."""
    training, target, used = family.training, family.target, family.used
    model.fit(family.learned, used)
    mean, std = model.predict(target)
    mean = mean - family.offset(target)
    row, column = np.nonzero(used)
    at = places(training, target)[row], column
    log10_k, log10_std, k = mean.copy(), std.copy(), 10.0**mean
    edge = np.zeros(mean.shape, dtype=np.int8)
    log10_k[at], log10_std[at] = (
        values(training)[used] for values in (model_data.log10_k, model_data.log10_k_stderr)
    )
    k[at] = training["k"].transpose(*CELL).values[used]
    if "k_rests_on_edge" in training:
        edge[at] = training["k_rests_on_edge"].transpose(*CELL).values[used]
    flag = flags(family)
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
                "k_rests_on_edge": edge,
                "gp_log10_k": mean,
                "gp_log10_k_std": std,
            }.items()
        }
    )
    result.attrs = {}
    return result


def _spread(left_out: xr.Dataset, family: Family) -> xr.Dataset:
    """`left_out`, which is of the computed states, on all members: missing for the others."""
    at, shape = places(family.training, family.target), family.target["k"].shape
    values = {}
    for name in left_out:
        values[name] = (CELL, np.full(shape, np.nan))
        values[name][1][at] = left_out[name].values
    return xr.Dataset(values)


def _summary(model, family: Family, left_out: xr.Dataset, change) -> xr.Dataset:
    """What was chosen for a family, and the scores of its left-out predictions."""
    model.fit(family.learned, family.used)
    used = family.used
    true = model_data.log10_k(family.training)[used]
    predicted, std = (
        left_out[name].values[used] for name in ("left_out_predicted", "left_out_std")
    )
    result = scores(predicted, std, true, np.zeros_like(true), float(np.ptp(true)))
    numbers = {"family_dv": change[0], "family_dw": change[1], "model": model.description}
    numbers |= {f"score_{name}": value for name, value in result.items()}
    numbers |= {
        f"hyper_{name}": model.hyperparameters.get(name, np.nan)
        for name in (
            "square_std_dex",
            "smooth_std_dex",
            "smooth_length_T",
            "rough_std_dex",
            "rough_length_T",
            "length_v",
            "length_w",
            "length_T",
            "own_std_dex",
            "own_length_T",
            "noise_std_dex",
        )
    }
    return xr.Dataset({name: ((), value) for name, value in numbers.items()})
