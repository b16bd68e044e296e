"""Points of a long-range surface: for PySCF, from all its blocks, or of a known surface."""

import json

from vibrates.abinitio.atom_diatom import STAGE
from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.tables import write
from vibrates.longrange import description, sources
from vibrates.longrange.geometries import geometries
from vibrates.longrange.models import AbInitioSource


def ab_initio(path: str) -> AbInitioSource:
    source = description.load(path).source
    if not isinstance(source, AbInitioSource):
        raise UserError(f"{path}: source: no points of PySCF are described; run the target 'known'")
    return source


def prepare(path: str, table: str, settings: str) -> None:
    source = ab_initio(path)
    write_text(table, geometries(source.geometries).to_csv(index=False))
    write_text(settings, json.dumps(sources.level(source).to_mapping()))


def collect(path: str, blocks: list[str], output: str) -> None:
    source = ab_initio(path)
    provenance = sources.level(source).to_mapping()
    provenance.pop("start", None)
    write(output, STAGE.collect(blocks, sources.block_fingerprints(source)), provenance)


def known(path: str, output: str) -> None:
    described = description.load(path)
    method = type(description.known_surface(described.source)).__name__
    provenance = {"method": f"a known surface, {method}"} | described.source.to_mapping()
    write(output, description.known_points(described), provenance)


if __name__ == "__main__":
    run(
        globals()[snakemake.params.task],
        log=snakemake.log,
        path=snakemake.params.description,
        **snakemake.params.values,
    )
