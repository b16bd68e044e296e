"""Cuts of the surface at the five reference configurations."""

from typing import Any

from vibrates.core.scripts import run
from vibrates.figures import style, surface


def main(
    pair: list[str], molecules: dict[str, Any], settings: dict[str, Any], png: str, csv: str
) -> None:
    style.write(surface.draw, surface.table(pair, molecules, settings), png, csv)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        pair=snakemake.params.pair,
        molecules=snakemake.params.molecules,
        settings=snakemake.params.surface,
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
