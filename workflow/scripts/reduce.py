"""Reduce the batch files of some initial states to sums per stratum, one file per state."""

from vibrates.core.netcdf import provenance, write_atomic
from vibrates.rates.reduction import reduce_batches
from vibrates.trajectories.batch_file import by_state


def reduce(batches, outputs, config, states):
    """Write the reduced file of every (v, w); `batches` in the order of rounds and batches."""
    files = by_state(batches)
    for (v, w), output in zip(states, outputs, strict=True):
        own = files.get((v, w), [])
        dataset = reduce_batches(own, config, v, w)
        dataset.attrs.update(provenance(config, own))
        write_atomic(dataset, output)


if __name__ == "__main__":
    from vibrates.config import resolved
    from vibrates.core.scripts import run

    run(
        reduce,
        batches=list(snakemake.input.batches),
        outputs=list(snakemake.output),
        config=resolved(snakemake.config),
        states=snakemake.params.states,
    )
