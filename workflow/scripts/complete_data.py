"""Rates and strata of every state that was computed in the rounds before one of the table."""

import json

from vibrates.campaign.completion.data import collect
from vibrates.config import Campaign, resolved
from vibrates.core.netcdf import provenance, write_atomic
from vibrates.core.scripts import run
from vibrates.trajectories import plan


def main(config: Campaign, round_: int, rates: str, strata: str, fingerprint: str) -> None:
    """Write both, and into the attributes of the strata the states that cannot be used."""
    rounds = range(round_)
    states = dict.fromkeys(
        state
        for earlier in rounds
        for state in plan.batches(plan.plan_path(config.results, earlier)).of_state
    )
    batches = {state: plan.planned_batches(config, rounds, state) for state in states}
    sources = [str(batch.path) for own in batches.values() for batch in own]
    table, found, failed = collect(config, batches)
    about = provenance(config, sources, fingerprint)
    said = json.dumps([[list(state), reason] for state, reason in failed.items()])
    write_atomic(table.assign_attrs(about), rates)
    write_atomic(found.assign_attrs(about, failed=said), strata)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        config=resolved(snakemake.config),
        round_=int(snakemake.wildcards.round),
        rates=snakemake.output.rates,
        strata=snakemake.output.strata,
        fingerprint=snakemake.params.fingerprint,
    )
