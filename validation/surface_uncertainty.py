"""How far rates of the fitted surface can be trusted: errors of the fit and of the basis set.

make surface-errors     a campaign on the default surface, on drawn ones and without the increment

Fit: surfaces drawn from the covariance of the sum of the fit and of the increment of the basis set,
which is the default surface. Basis set: what the increment changes. All with the same random
numbers, so that their differences are the surfaces' own (`vibrates.rates.surface_draws`).
"""

import numpy as np
from report import ROOT, run_study, table
from surface_rates import UNCERTAIN_K

from vibrates.core.netcdf import read_product
from vibrates.rates.error_parts import spread

DIRECTORY = "results-surfaces/fitted/surface_draws"
STATES = {"(1,0)->(0,0)": ((1, 0), (0, 0)), "(0,1)->(1,0)": ((0, 1), (1, 0))}
NEEDS = tuple(f"{DIRECTORY}/v{v}_w{w}.nc" for (v, w), _ in STATES.values())
REMEDY = "run: make surface-errors"
SECTIONS = ("evidence/surface/uncertainty", "evidence/surface/uncertainty cost")


def measure() -> dict:
    """Relative change of k on drawn surfaces, and by the increment of the basis set."""
    changes, total, cost = {}, {}, {"trajectories": 0, "core_seconds": 0.0}
    for process, ((v, w), final) in STATES.items():
        found = read_product(ROOT / DIRECTORY / f"v{v}_w{w}.nc")
        for name in ("trajectories", "core_seconds"):
            cost[name] += float(found.attrs[name])
        at = (found["vp"].values == final[0]) & (found["wp"].values == final[1])
        at_t = [list(found["temperature"].values).index(t) for t in UNCERTAIN_K]
        own = found.isel(transition=np.flatnonzero(at), temperature=at_t)
        drawn = own["surface"].str.match(r"draw\d+$").values
        ratio, error = (own[name].values[:, 0] for name in ("k_ratio", "k_ratio_stderr"))
        without = list(own["surface"].values).index("without_increment")
        changes[process] = {
            "spread": spread(own)[0],
            "least": ratio[drawn].min(axis=0), "largest": ratio[drawn].max(axis=0),
            "noise": np.sqrt(np.mean((error[drawn] / ratio[drawn]) ** 2, axis=0)),
            "basis": 1.0 / ratio[without] - 1.0,
            "basis_error": error[without] / ratio[without] ** 2,
        }  # fmt: skip
        total[process] = changes[process]["spread"]
        cost["drawn"] = int(drawn.sum())
    return {"temperatures_K": UNCERTAIN_K, "changes": changes, "total": total, "cost": cost}


def sections(numbers: dict) -> dict[str, str]:
    """The relative changes of k, and what they cost."""
    rows = []
    for process, own in numbers["changes"].items():
        spreads = zip(own["spread"], own["least"], own["largest"], strict=True)
        rows.append([f"{process}, surface", *(f"{100 * s:.0f} % ({low:.2f}-{high:.2f})"
                                          for s, low, high in spreads)])  # fmt: skip
        rows.append([f"{process}, noise of one ratio", *(f"{100 * s:.0f} %" for s in own["noise"])])
        both = zip(own["basis"], own["basis_error"], strict=True)
        rows.append([f"{process}, increment", *(f"{100 * c:+.1f} +- {100 * e:.1f} %"
                                                for c, e in both)])  # fmt: skip
    head = ["process", *(f"{t:g} K" for t in numbers["temperatures_K"])]
    cost = numbers["cost"]
    return {
        "evidence/surface/uncertainty": table(head, rows),
        "evidence/surface/uncertainty cost": f"{cost['drawn']} drawn surfaces, "
        f"{cost['trajectories']:.0f} trajectories, {cost['core_seconds'] / 60.0:.0f} core minutes",
    }


if __name__ == "__main__":
    run_study("surface_uncertainty")
