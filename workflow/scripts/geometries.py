"""The list of geometries and what the jobs need beside it."""

import json
from pathlib import Path

from vibrates.abinitio import settings
from vibrates.campaign.scripts import run
from vibrates.files import write_text


def main(description: str, geometries: str, level: str, monomers: list[str]) -> None:
    described = settings.load(description)
    write_text(geometries, settings.geometry_table(described).to_csv(index=False))
    write_text(level, json.dumps(settings.level(described)))
    for path in monomers:
        name = Path(path).stem.removeprefix("monomer_")
        write_text(path, json.dumps(settings.monomer(described, name)))


if __name__ == "__main__":
    run(
        main,
        description=snakemake.params.description,
        geometries=snakemake.output.geometries,
        level=snakemake.output.level,
        monomers=list(snakemake.output.monomers),
    )
