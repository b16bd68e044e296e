"""Forecast of the cost of a campaign from measured costs: `vibrates plan CONFIG`."""

import math

import numpy as np
import pandas as pd

from vibrates.campaign import cost, rotor_cost, rounds
from vibrates.config import Campaign
from vibrates.rates import surface_draws
from vibrates.trajectories import plan

# Measured with `snakemake -n` on the paper's campaign (docs/slurm.md), per job of the graph.
GRAPH_SECONDS, GRAPH_MB = 0.0028, 0.025
GRAPH_START_SECONDS, GRAPH_START_MB = 3.0, 225.0
# Rules besides batches, plans, strata and reductions.
OTHER_JOBS = 12


def text(config: Campaign, source: str) -> str:
    """The forecast as lines of text; UserError if a quantised rotor cannot be run."""
    if config.crossover_K is not None:
        # What is computed on drawn surfaces is not part of a part.
        parts = [text(part, f"{source}, {name} part") for name, part in config.parts.items()]
        return "\n\n".join([*parts, *_drawn(config)])
    rotor_cost.check(config)
    jobs, sampling = config.jobs, config.sampling
    frame = plan.into_batches(plan.pilot(config), jobs.trajectories_per_batch)
    every = config.states
    pilot = _table(config, frame, 0)
    left = max(0, sampling.budget - int(pilot["trajectories"].sum()))
    later = [_later(config, pilot, left // sampling.rounds, n + 1) for n in range(sampling.rounds)]
    table = pd.concat([pilot, *later], ignore_index=True)
    groups = len(rounds.groups(config))
    helpers = groups * sampling.rounds + sampling.rounds + 1
    total = len(table) + helpers + groups + OTHER_JOBS
    lines = [
        f"{source}: {config.name}, {len(every)} initial states, {len(config.grid.energies)} "
        f"energies, {config.grid.shells} shells of b",
        "",
        f"{'round':<22}{'trajectories':>14}{'batches':>9}{'core hours':>12}{'GB':>8}",
    ]
    for n, rows in table.groupby("round"):
        name = "0 (pilot)" if n == 0 else f"{n} (at most)"
        lines.append(_row(name, rows))
    lines += [
        _row("together", table),
        "",
        f"a batch            {_span(table['core_hours'] / table['ranks'] * 60.0)} minutes on "
        f"{_span(table['ranks'])} ranks (median, largest), {_span(table['memory_mb'])} MB",
        f"walltime asked for {_span(table['walltime'])} minutes at the first attempt",
        f"jobs               {total}: batches {len(table)}, reductions {groups}, plans and "
        f"their strata {helpers}, others {OTHER_JOBS}",
        f"files              {_files(len(table), len(every), helpers, groups)}, "
        f"{table['bytes'].sum() / 1e9:.1f} GB of trajectories, compressed",
        f"Snakemake          graph in {GRAPH_START_SECONDS + GRAPH_SECONDS * total:.0f} s with "
        f"{GRAPH_START_MB + GRAPH_MB * total:.0f} MB at every start",
        *_drawn(config),
        f"on 100 cores       {_hours(table['core_hours'].sum() / 100.0)} of computing",
    ]
    if total > 10_000:
        fewer = math.ceil(jobs.trajectories_per_batch * total / 10_000 / 1000) * 1000
        lines.append(f"more than 10 000 jobs: raise jobs.trajectories_per_batch to {fewer} or more")
    return "\n".join(lines)


def _drawn(config: Campaign) -> list[str]:
    """What rates on drawn surfaces cost, if the campaign has any."""
    if config.rates.surface_draws is None:
        return []
    states = surface_draws.states(config)
    hours = sum(cost.draws_seconds(config, state) for state in states) / 3600.0
    surfaces = cost.draws_surfaces(config)
    each = cost.draws_trajectories(config)
    return [
        f"drawn surfaces     {len(states)} states on {surfaces} surfaces, {each} trajectories "
        f"each: {len(states) * surfaces * each} trajectories, {hours:.1f} core hours in addition"
    ]


def _files(batches: int, states: int, helpers: int, groups: int) -> int:
    """Number of files: products, a log of every job, time and memory of every batch."""
    return 3 * batches + 2 * states + 2 * helpers + groups + OTHER_JOBS + 20


def _table(config: Campaign, frame: pd.DataFrame, round_: int) -> pd.DataFrame:
    """One row per batch of a plan."""
    rows = []
    for _, own in frame.groupby("batch"):
        one = cost.batch(config, own)
        rows.append(
            (
                round_,
                int((own["stop"] - own["start"]).sum()),
                one.core_seconds / 3600.0,
                one.ranks,
                one.memory_mb,
                one.stored_bytes,
                cost.walltime_minutes(one),
            )
        )
    return pd.DataFrame(
        rows,
        columns=["round", "trajectories", "core_hours", "ranks", "memory_mb", "bytes", "walltime"],
    )


def _later(config: Campaign, pilot: pd.DataFrame, trajectories: int, round_: int) -> pd.DataFrame:
    """A round that uses all of its share of the budget, distributed over strata as the pilot is."""
    factor = trajectories / pilot["trajectories"].sum()
    pieces = np.ceil(pilot["trajectories"] * factor / config.jobs.trajectories_per_batch)
    pieces = pieces.astype(int).to_numpy()
    grown = pilot.loc[np.repeat(pilot.index, pieces)].reset_index(drop=True)
    share = factor / np.repeat(pieces, pieces)
    for name in ("trajectories", "core_hours", "bytes"):
        grown[name] = grown[name] * share
    return grown.assign(round=round_)


def _row(name: str, rows: pd.DataFrame) -> str:
    return (
        f"{name:<22}{rows['trajectories'].sum():>14.0f}{len(rows):>9}{rows['core_hours'].sum():>12.1f}"
        f"{rows['bytes'].sum() / 1e9:>8.2f}"
    )


def _span(values: pd.Series) -> str:
    return f"{values.median():.3g}, {values.max():.3g}"


def _hours(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} minutes"
