"""Predicted against computed log10 k when every level is left out once."""

from vibrates.campaign.scripts import run
from vibrates.campaign.storage import read_product
from vibrates.figures import leave_one_out, style


def main(learned: str, png: str, csv: str) -> None:
    style.write(leave_one_out.draw, leave_one_out.table(read_product(learned)), png, csv)


if __name__ == "__main__":
    run(
        main,
        learned=snakemake.input.learned,
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
