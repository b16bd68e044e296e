"""The complete table against the states that it was never trained on."""

from collections.abc import Sequence

from vibrates.campaign.completion.honesty import by_family, compare, text
from vibrates.config import Campaign, resolved
from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.core.terminal import tell


def main(config: Campaign, table: str, rates: Sequence[str], outputs: dict[str, str]) -> None:
    """Write all cells, the table by family and the text, which is printed as well."""
    if not rates:
        raise UserError(
            f"{config.results}-honesty/rates.nc: does not exist; run first "
            f"'vibrates run {config.results}/complete/honesty.yaml'"
        )
    cells = compare(tables.read(table)[0], read_product(rates[0]), config)
    counted = cells[cells["counts"] == 1]
    if counted.empty:
        raise UserError(
            "complete.honesty: no cell of the drawn states has k above complete.smallest_k, "
            f"{config.to_complete.smallest_k:g}; draw more states"
        )
    families = by_family(counted)
    write_text(outputs["cells"], cells.to_csv(index=False))
    write_text(outputs["families"], families.to_csv(index=False))
    said = text(counted, families)
    write_text(outputs["text"], said)
    tell(said)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        config=resolved(snakemake.config),
        table=snakemake.input.table,
        rates=list(snakemake.input.rates),
        outputs={name: str(snakemake.output[name]) for name in ("text", "families", "cells")},
    )
