"""One block of geometries: `python -m vibrates.abinitio.blocks GEOMETRIES LEVEL BLOCK OUTPUT`.

Every finished point is added to OUTPUT.part at once, and a job that died takes them from there.
"""

import argparse
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from vibrates.abinitio.geometries import ANGLES, COORDINATES
from vibrates.campaign.scripts import run
from vibrates.files import write_text
from vibrates.units import HARTREE_TO_MEV

ENERGIES = ["E_HF_meV", "E_CCSD_meV", "E_CCSDT_meV"]


def point(row: Mapping, settings: Mapping) -> np.ndarray:
    """Interaction energies (3,) of one geometry, meV; ``settings``: symbols, masses_u, level."""
    # PySCF is optional: only the point itself needs it.
    from vibrates.abinitio.energies import Level, interaction_energies, positions

    xyz = positions(
        settings["masses_u"],
        [row[name] for name in ANGLES],
        row["R_angstrom"],
        (row["r_a_angstrom"], row["r_b_angstrom"]),
    )
    level = Level(settings["basis"], settings["midbond"])
    return interaction_energies(settings["symbols"], xyz, level) * HARTREE_TO_MEV


def _finished(part: Path) -> dict[tuple, list]:
    if not part.exists():
        return {}
    lines = [line for line in part.read_text(encoding="utf-8").splitlines() if line.endswith(";")]
    values = [[float(x) for x in line.rstrip(";").split(",")] for line in lines]
    return {tuple(line[: len(COORDINATES)]): line[len(COORDINATES) :] for line in values}


def compute_block(geometries: str, settings: str, block: int, output: str) -> None:
    """Compute the points of ``block`` that are not yet in the part file; write ``output``."""
    table = pd.read_csv(geometries)
    table = table[table["block"] == block].reset_index(drop=True)
    chosen = json.loads(Path(settings).read_text(encoding="utf-8"))
    part = Path(f"{output}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    finished = _finished(part)
    results = []
    for _, row in table.iterrows():
        key = tuple(float(row[name]) for name in COORDINATES)
        if key not in finished:
            started = time.perf_counter()
            values = [*np.round(point(row, chosen), 5), round(time.perf_counter() - started, 1)]
            finished[key] = values
            with part.open("a", encoding="utf-8") as stream:
                stream.write(",".join(map(repr, map(float, (*key, *values)))) + ";\n")
                stream.flush()
                os.fsync(stream.fileno())
        results.append(finished[key])
    table[[*ENERGIES, "seconds"]] = results
    write_text(output, table.to_csv(index=False))
    part.unlink(missing_ok=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("geometries")
    parser.add_argument("settings")
    parser.add_argument("block", type=int)
    parser.add_argument("output")
    run(compute_block, **vars(parser.parse_args()))
