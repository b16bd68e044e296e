"""What the next round has to know of some initial states: their strata's variances and numbers."""

from typing import Any

from vibrates.campaign import rounds
from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import provenance, write_atomic
from vibrates.core.scripts import run
from vibrates.trajectories.batch_file import by_state


def main(batches: list[str], output: str, config: Campaign, states: list[tuple[int, int]]) -> None:
    files = by_state(batches)
    dataset = rounds.strata(config, {(v, w): files.get((v, w), []) for v, w in states})
    write_atomic(dataset.assign_attrs(provenance(config, batches)), output)


if __name__ == "__main__":
    run(
        main,
        batches=list(snakemake.input.batches),
        output=snakemake.output[0],
        config=resolved(snakemake.config),
        states=snakemake.params.states,
    )
