"""Layout of the reduced files: names, dimensions, units.

Dimensions: transition (kept final states of one initial state), temperature, energy (total
classical energy U), shell (of impact parameter), replicate (independent Sobol scramblings).

Where a rotor is quantised, an initial state is (v, w, j) and a transition leads to (v', w', j'):
attribute ``j``, coordinates jp and vibrational_difference, `edge_population_j`.
"""

from pathlib import Path

import numpy as np
import xarray as xr

from vibrates.core.errors import UserError
from vibrates.core.netcdf import read_product

_REMEDY = "remove it and run the campaign again"

_CELL = ("energy", "shell", "replicate")
_STRATUM = ("energy", "shell")


def _variable(dims, values, units, long_name):
    return (dims, values, {"units": units, "long_name": long_name})


def reduced_dataset(sums) -> xr.Dataset:
    """The dataset of the sums in a `reduction.Sums`."""
    good = np.maximum(sums.count.sum(axis=-1), 1)
    total = sums.count.sum(axis=-1) + sums.failed.sum(axis=-1)
    variables = {
        "count": _variable(_CELL, sums.count, "1", "good trajectories"),
        "failed": _variable(_CELL, sums.failed, "1", "failed trajectories, left out of all sums"),
        "weight_sum": _variable(_CELL, sums.weight, "1", "sum of importance weights"),
        "probability_sum": _variable(
            ("transition", *_CELL), sums.probability, "1", "sum of weight times probability"
        ),
        "thermal_sum": _variable(
            ("transition", "temperature", *_CELL),
            sums.thermal,
            "1",
            "sum of weight, probability and factor of the translational symmetrisation",
        ),
        "mean_steps": _variable(
            _STRATUM, sums.steps / np.maximum(total, 1), "1", "mean time steps of a trajectory"
        ),
        "energy_error": _variable(
            _STRATUM, sums.energy_error, "cm^-1", "largest energy error of a good trajectory"
        ),
        "norm_error": _variable(
            _STRATUM, sums.norm_error, "1", "largest norm error of a good trajectory"
        ),
        "probability_error": _variable(
            _STRATUM,
            sums.error / np.maximum(sums.error_weight, 1e-300),
            "1",
            "mean estimated relative error of P of the target transitions, weighted by P",
        ),
        "edge_population_a": _variable(
            _STRATUM, sums.edge_a / good, "1", "mean final population at the edge of a's basis"
        ),
        "edge_population_b": _variable(
            _STRATUM, sums.edge_b / good, "1", "mean final population at the edge of b's basis"
        ),
    }
    if sums.jp is not None:
        variables["edge_population_j"] = _variable(
            _STRATUM,
            sums.edge_j / good,
            "1",
            "mean final population of the largest j of the basis and beyond",
        )
    coordinates = {
        "vp": _variable("transition", sums.vp[sums.kept], "1", "final level of molecule a"),
        "wp": _variable("transition", sums.wp[sums.kept], "1", "final level of molecule b"),
        "energy_difference": _variable(
            "transition",
            sums.differences,
            "cm^-1",
            ("vibrational" if sums.jp is None else "internal")
            + " energy of the initial less that of the final state",
        ),
        "rotational_ratio": _variable(
            "transition",
            sums.ratios,
            "1",
            "rotational partition function of the initial over that of the final levels",
        ),
        "temperature": _variable("temperature", sums.temperatures, "K", "temperature"),
        "energy": _variable("energy", sums.energies, "cm^-1", "total classical energy U"),
        "b_lower": _variable("shell", sums.b_lower, "angstrom", "lower impact parameter"),
        "b_upper": _variable("shell", sums.b_upper, "angstrom", "upper impact parameter"),
    }
    state = {"v": int(sums.v), "w": int(sums.w)}
    if sums.jp is not None:
        coordinates["jp"] = _variable("transition", sums.jp[sums.kept], "1", "final j")
        coordinates["vibrational_difference"] = _variable(
            "transition",
            sums.vibrational,
            "cm^-1",
            "vibrational energy of the initial less that of the final state",
        )
        state |= {"j": int(sums.j), "largest_j": int(sums.jp.max())}
    return xr.Dataset(variables, coordinates, attrs=state)


def read_reduced(path: str | Path, fingerprint: str | None = None) -> xr.Dataset:
    """Read a reduced file into memory.

    Raises UserError naming the file if it is damaged, is another kind of file, or has a fingerprint
    that differs from ``fingerprint``.
    """
    dataset = read_product(path, _REMEDY, fingerprint)
    needed = {"count", "failed", "probability_sum", "thermal_sum", "rotational_ratio"}
    missing = needed - set(dataset.variables)
    if missing or not {"v", "w"} <= set(dataset.attrs):
        lacking = ", ".join(sorted(missing)) or "v, w"
        raise UserError(f"{path}: not a reduced file (lacks {lacking}); {_REMEDY}")
    return dataset


def classical_rotors(reduced: xr.Dataset) -> int:
    """Number of rotors that move classically: 2, or 1 with a quantised one."""
    return 1 if "j" in reduced.attrs else 2


def vibrational_difference(reduced: xr.Dataset) -> np.ndarray:
    """Vibrational energy of the initial less the final state, cm^-1, (transition,)."""
    name = "vibrational_difference" if "j" in reduced.attrs else "energy_difference"
    return reduced[name].values


def rows_to(reduced: xr.Dataset, dv: int, dw: int) -> list[int]:
    """Rows of an exothermic vibrational transition: one, or one for each final j; none otherwise.

    Parameters
    ----------
    reduced
        The dataset of a reduced file.
    dv, dw
        Changes v' - v and w' - w.
    """
    v, w = int(reduced.attrs["v"]), int(reduced.attrs["w"])
    match = (reduced["vp"].values == v + dv) & (reduced["wp"].values == w + dw)
    return [int(row) for row in np.flatnonzero(match & (vibrational_difference(reduced) > 0))]


def state_label(reduced: xr.Dataset) -> str:
    """The initial state as text, v,w or v,w,j."""
    return ",".join(str(int(reduced.attrs[n])) for n in ("v", "w", "j") if n in reduced.attrs)


def shell_area(reduced: xr.Dataset) -> np.ndarray:
    """Area pi (b_upper^2 - b_lower^2) of every shell, angstrom^2, (shell,)."""
    return np.pi * (reduced["b_upper"].values ** 2 - reduced["b_lower"].values ** 2)
