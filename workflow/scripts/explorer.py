"""learned.nc -> explorer.html, a page to look at the rate coefficients."""

from vibrates.core.scripts import run
from vibrates.library import explorer, open_rates


def main(learned: str, page: str) -> None:
    """Write the page of a table."""
    explorer.write(open_rates(learned), page)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        learned=snakemake.input.learned,
        page=snakemake.output[0],
    )
