"""The program of monomer properties: a table over the bond lengths, with its fingerprint."""

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from vibrates.abinitio.points import check_program
from vibrates.core import tables
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.fingerprint import check
from vibrates.core.scripts import run as run_script
from vibrates.core.tasks import Task, combined, run


def compute_table(
    tasks: Callable[[Mapping[str, Any]], list[Task]],
    settings: str,
    output: str,
    expected: str | None = None,
) -> None:
    """Compute the rows that are not yet stored; write ``output``, in the order of the tasks.

    ``settings``: a JSON file, which is also the provenance; ``expected``: the fingerprint that the
    workflow asks for, UserError if the settings are others.
    """
    chosen = json.loads(Path(settings).read_text(encoding="utf-8"))
    every = tasks(chosen)
    stated = combined(every)
    if expected is not None:
        check(settings, stated, expected, "remove it and run the workflow again")
    checkpoint = Checkpoint(output)
    rows = list(run(every, checkpoint).values())
    tables.write(output, pd.DataFrame(rows), chosen | {"fingerprint": stated})
    checkpoint.remove()


def main(tasks: Callable[[Mapping[str, Any]], list[Task]], description: str) -> None:
    """The command line SETTINGS OUTPUT [--fingerprint EXPECTED]."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("settings")
    parser.add_argument("output")
    parser.add_argument("--fingerprint", dest="expected", help="of the table asked for")

    def checked(**arguments: Any) -> None:
        check_program()
        # PySCF is optional: only the program itself needs it.
        from pyscf import lib

        lib.num_threads(1)
        compute_table(tasks, **arguments)

    run_script(checked, **vars(parser.parse_args()))
