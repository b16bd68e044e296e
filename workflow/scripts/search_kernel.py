"""One base kernel on all training sets of one size: the trained candidates."""

import json
from pathlib import Path

from vibrates.config import Search, resolved
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.learning.search import run as search_run


def main(source: str, screen: str, kernel: str, search: Search, store: str, output: str) -> None:
    sets = json.loads(Path(screen).read_text(encoding="utf-8"))["sets"]
    candidates = search_run.one_kernel(read_product(source), search, kernel, sets, store)
    write_text(output, json.dumps(candidates, indent=1))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        source=snakemake.input.source,
        screen=snakemake.input.screen,
        kernel=snakemake.params.kernel,
        search=resolved(snakemake.config).to_learn.search,
        store=snakemake.params.store,
        output=snakemake.output[0],
    )
