"""How far rates of the fitted surface can be trusted: errors of fit, basis set and Monte Carlo.

    python validation/surface_uncertainty.py     after make surface; five minutes

Fit: surfaces drawn from the covariance of its parameters. Basis set: the surface moved to the limit
that the points in a larger basis show (`vibrates.potential.basis_set`). All with the same random
numbers, so that their differences are the surfaces' own.
"""

import json
import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from report import ROOT, run_study, table, took
from study import Study, default, rates, resamplings
from surface_rates import UNCERTAIN_K

from vibrates.abinitio import settings
from vibrates.potential import basis_set, fit, points
from vibrates.potential import points as points_table
from vibrates.potential.points import COORDINATES
from vibrates.rates import bootstrap

NEEDS = ("results-abinitio/fit.json",)
COMPUTES = True
REMEDY = "run: make surface, then python validation/surface_uncertainty.py"
SECTIONS = ("evidence/surface/basis", "evidence/surface/uncertainty")
COUNT = 64  # trajectories in every stratum
DRAWN = 10  # surfaces
TEMPERATURES_K = list(UNCERTAIN_K)
STATES = {"(1,0)->(0,0)": ((1, 0), (0, 0)), "(0,1)->(1,0)": ((0, 1), (1, 0))}


# Ratios of rates need no fine grid.
GRID = {
    "energies_cm": {"geometric": {"first": 300, "last": 40000, "count": 12}},
    "impact_parameter_edges_angstrom": [0, 1.5, 3, 4.5],
}


def changes(terms: dict) -> dict:
    """Of the default configuration: the surface, the temperatures, the grid."""
    return {"surface": {"terms": terms}, "rates": {"temperatures_K": TEMPERATURES_K}, "grid": GRID}


def computed(terms: dict) -> dict[str, np.ndarray]:
    """Process -> bootstrap samples of k, in arbitrary units, the value itself first."""
    out = {}
    for process, (initial, final) in STATES.items():
        reduced = Study(default(changes(terms)), initial, COUNT).reduced()
        value, samples, _ = rates(reduced, final, resamplings(reduced), TEMPERATURES_K)
        out[process] = np.column_stack([value, samples])
    return out


def read_fit() -> tuple[settings.PairDescription, fit.FitResult]:
    described = settings.load(ROOT / "config" / "abinitio" / "n2h2.yaml")
    results = ROOT / described.settings.results
    report = json.loads((results / "fit.json").read_text(encoding="utf-8"))
    candidate = described.settings.fit.candidates[report["chosen"]]
    terms = tuple(fit.terms(candidate.to_mapping()))
    found = fit.FitResult(terms, np.array(report["values"]), np.array(report["covariance"]), 1.0)
    return described, found


def basis_shift(
    described: settings.PairDescription, found: fit.FitResult
) -> tuple[np.ndarray, dict]:
    """Values of the surface at the limit of the basis set; the points and the shift."""
    asked = described.settings
    small, _ = points_table.read(ROOT / asked.fit.points)
    large, _ = points_table.read(ROOT / asked.larger_basis.points)
    keys = [*COORDINATES, "configuration"]
    pairs = large.merge(small, on=keys, suffixes=("_large", ""))
    prepared = points.prepare(pairs, *described.diatoms, asked.fit.stretch_length_angstrom)
    change = (pairs[f"{points_table.ENERGY}_large"] - pairs[points_table.ENERGY]).to_numpy()
    _, amounts, left = basis_set.shift(found, prepared, change)
    at_limit, _, _ = basis_set.shift(found, prepared, basis_set.TO_THE_LIMIT * change)
    columns = ["configuration", "R_angstrom", "r_a_angstrom", "r_b_angstrom", points_table.ENERGY]
    rows = pairs[columns].rename(columns={points_table.ENERGY: "V_meV"})
    rows = rows.assign(change_meV=change, left_meV=left).to_dict("records")
    return at_limit, {
        "points": rows,
        "shift": [{"name": name, "powers": powers, "amount": amount}
                  for (name, powers), amount in zip(basis_set.SHIFTED, amounts, strict=True)],
    }  # fmt: skip


def measure() -> dict:
    """Relative change of k on drawn surfaces, at the limit of the basis set, and both together."""
    described, found = read_fit()
    at_limit, basis = basis_shift(described, found)
    drawn = np.random.default_rng(4).multivariate_normal(found.values, found.covariance, size=DRAWN)
    central, limit = computed(found.rows()), computed(found.rows(at_limit))
    samples = [computed(found.rows(values)) for values in drawn]
    replicates = default().sampling.replicates
    changes, total = {}, {}
    for process, own in central.items():
        ratios = np.array([sample[process][:, 0] / own[:, 0] for sample in samples])
        change = limit[process] / own
        spread = np.sqrt(np.mean(np.log(ratios) ** 2, axis=0))
        changes[process] = {
            "spread": spread, "least": ratios.min(axis=0), "largest": ratios.max(axis=0),
            "basis": change[:, 0] - 1.0,
            "basis_error": bootstrap.standard_error(change[:, 1:], replicates, axis=-1),
        }  # fmt: skip
        total[process] = np.hypot(spread, np.log(change[:, 0]))
    return {
        "temperatures_K": TEMPERATURES_K,
        "drawn": DRAWN,
        "basis": basis,
        "changes": changes,
        "total": total,
    }


def sections(numbers: dict) -> dict[str, str]:
    """The points in the larger basis, and the relative changes of k."""
    points = [
        [row["configuration"], f"{row['R_angstrom']:.2f}", f"{row['r_a_angstrom']:.3f}",
         f"{row['r_b_angstrom']:.3f}", f"{row['V_meV']:.3f}", f"{row['change_meV']:+.3f}",
         f"{100 * row['change_meV'] / row['V_meV']:+.2f}", f"{row['left_meV']:+.3f}"]
        for row in numbers["basis"]["points"]
    ]  # fmt: skip
    head = ["configuration", "R / angstrom", "r(N2)", "r(H2)", "V in the basis of the fit / meV",
            "larger less smaller / meV", "%", "less the shift / meV"]  # fmt: skip
    named = ", ".join(
        f"{s['name']} {s['powers']} {s['amount']:+.4f}" for s in numbers["basis"]["shift"]
    )
    rows = []
    for process, own in numbers["changes"].items():
        rows.append(
            [
                f"{process}, fit",
                *(
                    f"{100 * s:.0f} % ({low:.2f}-{high:.2f})"
                    for s, low, high in zip(
                        own["spread"], own["least"], own["largest"], strict=True
                    )
                ),
            ]
        )
        rows.append([f"{process}, basis set", *(f"{100 * c:+.1f} +- {100 * e:.1f} %" for c, e in
                     zip(own["basis"], own["basis_error"], strict=True))])  # fmt: skip
    return {
        "evidence/surface/basis": f"{table(head, points)}\n\nShift: {named}.",
        "evidence/surface/uncertainty": table(
            ["process", *(f"{t:g} K" for t in numbers["temperatures_K"])], rows
        )
        + "\n"
        + took(numbers),
    }


if __name__ == "__main__":
    run_study("surface_uncertainty")
