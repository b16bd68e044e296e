"""All blocks of ab initio points in one data file with its provenance."""

import json
from pathlib import Path

from vibrates.abinitio import settings
from vibrates.abinitio.models import PairPointSet
from vibrates.core import tables
from vibrates.core.scripts import run


def main(
    chosen: PairPointSet, blocks: list[str], fingerprints: list[str], level: str, output: str
) -> None:
    points = settings.stage(chosen).collect(blocks, fingerprints)
    tables.write(output, points, json.loads(Path(level).read_text(encoding="utf-8")))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        chosen=PairPointSet.from_mapping(snakemake.params.content, "the parameters of the rule"),
        blocks=list(snakemake.input.blocks),
        fingerprints=list(snakemake.params.fingerprints),
        level=snakemake.input.level,
        output=snakemake.output[0],
    )
