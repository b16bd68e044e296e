"""Two levels that were not computed, predicted by every model from all data (Figure 10)."""

import re
from pathlib import Path

from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.figures import predictions, style


def main(sources: list[str], models: list[str], png: str, csv: str) -> None:
    families = {
        re.search(r"(dv\d+)", Path(path).name).group(1): read_product(path) for path in sources
    }
    style.write(predictions.draw, predictions.table(families, models), png, csv)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        sources=list(snakemake.input.sources),
        models=list(snakemake.params.models),
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
