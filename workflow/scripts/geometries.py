"""The list of geometries of one set of points and what the jobs need beside it."""

import json

from vibrates.abinitio import settings
from vibrates.abinitio.models import PairPointSet
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.terminal import tell


def main(points: PairPointSet, forecast: str, geometries: str, level: str) -> None:
    if forecast:
        tell(forecast)
    write_text(geometries, settings.geometry_table(points).to_csv(index=False))
    write_text(level, json.dumps(settings.level(points).to_mapping()))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        points=PairPointSet.from_mapping(snakemake.params.content, "the parameters of the rule"),
        forecast=snakemake.params.forecast,
        geometries=snakemake.output.geometries,
        level=snakemake.output.level,
    )
