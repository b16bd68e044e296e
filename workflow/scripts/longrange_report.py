"""Errors compared with the paper, the cut to 1000 bohr, C_m and spread: tables and a figure."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from vibrates.core.errors import UserError
from vibrates.core.files import write_text
from vibrates.core.scripts import run
from vibrates.core.units import HARTREE_TO_CM
from vibrates.figures import longrange, style
from vibrates.longrange import LongRangeSurface, description
from vibrates.longrange.description import Tail
from vibrates.longrange.models import LongRangeTraining, Report
from vibrates.longrange.polar_pair import PolarPair
from vibrates.longrange.study import along_bond, quality, spread

FAR_BOHR = 1000.0
CUT = 120  # distances of the fitted curve
BONDS = 41


def cut_table(
    described: LongRangeTraining, surface: LongRangeSurface, points: pd.DataFrame
) -> pd.DataFrame:
    """The fit, and its reference, along the cut to 1000 bohr: source, R_bohr, u_cm."""
    distance = np.geomspace(surface.least_distance, FAR_BOHR, CUT)
    x = at_cut(described, CUT)
    parts = [("fit", distance, surface.energy(distance, x) * HARTREE_TO_CM)]
    known = description.known_surface(described.source)
    if known is not None:
        energy = known.energy(distance, x) * HARTREE_TO_CM
        parts.append(("surface of the points", distance, energy))
    else:
        cut = points[points["group"] == "cut"]
        energy = cut[described.energy_column].to_numpy()
        parts.append(("ab initio points (not fitted)", cut["R_bohr"].to_numpy(), energy))
    return pd.concat(
        [pd.DataFrame({"source": name, "R_bohr": r, "u_cm": u}) for name, r, u in parts],
        ignore_index=True,
    )


def at_cut(described: LongRangeTraining, count: int) -> np.ndarray:
    """The internal coordinates (count, d) of the cut, atomic units."""
    values = np.tile(described.cut, (count, 1)).astype(float)
    return description.in_atomic_units(described.coordinates, values)


def bond_table(described: LongRangeTraining, members: list[LongRangeSurface]) -> pd.DataFrame:
    """C_m against the first bond length: source, r_bohr, m, C_m, spread.

    Isotropic beside those of dipole spectra and published ones where they are asked for, otherwise
    at the cut beside those of the surface that gave the points, if it has any.
    """
    bonds = np.linspace(members[0].coordinates[0].lower, members[0].coordinates[0].upper, BONDS)
    asked = described.report.isotropic_C6
    if asked:
        parts = {"fit": spread(members, bonds)}
        for basis, one in response(described.report).groupby("basis", sort=False):
            parts[f"dipole spectra, {basis}"] = pd.DataFrame(
                {"r_bohr": one["r_bohr"], "m": 6, "C_m": one["C6_au"]}
            )
        published = [
            {"r_bohr": one.r_bohr, "m": 6, "C_m": one.value}
            for one in asked
            if one.value is not None
        ]
        parts["published"] = pd.DataFrame(published)
    else:
        x = at_cut(described, BONDS)
        x[:, 0] = bonds
        parts = {"fit": along_bond(members, x)}
        known = description.known_surface(described.source)
        if isinstance(known, PolarPair):
            exact = known.coefficients(x)
            table = pd.DataFrame(
                {"r_bohr": bonds} | dict(zip(members[0].powers, exact.T, strict=True))
            )
            parts["surface of the points"] = table.melt("r_bohr", var_name="m", value_name="C_m")
    return pd.concat(
        [one.assign(source=name) for name, one in parts.items() if len(one)], ignore_index=True
    )


def response(asked: Report) -> pd.DataFrame:
    """C_6 from dipole spectra: basis, r_bohr, C6_au; empty if the description names none."""
    path = asked.response_C6
    if path is None:
        return pd.DataFrame(columns=["basis", "r_bohr", "C6_au"])
    try:
        return pd.read_csv(path, comment="#")[["basis", "r_bohr", "C6_au"]]
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"{path}: no table of C_6 ({error}); compute it with the target dispersion"
        ) from None


def far_away(known: PolarPair | Tail, surface: LongRangeSurface, x: np.ndarray) -> dict:
    """Relative error (per cent) at 1000 bohr against the known surface: median, 90th percentile."""
    distance = np.full(len(x), FAR_BOHR)
    exact = known.energy(distance, x)
    relative = 100.0 * np.abs(surface.energy(distance, x) / exact - 1.0)
    return {
        "median_percent": float(np.median(relative)),
        "p90_percent": float(np.percentile(relative, 90)),
    }


def main(
    path: str, points: str, surfaces: list[str], errors: list[str], holdout: str,
    report: str, coefficients: str, figure: str, cut: str, bond_figure: str, bonds: str,
) -> None:  # fmt: skip
    described = description.load(path)
    problem, table = description.read_points(described, points)
    members = [
        LongRangeSurface.load(one, description.member_fingerprint(described, number, points))
        for number, one in enumerate(surfaces)
    ]
    tables = [pd.read_csv(one) for one in errors]
    qualities = [quality(one) for one in tables]
    found = {
        "system": described.name,
        "network": list(members[0].network.sizes),
        "weights": members[0].network.weights,
        "first member": qualities[0],
        "rmse_cm of the members": [one["rmse_cm"] for one in qualities],
        "published": described.report.published.to_mapping(),
        "digest": members[0].digest(),
        "hold-out": json.loads(Path(holdout).read_text(encoding="utf-8")),
    }
    known = description.known_surface(described.source)
    if known is not None:
        found["at 1000 bohr"] = far_away(known, members[0], problem.x[:2000])
    asked = described.report.isotropic_C6 or ()
    c_m = (
        spread(members, [one.r_bohr for one in asked])
        if asked
        else pd.DataFrame(columns=["r_bohr", "m"])
    )
    published = {one.r_bohr: one for one in asked if one.value is not None}
    for name in ("value", "source"):
        c_m[f"published_{name}"] = [
            getattr(published.get(r), name, None) if m == 6 else None
            for r, m in zip(c_m["r_bohr"], c_m["m"], strict=True)
        ]
    write_text(coefficients, c_m.to_csv(index=False, float_format="%.6g"))
    found["isotropic C_m"] = c_m.replace({np.nan: None}).to_dict("records")
    found["C_6 of dipole spectra"] = response(described.report).to_dict("records")
    write_text(report, json.dumps(found, indent=1))
    along = cut_table(described, members[0], table)
    style.write(lambda t: longrange.draw_fit(tables[0], t, described.title), along, figure, cut)
    style.write(
        lambda t: longrange.draw_coefficients(t, described.title),
        bond_table(described, members),
        bond_figure,
        bonds,
    )


if __name__ == "__main__":
    run(
        main,
        log=snakemake.log,
        path=snakemake.params.description,
        points=snakemake.input.points,
        surfaces=list(snakemake.input.surfaces),
        errors=list(snakemake.input.errors),
        holdout=snakemake.input.holdout,
        report=snakemake.output.report,
        coefficients=snakemake.output.coefficients,
        figure=snakemake.output.figure,
        cut=snakemake.output.cut,
        bond_figure=snakemake.output.bond_figure,
        bonds=snakemake.output.bonds,
    )
