"""The training sets of N initial levels, best first (Tables I and II)."""

import json
from pathlib import Path

from vibrates.config import Search, resolved
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.learning.search import run as search_run


def main(source: str, screen: str, search: Search, store: str, output: str) -> None:
    chosen = json.loads(Path(screen).read_text(encoding="utf-8"))
    ranked = search_run.training_sets(read_product(source), search, chosen, store)
    write_text(output, json.dumps(ranked, indent=1))


if __name__ == "__main__":
    run(
        main,
        source=snakemake.input.source,
        screen=snakemake.input.screen,
        search=resolved(snakemake.config).learning.search,
        store=snakemake.params.store,
        output=snakemake.output[0],
    )
