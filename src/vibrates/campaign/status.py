"""Progress of a campaign: finished, failed and remaining work. `vibrates status CONFIG`."""

from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path

from vibrates.campaign import changes, cost, driver
from vibrates.config import Campaign, resolved
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.errors import UserError
from vibrates.core.yaml_files import read_yaml
from vibrates.hpc import slurm
from vibrates.trajectories import batch_file, plan, progress
from vibrates.trajectories.status import Status


@dataclass
class Tally:
    """Sums over the batches of one round; times in core hours."""

    batches: int = 0
    done: int = 0
    trajectories: int = 0
    computed: int = 0
    spent: float = 0.0
    spent_model: float = 0.0  # of the same batches, by the cost model
    left_model: float = 0.0
    unfinished: int = 0
    kept_pieces: int = 0
    pieces: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)


def main(config: Campaign) -> int:
    """Print the state of the campaign.

    Returns
    -------
    int
        Exit status: 1 if something needs attention, else 0.

    Raises
    ------
    UserError
        If nothing is planned yet.
    """
    results = Path(config.results)
    changed = changes.report(config)
    if (run := results / "configuration.yaml").exists():
        config = resolved(read_yaml(run), str(run))
    if not any(plan.plan_path(part.results, 0).exists() for part in config.parts.values()):
        raise UserError(
            f"{results}: nothing planned yet; start the campaign, or see what it takes "
            "with 'vibrates plan'"
        )
    every = {name: _tallies(part) for name, part in config.parts.items()}
    tallies = [one for part in every.values() for one in part]
    print(f"{config.name} in {results}/, {_driver(results)}")
    for line in changed:
        print(f"  {line}")
    whole = progress.count(config)
    print(
        f"  campaign: {whole.trajectories_done} of "
        f"{'at most ' if whole.most > whole.trajectories else ''}{whole.most} trajectories"
    )
    for name, part in every.items():
        _print_rounds(config.parts[name], f"{name}, " if name else "", part)
    _print_unfinished(tallies)
    attempts = _failed_attempts(results)
    failures = {
        name: sum(one.failures.get(name, 0) for one in tallies)
        for name in sorted({name for one in tallies for name in one.failures})
    }
    print(
        "  failed trajectories: "
        + (", ".join(f"{n} {name}" for name, n in failures.items()) or "none")
        + f"; failed attempts at jobs: {attempts}"
    )
    for line in (line for one in tallies for line in one.damaged):
        print(f"  damaged: {line}")
    for line in _queue(results):
        print(f"  {line}")
    _print_cost(tallies)
    return 1 if any(one.damaged for one in tallies) else 0


def _tallies(config: Campaign) -> list[Tally]:
    """Those of the planned rounds of a campaign, or of a part of one."""
    results = Path(config.results)
    # With those of the complete table, which are as many as it needs.
    planned = takewhile(lambda n: plan.plan_path(results, n).exists(), count())
    return [tally(config, results, n) for n in planned]


def _print_rounds(config: Campaign, name: str, tallies: list[Tally]) -> None:
    for n, one in enumerate(tallies):
        print(
            f"  {name}round {n}: {one.done} of {one.batches} batches, {one.computed} of "
            f"{one.trajectories} trajectories"
        )
    if (still := config.sampling.rounds + 1 - len(tallies)) > 0:
        print(
            f"  {name}{still} more round(s) not planned yet: at most "
            f"{config.sampling.budget - sum(one.trajectories for one in tallies)} trajectories"
        )


def tally(config: Campaign, results: Path, round_: int) -> Tally:
    """Sums over the batches of one planned round.

    Parameters
    ----------
    config
        The campaign.
    results
        Its results directory.
    round_
        Number of the round, whose plan must exist.

    Returns
    -------
    Tally
        Batches, trajectories, pieces and core hours, finished and remaining.
    """
    sums = Tally()
    for number, rows in plan.batches(plan.plan_path(results, round_)).rows.items():
        path, count = (
            plan.batch_path(results, round_, number),
            int((rows["stop"] - rows["start"]).sum()),
        )
        model = cost.batch(config, rows).core_seconds / 3600.0
        sums.batches += 1
        sums.trajectories += count
        if path.exists():
            _add_finished(sums, path, count, model)
        else:
            wanted = plan.piece_fingerprints(config, rows)
            kept, pieces = len(Checkpoint(path).results(wanted)), len(wanted)
            sums.unfinished += bool(kept)
            sums.kept_pieces += kept
            sums.pieces += pieces if kept else 0
            sums.left_model += model * (1.0 - kept / pieces)
    return sums


def _add_finished(sums: Tally, path: Path, count: int, model: float) -> None:
    try:
        found = batch_file.batch_attributes(path)
    except UserError as error:
        sums.damaged.append(str(error))
        sums.left_model += model
        return
    sums.done += 1
    sums.computed += count
    sums.spent += float(found.get("wall_seconds", 0.0)) * int(found.get("ranks", 1)) / 3600.0
    sums.spent_model += model
    for entry in str(found.get("status_counts", "")).split(", "):
        name, _, number = entry.partition(" ")
        if name in Status.__members__ and name != Status.OK.name:
            sums.failures[name] = sums.failures.get(name, 0) + int(number)


def _driver(results: Path) -> str:
    who = driver.record(results)
    if driver.running(results):
        return (
            f"running (process {who.get('pid')} on {who.get('host')}, since {who.get('started')})"
        )
    if (results / "summary.txt").exists():
        return "finished, see summary.txt"
    return "not running; 'vibrates resume CONFIG' continues it"


def _print_unfinished(tallies: list[Tally]) -> None:
    if unfinished := sum(one.unfinished for one in tallies):
        print(
            f"  {unfinished} unfinished batches keep {sum(one.kept_pieces for one in tallies)} "
            f"of their {sum(one.pieces for one in tallies)} pieces"
        )


def _failed_attempts(results: Path) -> int:
    try:
        return (results / "campaign.log").read_text().count(progress.FAILED_ATTEMPT)
    except OSError:
        return 0


def _queue(results: Path) -> list[str]:
    try:
        found = slurm.jobs(results)
    except UserError as error:
        return [f"SLURM: {error}"]
    states = [job.state for job in found]
    return [f"SLURM jobs: {states.count(state)} {state.lower()}" for state in sorted(set(states))]


def _print_cost(tallies: list[Tally]) -> None:
    spent, model = sum(t.spent for t in tallies), sum(t.spent_model for t in tallies)
    # After some batches have been finished, their times on this machine correct the model.
    factor = spent / model if model else 1.0
    left = factor * sum(t.left_model for t in tallies)
    basis = "at the pace so far" if model else "by the cost model"
    print(
        f"  core hours: {spent:.2f} spent on finished batches, {left:.2f} left in the planned "
        f"rounds ({basis})"
    )
