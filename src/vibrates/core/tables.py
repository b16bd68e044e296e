"""The data file of ab initio points: a CSV table whose first line says how they were computed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vibrates.abinitio.geometries import ANGLES, COORDINATES, cosines
from vibrates.core.errors import UserError
from vibrates.core.files import write_text

ENERGY = "E_CCSDT_meV"


def write(path: str | Path, points: pd.DataFrame, provenance: dict[str, Any]) -> None:
    """A comment line of JSON, then the table."""
    write_text(path, f"# {json.dumps(provenance)}\n{points.to_csv(index=False)}")


def read(path: str | Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Points and their provenance; UserError if the file is missing or no such table."""
    try:
        text = Path(path).read_text(encoding="utf-8")
        provenance = json.loads(text.splitlines()[0].removeprefix("#"))
        points = pd.read_csv(path, comment="#")
    except (OSError, ValueError, IndexError) as error:
        reason = getattr(error, "strerror", None) or "no table with a line of JSON on top"
        raise UserError(
            f"{path}: cannot be read ({reason}); name a file of ab initio points"
        ) from None
    missing = {*COORDINATES, ENERGY, "group", "configuration"} - set(points.columns)
    if missing:
        raise UserError(
            f"{path}: column {', '.join(sorted(missing))} is missing; name a file of ab "
            "initio points"
        )
    return points, provenance


def with_cosines(points: pd.DataFrame) -> pd.DataFrame:
    """The points with columns c_a, c_b, c_ab of their orientations."""
    c_a, c_b, c_ab = cosines(*(points[name].to_numpy() for name in ANGLES))
    # A right angle is meant where a cosine is 6e-17.
    rounded = (np.round(c, 12) for c in (c_a, c_b, c_ab))
    return points.assign(**dict(zip(("c_a", "c_b", "c_ab"), rounded, strict=True)))
