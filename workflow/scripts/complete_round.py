"""One round of the complete table: what is reached, what is computed next, or why it stops."""

import json
from collections.abc import Sequence
from pathlib import Path

from vibrates.campaign import verify
from vibrates.campaign.completion import rounds
from vibrates.campaign.completion.decision import Decision
from vibrates.config import Campaign, resolved
from vibrates.core import tables
from vibrates.core.files import write_text
from vibrates.core.netcdf import read_product
from vibrates.core.scripts import run
from vibrates.trajectories import plan, progress


def main(
    config: Campaign,
    round_: int,
    rates: str | None,
    strata: str | None,
    earlier: Sequence[str],
    outputs: dict[str, str],
    fingerprint: str,
) -> None:
    """Write the decision, the plan and the table of the round, and say what they are."""
    if rates is None:
        found = rounds.pilot(config)
    else:
        decisions = [
            Decision.from_mapping(_without(json.loads(Path(path).read_text(encoding="utf-8"))))
            for path in earlier
        ]
        found = rounds.later(
            config,
            round_,
            read_product(rates, fingerprint=fingerprint),
            read_product(strata, fingerprint=fingerprint),
            decisions,
            rates,
        )
    tables.write(outputs["table"], found.table, {"fingerprint": fingerprint})
    plan.write_plan(found.plan, outputs["plan"], fingerprint)
    for stale in verify.unplanned(config, round_):
        stale.unlink()
    about = {"round": round_, "fingerprint": fingerprint}
    text = json.dumps(about | found.decision.to_mapping(), indent=1)
    write_text(outputs["decision"], text + "\n")
    for line in found.lines(config, round_):
        progress.log(Path(config.results), line)


def _without(values: dict) -> dict:
    return {name: value for name, value in values.items() if name not in ("round", "fingerprint")}


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        config=resolved(snakemake.config),
        round_=int(snakemake.wildcards.round),
        rates=snakemake.input.get("rates"),
        strata=snakemake.input.get("strata"),
        earlier=list(snakemake.input.earlier),
        outputs={name: str(snakemake.output[name]) for name in ("plan", "table", "decision")},
        fingerprint=snakemake.params.fingerprint,
    )
