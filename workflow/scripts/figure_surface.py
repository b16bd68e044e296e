"""Cuts of the surface at the five reference configurations."""

from vibrates.config import Campaign, resolved
from vibrates.core.scripts import run
from vibrates.figures import style, surface


def main(config: Campaign, png: str, csv: str) -> None:
    style.write(surface.draw, surface.table(*config.partners, config.surface), png, csv)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        config=resolved(snakemake.config),
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
