"""The plan of a campaign: which trajectories are computed in which batch of which round.

A plan is a table with one row per (batch, v, w, energy_cm, shell) and the half-open range
[start, stop) of trajectory numbers inside (v, w, U, shell). A batch holds one state (v, w).
"""

import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from vibrates.config import Campaign
from vibrates.core import tables
from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint as fingerprint_of
from vibrates.trajectories import batch_file

COLUMNS = ["batch", "v", "w", "energy_cm", "shell", "start", "stop"]
_TYPES = {name: float if name == "energy_cm" else int for name in COLUMNS}
UNIT = 256  # trajectories of a piece, which one MPI rank computes at a time

_PROGRAM = "vibrates.trajectories.work"  # computes the trajectories


def pilot(config: Campaign) -> pd.DataFrame:
    """Trajectory numbers of round 0: `sampling.pilot` for every (v, w, U, shell)."""
    cells = [
        (v, w, energy, shell)
        for v, w in config.grid.states
        for energy in config.grid.energies
        for shell in range(config.grid.shells)
    ]
    rows = pd.DataFrame(cells, columns=["v", "w", "energy_cm", "shell"])
    return rows.assign(start=0, stop=config.sampling.pilot)


def into_batches(rows: pd.DataFrame, trajectories_per_batch: int) -> pd.DataFrame:
    """`rows` (without `batch`, in the order given) cut into batches of one state each.

    Rows are cut at multiples of `UNIT` where a batch holds that many, so that the pieces computed
    by the ranks, and therefore all bits of the results, do not depend on the size of the batches.
    """
    grain = UNIT if trajectories_per_batch >= UNIT else 1
    limit = trajectories_per_batch // grain * grain
    parts, batch = [], -1
    for (v, w), own in rows.groupby(["v", "w"], sort=False):
        # As few batches as the limit allows, of equal size: no job for a handful of trajectories.
        total = int((own["stop"] - own["start"]).sum())
        size = math.ceil(total / math.ceil(total / limit) / grain) * grain
        free = 0
        columns = (own[name].tolist() for name in ("energy_cm", "shell", "start", "stop"))
        for energy_cm, shell, start, end in zip(*columns, strict=True):
            while start < end:
                stop = min(end, start + free)
                if stop < end:
                    stop = stop // grain * grain
                if stop <= start:
                    free, batch = size, batch + 1
                    continue
                parts.append((batch, v, w, energy_cm, shell, start, stop))
                free -= stop - start
                start = stop
    return pd.DataFrame(parts, columns=COLUMNS)


