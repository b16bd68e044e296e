"""Angular moments of the fit and of the points, of V and of its derivatives with the bonds."""

import json

import numpy as np
import pandas as pd

from vibrates.abinitio import settings
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.potential import drawn, fit, moment_estimates
from vibrates.potential import points as point_tables
from vibrates.potential.expansion import Expansion


def main(description: str, known: str, table: str, report: str) -> None:
    described = settings.load(description)
    spec, molecules = described.settings.fit, described.diatoms
    asked, surface = spec.moments, drawn.read(known)
    stretches = spec.stretch_functions()
    ends = [one.like_ends for one in molecules]
    expansion, further = (
        Expansion(order, order, order, *ends) for order in (asked.order, asked.regression_order)
    )
    prepared = point_tables.prepare(point_tables.read_all(spec.sources()), *molecules, stretches)
    training = prepared[~prepared["group"].str.startswith("held_out")].reset_index(drop=True)
    weights = fit.Weights(**spec.weights.to_mapping())
    terms = fit.terms(spec.candidates[asked.control].to_mapping())
    control = fit.fit(training, terms, weights, spec.prior.to_mapping())
    scale = fit.Weights(asked.floor_meV, weights.fraction, weights.high_meV)
    learned = moment_estimates.regression(further, control, prepared, scale)
    distances = list(asked.distances_angstrom)
    found = {
        "fit": moment_estimates.of_fit(expansion, surface.found, molecules, stretches, distances),
        "points": moment_estimates.of_points(expansion, learned, molecules, stretches, distances),
    }
    rows, strengths = [], []
    for source, own in found.items():
        names = moment_estimates.QUANTITIES
        for (q, r, i), value in np.ndenumerate(own.values):
            rows.append((source, names[q], distances[r], *expansion.terms[i], value,
                         own.errors[q, r, i]))  # fmt: skip
        for orders, (values, errors) in moment_estimates.by_orders(expansion, own).items():
            strengths += [
                {"source": source, "quantity": names[q], "R_angstrom": distances[r],
                 "orders": list(orders), "value": float(value), "error": float(errors[q, r])}
                for (q, r), value in np.ndenumerate(values)
            ]  # fmt: skip
    columns = ["source", "quantity", "R_angstrom", "lambda_a", "lambda_b", "mu",
               "moment_meV_angstrom", "error_meV_angstrom"]  # fmt: skip
    write_text(table, pd.DataFrame(rows, columns=columns).to_csv(index=False, float_format="%.6g"))
    content = {
        "points": len(prepared),
        "control": asked.control,
        "regression": {
            "decay": learned.decay, "length_angstrom": learned.length_angstrom,
            "left_out_rms": float(np.sqrt(np.mean(learned.standardised**2))),
        },
        "strengths": strengths,
    }  # fmt: skip
    write_text(report, json.dumps(content, indent=1))


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        description=snakemake.params.description,
        known=snakemake.input.known,
        table=snakemake.output.table,
        report=snakemake.output.report,
    )
