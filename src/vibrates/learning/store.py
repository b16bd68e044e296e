"""Results that a killed run does not lose: one small JSON file per finished piece of work."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from vibrates.core.files import write_text


class Store:
    """A directory of results, each under the digest of what it is the result of."""

    def __init__(self, directory: str | Path):
        self.directory = Path(directory)

    def get(self, key: Mapping[str, Any], compute: Callable[[], Mapping[str, Any]]) -> dict:
        """The stored result of `key`, or that of `compute()`, which is then stored.

        The key must name everything the result depends on. A file that cannot be read, or was made
        for another key, is computed again.
        """
        text = json.dumps(key, sort_keys=True, default=str)
        path = self.directory / f"{hashlib.sha256(text.encode()).hexdigest()[:20]}.json"
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            if stored["key"] == json.loads(text):
                return stored["result"]
        except (OSError, ValueError, KeyError, TypeError):
            pass
        result = json.loads(json.dumps(dict(compute()), default=_plain))
        self.directory.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps({"key": json.loads(text), "result": result}, indent=1))
        return result


def digest(data: xr.Dataset) -> str:
    """A digest of the rates and quantum numbers of a data set: the data part of a key."""
    state = hashlib.sha256()
    edge = [name for name in ("k_rests_on_edge",) if name in data]
    for name in sorted([*data.coords, "k", "k_stderr", *edge]):
        state.update(name.encode())
        state.update(np.ascontiguousarray(data[name].values).tobytes())
    return state.hexdigest()[:20]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value)} has no place in a store")
