"""All blocks of ab initio points in one data file with its provenance."""

import json
from pathlib import Path

import pandas as pd

from vibrates.core import tables
from vibrates.core.scripts import run

PROGRAM = "PySCF 2.14.0"


def main(blocks: list[str], level: str, output: str) -> None:
    points = pd.concat([pd.read_csv(path) for path in blocks], ignore_index=True)
    provenance = json.loads(Path(level).read_text(encoding="utf-8")) | {"program": PROGRAM}
    tables.write(output, points.drop(columns="block"), provenance)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        blocks=list(snakemake.input.blocks),
        level=snakemake.input.level,
        output=snakemake.output[0],
    )
