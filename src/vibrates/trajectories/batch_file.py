"""The file of one batch of trajectories: its layout, and reading with detection of damage."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from vibrates.core.errors import UserError
from vibrates.core.netcdf import read_attributes, read_product

BATCH_VARIABLES = {
    "energy_cm",
    "shell",
    "index",
    "impact_parameter",
    "translational_energy",
    "weight",
    "status",
    "steps",
    "energy_error",
    "norm_error",
    "time_step",
    "probability_error",
    "probability",
}
BATCH_REMEDY = "run the campaign again (or 'vibrates verify --remove'): it is then computed anew"


def read_batch(path: str | Path, fingerprint: str | None) -> xr.Dataset:
    """Read and verify one batch of trajectories (layout: `batch_dataset`).

    Parameters
    ----------
    path
        The file.
    fingerprint
        Fingerprint of the planned batch (`plan.fingerprint`); None if any batch is accepted.

    Raises
    ------
    UserError
        If the file is missing, truncated, damaged or incomplete, or has another fingerprint.
    """
    dataset = read_product(path, BATCH_REMEDY, fingerprint)
    if missing := BATCH_VARIABLES - set(dataset.variables):
        raise UserError(
            f"{path}: no complete batch (without {', '.join(sorted(missing))}); {BATCH_REMEDY}"
        )
    if not np.isfinite(dataset["probability"].values[dataset["status"].values == 0]).all():
        raise UserError(f"{path}: probabilities that are no numbers; {BATCH_REMEDY}")
    return dataset


def batch_attributes(path: str | Path) -> dict[str, Any]:
    """Attributes of a batch file, without its data; UserError if it is missing or damaged."""
    return read_attributes(path, BATCH_REMEDY)


def batch_dataset(
    columns: dict[str, np.ndarray],
    probability: np.ndarray,
    attributes: dict[str, Any],
    finals: tuple[int, int] | Mapping[str, np.ndarray] = (0, 0),
) -> xr.Dataset:
    """Content of a batch file for n trajectories.

    Parameters
    ----------
    columns
        Arrays (n,) by their names in `BATCH_VARIABLES`.
    probability : (n, n_a, n_b)
        Probabilities of the final states (v', w').
    attributes
        Attributes of the file.
    finals
        Lowest levels of the two bases, or the labels vp, wp and jp (n_a n_b,) of the final states.

    Returns
    -------
    xr.Dataset
        The columns on `trajectory`, `probability` on (trajectory, final) in single precision, with
        coordinates vp, wp and, where a rotor is quantised, jp.
    """
    n, n_a, n_b = probability.shape
    if not isinstance(finals, Mapping):
        vp, wp = np.divmod(np.arange(n_a * n_b, dtype=np.int16), np.int16(n_b))
        finals = {"vp": vp + np.int16(finals[0]), "wp": wp + np.int16(finals[1])}
    data: dict[str, tuple[Any, ...]] = {
        name: ("trajectory", values, _COLUMNS[name]) for name, values in columns.items()
    }
    data["probability"] = (
        ("trajectory", "final"),
        probability.reshape(n, n_a * n_b).astype(np.float32),
        {"units": "1", "long_name": f"probability of the final state ({', '.join(finals)})"},
    )
    final = {
        name: ("final", values.astype(np.int16), {"units": "1", "long_name": _LEVELS[name]})
        for name, values in finals.items()
    }
    host = {"host": socket.gethostname()}
    return xr.Dataset(data, coords=final, attrs=attributes | host)


_LEVELS = {
    "vp": "final level of the first molecule",
    "wp": "final level of the second molecule",
    "jp": "final rotational level of the molecule with quantum rotation",
}
_COLUMNS = {
    "energy_cm": {"units": "cm^-1", "long_name": "total classical energy U"},
    "shell": {"units": "1", "long_name": "shell of the impact parameter"},
    "index": {"units": "1", "long_name": "number of the trajectory inside (v, w, U, shell)"},
    "impact_parameter": {"units": "angstrom", "long_name": "impact parameter"},
    "translational_energy": {"units": "cm^-1", "long_name": "initial translational energy"},
    "weight": {"units": "1", "long_name": "importance weight, mean one"},
    "status": {"units": "1", "long_name": "status of the trajectory, 0 where it is good"},
    "steps": {"units": "1", "long_name": "time steps of all attempts"},
    "energy_error": {"units": "cm^-1", "long_name": "drift of the total energy"},
    "norm_error": {"units": "1", "long_name": "deviation of the norm from one"},
    "probability_error": {
        "units": "1",
        "long_name": "estimated relative error of the probabilities of "
        "the target transitions; nan if unknown",
    },
    "time_step": {"units": "fs", "long_name": "time step of the last attempt"},
}
