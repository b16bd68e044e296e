"""rates.nc -> learned.nc: complete ladders with predictive errors."""

from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import provenance, read_product, write_atomic
from vibrates.core.scripts import run
from vibrates.learning.product import learn
from vibrates.rates import error_parts


def main(rates: str, learned: str, config: Campaign, fingerprint: str, rates_with: str) -> None:
    known = read_product(rates, fingerprint=rates_with)
    dataset = error_parts.of_learned(learn(known, config, name=rates), known)
    dataset.attrs.update(provenance(config, [rates], fingerprint))
    write_atomic(dataset, learned)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        rates=snakemake.input.rates,
        learned=snakemake.output.learned,
        config=resolved(snakemake.config),
        fingerprint=snakemake.params.fingerprint,
        rates_with=snakemake.params.rates_with,
    )
