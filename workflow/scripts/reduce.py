"""Reduce the batch files of some initial states to sums per stratum, one file per state."""

from vibrates.core.netcdf import by_state, provenance, write_atomic
from vibrates.core.scripts import run
from vibrates.rates.reduction import reduce_batches


def reduce(batches, outputs, config, campaign, states):
    """Write the reduced file of every (v, w); `batches` in the order of rounds and batches.

    config: what the sums depend on; campaign: the whole configuration, for the files' provenance.
    """
    files = by_state(batches)
    for (v, w), output in zip(states, outputs, strict=True):
        own = files.get((v, w), [])
        dataset = reduce_batches(own, config, v, w)
        dataset.attrs.update(provenance(campaign, own))
        write_atomic(dataset, output)


if __name__ == "__main__":
    run(
        reduce,
        log=snakemake.log,
        batches=list(snakemake.input.batches),
        outputs=list(snakemake.output),
        config=snakemake.params.config,
        campaign=snakemake.config,
        states=snakemake.params.states,
    )
