"""How far the fit's uncertainty carries into rates: campaigns on surfaces drawn from its covariance.

    python validation/surface_uncertainty.py [COUNT]     after make surface; a minute a surface

All campaigns use the same random numbers, so that their differences are the surfaces' own. One more
stands for the basis set: eps lower by BASIS_SET everywhere, hence well and wall.
"""

import json
import subprocess
import sys

import numpy as np
import yaml
from report import DOCUMENT, table, write_section

from vibrates.abinitio import settings
from vibrates.campaign.storage import read_product
from vibrates.config import read_layers
from vibrates.potential import fit

ROOT = DOCUMENT.parents[1]
PAGE = DOCUMENT.with_name("surface.md")
WORK = ROOT / "results-surfaces" / "samples"
TEMPERATURES_K = [200, 295, 500, 1000, 3000]
# Triple against double zeta: wells 1 to 5 % shallower (CCSD(T)), walls 3 % lower (MP2, T_b).
BASIS_SET = 0.035
PROCESSES = {"(1,0)->(0,0)": (1, 0, 0, 0), "(0,1)->(1,0)": (0, 1, 1, 0)}
SMALL = {
    "grid": {
        "states": [[1, 0], [2, 0], [3, 0], [0, 1]],
        "energies_cm": {"geometric": {"first": 300, "last": 40000, "count": 10}},
        "impact_parameter_edges_angstrom": [0, 1.5, 3, 4.5],
        "start_distance_angstrom": 12,
    },
    "sampling": {
        "replicates": 16, "head_on_share": 0.5, "pilot": 64, "rounds": 0, "budget": 8000,
        "target_relative_error": 0.1, "target_temperatures_K": [300, 1000],
        "target_transitions": [[-1, 0], [1, -1]],
    },
    "learning": {
        "transition": [-1, 0], "initial_w": 0, "complete_v": [1, 3], "kernel": "matern52",
        "features": ["log_v", "temperature"], "left_out": "each_v",
    },
}  # fmt: skip


def campaign(name: str, terms: dict) -> dict[str, np.ndarray]:
    """k (temperatures,) of both processes on the surface with these terms."""
    base = read_layers(ROOT / "config" / "surfaces" / "fitted_rates.yaml")
    base |= SMALL | {"name": name, "results": str(WORK / name)}
    base["surface"] = base["surface"] | {"terms": terms}
    base["rates"] = base["rates"] | {"temperatures_K": TEMPERATURES_K}
    base["figures"] = base["figures"] | {
        "transitions": [[1, 0, 0, 0], [0, 1, 1, 0]], "temperature_transition": [1, 0, 0, 0]
    }
    base["jobs"] = base["jobs"] | {"ranks": 1}
    path = WORK / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(base, sort_keys=False))
    product = WORK / name / "rates.nc"
    subprocess.run(["snakemake", "--cores", "1", "--nolock", "--configfile", str(path), "--", str(product)],
                   cwd=ROOT, check=True, capture_output=True)  # fmt: skip
    rates = read_product(product)
    keys = np.stack([rates[n].values for n in ("v", "w", "vp", "wp")], axis=1)
    return {
        process: rates["k"].values[np.flatnonzero((keys == key).all(axis=1))[0]]
        for process, key in PROCESSES.items()
    }


def main(count: int) -> None:
    described = settings.load(ROOT / "config" / "abinitio" / "n2h2.yaml")
    report = json.loads((ROOT / described["results"] / "fit.json").read_text(encoding="utf-8"))
    spec = described["fit"]
    terms = fit.terms(spec["candidates"][spec["chosen"]])
    found = fit.Fit(tuple(terms), np.array(report["values"]), np.array(report["covariance"]), 1.0)
    generator = np.random.default_rng(4)
    drawn = generator.multivariate_normal(found.values, found.covariance, size=count)
    central = campaign("central", found.rows())
    ratios = {process: [] for process in PROCESSES}
    for index, values in enumerate(drawn):
        k = campaign(f"sample{index}", found.rows(values))
        for process in PROCESSES:
            ratios[process].append(k[process] / central[process])
    scaled = found.rows()
    for row in scaled["eps_meV"]:
        row["values"] = [(1.0 - BASIS_SET) * value for value in row["values"]]
    basis = campaign("basis", scaled)
    rows = [
        [f"{process}, fit", *(f"{np.std(np.log(r)) * 100:.0f} % ({r.min():.2f}-{r.max():.2f})"
                    for r in np.array(own).T)]
        for process, own in ratios.items()
    ]  # fmt: skip
    rows += [
        [f"{process}, basis set", *(f"{(x - 1.0) * 100:+.0f} %" for x in basis[process] / central[process])]
        for process in PROCESSES
    ]
    write_section("uncertainty", table(["process", *(f"{t} K" for t in TEMPERATURES_K)], rows), PAGE)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6)
