"""k(T) of one transition."""

from functools import partial

from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.figures import style, temperature
from vibrates.figures.published import INITIAL_W, TRANSITION, published_rates


def main(
    rates: str, published: str | None, transition: tuple[int, int, int, int], png: str, csv: str
) -> None:
    data = read_product(rates)
    v, w, vp, wp = transition
    comparable = ((vp - v, wp - w), w) == (TRANSITION, INITIAL_W)
    table = temperature.table(data, transition, published_rates(published, comparable))
    style.write(partial(temperature.draw, **temperature.labels(data, transition)), table, png, csv)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        rates=snakemake.input.rates,
        published=snakemake.input.get("published"),
        transition=snakemake.params.transition,
        png=snakemake.output.png,
        csv=snakemake.output.csv,
    )
