"""Tables of points: CSV files whose first line states, in JSON, how the points were computed.

The first line also contains the number of rows and a checksum of everything below it, so that a
truncated or manually changed file is refused instead of fitted.
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


def read_plain(path: str | Path, expected: str, **options: Any) -> pd.DataFrame:
    """A comma-separated table made by hand; lines that start with # are comments.

    Parameters
    ----------
    path
        The CSV file.
    expected
        What a good file holds, for messages.
    **options
        Of `pandas.read_csv`.

    Raises
    ------
    UserError
        If the file is missing, is no CSV table, or has other separators than commas.
    """
    try:
        table = pd.read_csv(path, comment="#", **options)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no CSV table"
        raise UserError(
            f"{path}: cannot be read ({reason}); give a CSV file with {expected}"
        ) from None
    _check_separator(path, table)
    table.columns = table.columns.astype(str).str.strip()
    return table


def _check_separator(path: str | Path, table: pd.DataFrame) -> None:
    """UserError if the columns are separated by anything but commas."""
    for mark, name in ((";", "semicolons"), ("\t", "tabulators")):
        if len(table.columns) == 1 and mark in str(table.columns[0]):
            raise UserError(
                f"{path}: columns are separated by {name}; separate them by commas, "
                "with points in decimal numbers"
            )


def write(path: str | Path, table: pd.DataFrame, provenance: dict[str, Any]) -> None:
    """Write a table of points atomically.

    Parameters
    ----------
    path
        The CSV file.
    table
        One row per point.
    provenance
        How the points were computed; values that JSON can represent. Written as a comment line,
        together with the number of rows and the checksum.
    """
    body = table.to_csv(index=False)
    checks = {"rows": len(table), "sha256": hashlib.sha256(body.encode()).hexdigest()}
    write_text(path, f"# {json.dumps(provenance | checks)}\n{body}")


def read(
    path: str | Path,
    columns: Iterable[str] = (),
    what: str = "a table of points",
    fingerprint: str | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Read a table of points and verify it.

    Parameters
    ----------
    path
        The CSV file.
    columns
        Columns that must be present.
    what
        Kind of file, for the message.
    fingerprint
        The fingerprint that the header must state; None if any is accepted.

    Returns
    -------
    table, provenance
        The points, and the header without number of rows and checksum. A file without a header
        (made by hand) has an empty provenance and is not verified.

    Raises
    ------
    UserError
        If the file is missing or is no such table, lacks a column, contains a missing or infinite
        number, contradicts its header, or states another fingerprint.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
        head, body = text.split("\n", 1) if text.startswith("#") else ("# {}", text)
        provenance = _header(head)
        if "sha256" not in provenance:  # made by hand: any number of comments before the columns
            while body.startswith("#"):
                body = body.partition("\n")[2]
        table = pd.read_csv(io.StringIO(body))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no CSV table"
        raise UserError(f"{path}: cannot be read ({reason}); name {what}") from None
    _check_separator(path, table)
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
        above = text[: len(text) - len(body)].count("\n")
        raise UserError(
            f"{path}: line {row + 2 + above}: "
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
