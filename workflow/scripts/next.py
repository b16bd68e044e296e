"""Which states to compute next: a table with gains per core-hour, and a runnable configuration."""

import pandas as pd
import yaml

from vibrates.config import Campaign, resolved
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.learning.proposal import extended_grid, propose


def main(
    rates: str, hours: str, config: Campaign, source: str, table: str, configuration: str
) -> None:
    recorded = {(int(row.v), int(row.w)): row.core_hours for row in pd.read_csv(hours).itertuples()}
    proposal = propose(read_product(rates), recorded, config, rates)
    write_text(table, proposal.to_csv(index=False, float_format="%.6g"))
    lines = "".join(
        f"# ({row.v}, {row.w}): rms predicted error {row.rms_before_dex:.4f} -> "
        f"{row.rms_after_dex:.4f} dex for {row.core_hours:.3g} core-hours\n"
        for row in proposal.itertuples()
    )
    text = yaml.safe_dump(extended_grid(config, proposal, source), sort_keys=False)
    write_text(configuration, f"# Proposed by what was learned in {config.results}.\n{lines}{text}")


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        rates=snakemake.input.rates,
        hours=snakemake.input.hours,
        config=resolved(snakemake.config),
        source=snakemake.params.source,
        table=snakemake.output.table,
        configuration=snakemake.output.config,
    )
