"""The list of geometries of one set of points and what the jobs need beside it."""

import json

from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.scattering import surface


def main(description: str, name: str, geometries: str, level: str) -> None:
    described = surface.load(description)
    write_text(geometries, surface.geometry_table(described, name).to_csv(index=False))
    write_text(level, json.dumps(surface.level(described, name)))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        name=snakemake.wildcards.set,
        geometries=snakemake.output.geometries,
        level=snakemake.output.level,
    )
