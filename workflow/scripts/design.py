"""Geometries of further points that lower the uncertainty of rates most, with what they promise."""

import json

from vibrates.abinitio import settings
from vibrates.abinitio.design import design, design_increment
from vibrates.core import tables
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.potential import points as point_tables


def main(description: str, points: str, larger: str | None, geometries: str, report: str) -> None:
    described = settings.load(description)
    known, _ = point_tables.read(points)
    if larger is None:
        designed = design(described, known)
    else:
        designed = design_increment(described, known, point_tables.read(larger)[0])
    asked = described.settings.design.to_mapping()
    tables.write(geometries, designed.geometries, {"design": asked})
    write_text(report, json.dumps(designed.report, indent=1))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        points=snakemake.input.points,
        larger=snakemake.input.get("larger"),
        geometries=snakemake.output.geometries,
        report=snakemake.output.report,
    )
