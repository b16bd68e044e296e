"""What a changed configuration means for the products on disk, said before anything is computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vibrates.campaign import stages, verify
from vibrates.config import Campaign
from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.yaml_files import read_yaml
from vibrates.trajectories import plan


@dataclass(frozen=True)
class Effect:
    """Batches on disk by what the next run does with them.

    ``kept``: their trajectories stay as they are. ``anew``: they are computed again. ``open``:
    their trajectories would stay, but their round is planned anew, and keeps those that its new
    plan has too.
    """

    kept: int
    anew: int
    open: int


def report(config: Campaign) -> list[str]:
    """Lines about what changed since the last run; none if nothing did, or nothing ran yet."""
    results = Path(config.results)
    try:
        before = read_yaml(results / "configuration.yaml")
    except UserError:
        return []
    changed = blocks(before, config.to_mapping())
    if not changed:
        return []
    lines = [f"changed since the last run: {', '.join(changed)}"]
    found = effect(config)
    if total := found.kept + found.anew + found.open:
        later = f", {found.open} kept as far as the new plan has them" if found.open else ""
        lines.append(
            f"of {total} batches on disk {found.kept} are kept, {found.anew} are computed anew"
            f"{later}"
        )
    return lines


def blocks(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Blocks of two configurations that differ, each with the keys that do."""
    found = []
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            keys = [key for key in dict.fromkeys([*new, *old]) if old.get(key) != new.get(key)]
            found.append(f"{name} ({', '.join(map(str, keys))})")
        else:
            found.append(name)
    return found


def effect(config: Campaign) -> Effect:
    """What the next run does with the batches on disk, by their fingerprints."""
    if config.crossover_K is not None:
        of_parts = [effect(part) for part in config.parts.values()]
        return Effect(
            sum(one.kept for one in of_parts),
            sum(one.anew for one in of_parts),
            sum(one.open for one in of_parts),
        )
    results, kept, anew, undecided = Path(config.results), 0, 0, 0
    by_round: dict[int, list[Path]] = {}
    for path in verify.batch_files(results):
        by_round.setdefault(int(path.parent.name.removeprefix("round")), []).append(path)
    for round_, paths in by_round.items():
        planned = stages.fingerprint(config, stages.of_plan(config, round_))
        stays, rows = _rows(config, results, round_, planned)
        for path in paths:
            number = int(path.stem.removeprefix("batch"))
            same = number in rows and verify.stated_fingerprint(path) == plan.fingerprint(
                config, rows[number]
            )
            kept += same and stays
            undecided += same and not stays
            anew += not same
    return Effect(kept, anew, undecided)


def _rows(config: Campaign, results: Path, round_: int, planned: str) -> tuple[bool, dict]:
    """Whether the plan of a round is known already, and its rows by batch."""
    if round_ == 0:
        frame = plan.into_batches(plan.pilot(config), config.jobs.trajectories_per_batch)
        return True, dict(iter(frame.groupby("batch")))
    path = plan.plan_path(results, round_)
    try:
        stays = tables.read(path)[1].get("fingerprint") == planned
        return stays, plan.batches(path).rows
    except (UserError, OSError):
        return False, {}
