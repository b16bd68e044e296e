"""k against v: computed, predicted, scaling law and, where a file is named, published."""

from functools import partial
from typing import Any

from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.figures import ladder, style
from vibrates.figures.published import INITIAL_W, TRANSITION, published_rates
from vibrates.learning.product import ladder_of
from vibrates.molecules.diatom import Diatom


def main(
    rates: str,
    learned: str,
    published: str | None,
    pair: list[str],
    molecules: dict[str, Any],
    learning: dict[str, Any],
    png: str,
    csv: str,
) -> None:
    (dv, dw), w = learning["transitions"][0], learning["initial_w"][0]
    title = style.process_label(*pair, w, dv, dw)
    comparable = ((dv, dw), w) == (TRANSITION, INITIAL_W)
    data = ladder_of(read_product(learned), (dv, dw), w)
    count = ladder.trajectories(read_product(rates), data)
    computed_label = f"computed, standard errors ({style.grouped(count)} trajectories)"
    table = ladder.table(
        data,
        Diatom.from_config(pair[0], molecules[pair[0]]),
        published_rates(published, comparable),
    )
    draw = partial(ladder.draw, title=title, computed_label=computed_label)
    style.write(draw, table, png, csv)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        rates=snakemake.input.rates,
        learned=snakemake.input.learned,
        published=snakemake.input.get("published"),
        pair=snakemake.params.pair,
        molecules=snakemake.params.molecules,
        learning=snakemake.params.learning,
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
