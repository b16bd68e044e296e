"""Points of a long-range surface: for PySCF, from all its blocks, or of a known surface."""

import json

from vibrates.abinitio.atom_diatom import STAGE
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.tables import write
from vibrates.longrange import description, sources
from vibrates.longrange.geometries import geometries


def prepare(path: str, table: str, settings: str) -> None:
    described = description.load(path)
    write_text(table, geometries(described["source"]["geometries"]).to_csv(index=False))
    write_text(settings, json.dumps(sources.level(described)))


def collect(path: str, blocks: list[str], output: str) -> None:
    described = description.load(path)
    provenance = sources.level(described)
    provenance.pop("start", None)
    points = STAGE.collect(blocks, sources.block_fingerprints(described))
    write(output, points, provenance)


def known(path: str, output: str) -> None:
    described = description.load(path)
    method = type(description.known_surface(described)).__name__
    provenance = {"method": f"a known surface, {method}"} | described["source"]
    write(output, description.known_points(described), provenance)


if __name__ == "__main__":
    run(
        globals()[snakemake.params.task],
        log=snakemake.log,
        path=snakemake.params.description,
        **snakemake.params.values,
    )
