"""Hong et al. 2023: constants, parameters, cuts of the surfaces, second virial coefficients."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from paper_items import Facts, Maker, percent
from vibrates.abinitio import settings as ab_initio
from vibrates.config.surface_block import read_surface
from vibrates.core.yaml_files import read_layers, read_yaml
from vibrates.figures import surface_checks
from vibrates.potential import points as point_tables
from vibrates.potential.lennard_jones import PUBLISHED_N2_H2
from vibrates.potential.orientation import REFERENCE_CONFIGURATIONS
from vibrates.potential.registry import build_surface

# As in workflow/scripts/surface_checks.py: beta is not printed in the paper.
PRINTED = {"beta": 8.0, "deformation": "polarizability"}
WALL_MEV = (30.0, 1000.0)
CONSTANTS = {
    "omega_e_cm": "omega_e (cm^-1)",
    "x_e": "x_e",
    "y_e": "y_e",
    "r_e_angstrom": "r_e (angstrom)",
    "beta_e_per_angstrom": "beta_e (angstrom^-1)",
    "D_e_eV": "D_e (eV)",
}


@cache
def _system(root: Path) -> tuple:
    """Original, modified and fitted surface, ab initio points, both molecules."""
    described = ab_initio.load(root / "config" / "abinitio" / "n2h2.yaml")
    a, b = described.diatoms
    found, _ = point_tables.read(root / "data" / "n2h2_ccsdt.csv")
    points = point_tables.prepare(found, a, b, described.settings.fit.stretch_functions())
    fitted = root / "config" / "surfaces" / "fitted.yaml"
    blocks = [{"type": name} | PRINTED for name in PUBLISHED_N2_H2]
    blocks.append(read_layers(fitted)["surface"])
    kinds = [read_surface(block, str(fitted)) for block in blocks]
    return {kind.type: build_surface(kind, a, b) for kind in kinds}, points, a, b


def _measure_cuts(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    surfaces, points, a, b = _system(root)
    return _thinned(surface_checks.cuts(surfaces, points, a, b))


def _measure_stretched(root: Path, kept: pd.DataFrame | None, configuration: str) -> pd.DataFrame:
    surfaces, points, a, b = _system(root)
    table = surface_checks.stretched(surfaces, points, a, b, shown=(configuration,))
    return _thinned(table)


def _thinned(table: pd.DataFrame) -> pd.DataFrame:
    """Every second distance of the curves, all points, below 10 eV: for a small file."""
    curve = (table["source"] != "ab initio").to_numpy()
    place = table.groupby([c for c in table if c not in ("R_angstrom", "V_meV")]).cumcount()
    return table[(~curve | (place % 2 == 0).to_numpy()) & (table["V_meV"] < 1e4)]


def against_points(table: pd.DataFrame) -> pd.DataFrame:
    """Every ab initio point with V of every surface, interpolated along the cut.

    Columns of the points, and one of every surface (meV).
    """
    kinds = [c for c in table if c not in ("source", "R_angstrom", "V_meV")]
    parts = []
    points = table[table["source"] == "ab initio"]
    for key, cut in points.groupby(kinds):
        here = table[(table[kinds] == pd.Series(key, kinds)).all(axis=1)]
        values = {}
        for source, curve in here[here["source"] != "ab initio"].groupby("source"):
            curve = curve.sort_values("R_angstrom")
            values[source] = np.interp(
                cut["R_angstrom"], curve["R_angstrom"], curve["V_meV"], left=np.nan, right=np.nan
            )
        parts.append(cut.assign(**values))
    return pd.concat(parts, ignore_index=True)


def _errors(found: pd.DataFrame) -> dict[str, float]:
    """Root mean square relative error on the wall of every surface."""
    wall = found[found["V_meV"].between(*WALL_MEV)]
    return {
        name: float(np.sqrt(np.nanmean((wall[name] / wall["V_meV"] - 1.0) ** 2)))
        for name in surface_checks.LINES
    }


def _facts_cuts(table: pd.DataFrame) -> Facts:
    found = against_points(table)
    wall = found[found["V_meV"].between(*WALL_MEV)]
    better = (wall["modified"] - wall["V_meV"]).abs() < (wall["original"] - wall["V_meV"]).abs()
    by = {name: better[wall["configuration"] == name] for name in wall["configuration"].unique()}
    well = found[found["V_meV"] < 0]
    rms = {name: np.sqrt(np.mean((well[name] - well["V_meV"]) ** 2)) for name in PUBLISHED_N2_H2}
    errors = _errors(found)
    closer = "; ".join(f"{name} {int(own.sum())} of {len(own)}" for name, own in by.items())
    text = (
        f"On the wall ({WALL_MEV[0]:g} to {WALL_MEV[1]:g} meV) the modified surface is closer to "
        f"the points than the original one at {int(better.sum())} of {len(better)} points "
        f"({closer}); root mean square error: original {percent(errors['original'])}, modified "
        f"{percent(errors['modified'])}, fitted {percent(errors['fitted'])}."
    )
    improved = errors["modified"] < errors["original"] and better.mean() > 0.5
    wells = (
        f"In the wells both published surfaces follow the points: root mean square error "
        f"{rms['original']:.2f} meV (original) and {rms['modified']:.2f} meV (modified)."
    )
    return Facts([wells, text] if improved else [wells], [] if improved else [text])


def _facts_stretched(table: pd.DataFrame, configuration: str) -> Facts:
    found = against_points(table)
    lines = []
    for bond, name in (("stretch_a", "N2"), ("stretch_b", "H2")):
        for stretch, own in found[found[bond] != 0].groupby(bond):
            errors = _errors(own)
            cells = ", ".join(f"{s} {percent(e)}" for s, e in errors.items() if np.isfinite(e))
            lines.append(f"{name} {stretch:+.0f} %: {cells}")
    text = (
        f"Root mean square relative error on the wall ({WALL_MEV[0]:g} to {WALL_MEV[1]:g} meV): "
        f"{'; '.join(lines)}."
    )
    far = [float(x) for line in lines for x in _published_errors(line)]
    good = max(far) <= 30.0
    return Facts([text] if good else [], [] if good else [text])


def _published_errors(line: str) -> list[str]:
    return [part.split()[1] for part in line.partition(": ")[2].split(", ") if "fitted" not in part]


def _measure_virial(root: Path, kept: pd.DataFrame | None) -> pd.DataFrame:
    surfaces, _, a, b = _system(root)
    correlation = pd.read_csv(root / "data" / "n2h2_b12_gerg2008.csv", comment="#")
    return surface_checks.virial(surfaces, correlation, a, b)


def _facts_virial(table: pd.DataFrame) -> Facts:
    wide = table.pivot_table(index="T_K", columns="source", values="B_cm3_mol").dropna()
    difference = {name: (wide[name] - wide["GERG-2008"]).abs() for name in surface_checks.LINES}
    warm = wide.index >= 250.0
    text = "Largest difference from the correlation of measured values: " + "; ".join(
        f"{name} {own.max():.1f} cm^3/mol (from 250 K on {own[warm].max():.1f})"
        for name, own in difference.items()
    )
    better = difference["modified"][warm].max() < difference["original"][warm].max()
    said = "From 250 K on the modified surface is closer to it than the original one"
    if better:
        return Facts([f"{text}. {said}, as in the paper."])
    return Facts(
        [f"{text}."], [f"{said.replace('is closer', 'is not closer')}; in the paper it is."]
    )


def _measure_constants(root: Path, kept: pd.DataFrame | None, published: dict) -> pd.DataFrame:
    molecules = read_yaml(root / "config" / "molecules.yaml")["molecules"]
    return pd.DataFrame(
        {"constant": label}
        | {f"{name}": molecules[name][key] for name in published}
        | {f"{name}, paper": own[key] for name, own in published.items()}
        for key, label in CONSTANTS.items()
    )


def _measure_parameters(root: Path, kept: pd.DataFrame | None, published: dict) -> pd.DataFrame:
    rows = []
    for at, configuration in enumerate(REFERENCE_CONFIGURATIONS):
        row: dict = {"configuration": configuration}
        for surface, values in PUBLISHED_N2_H2.items():
            for quantity, value, printed in zip(
                ("R_m (angstrom)", "eps (meV)"),
                values[at],
                published[surface][configuration],
                strict=True,
            ):
                row |= {f"{surface}, {quantity}": value, f"{surface}, {quantity}, paper": printed}
        rows.append(row)
    return pd.DataFrame(rows)


def _facts_printed(table: pd.DataFrame, **_: dict) -> Facts:
    pairs = [(name, f"{name}, paper") for name in table if f"{name}, paper" in table]
    equal = [
        np.isclose(own, printed, rtol=1e-6)
        for name, paper in pairs
        for own, printed in zip(table[name], table[paper], strict=True)
    ]
    text = f"{sum(equal)} of {len(equal)} values are the printed ones."
    return Facts([text]) if all(equal) else Facts([], [text])


def _draw(draw) -> object:
    def drawn(table: pd.DataFrame, **_: object) -> Figure:
        return draw(table)

    return drawn


cuts = Maker(_measure_cuts, _facts_cuts, _draw(surface_checks.draw_cuts))
stretched = Maker(_measure_stretched, _facts_stretched, _draw(surface_checks.draw_stretched))
virial = Maker(_measure_virial, _facts_virial, _draw(surface_checks.draw_virial))
constants = Maker(_measure_constants, _facts_printed)
parameters = Maker(_measure_parameters, _facts_printed)
