"""Core-hours that the trajectories of every initial state took, from the batch files."""

import pandas as pd

from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.trajectories.batch_file import batch_attributes


def main(batches: list[str], output: str) -> None:
    rows = pd.DataFrame([batch_attributes(path) for path in batches])
    hours = rows.groupby(["v", "w"])["cpu_seconds"].sum().div(3600.0).rename("core_hours")
    write_text(output, hours.reset_index().to_csv(index=False))


if __name__ == "__main__":
    run(main, log=snakemake.log, batches=list(snakemake.input), output=snakemake.output[0])
