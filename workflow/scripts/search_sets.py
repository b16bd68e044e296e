"""The training sets of N initial levels, best first (Tables I and II)."""

import json
from pathlib import Path

from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.learning.search import run as search_run


def main(
    source: str, screen: str, candidates: list[str], validation: list[list[int]], output: str
) -> None:
    chosen, *trained = (
        json.loads(Path(path).read_text(encoding="utf-8")) for path in (screen, *candidates)
    )
    ranked = search_run.training_sets(read_product(source), validation[0], chosen, trained)
    write_text(output, json.dumps(ranked, indent=1))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        source=snakemake.input.source,
        screen=snakemake.input.screen,
        candidates=list(snakemake.input.candidates),
        validation=snakemake.params.validation,
        output=snakemake.output[0],
    )
