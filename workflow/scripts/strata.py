"""What the next round has to know of some initial states: their strata's variances and numbers."""

from pathlib import Path
from typing import Any

from vibrates.campaign import rounds
from vibrates.campaign.scripts import run
from vibrates.campaign.storage import batch_attributes, provenance, write_atomic


def main(
    batches: list[str], output: str, config: dict[str, Any], states: list[tuple[int, int]]
) -> None:
    files = {tuple(state): [] for state in states}
    for path in batches:
        attributes = batch_attributes(path)
        files[int(attributes["v"]), int(attributes["w"])].append(Path(path))
    dataset = rounds.strata(config, files)
    write_atomic(dataset.assign_attrs(provenance(config, batches)), output)


if __name__ == "__main__":
    run(
        main,
        batches=list(snakemake.input.batches),
        output=snakemake.output[0],
        config=snakemake.params.config,
        states=snakemake.params.states,
    )
