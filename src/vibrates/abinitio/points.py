"""Blocks of ab initio points, every point a task: what a job that died has finished is kept.

A point depends on its coordinates, on the level of theory and on the code that computes it. A block
states the fingerprint of all its points in its header, and is refused where that is another one.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd

from vibrates.core import tables
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import check, fingerprint
from vibrates.core.model import Model
from vibrates.core.scripts import run as run_script
from vibrates.core.tasks import Task, run

PROGRAM = "PySCF 2.14.0"  # envs/abinitio.txt

Level = TypeVar("Level", bound=Model)
Row = pd.Series | Mapping[str, Any]  # of a list of geometries: values by column
Point = Callable[[Row, Level], np.ndarray]


@dataclass(frozen=True)
class Stage(Generic[Level]):
    """One way of computing points.

    ``model``: its level of theory; ``coordinates``: the columns that a point depends on;
    ``settings``: the keys of its level of theory that it depends on; ``energies``: the columns
    computed, rounded to ``decimals``; ``module``: the one that computes them.
    """

    model: type[Level]
    coordinates: Sequence[str]
    settings: Sequence[str]
    energies: Sequence[str]
    decimals: int
    module: str

    def tasks(self, table: pd.DataFrame, level: Level, point: Point[Level]) -> list[Task]:
        """The points of ``table``; ``point`` takes a row and the level."""
        stated = level.to_mapping()
        theory = {name: stated.get(name) for name in self.settings}
        common = fingerprint(
            level=theory, decimals=self.decimals, code=code_fingerprint(self.module)
        )
        found = {}
        for _, row in table.iterrows():
            key = self.key(row)

            def compute(row: Row = row) -> dict[str, Any]:
                started = time.perf_counter()
                energies = np.round(point(row, level), self.decimals)
                return {
                    "energies": np.asarray(energies, dtype=float),
                    "seconds": round(time.perf_counter() - started, 1),
                }

            found[key] = Task(key, fingerprint(common=common, point=key), compute)
        return list(found.values())

    def key(self, row: Row) -> str:
        """The coordinates in words; what files round away does not count."""
        return ", ".join(f"{name} = {float(row[name]):.10g}" for name in self.coordinates)

    def blocks(self, table: pd.DataFrame, level: Level) -> list[str]:
        """The fingerprints of the blocks of a list of geometries, in the order of their numbers."""
        return [self._block(rows, level) for _, rows in table.groupby("block", sort=True)]

    def _block(self, rows: pd.DataFrame, level: Level) -> str:
        points = self.tasks(rows, level, lambda row, level: np.empty(0))
        texts = rows.drop(columns=list(self.coordinates)).astype(str).to_numpy().tolist()
        return fingerprint(points=[task.fingerprint for task in points], rows=texts)

    def compute_block(
        self,
        point: Point[Level],
        geometries: str,
        settings: str,
        block: int,
        output: str,
        expected: str | None = None,
        known: Callable[[Level], Mapping[str, Mapping[str, Any]]] = lambda level: {},
    ) -> None:
        """Compute the points of ``block`` that are not yet stored; write ``output``.

        ``geometries``: CSV; ``settings``: JSON, the level of theory; ``expected``: the fingerprint
        of the block that the workflow asks for. ``known``: gives energies and seconds by key, of
        points that are computed already at this level. Raises UserError if the files are not those
        of ``expected``.
        """
        table = pd.read_csv(geometries)
        table = table[table["block"] == block].reset_index(drop=True)
        level = read_settings(self.model, settings)
        stated = self._block(table, level)
        if expected is not None:
            remedy = f"remove it and {settings}, and run the workflow again"
            check(geometries, stated, expected, remedy)
        results = dict(known(level))
        tasks = self.tasks(table, level, point)
        checkpoint = Checkpoint(output)
        results |= run([task for task in tasks if task.key not in results], checkpoint)
        rows = [results[self.key(row)] for _, row in table.iterrows()]
        energies = np.array([one["energies"] for one in rows])
        table[list(self.energies)] = energies.reshape(-1, len(self.energies))
        table["seconds"] = [one["seconds"] for one in rows]
        tables.write(output, table, level.to_mapping() | {"fingerprint": stated})
        checkpoint.remove()

    def known(self, path: str | None) -> Callable[[Level], Mapping[str, Mapping[str, Any]]]:
        """Points that a data file holds already, for `compute_block`; none if it does not exist.

        The function that is returned raises UserError if the file is damaged or was computed at
        another level.
        """

        def stored(level: Level) -> dict[str, dict[str, Any]]:
            if path is None or not Path(path).exists():
                return {}
            columns = [*self.coordinates, *self.energies]
            table, provenance = tables.read(path, columns, "a file of computed points")
            stated = level.to_mapping()
            for name in self.settings:
                if provenance.get(name) != stated.get(name):
                    raise UserError(
                        f"{path}: computed with {name} = {provenance.get(name)}, now it is "
                        f"{stated.get(name)}; move the file away, or take the former value again"
                    )
            return {
                self.key(row): {
                    "energies": row[list(self.energies)].to_numpy(dtype=float),
                    "seconds": float(row.get("seconds", 0.0)),
                }
                for _, row in table.iterrows()
            }

        return stored

    def collect(self, blocks: Sequence[str], fingerprints: Sequence[str]) -> pd.DataFrame:
        """The points of finished blocks in one table, in the order given.

        Raises UserError if a file was made for other points or settings, or by other code.
        """
        columns = [*self.coordinates, *self.energies]
        what = "a finished block of points"
        return pd.concat(
            [
                tables.read(path, columns, what, stated)[0]
                for path, stated in zip(blocks, fingerprints, strict=True)
            ],
            ignore_index=True,
        ).drop(columns="block")


def read_settings(model: type[Level], path: str | Path) -> Level:
    """The settings of a program in a JSON file; UserError in one line if it holds others."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no JSON"
        raise UserError(f"{path}: cannot be read ({reason}); run the workflow again") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: holds no mapping of keys to values; run the workflow again")
    return model.from_mapping(content, str(path))


def check_program() -> None:
    """UserError unless the program installed is the one that results are said to be made with."""
    installed = f"PySCF {version('pyscf')}"
    if installed != PROGRAM:
        raise UserError(
            f"{installed} is installed, {PROGRAM} asked for; install that of envs/abinitio.txt "
            "(make abinitio)"
        )


def main(compute_block: Callable[..., None], description: str) -> None:
    """The command line GEOMETRIES SETTINGS BLOCK OUTPUT [--fingerprint EXPECTED]."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("geometries")
    parser.add_argument("settings")
    parser.add_argument("block", type=int)
    parser.add_argument("output")
    parser.add_argument("--fingerprint", dest="expected", help="of the block asked for")
    parser.add_argument(
        "--known", default=argparse.SUPPRESS, help="data file whose points are not computed again"
    )

    def checked(**arguments: Any) -> None:
        check_program()
        compute_block(**arguments)

    run_script(checked, **vars(parser.parse_args()))
