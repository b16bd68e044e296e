"""Blocks of points that outlive their job.

Every finished point is added to OUTPUT.part at once, and a job that died takes them from there.
"""

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from vibrates.core.files import write_text
from vibrates.core.scripts import run


class Columns(NamedTuple):
    """What identifies a point, what is computed of it, and how many decimals of that are kept."""

    coordinates: Sequence[str]
    energies: Sequence[str]
    decimals: int


def compute(
    point: Callable[[Mapping, Mapping], np.ndarray],
    columns: Columns,
    geometries: str,
    settings: str,
    block: int,
    output: str,
    known: Mapping[tuple, list] | None = None,
) -> None:
    """Compute the points of ``block`` that are not yet in the part file; write ``output``.

    ``point`` takes a row of ``geometries`` (CSV) and the content of ``settings`` (JSON). ``known``:
    energies and seconds by coordinates, of points that are computed already.
    """
    table = pd.read_csv(geometries)
    table = table[table["block"] == block].reset_index(drop=True)
    chosen = json.loads(Path(settings).read_text(encoding="utf-8"))
    part = Path(f"{output}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    finished = {**(known or {}), **_finished(part, len(columns.coordinates))}
    results = []
    for _, row in table.iterrows():
        key = tuple(float(row[name]) for name in columns.coordinates)
        if key not in finished:
            started = time.perf_counter()
            energies = np.round(point(row, chosen), columns.decimals)
            finished[key] = [*energies, round(time.perf_counter() - started, 1)]
            with part.open("a", encoding="utf-8") as stream:
                stream.write(",".join(map(repr, map(float, (*key, *finished[key])))) + ";\n")
                stream.flush()
                os.fsync(stream.fileno())
        results.append(finished[key])
    table[[*columns.energies, "seconds"]] = results
    write_text(output, table.to_csv(index=False))
    part.unlink(missing_ok=True)


def main(compute_block: Callable[..., None], description: str) -> None:
    """The command line GEOMETRIES SETTINGS BLOCK OUTPUT."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("geometries")
    parser.add_argument("settings")
    parser.add_argument("block", type=int)
    parser.add_argument("output")
    run(compute_block, **vars(parser.parse_args()))


def _finished(part: Path, count: int) -> dict[tuple, list]:
    """Values by coordinates; a line that was cut short has no semicolon and does not count."""
    if not part.exists():
        return {}
    lines = [line for line in part.read_text(encoding="utf-8").splitlines() if line.endswith(";")]
    values = [[float(x) for x in line.rstrip(";").split(",")] for line in lines]
    return {tuple(line[:count]): line[count:] for line in values}
