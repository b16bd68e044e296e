"""Small products with the layouts of cross_sections.nc, rates.nc and learned.nc, for tests only."""

import numpy as np
import xarray as xr
import yaml
from campaigns import campaign

from vibrates.learning.product import ladder_of

TEMPERATURES_K = np.array([100.0, 300.0, 1000.0, 5000.0])
STATES = (1, 2, 3, 5, 8)
ENERGIES_CM = np.geomspace(500.0, 60000.0, 9)
EDGES_ANGSTROM = np.array([0.0, 1.0, 2.0, 3.0, 5.0])
RELATIVE_ERROR = 0.12
SYMMETRISATIONS = {"translational": 1.0, "total": 1.5, "initial": 0.7}

POLYNOMIALS = {
    "N2": {
        "polarizability_parallel": [14.8, 9.6, 2.0],
        "polarizability_perpendicular": [10.2, 3.4, 0.5],
        "quadrupole": [-1.1, 2.0],
    },
    "H2": {
        "polarizability_parallel": [6.4, 6.9, 3.0],
        "polarizability_perpendicular": [4.6, 3.6, 0.8],
        "quadrupole": [0.4835, 0.75],
    },
}
CONSTANTS = {
    "N2": ([14.003074, 14.003074], 2359.6, 0.006126, 3.2e-6, 1.098, 2.689, 9.905, 7.6),
    "H2": ([1.00782503, 1.00782503], 4401.2, 0.0276, 0.0, 0.74, 1.946, 4.75, 2.0),
}


def molecule(name: str) -> dict:
    keys = ("masses_u", "omega_e_cm", "x_e", "y_e", "r_e_angstrom", "beta_e_per_angstrom",
            "D_e_eV", "effective_electrons")  # fmt: skip
    properties = {
        key: {"coefficients_au": coefficients, "range_angstrom": [0.5, 1.6]}
        for key, coefficients in POLYNOMIALS[name].items()
    }
    return dict(zip(keys, CONSTANTS[name], strict=True)) | properties


CONFIG = campaign(
    {
        "name": "figure-test",
        "sampling": {"target_temperatures_K": [300, 1000, 5000], "target_relative_error": 0.15},
        "learning": {"transitions": [[-1, 0]], "initial_w": [0], "complete_v": [1, 8]},
    },
    whole={
        "molecules": {"N2": molecule("N2"), "H2": molecule("H2")},
        "surface": {"type": "modified", "beta": 8.0, "deformation": "polarizability"},
    },
)
NITROGEN = CONFIG.partners[0]


def rate(v, temperature_K):
    """A Landau-Teller rate that rises with v, cm^3 s^-1."""
    return np.asarray(v) ** 1.2 * 10.0 ** (-10.0 - 30.0 * np.asarray(temperature_K) ** (-1 / 3))


def rates() -> xr.Dataset:
    """v -> v - 1 for every state, and each reverse from detailed balance."""
    states = np.array(STATES)
    k = rate(states[:, None], TEMPERATURES_K)
    k = np.vstack([k, 0.1 * k])
    count = 1000 * np.arange(1, len(states) + 1)
    n = len(states)
    variables = {
        "k": k,
        "k_stderr": RELATIVE_ERROR * k,
        **{f"k_{name}": factor * k for name, factor in SYMMETRISATIONS.items()},
        **{f"k_{name}_stderr": 0.1 * factor * k for name, factor in SYMMETRISATIONS.items()},
    }
    dataset = xr.Dataset(
        {name: (("transition", "temperature"), values) for name, values in variables.items()},
        coords={
            "v": ("transition", np.concatenate([states, states - 1])),
            "w": ("transition", np.zeros(2 * n, int)),
            "vp": ("transition", np.concatenate([states - 1, states])),
            "wp": ("transition", np.zeros(2 * n, int)),
            "temperature": ("temperature", TEMPERATURES_K),
        },
        attrs={
            "symmetrisation": "translational",
            "configuration": yaml.safe_dump(CONFIG.to_mapping()),
        },
    )
    dataset["direction"] = ("transition", n * ["computed"] + n * ["detailed_balance"])
    dataset["n_trajectories"] = ("transition", np.tile(count, 2))
    dataset["n_failed"] = ("transition", np.tile([0, 0, 2, 1, 0], 2))
    dataset["target_reached"] = ("transition", np.tile([1, 1, 1, 1, 0], 2))
    return described(dataset)


