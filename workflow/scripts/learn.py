"""rates.nc -> learned.nc: complete ladders with predictive errors."""

from typing import Any

from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import provenance, read_product, write_atomic
from vibrates.core.scripts import run
from vibrates.learning.product import learn


def main(rates: str, learned: str, config: Campaign) -> None:
    dataset = learn(read_product(rates), config, name=rates)
    dataset.attrs.update(provenance(config, [rates]))
    write_atomic(dataset, learned)


if __name__ == "__main__":
    run(
        main,
        rates=snakemake.input.rates,
        learned=snakemake.output.learned,
        config=resolved(snakemake.config),
    )
