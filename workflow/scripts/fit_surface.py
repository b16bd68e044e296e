"""Cross-validation of the candidates, the fit of the chosen one, and its residuals."""

import json

import numpy as np
import pandas as pd

from vibrates.abinitio import settings
from vibrates.abinitio.models import SurfaceFit
from vibrates.config.surface_block import read_surface
from vibrates.core.files import write_text
from vibrates.core.netcdf import write_atomic
from vibrates.core.scripts import run
from vibrates.potential import cross_validation, drawn, walls
from vibrates.potential import fit as fitting
from vibrates.potential import points as comparison
from vibrates.potential import points as point_tables
from vibrates.potential.drawn import as_text
from vibrates.potential.registry import build_surface

HEAD = """\
# The surface fitted to ab initio points (docs/surface.md). Made by \
workflow/modules/potential.smk from {points};
# candidate {chosen}. R_m in angstrom, eps in meV, stretches in angstrom.
extends: ../molecules.yaml
"""
PUBLISHED = {"beta": 8.0, "deformation": "polarizability"}


def main(
    description: str, points: list[str], surface: str, known: str, report: str, errors: str
) -> None:
    described = settings.load(description)
    spec = described.settings.fit
    a, b = described.diatoms
    computed = point_tables.read_all(spec.sources())
    prepared = comparison.prepare(computed, a, b, spec.stretch_functions())
    held_out = prepared["group"].str.startswith("held_out").to_numpy()
    training = prepared[~held_out].reset_index(drop=True)
    weights, prior = fitting.Weights(**spec.weights.to_mapping()), spec.prior.to_mapping()
    folds = cross_validation.folds(training, spec.folds)
    out: dict = {"candidates": {}, "priors": [], "chosen": spec.chosen, "prior": prior}

    bonds = [(float(computed[name].min()), float(computed[name].max()))
             for name in ("r_a_angstrom", "r_b_angstrom")]  # fmt: skip

    def judged(terms, prior):
        """How well left-out and held-out points are predicted, and whether all walls rise."""
        left_out = cross_validation.cross_validate(training, terms, weights, prior, folds)
        found = fitting.fit(training, terms, weights, prior)
        own = drawn.KnownSurface(found, spec.stretch_keys()).block()
        searched = walls.search(build_surface(read_surface(own, "fit"), a, b), *bonds)
        judgement = cross_validation.judgement(training, left_out, prepared[held_out], found)
        return judgement | {"walls": searched._asdict()}

    candidates = {name: one.to_mapping() for name, one in spec.candidates.items()}
    for name, candidate in candidates.items():
        out["candidates"][name] = judged(fitting.terms(candidate), prior)
    terms = fitting.terms(candidates[spec.chosen])
    for change in spec.other_priors:
        other = prior | change.to_mapping()
        out["priors"].append({"prior": other} | judged(terms, other))
    if others := other_stretches(spec, computed, (a, b)):
        out["stretches"] = others
    chosen = fitting.fit(training, terms, weights, prior)
    both = drawn.KnownSurface(chosen, spec.stretch_keys())
    write_atomic(both.dataset(spec.record(), points), known)
    block = both.block()
    write_text(surface, HEAD.format(points=", ".join(points), chosen=spec.chosen) + as_text(block))

    blocks = {"fitted": block}
    if described.settings.pair == ("N2", "H2"):
        blocks |= {name: {"type": name} | PUBLISHED for name in ("original", "modified")}
    surfaces = {name: build_surface(read_surface(x, name), a, b) for name, x in blocks.items()}
    shown = prepared[["group", "configuration", "R_angstrom", "r_a_angstrom", "r_b_angstrom",
                      "energy_meV"]].copy()  # fmt: skip
    for name, each in surfaces.items():
        shown[f"{name}_meV"] = comparison.energy(each, prepared)
        error = (shown[f"{name}_meV"] - shown["energy_meV"]).to_numpy()
        out[name] = {
            "fitted points": comparison.by_configuration(prepared[~held_out], error[~held_out]),
            "held out": comparison.by_configuration(prepared[held_out], error[held_out]),
            "slope_percent": comparison.slope_quality(each, prepared),
        }
    out["terms"], out["digest"] = block["terms"], both.digest()
    out["values"] = chosen.values.tolist()
    out["covariance"] = np.round(chosen.covariance, 12).tolist()
    out["standard_errors"] = chosen.rows(np.sqrt(np.diag(chosen.covariance)))
    write_text(report, json.dumps(out, indent=1))
    write_text(errors, shown.to_csv(index=False, float_format="%.5g"))


def other_stretches(spec: SurfaceFit, computed: pd.DataFrame, molecules: tuple) -> list[dict]:
    """Scores of the stretch functions by leaving out each long or short bond length in turn."""
    rows = []
    weights, prior = fitting.Weights(**spec.weights.to_mapping()), spec.prior.to_mapping()
    terms = fitting.terms(spec.candidates[spec.chosen].to_mapping())
    for keys, functions in spec.all_stretches():
        prepared = comparison.prepare(computed, *molecules, functions)
        held_out = prepared["group"].str.startswith("held_out").to_numpy()
        training = prepared[~held_out].reset_index(drop=True)
        folds = cross_validation.folds_by_length(training, *molecules)
        if not folds:
            return []
        left_out = cross_validation.cross_validate(training, terms, weights, prior, folds)
        found = fitting.fit(training, terms, weights, prior)
        judged = cross_validation.judgement(training, left_out, prepared[held_out], found)
        rows.append({"stretches": keys} | judged)
    return rows


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        points=list(snakemake.input.points),
        surface=snakemake.output.surface,
        known=snakemake.output.known,
        report=snakemake.output.report,
        errors=snakemake.output.errors,
    )
