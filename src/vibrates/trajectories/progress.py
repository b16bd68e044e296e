"""Progress display of a running campaign: one line per batch, on the terminal and in a log."""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

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


def planned(results: Path, last: int) -> pd.DataFrame:
    """All batches of rounds 0 to `last`: columns round, batch, trajectories, path."""
    tables = []
    for round_ in range(last + 1):
        rows = read_plan(plan_path(results, round_))
        size = (rows["stop"] - rows["start"]).groupby(rows["batch"]).sum()
        tables.append(
            pd.DataFrame(
                {
                    "round": round_,
                    "batch": size.index,
                    "trajectories": size.to_numpy(),
                    "path": [batch_path(results, round_, batch) for batch in size.index],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


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


def batch_done(results: Path, round_: int, what: str) -> None:
    """Report a finished batch, the work done of that planned, its rate and the remaining time.

    Parameters
    ----------
    results
        Results directory of the campaign.
    round_
        Number of the round.
    what
        Description of the batch.
    """
    table = planned(results, round_)
    exists = [p.exists() for p in table["path"]]
    done, total = int(table["trajectories"][exists].sum()), int(table["trajectories"].sum())
    mark = results / ".started"
    pace = ""
    if mark.exists():
        began = mark.stat().st_mtime
        fresh = [p.exists() and p.stat().st_mtime >= began for p in table["path"]]
        rate = table["trajectories"][fresh].sum() / max(time.time() - began, 1e-3)
        if rate > 0:
            left = timedelta(seconds=round((total - done) / rate))
            pace = f"; {rate:.0f} a second, {left} left in this round"
    log(
        results,
        f"batch {sum(exists)} of {len(table)} (round {round_}, {what}); "
        f"{done} of {total} trajectories planned so far{pace}",
    )
