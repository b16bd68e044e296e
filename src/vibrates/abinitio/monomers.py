"""The program of molecular properties: a table over the bond lengths, with its fingerprint.

`python -m vibrates.abinitio.monomers properties|polar SETTINGS OUTPUT [--fingerprint EXPECTED]`

Every finished bond length is kept beside OUTPUT at once.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

import pandas as pd

from vibrates.abinitio import polar, properties
from vibrates.abinitio.models import DiatomProperties, PolarProperties
from vibrates.abinitio.points import Level, check_program, read_settings
from vibrates.core import tables
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.fingerprint import check
from vibrates.core.scripts import run as run_script
from vibrates.core.tasks import Task, combined, run


@dataclass(frozen=True)
class Table(Generic[Level]):
    """A table of properties: the model of its settings, and the tasks, one of every row."""

    model: type[Level]
    tasks: Callable[[Level], list[Task]]

    def compute(self, settings: str, output: str, expected: str | None = None) -> None:
        """Compute the rows that are not yet stored; write ``output``, in the order of the tasks.

        ``settings``: a JSON file, which is also the provenance; ``expected``: the fingerprint that
        the workflow asks for. Raises UserError if the settings are others.
        """
        chosen = read_settings(self.model, settings)
        every = self.tasks(chosen)
        stated = combined(every)
        if expected is not None:
            check(settings, stated, expected, "remove it and run the workflow again")
        checkpoint = Checkpoint(output)
        rows = list(run(every, checkpoint).values())
        tables.write(output, pd.DataFrame(rows), chosen.to_mapping() | {"fingerprint": stated})
        checkpoint.remove()


TABLES: dict[str, Table[Any]] = {
    "properties": Table(DiatomProperties, properties.tasks),
    "polar": Table(PolarProperties, polar.tasks),
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("settings")
    parser.add_argument("output")
    parser.add_argument("--fingerprint", dest="expected", help="of the table asked for")

    def checked(table: str, **arguments: Any) -> None:
        check_program()
        # PySCF is optional: only the program itself needs it.
        from pyscf import lib

        lib.num_threads(1)
        TABLES[table].compute(**arguments)

    run_script(checked, **vars(parser.parse_args()))


if __name__ == "__main__":
    main()
