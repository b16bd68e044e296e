"""Scores of one model in all scenarios on one data set."""

import pandas as pd

from vibrates.config import Scenarios, resolved
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.learning import scenario_run


def main(source: str, model: str, scenarios: Scenarios, store: str, output: str) -> None:
    data = read_product(source)
    tables = [
        scenario_run.run(data, name, model, scenarios.seeds, scenarios.every_temperature, store)
        for name in scenarios.names
    ]
    write_text(output, pd.concat(tables, ignore_index=True).to_csv(index=False))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        source=snakemake.input.source,
        model=snakemake.params.model,
        scenarios=resolved(snakemake.config).to_learn.scenarios,
        store=snakemake.params.store,
        output=snakemake.output[0],
    )
