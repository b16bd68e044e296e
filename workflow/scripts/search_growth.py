"""Kernels grown on the best training set, by every validation set and by BIC."""

import json
from pathlib import Path

from vibrates.config import Search, resolved
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.learning.search import run as search_run


def main(source: str, sets: str, optimiser: str, search: Search, store: str, output: str) -> None:
    best = json.loads(Path(sets).read_text(encoding="utf-8"))[0]
    grown = search_run.growth(read_product(source), search, best["trained"], optimiser, store)
    write_text(output, json.dumps(grown, indent=1))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        source=snakemake.input.source,
        sets=snakemake.input.sets,
        optimiser=snakemake.params.optimiser,
        search=resolved(snakemake.config).to_learn.search,
        store=snakemake.params.store,
        output=snakemake.output[0],
    )
