"""Predicted against computed log10 k when every level is left out once."""

from typing import Any

from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.figures import leave_one_out, style
from vibrates.learning.product import ladder_of


def main(learned: str, learning: dict[str, Any], png: str, csv: str) -> None:
    shown = learning["transitions"][0], learning["initial_w"][0]
    table = leave_one_out.table(ladder_of(read_product(learned), *shown))
    style.write(leave_one_out.draw, table, png, csv)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        learned=snakemake.input.learned,
        learning=snakemake.params.learning,
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
