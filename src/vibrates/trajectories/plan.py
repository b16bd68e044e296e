"""The plan of a campaign: which trajectories are computed in which batch of which round.

A plan is a table with one row per (batch, v, w, energy_cm, shell) and the half-open range
[start, stop) of trajectory numbers inside (v, w, U, shell). A batch holds one state (v, w). Where a
rotor is quantised, its rotational level j is one more column and part of the state, (v, w, j).
"""

import math
import os
from collections.abc import Iterable, Iterator, Sequence
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
from vibrates.molecules.settings import Molecule
from vibrates.trajectories import batch_file

COLUMNS = ["batch", "v", "w", "energy_cm", "shell", "start", "stop"]
LABELS = ["v", "w", "j"]  # of an initial state; the last one where a rotor is quantised
_WITH_J = ["batch", *LABELS, *COLUMNS[3:]]
_TYPES = {name: float if name == "energy_cm" else int for name in _WITH_J}
UNIT = 256  # trajectories of a piece, which one MPI rank computes at a time

_PROGRAM = "vibrates.trajectories.work"  # computes the trajectories


def labels(rows: pd.DataFrame) -> list[str]:
    """The columns of a plan that name the initial state: v, w and, if it has one, j."""
    return [name for name in LABELS if name in rows.columns]


def state_of(rows: pd.DataFrame) -> tuple[int, ...]:
    """The initial state of the first row, (v, w) or (v, w, j)."""
    return tuple(int(rows[name].iloc[0]) for name in labels(rows))


def state_name(state: Sequence[int]) -> str:
    """An initial state in the names of files, such as v1_w0 or v1_w0_j2."""
    return "_".join(f"{name}{level}" for name, level in zip(LABELS, state, strict=False))


def columns_for(config: Campaign) -> list[str]:
    """Names of the columns of a plan without `batch`."""
    return _WITH_J[1:] if config.quantised else COLUMNS[1:]


def pilot(config: Campaign) -> pd.DataFrame:
    """Trajectory numbers of round 0: `sampling.pilot` for every initial state, U and shell."""
    cells = [
        (*state, energy, shell, 0, config.sampling.pilot)
        for state in config.states
        for energy in config.grid.energies
        for shell in range(config.grid.shells)
    ]
    return pd.DataFrame(cells, columns=columns_for(config))


def into_batches(rows: pd.DataFrame, trajectories_per_batch: int) -> pd.DataFrame:
    """`rows` (without `batch`, in the order given) cut into batches of one state each.

    Rows are cut at multiples of `UNIT` where a batch holds that many, so that the pieces computed
    by the ranks, and therefore all bits of the results, do not depend on the size of the batches.
    """
    grain = UNIT if trajectories_per_batch >= UNIT else 1
    limit = trajectories_per_batch // grain * grain
    parts, batch, names = [], -1, labels(rows)
    for state, own in rows.groupby(names, sort=False):
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
                parts.append((batch, *state, energy_cm, shell, start, stop))
                free -= stop - start
                start = stop
    return pd.DataFrame(parts, columns=["batch", *names, *COLUMNS[3:]])


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


def physics(config: Campaign, v: int, w: int, j: int | None = None) -> dict[str, Any]:
    """All settings that a trajectory depends on.

    Parameters
    ----------
    config
        The campaign.
    v, w, j
        The initial state; ``j`` is None where no rotor is quantised.

    Returns
    -------
    dict
        The settings by name.
    """
    rotor = {} if j is None else {"rotor": rotor_physics(config, v, w, j)}
    return {
        "seed": config.seed,
        "pair": config.pair,
        "molecules": {name: _dynamical(config.molecules[name]) for name in config.pair},
        "surface": config.surface,
        "levels": [[levels.start, levels.stop] for levels in config.bases(v, w)],
        "edges": list(config.grid.shell_edges),
        "start_distance": config.grid.start_distance_angstrom,
        "dynamics": config.dynamics,
        # The time step is chosen for the accuracy of these.
        "target_transitions": config.sampling.target_transitions,
        "replicates": config.sampling.replicates,
        "importance_fraction": config.sampling.importance_fraction,
    } | rotor


def rotor_physics(config: Campaign, v: int, w: int, j: int) -> dict[str, Any]:
    """Settings of the quantised rotor that a trajectory depends on.

    Parameters
    ----------
    config
        A campaign with a quantised rotor.
    v, w, j
        The initial state.
    """
    rotor = config.quantised
    assert rotor is not None  # a plan with j is one of a campaign with a quantised rotor
    return {
        "quantised": config.pair[rotor.position],
        "largest_j": rotor.largest_j((v, w), j),
        "levels": config.molecules[config.pair[rotor.position]].to_mapping().get("rotation_cm"),
        "orders": rotor.settings.orders,
        "degree": rotor.settings.degree,
        # The potential is expanded for energies up to this one.
        "highest_energy_cm": float(config.grid.energies[-1]),
    }


def _dynamical(molecule: Molecule) -> dict[str, Any]:
    """The constants of a molecule without those of its statistics or of quantised rotation."""
    return {
        name: value
        for name, value in molecule.to_mapping().items()
        if name not in ("spin_weights", "rotation_cm")
    }


def fingerprint(config: Campaign, rows: pd.DataFrame) -> str:
    """Fingerprint (sha256, hexadecimal) of a batch: its `physics`, its rows, and the code."""
    return fingerprint_of(
        physics=physics(config, *state_of(rows)),
        rows=rows[[*labels(rows), *COLUMNS[3:]]].to_numpy().tolist(),
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
    config: Campaign, rounds: Iterable[int], state: tuple[int, ...] | None = None
) -> list[PlannedBatch]:
    """The batches of stored plans.

    Parameters
    ----------
    config
        The campaign.
    rounds
        Numbers of the rounds.
    state
        Initial state, (v, w) or (v, w, j), to which the batches are restricted; None for all.

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
        self.of_state: dict[tuple[int, ...], list[int]] = {}
        for batch, rows in self.rows.items():
            self.of_state.setdefault(state_of(rows), []).append(batch)


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
        One row per batch, U and shell, with the columns `COLUMNS`, and ``j`` after ``w`` where a
        rotor is quantised.
    path
        The CSV file.
    made_with
        Fingerprint of the stage `plan`.
    """
    names = ["batch", *labels(frame), *COLUMNS[3:]]
    tables.write(path, frame[names], {"fingerprint": made_with})


def read_plan(path: str | Path) -> pd.DataFrame:
    """Read a plan written by `write_plan`; UserError if it is missing or damaged."""
    remedy = "remove it and run the campaign again"
    frame, _ = tables.read(path, COLUMNS, "the plan of a round, or run the campaign again")
    if list(frame.columns) not in (COLUMNS, _WITH_J):
        raise UserError(f"{path}: columns {list(frame.columns)}, expected {COLUMNS}; {remedy}")
    types = {name: _TYPES[name] for name in frame.columns}
    if frame.empty:
        return frame.astype(types)
    if frame.isna().any(axis=None) or any(
        frame[name].dtype != kind for name, kind in types.items()
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
