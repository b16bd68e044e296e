"""k against v: computed, predicted, scaling law and, where a file is named, published."""

from functools import partial

from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.figures import ladder, style
from vibrates.figures.published import INITIAL_W, TRANSITION, published_rates
from vibrates.learning.product import ladder_of


def main(
    rates: str,
    learned: str,
    published: str | None,
    config: Campaign,
    png: str,
    csv: str,
) -> None:
    (dv, dw), w = config.shown
    title = style.process_label(*config.pair, w, dv, dw)
    comparable = ((dv, dw), w) == (TRANSITION, INITIAL_W)
    data = ladder_of(read_product(learned), (dv, dw), w)
    count = ladder.trajectories(read_product(rates), data)
    computed_label = f"computed, standard errors ({style.grouped(count)} trajectories)"
    table = ladder.table(
        data,
        config.partners[0],
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
        config=resolved(snakemake.config),
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
