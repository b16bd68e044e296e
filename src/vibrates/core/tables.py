"""Tables of points: a CSV file whose first line says, in JSON, how they were computed.

The line also holds the number of rows and a checksum of everything below it, so that a file that
was cut short or changed by hand is refused instead of fitted.
"""

import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.core.fingerprint import check

_CHECKS = ("rows", "sha256")


def write(path: str | Path, table: pd.DataFrame, provenance: dict[str, Any]) -> None:
    """Write ``provenance`` as a comment line of JSON, then ``table``."""
    body = table.to_csv(index=False)
    checks = {"rows": len(table), "sha256": hashlib.sha256(body.encode()).hexdigest()}
    write_text(path, f"# {json.dumps(provenance | checks)}\n{body}")


def read(
    path: str | Path,
    columns: Iterable[str] = (),
    what: str = "a table of points",
    fingerprint: str | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The table and its provenance, without the checks.

    ``columns``: those that must be there. Raises UserError if the file is missing, holds no such
    table, lacks a column, has a missing or infinite number, or does not fit the checksum of its
    header, or, where ``fingerprint`` is given, states another one. A table without a header (made
    by hand) has an empty provenance and no checksum.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        head, body = text.split("\n", 1) if text.startswith("#") else ("# {}", text)
        provenance = _header(head)
        table = pd.read_csv(io.StringIO(body))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no CSV table"
        raise UserError(f"{path}: cannot be read ({reason}); name {what}") from None
    if missing := set(columns) - set(table.columns):
        raise UserError(f"{path}: column {', '.join(sorted(missing))} is missing; name {what}")
    found = {"rows": len(table), "sha256": hashlib.sha256(body.encode()).hexdigest()}
    stated = {key: provenance.pop(key) for key in _CHECKS if key in provenance}
    if stated.get("rows", len(table)) != len(table):
        raise UserError(
            f"{path}: {len(table)} rows where its header states {stated['rows']}: the file is "
            "truncated or was changed; restore it, or make it again with its rule"
        )
    numbers = table.select_dtypes("number")
    bad = np.argwhere(~np.isfinite(numbers.to_numpy(dtype=float)))
    if len(bad):
        row, column = bad[0]
        raise UserError(
            f"{path}: line {row + (3 if text.startswith('#') else 2)}: "
            f"{numbers.columns[column]} is missing or no finite number; "
            "correct or remove the row, or make the file again with its rule"
        )
    if stated and stated.get("sha256") != found["sha256"]:
        raise UserError(
            f"{path}: its content does not fit the checksum in its header: the file is damaged or "
            "was changed by hand; restore it, or make it again with its rule"
        )
    if fingerprint is not None:
        remedy = "remove it and run the workflow again: it is then computed anew"
        check(path, provenance.get("fingerprint"), fingerprint, remedy)
    return table, provenance


def _header(line: str) -> dict[str, Any]:
    """The JSON of the first line; a comment in words is kept under ``comment``."""
    content = line.removeprefix("#").strip()
    if not content.startswith("{"):
        return {"comment": content}
    return json.loads(content)
