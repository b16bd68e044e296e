"""A page that displays a table of rate coefficients: one HTML file, without network or server.

The file contains the numbers, the script of the page and the library Plotly. Curves are from the
interpolation of `RateTable`; the script draws and filters but computes no rate coefficients.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from vibrates.core.files import write_text
from vibrates.library.table import Rate, RateTable

_HERE = Path(__file__).parent
_CURVE = 60  # temperatures of a curve
_LARGE = 3000  # transitions, above which values of the table are joined by straight lines


def write(table: RateTable, path: str | Path) -> None:
    """Write the page of a table.

    Parameters
    ----------
    table : RateTable
        The table.
    path : str or Path
        The HTML file.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    write_text(path, page(table))


def page(table: RateTable) -> str:
    """The HTML of the page."""
    from plotly.offline import get_plotlyjs

    pieces = {
        "style": _read("style.css"),
        "plotly": get_plotlyjs(),
        "script": _read("explorer.js"),
        # A "</" would end the element that contains the numbers.
        "data": json.dumps(content(table), separators=(",", ":")).replace("</", "<\\/"),
    }
    text = _read("page.html")
    for name, piece in pieces.items():
        text = text.replace(f"<!-- {name} -->", piece)
    return text


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def content(table: RateTable) -> dict[str, Any]:
    """The data of the page, suitable for JSON.

    ``transitions``: text, quantum numbers, energy defect (cm^-1), values at the temperatures of the
    table (k, standard deviation of ln k, origin, extrapolated) and, of small tables, on a curve.
    """
    low, high = table.temperatures[[0, -1]]
    curve = None if len(table) > _LARGE else np.geomspace(low, high, _CURVE)
    return {
        "about": _about(table),
        "species": list(table.pair),
        "names": list(table.names),
        "temperature": table.temperatures.tolist(),
        "curve": None if curve is None else _rounded(curve, 8),
        "transitions": [_transition(rate, curve) for rate in table],
    }


def _transition(rate: Rate, curve: np.ndarray | None) -> dict[str, Any]:
    data = rate.data
    found = {
        "text": str(rate),
        "numbers": list(rate.numbers),
        "energy_defect": _rounded(rate.energy_defect, 7),
        "k": _rounded(data["k"].values, 7),
        "log_std": _rounded(data["log_std"].values, 5),
        "origin": data["origin"].values.tolist(),
        "extrapolated": data["extrapolated"].values.astype(int).tolist(),
    }
    if curve is not None:
        low, high = rate.range
        inside = (curve >= low) & (curve <= high)
        k, spread = (np.full(curve.shape, np.nan) for _ in range(2))
        k[inside] = np.exp(rate.interpolant.value(curve[inside]))
        spread[inside] = rate.interpolant.deviation(curve[inside])
        found |= {"curve": _rounded(k, 6), "log_band": _rounded(spread, 5)}
    return found


def _rounded(values: Any, digits: int) -> Any:
    """Numbers rounded to significant digits; None for missing ones."""
    if np.ndim(values) == 0:
        return float(f"{float(values):.{digits - 1}e}") if np.isfinite(values) else None
    return [_rounded(value, digits) for value in values]


def _about(table: RateTable) -> Mapping[str, str]:
    """Provenance, as lines at the foot of the page."""
    attributes = table.dataset.attrs
    configuration = yaml.safe_load(attributes.get("configuration", "{}")) or {}
    lines = {
        "source": table.source,
        "campaign": configuration.get("name", ""),
        "symmetrisation": attributes.get("symmetrisation", ""),
        "method": attributes.get("method", ""),
        "made": attributes.get("created", ""),
        "version": attributes.get("vibrates_version", ""),
        "commit": attributes.get("vibrates_commit", ""),
    }
    return {name: str(line) for name, line in lines.items() if line}
