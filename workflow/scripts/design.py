"""Geometries of further points that lower the uncertainty of rates most, with what they promise."""

import json

from vibrates.abinitio import settings
from vibrates.abinitio.design import design
from vibrates.core import tables
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.potential import points as point_tables


def main(description: str, points: str, geometries: str, report: str) -> None:
    described = settings.load(description)
    designed = design(described, point_tables.read(points)[0])
    asked = described.settings.design.to_mapping()
    tables.write(geometries, designed.geometries, {"design": asked})
    write_text(report, json.dumps(designed.report, indent=1))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        points=snakemake.input.points,
        geometries=snakemake.output.geometries,
        report=snakemake.output.report,
    )
