"""Fingerprints: one sha256 over everything that a result depends on."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

import numpy as np

from vibrates.core.errors import UserError


def fingerprint(**parts: Any) -> str:
    """sha256 (hexadecimal) of ``parts``: settings, input files, versions of the code.

    Mappings, sequences, blocks of a configuration, dataclasses, numbers and texts enter by value,
    arrays by every bit, a `Path` by the content of its file.

    Raises
    ------
    UserError
        If a file cannot be read.
    TypeError
        For an object that has no canonical form.
    """
    text = json.dumps(parts, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: str | Path) -> str:
    """sha256 (hexadecimal) of a file's content; UserError if it cannot be read."""
    try:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror}); name an existing file"
        ) from None


def check(path: str | Path, stated: str | None, expected: str, remedy: str) -> None:
    """Refuse a file of results whose fingerprint differs from the expected one.

    Parameters
    ----------
    path
        The file, for the message.
    stated
        The fingerprint that the file states; None or empty if it states none.
    expected
        The fingerprint that it must have.
    remedy
        What the user can do, for the message.

    Raises
    ------
    UserError
        If the two differ.
    """
    if stated != expected:
        was = f"fingerprint {stated[:12]}" if stated else "it states no fingerprint"
        raise UserError(
            f"{path}: made with other settings, input files or code ({was}, expected "
            f"{expected[:12]}); {remedy}"
        )


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            return value.tolist()
        content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return {"array": content, "type": value.dtype.str, "shape": value.shape}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return {"file": file_digest(value)}
    if hasattr(value, "to_mapping"):  # A block of a configuration.
        return value.to_mapping()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, range):
        return [value.start, value.stop, value.step]
    if isinstance(value, Set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical form for a fingerprint")
