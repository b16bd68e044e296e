"""Reduce the batch files of one initial state to sums per stratum."""

from vibrates.campaign.storage import provenance, write_atomic
from vibrates.rates.reduction import reduce_batches


def reduce(batches, output, config, v, w):
    """Write the reduced file of (v, w); `batches` in the order of rounds and batches."""
    dataset = reduce_batches(batches, config, v, w)
    dataset.attrs.update(provenance(config, [str(path) for path in batches]))
    write_atomic(dataset, output)


if __name__ == "__main__":
    from vibrates.campaign.scripts import run

    run(
        reduce,
        batches=list(snakemake.input.batches),
        output=snakemake.output[0],
        config=snakemake.params.config,
        v=int(snakemake.params.v),
        w=int(snakemake.params.w),
    )
