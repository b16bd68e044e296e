"""Fit the increment of the basis set; write its cross-validation, and the sum of both fits."""

import json

import numpy as np
import pandas as pd

from vibrates.abinitio import settings
from vibrates.core.files import write_text
from vibrates.core.netcdf import write_atomic
from vibrates.core.scripts import run
from vibrates.potential import basis_set, drawn, fit
from vibrates.potential import points as point_tables

HEAD = """\
# The surface fitted to ab initio points, {chosen}, with the increment of the basis set, {form}
# (docs/surface.md). Made by workflow/modules/potential.smk from {points} and
# {larger}. R_m in angstrom, eps in meV, stretches in angstrom.
extends: ../molecules.yaml
"""


def main(
    description: str, points: list[str], larger: list[str], known: str, surface: str, summed: str,
    report: str,
) -> None:  # fmt: skip
    described = settings.load(description)
    spec = described.settings.fit
    asked = spec.increment
    found = drawn.read(known)
    small, large = (pd.concat([point_tables.read(path)[0] for path in paths])
                    for paths in (points, larger))  # fmt: skip
    accuracy = basis_set.Accuracy(**asked.accuracy.to_mapping())
    prior = asked.prior.to_mapping()

    def prepared(factor: float):
        """The shared points, with the change to a limit by this factor."""
        pairs = basis_set.changes(small, large, factor).reset_index(drop=True)
        out = point_tables.prepare(pairs, *described.diatoms, spec.stretch_functions())
        return out

    at = prepared(asked.factor)
    sigma = accuracy.sigma(at["energy_meV"].to_numpy())
    out: dict = {"chosen": asked.chosen, "factor": asked.factor, "candidates": {}}
    for name, candidate in asked.candidates.items():
        terms = basis_set.increment_terms(candidate.to_mapping())
        own = basis_set.fit_increment(found.found, at, terms, accuracy, prior)
        left_out = basis_set.left_out(found.found, at, terms, accuracy, prior)
        out["candidates"][name] = {
            "values": len(own.values),
            "score": float(np.sqrt(np.mean((left_out / sigma) ** 2))),
            "reduced_chi_square": own.reduced_chi_square,
            "left_out": point_tables.quality(at["energy_meV"].to_numpy(), left_out),
        }
    terms = basis_set.increment_terms(asked.candidates[asked.chosen].to_mapping())
    own = basis_set.fit_increment(found.found, at, terms, accuracy, prior)
    further = prepared(asked.factor + asked.factor_error)
    beyond = basis_set.fit_increment(found.found, further, terms, accuracy, prior).values
    both = drawn.KnownSurface(
        basis_set.summed(found.found, own, beyond - own.values), found.stretches
    )
    errors = np.sqrt(np.diag(own.covariance))
    out["terms"] = [
        {"parameter": term.parameter, "powers": list(term.powers), "values": part.tolist(),
         "standard_errors": error.tolist(), "beyond": further.tolist()}
        for term, part, error, further in zip(
            terms, *(fit.split(x, terms) for x in (own.values, errors, beyond - own.values)),
            strict=True)
    ]  # fmt: skip
    columns = ["configuration", "R_angstrom", "r_a_angstrom", "r_b_angstrom", "energy_meV",
               "change_meV", "extrapolated_meV"]  # fmt: skip
    out["digest"] = both.digest()
    out["points"] = at[columns].assign(left_meV=own.residual_meV).to_dict("records")
    record = {"fit": spec.record(), "increment": asked.to_mapping()}
    write_atomic(both.dataset(record, [*points, *larger]), summed)
    head = HEAD.format(
        chosen=spec.chosen, form=asked.chosen, points=", ".join(points), larger=", ".join(larger)
    )
    write_text(surface, head + drawn.as_text(both.block()))
    write_text(report, json.dumps(out, indent=1))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        points=list(snakemake.input.points),
        larger=list(snakemake.input.larger),
        known=snakemake.input.known,
        surface=snakemake.output.surface,
        summed=snakemake.output.summed,
        report=snakemake.output.report,
    )
