"""The plan of one round: the pilot, or what the rounds before ask for."""

from pathlib import Path
from typing import Any

from vibrates.campaign import rounds
from vibrates.config import Campaign, resolved
from vibrates.core.scripts import run
from vibrates.trajectories import plan, progress


def main(
    round_: int,
    config: Campaign,
    results: str,
    strata: list[str],
    plan_file: str,
    allocation: str,
) -> None:
    frame, report = rounds.first(config) if round_ == 0 else rounds.later(config, round_, strata)
    report.to_csv(allocation, index=False)
    plan.write_plan(frame, plan_file)
    progress.round_planned(Path(results), round_, config.sampling.rounds, frame)


if __name__ == "__main__":
    run(
        main,
        round_=int(snakemake.wildcards.round),
        config=resolved(snakemake.config),
        results=snakemake.params.results,
        strata=list(snakemake.input.strata),
        plan_file=snakemake.output.plan,
        allocation=snakemake.output.allocation,
    )
