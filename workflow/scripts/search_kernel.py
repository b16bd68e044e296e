"""One base kernel on all training sets of one size; the candidates go into the store."""

import json
from pathlib import Path

from vibrates.config import Search, resolved
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.learning.search import run as search_run


def main(source: str, screen: str, kernel: str, search: Search, store: str) -> None:
    sets = json.loads(Path(screen).read_text(encoding="utf-8"))["sets"]
    search_run.one_kernel(read_product(source), search, kernel, sets, store)


if __name__ == "__main__":
    run(
        main,
        source=snakemake.input.source,
        screen=snakemake.input.screen,
        kernel=snakemake.params.kernel,
        search=resolved(snakemake.config).learning.search,
        store=snakemake.params.store,
    )
