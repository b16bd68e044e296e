"""How far the fitted surface can be trusted for rates: errors of the fit, of the basis set, of the Monte Carlo.

    python validation/surface_uncertainty.py [COUNT]     after make surface and make surfaces

Fit: surfaces drawn from the covariance of its parameters. Basis set: the surface moved to the limit
that the points in a larger basis show (`vibrates.potential.basis_set`). All with the same random
numbers, so that their differences are the surfaces' own.
"""

import json
import os
import sys

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from report import DOCUMENT, table, timed, write_section
from study import Study, default, rates, resamplings
from surface_rates import MEASURED_VV, ROOT, measured_relaxation, rate

from vibrates.abinitio import settings
from vibrates.core.netcdf import read_product
from vibrates.molecules.diatom import Diatom
from vibrates.potential import basis_set, fit, points
from vibrates.potential import points as points_table
from vibrates.potential.points import COORDINATES
from vibrates.rates import bootstrap

PAGE = DOCUMENT.with_name("surface.md")
COUNT = 64  # trajectories in every stratum
TEMPERATURES_K = [200.0, 295.0, 500.0, 1000.0, 2000.0, 3000.0]
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


def read_fit() -> tuple[dict, fit.Fit]:
    described = settings.load(ROOT / "config" / "abinitio" / "n2h2.yaml")
    report = json.loads((ROOT / described["results"] / "fit.json").read_text(encoding="utf-8"))
    spec = described["fit"]
    terms = tuple(fit.terms(spec["candidates"][report["chosen"]]))
    found = fit.Fit(terms, np.array(report["values"]), np.array(report["covariance"]), 1.0)
    return described, found


def basis_shift(described: dict, found: fit.Fit) -> tuple[np.ndarray, str]:
    """Values of the surface at the limit of the basis set, and the table of the points."""
    molecules = [Diatom.from_config(n, described["molecules"][n]) for n in described["pair"]]
    small, _ = points_table.read(ROOT / described["fit"]["points"])
    large, _ = points_table.read(ROOT / described["larger_basis"]["points"])
    keys = [*COORDINATES, "configuration"]
    pairs = large.merge(small, on=keys, suffixes=("_large", ""))
    prepared = points.prepare(pairs, *molecules, described["fit"]["stretch_length_angstrom"])
    change = (pairs[f"{points_table.ENERGY}_large"] - pairs[points_table.ENERGY]).to_numpy()
    _, amounts, left = basis_set.shift(found, prepared, change)
    at_limit, _, _ = basis_set.shift(found, prepared, basis_set.TO_THE_LIMIT * change)
    rows = [
        [row.configuration, f"{row.R_angstrom:.2f}", f"{row.r_a_angstrom:.3f}", f"{row.r_b_angstrom:.3f}",
         f"{row.E_CCSDT_meV:.3f}", f"{difference:+.3f}", f"{100 * difference / row.E_CCSDT_meV:+.2f}",
         f"{rest:+.3f}"]
        for row, difference, rest in zip(pairs.itertuples(), change, left, strict=True)
    ]  # fmt: skip
    head = ["configuration", "R / angstrom", "r(N2)", "r(H2)", "V in the basis of the fit / meV",
            "larger less smaller / meV", "%", "less the shift / meV"]  # fmt: skip
    named = ", ".join(
        f"{name} {list(powers)} {amount:+.4f}"
        for (name, powers), amount in zip(basis_set.SHIFTED, amounts, strict=True)
    )
    return at_limit, f"{table(head, rows)}\n\nShift: {named}."


def uncertainty(central: dict, drawn: list[dict], limit: dict) -> tuple[str, dict]:
    """The table of relative changes, and the relative uncertainty by process (temperatures,)."""
    rows, total = [], {}
    replicates = default()["sampling"]["replicates"]
    for process, own in central.items():
        ratios = np.array([sample[process][:, 0] / own[:, 0] for sample in drawn])
        change = limit[process] / own
        noise = bootstrap.standard_error(change[:, 1:], replicates, axis=-1)
        spread = np.sqrt(np.mean(np.log(ratios) ** 2, axis=0))
        rows.append([f"{process}, fit", *(f"{100 * s:.0f} % ({r.min():.2f}-{r.max():.2f})"
                                          for s, r in zip(spread, ratios.T, strict=True))])  # fmt: skip
        rows.append([f"{process}, basis set", *(f"{100 * (c - 1):+.1f} +- {100 * e:.1f} %"
                                                for c, e in zip(change[:, 0], noise, strict=True))])  # fmt: skip
        total[process] = np.hypot(spread, np.log(change[:, 0]))
    return table(["process", *(f"{t:g} K" for t in TEMPERATURES_K)], rows), total


def against_measurements(total: dict) -> str:
    """k of `make surfaces` on the fitted surface beside the measured ones, all errors together."""
    product = read_product(
        ROOT / "results-surfaces" / "fitted" / "rates.nc", "run make surfaces first"
    )
    rows = []
    for process, (initial, final) in STATES.items():
        for index, t in enumerate(TEMPERATURES_K):
            if process == "(0,1)->(1,0)" and t != 295.0:
                continue
            measured = MEASURED_VV if process == "(0,1)->(1,0)" else measured_relaxation(t)
            cells = []
            for scheme in ("translational", "total"):
                k, error = rate(product, (*initial, *final), scheme, [t])
                factor = np.exp(np.hypot(total[process][index], error[0] / k[0]))
                cells += [
                    f"{k[0]:.3g}",
                    f"{100 * error[0] / k[0]:.0f} %",
                    f"{factor:.2f}",
                    f"{k[0] / measured:.2f}",
                ]
            rows.append([process, f"{t:g}", f"{measured:.3g}", *cells])
    head = ["process", "T / K", "measured", *(f"{what}, {scheme}" for scheme in ("translational", "total")
            for what in ("k / cm^3 s^-1", "Monte Carlo", "all errors, factor", "ratio to measured"))]  # fmt: skip
    return table(head, rows)


def main(count: int) -> None:
    lines: list[str] = []
    described, found = read_fit()
    at_limit, basis_text = basis_shift(described, found)
    write_section("basis", basis_text, PAGE)
    with timed(lines):
        drawn = np.random.default_rng(4).multivariate_normal(
            found.values, found.covariance, size=count
        )
        central = computed(found.rows())
        samples = [computed(found.rows(values)) for values in drawn]
        limit = computed(found.rows(at_limit))
    text, total = uncertainty(central, samples, limit)
    write_section("uncertainty", text + "\n" + "".join(lines), PAGE)
    write_section("measured", against_measurements(total), PAGE)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
