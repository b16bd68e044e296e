"""What the next round has to know of some initial states: their strata's variances and numbers."""

from typing import Any

from vibrates.campaign import rounds
from vibrates.core.netcdf import by_state, provenance, write_atomic
from vibrates.core.scripts import run


def main(
    batches: list[str],
    output: str,
    config: dict[str, Any],
    campaign: dict[str, Any],
    states: list[tuple[int, int]],
) -> None:
    files = by_state(batches)
    dataset = rounds.strata(config, {(v, w): files.get((v, w), []) for v, w in states})
    write_atomic(dataset.assign_attrs(provenance(campaign, batches)), output)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        batches=list(snakemake.input.batches),
        output=snakemake.output[0],
        config=snakemake.params.config,
        campaign=snakemake.config,
        states=snakemake.params.states,
    )
