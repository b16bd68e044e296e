"""Rates of one initial state on drawn surfaces, as ratios to those on the surface."""

from pathlib import Path

from vibrates.config import Campaign, resolved
from vibrates.core import tasks
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.netcdf import provenance, write_atomic
from vibrates.core.scripts import run
from vibrates.rates import surface_draws
from vibrates.trajectories import progress


def main(output: str, config: Campaign, state: tuple[int, int], fingerprint: str) -> None:
    checkpoint = Checkpoint(output)
    results = tasks.run(surface_draws.tasks(config, state), checkpoint)
    dataset = surface_draws.responses(config, state, results)
    source = config.rates.surface_draws.covariance.file
    dataset.attrs.update(provenance(config, [source], fingerprint))
    write_atomic(dataset, output)
    checkpoint.remove()
    progress.log(
        Path(config.results),
        f"v={state[0]} w={state[1]} on {len(results)} surfaces: "
        f"{dataset.attrs['trajectories']} trajectories, {dataset.attrs['core_seconds']:.0f} s",
    )


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        output=snakemake.output[0],
        config=resolved(snakemake.config),
        state=(int(snakemake.wildcards.v), int(snakemake.wildcards.w)),
        fingerprint=snakemake.params.fingerprint,
    )
