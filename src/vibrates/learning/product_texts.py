"""Units and meanings of the variables of learned.nc."""

import xarray as xr

from vibrates.learning.data import ON_EDGE
from vibrates.learning.edge import MINIMUM_MEMBERS
from vibrates.learning.families import COMPUTED, EXTRAPOLATED, FLAGS, INTERPOLATED
from vibrates.learning.transitions import NUMBER_NAMES


def described(learned: xr.Dataset) -> xr.Dataset:
    """`learned` with units and long names on every variable."""
    for key, variable in learned.variables.items():
        name = str(key)
        if {"units", "long_name"} <= set(variable.attrs):
            continue
        units, text = _TEXTS.get(name, ("1", ""))
        if name.startswith("score_"):
            text = f"{name[6:]} of the predictions of left-out states"
            units = {"score_mse_dex2": "dex^2", "score_worst_dex": "dex"}.get(name, "1")
        elif name.startswith("hyper_"):
            text = f"hyperparameter {name[6:]}"
            units = "dex" if name.endswith("dex") else "standard deviations of the feature"
        variable.attrs |= {"units": units, "long_name": text}
    learned["flag"].attrs |= {
        "flag_values": [COMPUTED, INTERPOLATED, EXTRAPOLATED],
        "flag_meanings": " ".join(FLAGS),
    }
    return learned


_TEXTS = {
    **{name: ("1", text) for name, text in NUMBER_NAMES.items()},
    "temperature": ("K", "temperature"),
    "energy_difference": ("cm^-1", "energy of the initial minus that of the final state"),
    "k": ("cm^3 s^-1", "rate coefficient"),
    "log10_k": ("1", "log10 of k / (cm^3 s^-1)"),
    "log10_k_std": (
        "dex",
        "standard deviation of log10 k: standard error of a computed value, "
        "predictive standard deviation of a predicted one",
    ),
    "k_factor": ("1", "one standard deviation as a factor of k, 10^log10_k_std"),
    "origin": ("1", "computed from trajectories, or predicted by the Gaussian process"),
    "flag": (
        "1",
        "computed in either direction, interpolated between computed v, or extrapolated "
        "beyond them",
    ),
    "k_rests_on_edge": (
        "1",
        f"{ON_EDGE}; such computed values are given only where fewer than "
        f"{MINIMUM_MEMBERS} others of the family are known at the temperature",
    ),
    "direction": ("1", "learned: the exothermic direction; or its reverse from detailed balance"),
    "gp_log10_k": (
        "1",
        "posterior mean of the Gaussian process for log10 k, all data learned from",
    ),
    "gp_log10_k_std": (
        "dex",
        "posterior standard deviation of the Gaussian process, all data learned from",
    ),
    "left_out_predicted": ("1", "log10 k predicted from all other states"),
    "left_out_std": (
        "dex",
        "predictive standard deviation of the computed value: of the model and "
        "its own error in quadrature",
    ),
    "left_out_error": (
        "dex",
        "predicted minus computed log10 k, the state left out of the training",
    ),
    "family_dv": ("1", "v' - v of a family"),
    "family_dw": ("1", "w' - w of a family"),
    "model": ("1", "the forms of the regression of a family, weighted by its left-out states"),
}
