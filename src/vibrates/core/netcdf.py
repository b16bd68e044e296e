"""netCDF products: atomic writing with checksums, provenance, and reading that detects damage."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr
import yaml

import vibrates
from vibrates.core.code import commit
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import check
from vibrates.core.model import Model

REMEDY = "remove it and run the campaign again"
_CHECKSUM = "metadata_sha256"


def provenance(
    config: Model | Mapping[str, Any], sources: list[str], fingerprint: str | None = None
) -> dict[str, str]:
    """Attributes of every product: complete configuration (YAML), version, commit, date, sources.

    Parameters
    ----------
    config
        The configuration of the calculation.
    sources
        Names of input files and references.
    fingerprint
        Fingerprint of everything that the product depends on, verified when it is read.
    """
    plain = config.to_mapping() if isinstance(config, Model) else config
    stamp = {} if fingerprint is None else {"fingerprint": fingerprint}
    return stamp | {
        "configuration": yaml.safe_dump(plain, sort_keys=False),
        "vibrates_version": vibrates.__version__,
        "vibrates_commit": commit(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": "; ".join(sources),
    }


def write_atomic(dataset: xr.Dataset, path: str | Path) -> None:
    """Write `dataset` as netCDF4, compressed and checksummed, under a temporary name, then rename.

    Raises UserError if a variable lacks `units` or `long_name`, or the file cannot be written.
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
        with netCDF4.Dataset(temporary, "a") as file:
            file.setncattr(_CHECKSUM, _metadata_checksum(file))
        # On disk before it gets its name: a power failure leaves no incomplete file of that name.
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


def _metadata_checksum(file: netCDF4.Dataset) -> str:
    """Checksum of what those of HDF5 do not cover: attributes, dimensions, scalars and texts."""
    state = hashlib.sha256()

    def add(name: str, value: Any) -> None:
        content = value.encode() if isinstance(value, str) else np.asarray(value)
        kind = "text" if isinstance(content, bytes) else f"{content.dtype}{content.shape}"
        if not isinstance(content, bytes):
            texts = content.dtype.kind in "OUS"
            content = repr(content.tolist()).encode() if texts else content.tobytes()
        state.update(f"{name}|{kind}|{len(content)}|".encode() + content)

    for name in sorted(set(file.ncattrs()) - {_CHECKSUM}):
        add(name, file.getncattr(name))
    for name, dimension in sorted(file.dimensions.items()):
        add(name, len(dimension))
    for name, variable in sorted(file.variables.items()):
        add(name, ",".join(variable.dimensions))
        for attribute in sorted(variable.ncattrs()):
            add(f"{name}.{attribute}", variable.getncattr(attribute))
        if not (variable.filters() or {}).get("fletcher32"):
            add(f"{name} values", variable[...])
    return state.hexdigest()


def read_attributes(path: str | Path, remedy: str = REMEDY) -> dict[str, Any]:
    """Attributes of a product, checksum verified; UserError if it is missing or damaged."""
    path = Path(path)
    if not path.is_file():
        raise UserError(f"{path}: file does not exist; {remedy}")
    try:
        with netCDF4.Dataset(path) as file:
            attributes = {name: file.getncattr(name) for name in file.ncattrs()}
            stated, found = attributes.pop(_CHECKSUM, None), _metadata_checksum(file)
    except Exception as error:  # a damaged file can raise any exception
        raise _damaged(path, error, remedy) from None
    if stated != found:
        reason = "does not fit its checksum" if stated else "has no checksum"
        raise UserError(f"{path}: damaged, or written by an older version ({reason}); {remedy}")
    return attributes


def read_product(
    path: str | Path, remedy: str = REMEDY, fingerprint: str | None = None
) -> xr.Dataset:
    """Read a netCDF product into memory and verify its checksums.

    Parameters
    ----------
    path
        The file.
    remedy
        What the user can do if it cannot be used, for the message.
    fingerprint
        The fingerprint that it must have; None if any is accepted.

    Raises
    ------
    UserError
        If the file is missing or damaged, or was made with other settings, input files or code.
    """
    attributes = read_attributes(path, remedy)
    if fingerprint is not None:
        check(path, attributes.get("fingerprint"), fingerprint, remedy)
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_times=False) as dataset:
            found = dataset.load()
    except Exception as error:  # a damaged file can raise any exception
        raise _damaged(path, error, remedy) from None
    found.attrs.pop(_CHECKSUM, None)
    if set(found.attrs) != set(attributes):
        raise _damaged(path, KeyError("attributes"), remedy)
    return found


def _damaged(path: str | Path, error: Exception, remedy: str) -> UserError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return UserError(f"{path}: damaged or truncated ({reason}); {remedy}")
