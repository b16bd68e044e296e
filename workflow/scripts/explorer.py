"""learned.nc or rates.nc -> explorer.html, a page to look at the rate coefficients."""

from vibrates.core.scripts import run
from vibrates.library import explorer, open_rates


def main(table: str, page: str) -> None:
    """Write the page of a table."""
    explorer.write(open_rates(table), page)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        table=snakemake.input.table[0],
        page=snakemake.output[0],
    )
