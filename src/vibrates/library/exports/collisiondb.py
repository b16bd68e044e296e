"""IAEA CollisionDB: a directory like an archive that its site hands out, for pycollisiondb.

``manifest.json`` lists the data sets; each is a file with a line of JSON, a line of dashes and
rows ``T k:error``. No other format here keeps standard errors.
"""

import json
import math
from pathlib import Path

from vibrates.library.exports import species
from vibrates.library.exports.format import Format
from vibrates.library.exports.selection import Selection
from vibrates.library.exports.species import State
from vibrates.library.table import Rate


def content(chosen: Selection, path: Path) -> dict[Path, str]:
    """``manifest.json`` and a file per reaction, in the directory ``path``."""
    for rate in chosen.rates:
        chosen.errors[str(rate)] = "no fit, values of the table"
    notes = (
        "Units: T in K, k and its standard error in cm^3 s^-1",
        "Identifiers are local to this directory, not those of CollisionDB",
    )
    header = chosen.header(FORMAT, *notes)
    manifest = {
        "ndatasets": len(chosen.rates),
        "comment": header,
        "datasets": {
            f"D{number}": {"reaction": reaction(rate)}
            for number, rate in enumerate(chosen.rates, 1)
        },
    }
    files = {path / "manifest.json": json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"}
    for number, rate in enumerate(chosen.rates, 1):
        files[path / f"{number}.txt"] = _dataset(chosen, rate, number, header)
    return files


def reaction(rate: Rate) -> str:
    """``N2 v=1 + H2 v=0 -> N2 v=0 + H2 v=0``, the notation of PyValem."""
    return " -> ".join(" + ".join(map(_state, side)) for side in species.sides(rate))


def _state(state: State) -> str:
    levels = ";".join(f"{letter}={value}" for letter, value in state.numbers)
    return f"{state.species} {levels}".strip()


def _dataset(chosen: Selection, rate: Rate, number: int, header: list[str]) -> str:
    own = f"  {rate}: "
    general = [line for line in header if not line.startswith("  ")]
    T = chosen.rows(rate)
    at = rate(T)
    metadata = {
        "qid": f"D{number}",
        "reaction": reaction(rate),
        "process_types": {},
        "data_type": "rate coefficient",
        "refs": {},
        "method": ", ".join(sorted(set(map(str, at.origin)))),
        "columns": [{"name": "T", "units": "K"}, {"name": "k", "units": "cm3.s-1"}],
        "threshold": None,
        "json_comment": {
            "comment": "; ".join([*general, *(one.strip() for one in header if own in one)])
        },
    }
    rows = [_row(*row) for row in zip(T, at.k, at.std, strict=True)]
    return "\n".join([json.dumps(metadata, ensure_ascii=False), "-" * 80, *rows]) + "\n"


def _row(T: float, k: float, std: float) -> str:
    error = f":{std:.4e}" if math.isfinite(std) else ""
    return f"{T:.10g} {k:.9e}{error}"


FORMAT = Format(
    "collisiondb",
    "_collisiondb",
    "IAEA CollisionDB: directory of data sets with standard errors, for pycollisiondb",
    content,
)
