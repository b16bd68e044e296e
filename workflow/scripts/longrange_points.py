"""Points of a long-range surface: geometries for PySCF, all its blocks in one file, or points of a known surface."""

import json

import pandas as pd

from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.tables import write
from vibrates.longrange import description
from vibrates.longrange.geometries import geometries

METHOD = {
    "method": "CCSD(T), restricted open-shell orbitals, unrestricted amplitudes, counterpoise-corrected",
    "program": "PySCF 2.14.0",
}


def prepare(path: str, table: str, settings: str) -> None:
    source = dict(description.load(path)["source"])
    write_text(table, geometries(source.pop("geometries")).to_csv(index=False))
    for name in ("python", "dispersion"):
        source.pop(name, None)
    write_text(settings, json.dumps(source))


def collect(path: str, blocks: list[str], settings: str, output: str) -> None:
    points = pd.concat([pd.read_csv(block) for block in blocks], ignore_index=True)
    with open(settings, encoding="utf-8") as stream:
        provenance = METHOD | json.load(stream)
    provenance.pop("start", None)
    write(output, points.drop(columns="block"), provenance)


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
