"""What the next round has to know of some initial states: their strata's variances and numbers."""

from vibrates.campaign import rounds
from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import provenance, write_atomic
from vibrates.core.scripts import run
from vibrates.trajectories.plan import planned_batches


def main(
    round_: int,
    output: str,
    config: Campaign,
    states: list[tuple[int, ...]],
    fingerprint: str,
) -> None:
    """Write what the batches of all rounds before ``round_`` say of the strata of ``states``."""
    batches = {state: planned_batches(config, range(round_), state) for state in states}
    sources = [str(batch.path) for every in batches.values() for batch in every]
    dataset = rounds.strata(config, batches)
    write_atomic(dataset.assign_attrs(provenance(config, sources, fingerprint)), output)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        round_=int(snakemake.wildcards.round),
        output=snakemake.output[0],
        config=resolved(snakemake.config).parts[snakemake.params.part],
        states=snakemake.params.states,
        fingerprint=snakemake.params.fingerprint,
    )
