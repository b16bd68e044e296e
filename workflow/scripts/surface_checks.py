"""Cuts, stretched bonds and second virial coefficients of the fitted and the published surfaces."""

from pathlib import Path

import pandas as pd

from vibrates.abinitio import settings
from vibrates.config.surface_block import read_surface
from vibrates.core.scripts import run
from vibrates.core.yaml_files import read_layers
from vibrates.figures import style, surface_checks
from vibrates.potential import drawn
from vibrates.potential import points as comparison
from vibrates.potential import points as point_tables
from vibrates.potential.registry import build_surface

PUBLISHED = {"beta": 8.0, "deformation": "polarizability"}


def main(
    description: str, points: str, known: str, surface: str, virial: str, pngs: dict[str, str]
) -> None:
    described = settings.load(description)
    a, b = described.diatoms
    computed, _ = point_tables.read(points)
    prepared = comparison.prepare(computed, a, b, described.settings.fit.stretch_functions())
    blocks = {name: {"type": name} | PUBLISHED for name in ("original", "modified")}
    blocks |= {"fitted": drawn.read(known).block(), "used": read_layers(surface)["surface"]}
    surfaces = {
        name: build_surface(read_surface(block, name), a, b) for name, block in blocks.items()
    }
    # Points are compared with the fit to them, in their basis; measurements with what is used.
    used = {**surfaces, "fitted": surfaces.pop("used")}
    del used["used"]
    correlation = pd.read_csv(virial, comment="#")
    figures = {
        "cuts": (surface_checks.draw_cuts, surface_checks.cuts(surfaces, prepared, a, b)),
        "stretched": (
            surface_checks.draw_stretched,
            surface_checks.stretched(surfaces, prepared, a, b),
        ),
        "virial": (surface_checks.draw_virial, surface_checks.virial(used, correlation, a, b)),
    }
    for name, (draw, data) in figures.items():
        style.write(draw, data, pngs[name], str(Path(pngs[name]).with_suffix(".csv")))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        points=snakemake.input.points,
        known=snakemake.input.known,
        surface=snakemake.input.surface,
        virial=snakemake.input.virial,
        pngs=dict(snakemake.output.items()),
    )
