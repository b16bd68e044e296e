"""The list of geometries of one set of points and what the jobs need beside it."""

import json

from vibrates.abinitio.atom_geometries import atom_diatom_geometries
from vibrates.abinitio.models import PairLevel, PointSet
from vibrates.core.files import write_text
from vibrates.core.scripts import run


def main(points: PointSet, level_of_theory: PairLevel, geometries: str, level: str) -> None:
    write_text(geometries, atom_diatom_geometries(points).to_csv(index=False))
    write_text(level, json.dumps(level_of_theory.to_mapping()))


if __name__ == "__main__":
    parameters = snakemake.params
    run(
        main,
        log=snakemake.log,
        points=PointSet.from_mapping(parameters.points, "the parameters of the rule"),
        level_of_theory=PairLevel.from_mapping(
            parameters.level_of_theory, "the parameters of the rule"
        ),
        geometries=snakemake.output.geometries,
        level=snakemake.output.level,
    )
