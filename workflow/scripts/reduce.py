"""Reduce the batch files of some initial states to sums per stratum, one file per state."""

from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import provenance, write_atomic
from vibrates.core.scripts import run
from vibrates.rates.reduction import reduce_batches
from vibrates.trajectories.plan import planned_batches


def main(
    outputs: list[str],
    config: Campaign,
    states: list[tuple[int, ...]],
    rounds: list[int],
    fingerprint: str,
) -> None:
    """Write the reduced file of every initial state from the batches in the plans of all rounds."""
    for state, output in zip(states, outputs, strict=True):
        batches = planned_batches(config, rounds, state)
        dataset = reduce_batches(batches, config, *state)
        sources = [str(batch.path) for batch in batches]
        write_atomic(dataset.assign_attrs(provenance(config, sources, fingerprint)), output)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        outputs=list(snakemake.output),
        config=resolved(snakemake.config).parts[snakemake.params.part],
        states=snakemake.params.states,
        rounds=snakemake.params.rounds,
        fingerprint=snakemake.params.fingerprint,
    )
