"""Write the table of rates of a campaign with a crossover from those of its parts."""

from collections.abc import Sequence

from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import read_product, write_atomic
from vibrates.core.scripts import run
from vibrates.rates import crossover, error_parts


def main(
    tables: list[str],
    output: str,
    config: Campaign,
    fingerprint: str,
    made_with: list[str],
    drawn: Sequence[str],
    drawn_with: str,
) -> None:
    """Write rates.nc from the tables of the parts, in their order."""
    parts = {
        part: read_product(path, fingerprint=expected)
        for part, path, expected in zip(config.parts, tables, made_with, strict=True)
    }
    responses = [read_product(path, fingerprint=drawn_with) for path in drawn]
    table = crossover.joined(parts, config, [str(path) for path in [*tables, *drawn]])
    table = error_parts.of_rates(table, responses)
    write_atomic(table.assign_attrs(fingerprint=fingerprint), output)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        tables=list(snakemake.input.tables),
        output=snakemake.output[0],
        config=resolved(snakemake.config),
        fingerprint=snakemake.params.fingerprint,
        made_with=snakemake.params.made_with,
        drawn=list(snakemake.input.drawn),
        drawn_with=snakemake.params.drawn_with,
    )
