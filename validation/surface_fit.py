"""Tables of the fit of the surface: the choice by cross-validation, and the errors of each surface.

make surface         runs the fit, then this script
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from report import ROOT, run_study, table

from vibrates.abinitio import settings
from vibrates.config.surface_block import read_surface
from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, BOHR_TO_ANGSTROM, HARTREE_TO_MEV
from vibrates.core.yaml_files import read_layers
from vibrates.molecules.diatom import Diatom
from vibrates.potential import drawn
from vibrates.potential import points as comparison
from vibrates.potential import points as points_table
from vibrates.potential.orientation import REFERENCE_CONFIGURATIONS
from vibrates.potential.registry import build_surface
from vibrates.potential.virial import orientations, second_virial, spherical_average

NEEDS = tuple(
    f"results-abinitio/n2h2/{name}.json" for name in ("fit", "increment", "moment_estimates")
)
REMEDY = "run: make surface"
SECTIONS = (
    *(
        f"evidence/surface/{name}"
        for name in (
            "points", "candidates", "priors", "stretches", "errors", "values", "basis",
            "increment", "moments",
        )
    ),
    "surface/mixed",
    "surface/averages",
)  # fmt: skip
SURFACES = ("original", "modified", "fitted")
PUBLISHED = {"beta": 8.0, "deformation": "polarizability"}


def cell(found: dict, name: str, digits: int = 1) -> str:
    """rms (largest) of a quality, or nothing where no point falls."""
    if f"{name}_rms" not in found:
        return ""
    return f"{found[f'{name}_rms']:.{digits}f} ({found[f'{name}_largest']:.{digits}f})"


JUDGED = [
    "score",
    "within",
    "reduced chi^2",
    "left out: wall / %",
    "well / meV",
    "held out: wall / %",
    "well / meV",
    "lowest V at 1.5 angstrom / meV",
]


def judged(own: dict) -> list:
    """The cells under `JUDGED`."""
    return [
        f"{own['score']:.3f}",
        f"{own['score_within']:.3f}",
        f"{own['reduced_chi_square']:.2f}",
        *(cell(own[part], kind, digits) for part in ("cross_validation", "held_out")
          for kind, digits in (("wall_percent", 1), ("well_meV", 2))),
        f"{own['walls']['lowest_meV']:.0f}" if "walls" in own else "",
    ]  # fmt: skip


def candidates(report: dict) -> str:
    rows = [[name, own["values"], *judged(own)] for name, own in report["candidates"].items()]
    return table(["candidate", "values", *JUDGED], rows)


def priors(report: dict) -> str:
    own = report["candidates"][report["chosen"]]
    rows = [[", ".join(f"{k} {v:g}" for k, v in each["prior"].items()), *judged(each)]
            for each in [own | {"prior": report["prior"]}, *report["priors"]]]  # fmt: skip
    return table(["prior", *JUDGED], rows)


def stretches(report: dict) -> str:
    """Stretch functions, judged by bond lengths left out."""
    rows = []
    for each in report["stretches"]:
        lengths = each["stretches"].get("stretch_length_angstrom")
        given = each["stretches"].get("stretches") or [{"tanh": one} for one in lengths]
        names = (f"{form} {value}" for one in given for form, value in one.items())
        rows.append([", ".join(names), *judged(each)[:-1]])
    return table(["stretch of N2, of H2", *JUDGED[:-1]], rows)


def errors(report: dict) -> str:
    rows = []
    for part in ("fitted points", "held out"):
        for configuration in report["fitted"][part]:
            rows.append(
                [
                    part,
                    configuration,
                    report["fitted"][part][configuration]["points"],
                    *(
                        cell(report[name][part][configuration], kind, digits)
                        for kind, digits in (("wall_percent", 1), ("well_meV", 2))
                        for name in SURFACES
                    ),
                ]
            )
    head = ["points", "configuration", "number", *(f"wall / %, {n}" for n in SURFACES),
            *(f"well / meV, {n}" for n in SURFACES)]  # fmt: skip
    return table(head, rows)


def mixed(points: pd.DataFrame, surfaces: dict, a: Diatom, b: Diatom) -> list[dict]:
    """Mixed second difference of V with both bonds, over mean V.

    Where all four corners were computed.
    """
    corners = points[points["group"] == "stretched_both"].reset_index(drop=True)
    prepared = comparison.prepare(corners, a, b, [1.0, 1.0])
    values = {"CCSD(T)": prepared["energy_meV"].to_numpy()}
    values |= {name: comparison.energy(surface, prepared) for name, surface in surfaces.items()}
    sign = np.sign(prepared["xi_a"] * prepared["xi_b"])
    rows = []
    for configuration, own in prepared.groupby("configuration", sort=False):
        bonds = own[["r_a_angstrom", "r_b_angstrom"]]
        area = (bonds.max() - bonds.min()).prod()
        v = [each[own.index] for each in values.values()]
        rows.append({"configuration": configuration, "R_angstrom": own["R_angstrom"].iloc[0],
                     "mean_meV": v[0].mean(), "mixed_per_angstrom2": {
                         name: (sign[own.index] * x).sum() / area / x.mean()
                         for name, x in zip(values, v, strict=True)}})  # fmt: skip
    return rows


def slopes(report: dict) -> str:
    names = list(report["fitted"]["slope_percent"])
    rows = [
        [name, *(f"{report[name]['slope_percent'].get(c, np.nan):.1f}" for c in names)]
        for name in SURFACES
    ]
    return table(["dV/dR on the wall, rms / %", *names], rows)


def values(report: dict) -> str:
    width = max(len(row["values"]) for terms in report["terms"].values() for row in terms)
    rows = []
    for name, terms in report["terms"].items():
        for row, error in zip(terms, report["standard_errors"][name], strict=True):
            cells = [
                f"{x:.3f} +- {e:.3f}" for x, e in zip(row["values"], error["values"], strict=True)
            ]
            rows.append([name, f"{row['powers']}", *cells, *[""] * (width - len(cells))])
    extra = [f"e{k}" for k in range(1, width - 4)]
    return table(["parameter", "powers of xi", *REFERENCE_CONFIGURATIONS, *extra], rows)


def averages(surfaces: dict, a: Diatom, b: Diatom) -> list[dict]:
    """Spherical averages, C6 and second virial coefficients less those of GERG-2008."""
    distance = np.linspace(3.0, 7.0, 401) * ANGSTROM_TO_BOHR
    c_a, c_b, c_ab, weight = orientations()
    known = pd.read_csv(ROOT / "data" / "n2h2_b12_gerg2008.csv", comment="#")
    rows = []
    for name, surface in surfaces.items():
        average = spherical_average(surface, distance)
        far = np.array([200.0, 400.0])[:, None]
        # R^6 V goes to -C6 as 1/R: extrapolated from two distances without the quadrupoles.
        no_q = surface.potential(far, c_a, c_b, c_ab) @ weight
        c6 = -no_q * far[:, 0] ** 6
        dispersion = 2.0 * c6[1] - c6[0]
        classical, quantum = second_virial(surface, a, b, known["T_K"].to_numpy())
        off = classical + quantum - known["B12_cm3_mol"].to_numpy()
        rows.append(
            {
                "surface": name,
                "well_meV": average.min() * HARTREE_TO_MEV,
                "at_angstrom": distance[average.argmin()] * BOHR_TO_ANGSTROM,
                "C6_au": dispersion,
                "quadrupole_product_au": float(surface.quadrupole_product(a.r_e, b.r_e)),
                "T_K": known["T_K"].to_numpy(),
                "B12_off_cm3_mol": off,
            }
        )
    return rows


def measure() -> dict:
    """The report of the fit, and the values of the three surfaces at the points."""
    described = settings.load(ROOT / "config" / "abinitio" / "n2h2.yaml")
    asked, (a, b) = described.settings, described.diatoms
    report = json.loads((ROOT / asked.results / "fit.json").read_text(encoding="utf-8"))
    surfaces = {
        name: build_surface(read_surface({"type": name} | PUBLISHED, name), a, b)
        for name in SURFACES[:2]
    }
    used = Path("config") / "surfaces" / "fitted.yaml"
    block = read_layers(ROOT / used)["surface"]
    summed = drawn.read(ROOT / asked.results / f"{asked.name}_sum.nc").block()
    if block["terms"] != summed["terms"]:
        made = f"{asked.results}/{asked.name}_sum.yaml"
        raise UserError(
            f"{used} is not the surface of this fit; for campaigns on it: cp {made} {used}, "
            "then make surface again"
        )
    fit = drawn.read(ROOT / asked.results / f"{asked.name}_fit.nc").block()
    surfaces["fitted"] = build_surface(read_surface(fit, "fit"), a, b)
    final = {name: surface for name, surface in surfaces.items() if name != "fitted"}
    final |= {
        "fitted, without increment": surfaces["fitted"],
        "fitted": build_surface(read_surface(block, str(used)), a, b),
    }
    sources = [one._replace(path=ROOT / one.path) for one in asked.fit.sources()]
    points = points_table.read_all(sources)
    more = {name: json.loads((ROOT / asked.results / f"{name}.json").read_text(encoding="utf-8"))
            for name in ("increment", "moment_estimates")}  # fmt: skip
    kept = (
        "candidates",
        "chosen",
        "prior",
        "priors",
        "stretches",
        "terms",
        "standard_errors",
        *SURFACES,
    )
    return {
        "points": [
            [Path(one.path).name, group, count]
            for one in sources
            for group, count in one.table().groupby("group", sort=False).size().items()
        ],
        "report": {name: report[name] for name in kept},
        "mixed": mixed(points, surfaces, a, b),
        "averages": averages(final, a, b),
        **more,
    }


def increment_points(found: dict) -> str:
    """The points in both basis sets, and what the increment leaves."""
    rows = [
        [row["configuration"], f"{row['R_angstrom']:.2f}", f"{row['r_a_angstrom']:.3f}",
         f"{row['r_b_angstrom']:.3f}", f"{row['energy_meV']:.3f}",
         f"{row['change_meV'] - row['extrapolated_meV']:+.3f}", f"{row['change_meV']:+.3f}",
         f"{100 * row['change_meV'] / row['energy_meV']:+.2f}", f"{row['left_meV']:+.3f}"]
        for row in found["points"]
    ]  # fmt: skip
    head = [
        "configuration",
        "R / angstrom",
        "r(N2)",
        "r(H2)",
        "V in the basis of the fit / meV",
        "larger less smaller / meV",
        "to the limit / meV",
        "%",
        "less the increment / meV",
    ]
    named = "; ".join(
        f"{term['parameter']} {term['powers']} "
        + ", ".join(f"{x:+.4f} +- {e:.4f}"
                    for x, e in zip(term["values"], term["standard_errors"], strict=True))
        for term in found["terms"]
    )  # fmt: skip
    return f"{table(head, rows)}\n\nIncrement (`{found['chosen']}`): {named}."


def increments(found: dict) -> str:
    """Forms of the increment, judged by orientations left out."""
    rows = [[name, own["values"], f"{own['score']:.2f}", f"{own['reduced_chi_square']:.2f}",
             cell(own["left_out"], "wall_percent", 2), cell(own["left_out"], "well_meV", 3)]
            for name, own in found["candidates"].items()]  # fmt: skip
    return table(
        ["form", "values", "score", "reduced chi^2", "left out: wall / %", "well / meV"], rows
    )


# Shown of the angular moments; all are in moment_estimates.csv.
SHOWN = ((0, 0), (2, 0), (0, 2), (4, 0), (2, 2), (0, 4), (2, 4), (4, 4), (0, 6), (2, 6))


def with_error(value: float, error: float) -> str:
    """Both to the second digit of the error."""
    digits = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{digits}f} +- {error:.{digits}f}"


def moments(found: dict) -> str:
    """Strengths of the pairs of orders, of the fit and of the points, with their errors."""
    by = {(s["source"], s["quantity"], s["R_angstrom"], tuple(s["orders"])): s
          for s in found["strengths"]}  # fmt: skip
    rows = []
    places = dict.fromkeys((one["quantity"], one["R_angstrom"]) for one in found["strengths"])
    for quantity, distance in places:
        for source in ("fit", "points"):
            own = [by[source, quantity, distance, orders] for orders in SHOWN]
            cells = [with_error(one["value"], one["error"]) for one in own]
            rows.append([quantity, f"{distance:g}", source, *cells])
    return table(["moment", "R / angstrom", "of", *(f"({a},{b})" for a, b in SHOWN)], rows)


def sections(numbers: dict) -> dict[str, str]:
    """The seven tables."""
    report, points, virial = numbers["report"], numbers["points"], numbers["averages"]
    corners = [[row["configuration"], f"{row['R_angstrom']:.2f}", f"{row['mean_meV']:.0f}",
                *(f"{x:+.2f}" for x in row["mixed_per_angstrom2"].values())]
               for row in numbers["mixed"]]  # fmt: skip
    averaged = [
        [
            row["surface"],
            f"{row['well_meV']:.2f}",
            f"{row['at_angstrom']:.2f}",
            f"{row['C6_au']:.1f}",
            f"{row['quadrupole_product_au']:.3f}",
            *(f"{x:+.1f}" for x in row["B12_off_cm3_mol"]),
        ]
        for row in virial
    ]
    head = ["surface", "well of the average / meV", "at / angstrom", "C6 / a.u.", "Q_a Q_b / a.u.",
            *(f"B12 less GERG-2008, {t:g} K" for t in virial[0]["T_K"])]  # fmt: skip
    return {
        "evidence/surface/points": table(
            ["file", "group", "points"],
            [*points, ["all", "", sum(count for _, _, count in points)]],
        ),
        "evidence/surface/candidates": candidates(report),
        "evidence/surface/priors": priors(report),
        "evidence/surface/stretches": stretches(report),
        "evidence/surface/errors": errors(report) + "\n\n" + slopes(report),
        "surface/mixed": table(
            [
                "configuration",
                "R / angstrom",
                "mean V / meV",
                *numbers["mixed"][0]["mixed_per_angstrom2"],
            ],
            corners,
        ),
        "evidence/surface/values": values(report),
        "surface/averages": table(head, averaged),
        "evidence/surface/basis": increment_points(numbers["increment"]),
        "evidence/surface/increment": increments(numbers["increment"]),
        "evidence/surface/moments": moments(numbers["moment_estimates"]),
    }


if __name__ == "__main__":
    run_study("surface_fit")
