"""Scores of one model in one scenario on one data set."""

from vibrates.campaign.scripts import run
from vibrates.campaign.storage import read_product
from vibrates.files import write_text
from vibrates.learning import scenario_run


def main(source: str, scenario: str, model: str, seeds: int, every: int, store: str,
         output: str) -> None:
    table = scenario_run.run(read_product(source), scenario, model, seeds, every, store)
    write_text(output, table.to_csv(index=False))


if __name__ == "__main__":
    run(
        main,
        source=snakemake.input.source,
        scenario=snakemake.params.scenario,
        model=snakemake.params.model,
        seeds=snakemake.params.seeds,
        every=snakemake.params.every,
        store=snakemake.params.store,
        output=snakemake.output[0],
    )
