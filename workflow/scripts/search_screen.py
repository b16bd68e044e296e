"""The training sets of N initial levels that are trained: all, or the best of a screening."""

import json

from vibrates.config import Search, resolved
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.learning.search import run as search_run


def main(source: str, size: int, search: Search, output: str) -> None:
    write_text(output, json.dumps(search_run.screening(read_product(source), search, size)))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        source=snakemake.input.source,
        size=int(snakemake.params.size),
        search=resolved(snakemake.config).to_learn.search,
        output=snakemake.output[0],
    )
