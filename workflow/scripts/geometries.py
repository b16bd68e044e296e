"""The list of geometries of one set of points and what the jobs need beside it."""

import json

from vibrates.abinitio import settings
from vibrates.core.files import write_text
from vibrates.core.scripts import run


def main(described: dict, geometries: str, level: str) -> None:
    write_text(geometries, settings.geometry_table(described).to_csv(index=False))
    write_text(level, json.dumps(settings.level(described)))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        described=snakemake.params.content,
        geometries=snakemake.output.geometries,
        level=snakemake.output.level,
    )
