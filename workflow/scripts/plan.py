"""The plan of one round: the pilot, or what the rounds before ask for."""

from pathlib import Path

from vibrates.campaign import rounds, stages, verify
from vibrates.config import Campaign, resolved
from vibrates.core.scripts import run
from vibrates.potential.function_surface import FunctionSurface
from vibrates.potential.registry import build_surface
from vibrates.trajectories import plan, progress


def main(
    round_: int,
    config: Campaign,
    strata: list[str],
    plan_file: str,
    allocation: str,
) -> None:
    """Write the plan; remove batches of an earlier plan of the round that are not part of it."""
    fingerprint = stages.fingerprint(config, "plan")
    surface = build_surface(config.surface, *config.partners, Path(plan_file).parent)
    if isinstance(surface, FunctionSurface):
        # The batches read it; an expansion beyond its limit ends the campaign here.
        print(f"relative errors of the surface's expansion:\n{surface.errors()}")
    if round_ == 0:
        frame, report = rounds.first(config)
    else:
        frame, report = rounds.later(config, round_, strata, fingerprint)
    report.to_csv(allocation, index=False)
    plan.write_plan(frame, plan_file, fingerprint)
    for stale in verify.unplanned(config, round_):
        stale.unlink()
    progress.round_planned(Path(config.results), round_, config.sampling.rounds, frame)


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        round_=int(snakemake.wildcards.round),
        config=resolved(snakemake.config).parts[snakemake.params.part],
        strata=list(snakemake.input.strata),
        plan_file=snakemake.output.plan,
        allocation=snakemake.output.allocation,
    )
