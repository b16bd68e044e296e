"""Predicted against computed log10 k when every level is left out once."""

from vibrates.config import Learning, resolved
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.figures import leave_one_out, style
from vibrates.learning.product import ladder_of


def main(learned: str, learning: Learning, png: str, csv: str) -> None:
    table = leave_one_out.table(ladder_of(read_product(learned), *learning.shown))
    style.write(leave_one_out.draw, table, png, csv)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        learned=snakemake.input.learned,
        learning=resolved(snakemake.config).to_learn,
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
