"""One base kernel on all training sets; the candidates go into the store."""

from typing import Any

from vibrates.campaign.scripts import run
from vibrates.campaign.storage import read_product
from vibrates.learning.search import run as search_run


def main(source: str, kernel: str, search: dict[str, Any], store: str) -> None:
    search_run.one_kernel(read_product(source), search, kernel, store)


if __name__ == "__main__":
    run(
        main,
        source=snakemake.input.source,
        kernel=snakemake.params.kernel,
        search=snakemake.params.search,
        store=snakemake.params.store,
    )