def learned() -> xr.Dataset:
    """The ladder that figures and the summary show."""
    return ladder_of(learned_file(), (-1, 0), 0)


def learned_file() -> xr.Dataset:
    """Content of learned.nc, one direction."""
    levels = np.arange(1, 9)
    shape = (len(levels), len(TEMPERATURES_K))
    is_computed = np.isin(levels, STATES)[:, None] & np.ones(shape, bool)
    log10_k = np.log10(rate(levels[:, None], TEMPERATURES_K))
    std = np.where(is_computed, 0.05, 0.08)
    error = np.where(is_computed, 0.1 * np.cos(np.arange(log10_k.size).reshape(shape)), np.nan)
    variables = {
        "k": 10.0**log10_k,
        "log10_k": log10_k,
        "log10_k_std": std,
        "k_factor": 10.0**std,
        "gp_log10_k": log10_k + 0.01,
        "gp_log10_k_std": np.full(shape, 0.04),
        "left_out_predicted": log10_k + error,
        "left_out_std": np.where(is_computed, 0.09, np.nan),
        "left_out_error": error,
        "origin": np.where(is_computed, "computed", "predicted").astype(object),
    }
    cell = ("transition", "temperature")
    dataset = xr.Dataset(
        {name: (cell, values) for name, values in variables.items()},
        coords={
            "v": ("transition", levels),
            "w": ("transition", np.zeros_like(levels)),
            "vp": ("transition", levels - 1),
            "wp": ("transition", np.zeros_like(levels)),
            "temperature": TEMPERATURES_K,
        },
    )
    dataset["direction"] = ("transition", np.full(len(levels), "learned", dtype=object))
    family = {"family_dv": -1, "family_dw": 0, "model": "Gaussian process, test",
              "score_mse_dex2": 0.005, "score_worst_dex": 0.1, "score_mse_normalised": 1e-4,
              "score_coverage_1": 0.7, "score_coverage_2": 1.0}  # fmt: skip
    for name, value in family.items():
        dataset[name] = ("family", [value])
    return described(dataset.assign_attrs(configuration=yaml.safe_dump(CONFIG.to_mapping())))


def cross_sections() -> xr.Dataset:
    states = np.array(STATES)
    middle = 0.5 * (EDGES_ANGSTROM[1:] + EDGES_ANGSTROM[:-1])
    area = np.pi * np.diff(EDGES_ANGSTROM**2)
    opacity = (
        1e-4
        * states[:, None, None]
        * (ENERGIES_CM / 1e4)[None, :, None] ** 3
        * np.exp(-(middle**2))[None, None, :]
    )
    stderr = 0.2 * opacity
    stderr[:, :, -1] = 1.5 * opacity[:, :, -1]  # a bar that reaches below zero
    dims = ("transition", "energy", "impact_parameter")
    return described(
        xr.Dataset(
            {
                "sigma": (dims[:2], opacity @ area),
                "sigma_stderr": (dims[:2], 0.1 * opacity @ area),
                "opacity": (dims, opacity),
                "opacity_stderr": (dims, stderr),
                "n_trajectories": (dims, np.full(opacity.shape, 64)),
                "impact_parameter_bounds": (
                    ("impact_parameter", "bound"),
                    np.column_stack([EDGES_ANGSTROM[:-1], EDGES_ANGSTROM[1:]]),
                ),
            },
            coords={
                "v": ("transition", states),
                "w": ("transition", np.zeros_like(states)),
                "vp": ("transition", states - 1),
                "wp": ("transition", np.zeros_like(states)),
                "energy": ENERGIES_CM,
                "impact_parameter": (
                    "impact_parameter",
                    middle,
                    {"bounds": "impact_parameter_bounds"},
                ),
            },
        )
    )


def described(dataset: xr.Dataset) -> xr.Dataset:
    """Units and names on every variable, as the writer of products demands."""
    for variable in dataset.variables.values():
        variable.attrs |= {"units": "1", "long_name": "test"}
    return dataset


PUBLISHED_CSV = "v,T_K,k_cm3_s\n" + "".join(
    f"{v},{T:g},{2.0 * rate(v, T):.3e}\n"
    for v in (1, 2, 3, 4, 20)
    for T in (*TEMPERATURES_K, 7000.0)
)
