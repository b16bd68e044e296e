"""Products on disk: whether they are undamaged and made with these settings and this code."""

import json
import os
from functools import cache, partial
from pathlib import Path

from vibrates.campaign import stages
from vibrates.config import Campaign, crossover
from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_attributes
from vibrates.trajectories import batch_file, plan

_MEMORY = ".verified.json"


def batch_files(results: Path) -> list[Path]:
    """All batch files under a results directory, in the order of parts, rounds and batches."""
    found = []
    for part in ("", *crossover.PARTS):
        found += sorted(
            (results / part / "trajectories").glob("round*/batch*.nc"),
            key=lambda path: (len(path.parent.name), str(path)),
        )
    return found


def damaged(results: Path, remember: bool = False) -> dict[Path, str]:
    """Damaged batch files and the reason for each; every checksum is verified.

    With `remember`, files that were undamaged before and are unchanged since (size, time) are not
    read again.
    """
    memory = _recall(results) if remember else {}
    whole, found = {}, {}
    for path in batch_files(results):
        state = path.stat()
        key, print_ = str(path), [state.st_size, state.st_mtime_ns]
        if memory.get(key) != print_:
            try:
                batch_file.read_batch(path, None)
            except UserError as error:
                found[path] = str(error)
                continue
        whole[key] = print_
    if remember and whole != memory:
        write_text(results / _MEMORY, json.dumps(whole))
    return found


def _recall(results: Path) -> dict[str, list[int]]:
    try:
        memory = json.loads((results / _MEMORY).read_text())
    except (OSError, ValueError):
        return {}
    return memory if isinstance(memory, dict) else {}


def outdated(config: Campaign) -> list[Path]:
    """Products of the campaign's results directory made with other settings or other code.

    Snakemake detects a change by the records of its own runs. This function compares the products
    themselves and so also detects results that were copied, restored or made elsewhere. Batches are
    compared if the plan of their round is current (the rule that makes a plan compares them with
    it, see `unplanned`). Damaged files are included.
    """
    if config.crossover_K is not None:
        of_parts = [path for part in config.parts.values() for path in outdated(part)]
        return of_parts + _outdated(config, _OF_WHOLE)
    results = Path(config.results)
    found = _outdated(config, _PRODUCTS)
    for path in sorted(results.glob("plan/round*[0-9].csv")):
        if path not in found:
            found += unplanned(config, int(path.stem.removeprefix("round")))
    return found


def _outdated(config: Campaign, products: list[tuple[str | None, str]]) -> list[Path]:
    """Those of these products on disk that were made with other settings or other code."""
    wanted = cache(partial(stages.fingerprint, config))
    found = []
    for stage, pattern in products:
        for path in sorted(Path(config.results).glob(pattern)):
            of = stage or stages.of_plan(config, int(path.stem.removeprefix("round")))
            if stated_fingerprint(path) != wanted(of):
                found.append(path)
    return found


# Stage and file pattern of everything that carries a fingerprint, in the order of the workflow. The
# stage of a plan depends on its round.
_PRODUCTS: list[tuple[str | None, str]] = [
    (None, "plan/round*[0-9].csv"),
    ("plan", "plan/round*_strata/*.nc"),
    ("reduced", "reduced/*.nc"),
    ("surface_draws", "surface_draws/*.nc"),
    ("cross_sections", "cross_sections.nc"),
    ("rates", "rates.nc"),
    ("checks", "checks.json"),
    ("learned", "learned.nc"),
    ("complete", "complete/round*/*.nc"),
    ("complete", "complete/round*/*.csv"),
    ("complete", "complete/round*/*.json"),
    ("complete", "complete/*.nc"),
    ("complete", "complete/table.csv"),
]
# Those that a campaign with a crossover has beside those of its parts.
_OF_WHOLE = [one for one in _PRODUCTS if one[0] in ("surface_draws", "rates", "checks", "learned")]


def unplanned(config: Campaign, round_: int) -> list[Path]:
    """Batch files of a round whose fingerprint is not that of a batch of its plan."""
    results = Path(config.results)
    planned = {batch.path: batch.fingerprint for batch in plan.planned_batches(config, [round_])}
    files = [path for path in batch_files(results) if path.parent.name == f"round{round_}"]
    return [path for path in files if stated_fingerprint(path) != planned.get(path)]


def stated_fingerprint(path: Path) -> str | None:
    """Fingerprint stated by a product; None if it states none or is damaged."""
    try:
        if path.suffix == ".nc":
            return read_attributes(path).get("fingerprint")
        if path.suffix == ".json":
            return json.loads(path.read_text(encoding="utf-8")).get("fingerprint")
        return tables.read(path)[1].get("fingerprint")
    except (UserError, OSError, ValueError, AttributeError):
        return None


def set_aside(path: Path) -> Path:
    """Rename a damaged file, so that its batch is computed again; returns the new name."""
    aside = path.with_name(path.name + ".damaged")
    os.replace(path, aside)
    return aside


def main(results: Path, remove: bool) -> int:
    """`vibrates verify`: list damaged batch files, delete them with `remove`.

    Returns
    -------
    int
        Exit status: 1 if a damaged file is left, else 0.

    Raises
    ------
    UserError
        If ``results`` holds no batch file.
    """
    files = batch_files(results)
    if not files:
        raise UserError(
            f"{results}: no batch files below trajectories/; name the results "
            "directory or the configuration of a campaign that has run"
        )
    broken = damaged(results)
    for path, reason in broken.items():
        print(reason)
        if remove:
            path.unlink()
            print(f"{path}: removed; the next run computes it again")
    print(f"{len(files) - len(broken)} of {len(files)} batch files are whole")
    return 1 if broken and not remove else 0
