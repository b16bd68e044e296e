"""Tables of the points that are in no fit, of moments from points directly, and of long bonds.

make surface         runs the fit, then this study
"""

import numpy as np
import pandas as pd
from report import ROOT, run_study, table
from surface_fit import cell

from vibrates.potential import points as point_tables
from vibrates.potential.cross_validation import LONG

_RESULTS = "results-abinitio/n2h2"
NEEDS = tuple(
    f"{_RESULTS}/{name}.csv" for name in ("fit", "moments", "long_bonds_overlap", "design_reached")
)
REMEDY = "run: make surface"
SECTIONS = (
    "evidence/surface/unseen",
    "evidence/surface/direct moments",
    "evidence/surface/reached",
    "evidence/surface/overlap",
    "surface/unseen summary",
    "surface/direct moments summary",
    "surface/number of points",
)
REST = {"r_a_angstrom": 1.098, "r_b_angstrom": 0.74}


def sets(rows: pd.DataFrame) -> pd.Series:
    """The set that a point counts in: long or short bonds by their length, others by stretch."""
    names = pd.Series("bonds within 20 %", index=rows.index)
    rigid = np.all([np.isclose(rows[k], v) for k, v in REST.items()], axis=0)
    names[rigid] = "bonds at r_e"
    for bond, (column, rest) in zip(("N2", "H2"), REST.items(), strict=True):
        far = np.abs(rows[column] / rest - 1.0) > LONG
        names[far] = bond + " " + rows.loc[far, column].map("{:g}".format) + " angstrom"
    both = (rows["r_a_angstrom"] > 1.25) & (np.abs(rows["r_b_angstrom"] / 0.74 - 1.0) > LONG)
    names[both] = "both bonds long"
    return names


def measure() -> dict:
    """Errors of the fit by set of points, strengths of moments, and the overlap of the methods."""
    rows = pd.read_csv(ROOT / NEEDS[0])
    error = rows["fitted_meV"] - rows["energy_meV"]
    unseen = rows["group"].str.startswith("held_out")
    quality = []
    for (held_out, name), own in rows.groupby([unseen, sets(rows)], sort=True):
        found = point_tables.quality(own["energy_meV"].to_numpy(), error.loc[own.index].to_numpy())
        quality.append({"held_out": bool(held_out), "set": name} | found)
    moments = pd.read_csv(ROOT / NEEDS[1])
    strengths = []
    for (quantity, distance), own in moments.groupby(["derivative", "R_angstrom"], sort=False):
        chosen = {
            "all": np.ones(len(own), dtype=bool),
            "(., 4)": own["lambda_b"].to_numpy() == 4,
            "(0, 0)": (own["lambda_a"] + own["lambda_b"]).to_numpy() == 0,
        }
        for orders, rows_ in chosen.items():
            part = own[rows_]
            size = float(np.sqrt((part["points"] ** 2).sum()))
            weight = part["points"] / size
            strengths.append(
                {
                    "quantity": quantity, "R_angstrom": distance, "orders": orders,
                    "points": size,
                    "error": float(np.sqrt(((weight * part["standard_error"]) ** 2).sum())),
                    "fit": float(np.sqrt((part["surface"] ** 2).sum())),
                    "difference": float(
                        np.sqrt(((part["surface"] - part["points"]) ** 2).sum())
                    ),
                    "noise": float(np.sqrt((part["standard_error"] ** 2).sum())),
                }
            )  # fmt: skip
    overlap = pd.read_csv(ROOT / NEEDS[2])
    columns = ["configuration", "R_angstrom", "r_a_angstrom", "r_b_angstrom", "E_NEVPT2_meV",
               "E_CCSDT_meV", "joined_meV", "T1", "leading_weight"]  # fmt: skip
    kept = overlap[columns].astype(object).where(overlap[columns].notna(), None)
    return {
        "quality": quality,
        "strengths": strengths,
        "reached": pd.read_csv(ROOT / NEEDS[3]).to_dict("records"),
        "overlap": kept.to_dict("records"),
    }


def sections(numbers: dict) -> dict[str, str]:
    """The four tables, and two sentences of the page."""
    quality = [
        [
            "held out" if one["held_out"] else "in the fit",
            one["set"],
            one["points"],
            cell(one, "wall_percent", 1),
            cell(one, "well_meV", 2),
        ]
        for one in numbers["quality"]
    ]
    strengths = [
        [one["quantity"], f"{one['R_angstrom']:g}", one["orders"],
         f"{one['points']:.4g} +- {one['error']:.2g}", f"{one['fit']:.4g}",
         f"{one['difference']:.3g}", f"{one['noise']:.2g}"]
        for one in numbers["strengths"]
    ]  # fmt: skip
    reached = [
        [one["target"], one["size_before"], one["sigma_before"], one["size_after"],
         one["sigma_after"], f"{100 * one['sigma_after'] / one['size_after']:.0f} %"]
        for one in numbers["reached"]
    ]  # fmt: skip
    both = [
        [one["configuration"], f"{one['R_angstrom']:.2f}", f"{one['r_a_angstrom']:g}",
         f"{one['r_b_angstrom']:g}", f"{one['E_NEVPT2_meV']:.1f}", f"{one['E_CCSDT_meV']:.1f}",
         "" if one["joined_meV"] is None or abs(one["E_CCSDT_meV"]) < 20
         else f"{100 * (one['joined_meV'] / one['E_CCSDT_meV'] - 1):+.1f}",
         "" if one["joined_meV"] is None
         else f"{one['joined_meV'] - one['E_CCSDT_meV']:+.2f}",
         f"{one['T1']:.3f}", f"{one['leading_weight']:.2f}"]
        for one in numbers["overlap"] if one["r_a_angstrom"] != 1.3
    ]  # fmt: skip
    unseen = "; ".join(
        f"{one['set']} {one['wall_percent_rms']:.1f} % rms, {one['wall_percent_largest']:.1f} % "
        f"at most ({one['wall_percent_points']} points)"
        for one in numbers["quality"]
        if one["held_out"] and "wall_percent_rms" in one
    )
    mixed = "; ".join(
        f"{one['points']:.0f} +- {one['error']:.0f} at {one['R_angstrom']:g} angstrom, of the fit "
        f"{one['fit']:.0f}"
        for one in numbers["strengths"]
        if one["quantity"] == "d2V/dr_a dr_b" and one["orders"] == "(0, 0)"
    )
    counts = {
        name: sum(one["points"] for one in numbers["quality"] if one["held_out"] is name)
        for name in (False, True)
    }
    return {
        "surface/number of points": f"{counts[False]} points in the fit and {counts[True]} held "
        "out",
        "evidence/surface/unseen": table(
            ["", "points", "number", "wall / %", "well / meV"], quality
        ),
        "evidence/surface/direct moments": table(
            ["derivative", "R / angstrom", "orders", "points", "fit", "difference", "its error"],
            strengths,
        ),
        "evidence/surface/reached": table(
            ["target", "moments before", "their uncertainty", "after", "their uncertainty", ""],
            reached,
        ),
        "evidence/surface/overlap": table(
            ["configuration", "R / angstrom", "r(N2)", "r(H2)", "NEVPT2 / meV", "CCSD(T) / meV",
             "scaled NEVPT2 / %", "/ meV", "T1", "weight"],
            both,
        ),
        "surface/unseen summary": f"Held out, on the wall: {unseen}.",
        "surface/direct moments summary": "Isotropic mixed derivative, meV per angstrom^2: "
        f"{mixed}.",
    }  # fmt: skip


if __name__ == "__main__":
    run_study("surface_points")
