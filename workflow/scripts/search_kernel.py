"""One base kernel on all training sets of one size; the candidates go into the store."""

from typing import Any

from vibrates.campaign.scripts import run
from vibrates.campaign.storage import read_product
from vibrates.learning.search import run as search_run


def main(source: str, kernel: str, size: int, search: dict[str, Any], store: str) -> None:
    search_run.one_kernel(read_product(source), search, kernel, size, store)


if __name__ == "__main__":
    run(
        main,
        source=snakemake.input.source,
        kernel=snakemake.params.kernel,
        size=int(snakemake.params.size),
        search=snakemake.params.search,
        store=snakemake.params.store,
    )
