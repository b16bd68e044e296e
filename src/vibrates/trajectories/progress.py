"""Progress display of a running campaign: one line per batch, on the terminal and in a log."""

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pandas as pd

from vibrates.config import Campaign
from vibrates.core.terminal import tell
from vibrates.trajectories.plan import batch_path, plan_path, read_plan

FAILED_ATTEMPT = "attempt failed: "


def log(results: Path, line: str) -> None:
    """Print one line on the terminal, and `note` it."""
    tell(line)
    note(results, line)


def note(results: Path, line: str) -> None:
    """Append one line with the time to ``campaign.log`` in the results directory."""
    stamped = f"{datetime.now().isoformat(timespec='seconds')} {line}\n".encode()
    try:
        results.mkdir(parents=True, exist_ok=True)
        # One write in append mode: lines of batches that end simultaneously are not mixed.
        handle = os.open(results / "campaign.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, stamped)
        finally:
            os.close(handle)
    except OSError:
        pass  # A line of the log that cannot be written must not end the job.


def start(results: Path) -> None:
    """Record the start of this run of the campaign, from which rates of progress are counted."""
    results.mkdir(parents=True, exist_ok=True)
    (results / ".started").touch()


@dataclass(frozen=True)
class Count:
    """Batches and trajectories of all planned rounds, and of those on disk.

    ``most``: trajectories of the whole campaign at most, which is the budget until the last round
    is planned. ``fresh``: trajectories finished since the start of this run; ``seconds`` since then
    (0 if nothing ran). ``rounds``: how many are planned.
    """

    batches: int
    batches_done: int
    trajectories: int
    trajectories_done: int
    most: int
    fresh: int
    seconds: float
    rounds: int


def count(config: Campaign) -> Count:
    """Progress over the whole campaign; UserError if a plan is damaged."""
    if config.crossover_K is not None:
        parts = [count(part) for part in config.parts.values()]
        return Count(
            batches=sum(one.batches for one in parts),
            batches_done=sum(one.batches_done for one in parts),
            trajectories=sum(one.trajectories for one in parts),
            trajectories_done=sum(one.trajectories_done for one in parts),
            most=sum(one.most for one in parts),
            fresh=sum(one.fresh for one in parts),
            seconds=max(one.seconds for one in parts),
            rounds=min(one.rounds for one in parts),
        )
    results = Path(config.results)
    mark = results / ".started"
    began = mark.stat().st_mtime if mark.exists() else None
    batches = batches_done = trajectories = done = fresh = rounds = 0
    while (path := plan_path(results, rounds)).exists():
        round_ = rounds
        rounds += 1
        sizes = _sizes(path, path.stat().st_mtime_ns)
        batches += len(sizes)
        trajectories += sum(sizes.values())
        for name, changed in _present(batch_path(results, round_, 0).parent).items():
            if size := sizes.get(name, 0):
                batches_done += 1
                done += size
                fresh += size if began is not None and changed >= began else 0
    # The rounds of a complete table are as many as it needs.
    last = rounds > config.sampling.rounds
    most = trajectories if last else max(trajectories, config.sampling.budget)
    seconds = 0.0 if began is None else time.time() - began
    return Count(batches, batches_done, trajectories, done, most, fresh, seconds, rounds)


@lru_cache(maxsize=16)
def _sizes(path: Path, changed: int) -> dict[str, int]:
    """Trajectories of the batches of a plan, by the names of their files."""
    rows = read_plan(path)
    sizes = (rows["stop"] - rows["start"]).groupby(rows["batch"]).sum()
    numbers = zip(sizes.index.tolist(), sizes.tolist(), strict=True)
    return {batch_path("", 0, batch).name: size for batch, size in numbers}


def _present(directory: Path) -> dict[str, float]:
    """Names of the files of a directory, and when they were written."""
    try:
        with os.scandir(directory) as entries:
            return {entry.name: entry.stat().st_mtime for entry in entries}
    except OSError:
        return {}


def round_planned(results: Path, round_: int, last: int, frame: pd.DataFrame) -> None:
    """Report a planned round.

    Parameters
    ----------
    results
        Results directory of the campaign.
    round_, last
        Number of the round, and of the last round.
    frame
        The plan of the round.
    """
    trajectories = int((frame["stop"] - frame["start"]).sum())
    what = (
        f"{trajectories} trajectories in {frame['batch'].nunique()} batches"
        if trajectories
        else "nothing to add, see its allocation report"
    )
    log(results, f"round {round_} (of 0 to {last}) planned: {what}")


def batch_done(config: Campaign, round_: int, what: str) -> None:
    """Report a finished batch, the work done in the whole campaign, its rate and remaining time.

    Parameters
    ----------
    config
        The campaign.
    round_
        Number of the round.
    what
        Description of the batch.
    """
    found = count(config)
    left = found.trajectories - found.trajectories_done
    pace = ""
    if found.fresh:
        rate = found.fresh / max(found.seconds, 1e-3)
        time_left = timedelta(seconds=round(left / rate))
        pace = f"; {rate:.3g} a second, {time_left} left in the planned rounds"
    more = f", at most {found.most} in all rounds" if found.most > found.trajectories else ""
    log(
        Path(config.results),
        f"batch {found.batches_done} of {found.batches} (round {round_}, {what}); "
        f"{found.trajectories_done} of {found.trajectories} trajectories planned so far{more}"
        f"{pace}",
    )
