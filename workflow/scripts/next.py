"""What to compute next: the steps of one round of the loop, and the configuration that runs it."""

from collections.abc import Sequence

import pandas as pd
import yaml

from vibrates.campaign.completion.proposal import lines, propose
from vibrates.config import Campaign, resolved
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.trajectories.plan import read_plan


def main(
    rates: str,
    plans: Sequence[str],
    config: Campaign,
    source: str,
    table: str,
    configuration: str,
) -> None:
    """Write next.csv, and next.yaml, which extends the campaign's file by the block `complete`."""
    if config.complete is not None or config.quantised is not None:
        why = (
            "the campaign has the block complete, whose next round is that of its loop"
            if config.complete is not None
            else "a rotor is quantised, the complete table is one of classical rotors"
        )
        steps, said, more = pd.DataFrame(), [f"nothing proposed: {why}"], {}
    else:
        rows = [read_plan(path) for path in plans]
        steps, decision, block = propose(read_product(rates), rows, config, rates)
        said, more = lines(steps, decision), {"complete": block}
    write_text(table, steps.to_csv(index=False, float_format="%.6g"))
    text = yaml.safe_dump({"extends": source} | more, sort_keys=False)
    head = (
        f"# The next round of {config.results}, in the same directory; all trajectories are kept."
    )
    write_text(configuration, "\n# ".join([head, *said]) + f"\n{text}")


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        rates=snakemake.input.rates,
        plans=list(snakemake.input.plans),
        config=resolved(snakemake.config),
        source=snakemake.params.source,
        table=snakemake.output.table,
        configuration=snakemake.output.config,
    )
