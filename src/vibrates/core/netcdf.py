"""netCDF products: atomic writing with checksums, provenance, and reading that detects damage."""

import os
import socket
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr
import yaml

import vibrates
from vibrates.core.errors import UserError

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


def provenance(config: dict[str, Any], sources: list[str]) -> dict[str, str]:
    """Attributes every product carries: whole configuration (YAML), version, date, sources."""
    return {
        "configuration": yaml.safe_dump(config, sort_keys=False),
        "vibrates_version": vibrates.__version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": "; ".join(sources),
    }


def write_atomic(dataset: xr.Dataset, path: str | Path) -> None:
    """Write `dataset` as netCDF4, compressed and checksummed, under a temporary name, then rename.

    Raises UserError if a variable lacks `units` or `long_name`, or the disk takes no more.
    """
    path = Path(path)
    for name, variable in dataset.variables.items():
        if missing := {"units", "long_name"} - set(variable.attrs):
            raise UserError(
                f"{path}: variable '{name}' lacks {', '.join(sorted(missing))}; every "
                "variable of a product states them"
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    try:
        dataset.to_netcdf(
            temporary,
            format="NETCDF4",
            engine="netcdf4",
            encoding={n: _encoding(v) for n, v in dataset.variables.items()},
        )
        # On disk before it gets its name: a power cut leaves no file that only looks whole.
        with open(temporary, "rb") as stream:
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except (OSError, RuntimeError) as error:  # netCDF's own are RuntimeErrors
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{path}: cannot be written ({reason}); make room or check the permissions of "
            "its directory"
        ) from None
    finally:
        Path(temporary).unlink(missing_ok=True)


def _encoding(variable: xr.Variable) -> dict[str, Any]:
    if variable.ndim == 0 or variable.dtype.kind not in "iufb":
        return {}
    return {"zlib": True, "complevel": 4, "shuffle": True, "fletcher32": True, "_FillValue": None}


def read_product(path: str | Path, remedy: str = BATCH_REMEDY) -> xr.Dataset:
    """The whole netCDF file in memory, checksums verified; UserError if missing or damaged."""
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path}: file does not exist; {remedy}")
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_times=False) as dataset:
            return dataset.load()
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"{path}: damaged or truncated ({reason}); {remedy}") from None


def read_batch(path: str | Path, digest: str | None = None) -> xr.Dataset:
    """One batch of trajectories (layout: `batch_dataset`), checked.

    Raises UserError if it is missing, truncated, damaged, incomplete, or (where `digest` is given)
    made for another configuration.
    """
    dataset = read_product(path)
    if missing := BATCH_VARIABLES - set(dataset.variables):
        raise UserError(
            f"{path}: no complete batch (without {', '.join(sorted(missing))}); {BATCH_REMEDY}"
        )
    found = dataset.attrs.get("digest")
    if digest is not None and found != digest:
        raise UserError(
            f"{path}: made for another configuration (digest {found}, expected "
            f"{digest}); {BATCH_REMEDY}"
        )
    if not np.isfinite(dataset["probability"].values[dataset["status"].values == 0]).all():
        raise UserError(f"{path}: probabilities that are no numbers; {BATCH_REMEDY}")
    return dataset


def batch_attributes(path: str | Path) -> dict[str, Any]:
    """Attributes of a batch file, without its data; UserError if it cannot be opened."""
    try:
        with netCDF4.Dataset(path) as file:
            return {name: file.getncattr(name) for name in file.ncattrs()}
    except (OSError, RuntimeError) as error:
        raise UserError(f"{path}: damaged or truncated ({error}); {BATCH_REMEDY}") from None


def by_state(paths: Iterable[str | Path]) -> dict[tuple[int, int], list[str]]:
    """Batch files by their initial state (v, w), in the order given."""
    files: dict[tuple[int, int], list[str]] = {}
    for path in paths:
        attributes = batch_attributes(path)
        files.setdefault((int(attributes["v"]), int(attributes["w"])), []).append(str(path))
    return files


def batch_dataset(
    columns: dict[str, np.ndarray],
    probability: np.ndarray,
    attributes: dict[str, Any],
    first: tuple[int, int] = (0, 0),
) -> xr.Dataset:
    """A batch file's content: one entry of every column per trajectory, and its final row.

    columns: (n,) arrays named as `BATCH_VARIABLES`; probability: (n, n_a, n_b), of (v', w');
    first: the lowest levels of the two bases.
    """
    n, n_a, n_b = probability.shape
    vp, wp = np.divmod(np.arange(n_a * n_b, dtype=np.int16), np.int16(n_b))
    vp, wp = vp + np.int16(first[0]), wp + np.int16(first[1])
    data = {name: ("trajectory", values, _COLUMNS[name]) for name, values in columns.items()}
    data["probability"] = (
        ("trajectory", "final"),
        probability.reshape(n, n_a * n_b).astype(np.float32),
        {"units": "1", "long_name": "probability of the final state (vp, wp)"},
    )
    final = {
        "vp": ("final", vp, {"units": "1", "long_name": "final level of the first molecule"}),
        "wp": ("final", wp, {"units": "1", "long_name": "final level of the second molecule"}),
    }
    host = {"host": socket.gethostname()}
    return xr.Dataset(data, coords=final, attrs=attributes | host)


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