def units(rows: pd.DataFrame) -> Iterator[tuple[float, int, np.ndarray]]:
    """The pieces of a batch, (energy_cm, shell, trajectory numbers), in the order of energy.

    Pieces end at multiples of `UNIT`. Low energies, whose trajectories take longest, come first, so
    that all ranks finish at about the same time.
    """
    ordered = rows.sort_values(["energy_cm", "shell", "start"])
    columns = (ordered[name].tolist() for name in ("energy_cm", "shell", "start", "stop"))
    for energy_cm, shell, first, end in zip(*columns, strict=True):
        edges = [first, *range((first // UNIT + 1) * UNIT, end, UNIT), end]
        for start, stop in zip(edges, edges[1:], strict=False):
            yield float(energy_cm), int(shell), np.arange(start, stop, dtype=np.int32)


def physics(config: Campaign, v: int, w: int) -> dict[str, Any]:
    """All settings that a trajectory depends on.

    Parameters
    ----------
    config
        The campaign.
    v, w
        The initial state.

    Returns
    -------
    dict
        The settings by name.
    """
    return {
        "seed": config.seed,
        "pair": config.pair,
        "molecules": {name: config.molecules[name] for name in config.pair},
        "surface": config.surface,
        "levels": [[levels.start, levels.stop] for levels in config.bases(v, w)],
        "edges": list(config.grid.shell_edges),
        "start_distance": config.grid.start_distance_angstrom,
        "dynamics": config.dynamics,
        # The time step is chosen for the accuracy of these.
        "target_transitions": config.sampling.target_transitions,
        "replicates": config.sampling.replicates,
        "importance_fraction": config.sampling.importance_fraction,
    }


def fingerprint(config: Campaign, rows: pd.DataFrame) -> str:
    """Fingerprint (sha256, hexadecimal) of a batch: its `physics`, its rows, and the code."""
    v, w = int(rows["v"].iloc[0]), int(rows["w"].iloc[0])
    return fingerprint_of(
        physics=physics(config, v, w),
        rows=rows[COLUMNS[1:]].to_numpy().tolist(),
        code=code_fingerprint(_PROGRAM),
    )


def piece_fingerprints(config: Campaign, rows: pd.DataFrame) -> dict[str, str]:
    """Fingerprints of a batch's pieces (`units`) by their keys in a checkpoint."""
    return dict.fromkeys(map(str, range(sum(1 for _ in units(rows)))), fingerprint(config, rows))


@dataclass(frozen=True)
class PlannedBatch:
    """The file of a batch, and its expected fingerprint."""

    path: Path
    fingerprint: str

    def read(self) -> xr.Dataset:
        """Its trajectories; UserError if the file is missing, damaged or of another plan."""
        return batch_file.read_batch(self.path, self.fingerprint)


def planned_batches(
    config: Campaign, rounds: Iterable[int], state: tuple[int, int] | None = None
) -> list[PlannedBatch]:
    """The batches of stored plans.

    Parameters
    ----------
    config
        The campaign.
    rounds
        Numbers of the rounds.
    state
        Initial state (v, w) to which the batches are restricted; None for all.

    Returns
    -------
    list of PlannedBatch
        In the order of rounds and batches.
    """
    results, found = Path(config.results), []
    for round_ in rounds:
        plan = batches(plan_path(results, round_))
        for batch in plan.rows if state is None else plan.of_state.get(state, []):
            found.append(
                PlannedBatch(
                    batch_path(results, round_, batch), fingerprint(config, plan.rows[batch])
                )
            )
    return found


class Batches:
    """A plan by batches, read once, since Snakemake queries it thousands of times."""

    def __init__(self, path: str | Path) -> None:
        self.rows = {
            int(rows["batch"].to_numpy()[0]): rows for _, rows in read_plan(path).groupby("batch")
        }
        self.of_state: dict[tuple[int, int], list[int]] = {}
        for batch, rows in self.rows.items():
            state = int(rows["v"].to_numpy()[0]), int(rows["w"].to_numpy()[0])
            self.of_state.setdefault(state, []).append(batch)


def batches(path: str | Path) -> Batches:
    """The batches of the plan at `path`, cached while the file is unchanged."""
    key = str(path), os.stat(path).st_mtime_ns
    if key not in _known:
        _known[key] = Batches(path)
    return _known[key]


_known: dict[tuple[str, int], Batches] = {}


def write_plan(frame: pd.DataFrame, path: str | Path, made_with: str = "") -> None:
    """Write a plan atomically, with all digits of the energies.

    Parameters
    ----------
    frame
        One row per batch, U and shell, with the columns `COLUMNS`.
    path
        The CSV file.
    made_with
        Fingerprint of the stage `plan`.
    """
    tables.write(path, frame[COLUMNS], {"fingerprint": made_with})


def read_plan(path: str | Path) -> pd.DataFrame:
    """Read a plan written by `write_plan`; UserError if it is missing or damaged."""
    remedy = "remove it and run the campaign again"
    frame, _ = tables.read(path, COLUMNS, "the plan of a round, or run the campaign again")
    if list(frame.columns) != COLUMNS:
        raise UserError(f"{path}: columns {list(frame.columns)}, expected {COLUMNS}; {remedy}")
    if frame.empty:
        return frame.astype(_TYPES)
    if frame.isna().any(axis=None) or any(
        frame[name].dtype != kind for name, kind in _TYPES.items()
    ):
        raise UserError(f"{path}: an incomplete row; {remedy}")
    return frame


def batch_rows(frame: pd.DataFrame, batch: int) -> pd.DataFrame:
    """The rows of one batch; UserError if the plan has none."""
    rows = frame[frame["batch"] == batch]
    if rows.empty:
        raise UserError(
            f"batch {batch} is not in the plan (last one: {frame['batch'].max()}); name one that is"
        )
    return rows


def batch_path(results: str | Path, round_: int, batch: int) -> Path:
    """The file with the trajectories of a batch.

    Parameters
    ----------
    results
        Results directory of the campaign.
    round_, batch
        Number of the round, and of the batch in its plan.
    """
    return Path(results) / "trajectories" / f"round{round_}" / f"batch{batch:05d}.nc"


def plan_path(results: str | Path, round_: int) -> Path:
    """The file with the plan of a round."""
    return Path(results) / "plan" / f"round{round_}.csv"
