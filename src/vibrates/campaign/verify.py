"""Batch files on disk: which are whole, and what becomes of the others."""

import json
import os
from pathlib import Path

from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.trajectories import batch_file

_MEMORY = ".verified.json"


def batch_files(results: Path) -> list[Path]:
    """All batch files under a results directory, in the order of rounds and batches."""
    return sorted(
        (results / "trajectories").glob("round*/batch*.nc"),
        key=lambda path: (len(path.parent.name), str(path)),
    )


def damaged(results: Path, remember: bool = False) -> dict[Path, str]:
    """Damaged batch files and what is wrong with each; every checksum is read.

    With `remember`, files found whole before and unchanged since (size, time) are not read again.
    """
    memory = _recall(results) if remember else {}
    whole, found = {}, {}
    for path in batch_files(results):
        state = path.stat()
        key, print_ = str(path), [state.st_size, state.st_mtime_ns]
        if memory.get(key) != print_:
            try:
                batch_file.read_batch(path)
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


def set_aside(path: Path) -> Path:
    """Rename a damaged file, so that its batch is computed again; gives the new name."""
    aside = path.with_name(path.name + ".damaged")
    os.replace(path, aside)
    return aside


def main(results: Path, remove: bool) -> int:
    """`vibrates verify`: list damaged batch files, delete them with `remove`; 1 if any is left."""
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
