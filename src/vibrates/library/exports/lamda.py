"""LAMDA: level energies, Einstein coefficients and downward rates, for RADEX and its successors.

The format is for molecules that radiate: a dipole moment, and Einstein coefficients, which this
project does not compute and reads from a CSV. It holds rates with a partner in one state; the
readers make upward rates by detailed balance. Rotation is not resolved: weights are 1.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.constants import c

from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.units import KELVIN_TO_CM
from vibrates.library.exports import species
from vibrates.library.exports.format import Format
from vibrates.library.exports.selection import Selection, commented
from vibrates.library.exports.species import State, elements
from vibrates.library.table import Rate, RateTable

# Partners that the format numbers; ortho- and para-hydrogen (2, 3) are not told apart here.
PARTNERS = {"H2": 1, "H": 5, "He": 6}
_COLUMNS = ["v", "vp", "A_per_s"]
_CM_TO_GHZ = 100.0 * c * 1e-9


def content(chosen: Selection, path: Path) -> dict[Path, str]:
    """One file; what other formats state in a header stands in comment lines at its end.

    Raises
    ------
    UserError
        If no molecule of the pair has a dipole moment, its partner has no number in the format, no
        rate leaves the partner in its lowest level, the rates have no temperature in common, level
        energies are not known, or Einstein coefficients are missing or not valid.
    """
    table = chosen.table
    molecule, partner = _roles(table)
    rates = [rate for rate in chosen.rates if _counts(rate, molecule)]
    if not rates:
        raise UserError(
            f"{table.source}: no rate of {molecule} with {partner} staying in its lowest level, "
            "which is all that LAMDA holds; choose another format"
        )
    lines_A = _radiative(chosen.radiative, molecule)
    T = _temperatures(chosen, rates)
    levels = sorted({level for rate in rates for level in _levels(rate, molecule)})
    levels = sorted({*levels, *lines_A["v"], *lines_A["vp"]})
    energy = {v: _energy(table, molecule, v) for v in levels}
    index = {v: number for number, v in enumerate(levels, 1)}
    for rate in rates:
        chosen.errors[str(rate)] = "no fit, values of the table"
    notes = (
        "Units: cm^-1, s^-1, GHz, K, cm^3 s^-1; rotation is not resolved, weights are 1",
        f"Einstein coefficients: {chosen.radiative}",
        f"{len(chosen.rates) - len(rates)} reactions that change {partner} are not in the format",
    )
    mass = sum(species.molecules(table)[molecule]["masses_u"])
    lines = [
        "!MOLECULE",
        f"{molecule} vibrational levels",
        "!MOLECULAR WEIGHT",
        f"{mass:.6f}",
        "!NUMBER OF ENERGY LEVELS",
        f"{len(levels)}",
        "!LEVEL + ENERGIES(cm^-1) + WEIGHT + v",
        *(f"{index[v]:5d} {energy[v]:16.6f} {1.0:8.1f} {v:6d}" for v in levels),
        "!NUMBER OF RADIATIVE TRANSITIONS",
        f"{len(lines_A)}",
        "!TRANS + UP + LOW + EINSTEINA(s^-1) + FREQ(GHz) + E_u(K)",
        *_radiative_rows(lines_A, energy, index),
        "!NUMBER OF COLL PARTNERS",
        "1",
        "!COLLISIONS BETWEEN",
        f"{PARTNERS[partner]} {molecule}-{partner} ! vibrates",
        "!NUMBER OF COLL TRANS",
        f"{len(rates)}",
        "!NUMBER OF COLL TEMPS",
        f"{len(T)}",
        "!COLL TEMPS",
        " ".join(f"{t:.10g}" for t in T),
        "!TRANS + UP + LOW + COLLRATES(cm^3 s^-1)",
    ]
    for number, rate in enumerate(rates, 1):
        up, low = (index[v] for v in _levels(rate, molecule))
        lines.append(f"{number:5d} {up:5d} {low:5d} " + " ".join(f"{k:.6e}" for k in rate(T).k))
    lines += commented(chosen.header(FORMAT, *notes), "!")
    return {path: "\n".join(lines) + "\n"}


def _roles(table: RateTable) -> tuple[str, str]:
    """The radiating molecule and its partner."""
    dipolar = [one for one in table.pair if len(elements(one)) > 1]
    if not dipolar:
        which = " and ".join(dict.fromkeys(table.pair))
        raise UserError(
            f"lamda: {which} have no dipole moment and do not radiate, the format holds molecules "
            "that do; choose csv or collisiondb"
        )
    for molecule in dipolar:
        others = [one for one in table.pair if one != molecule]
        if others and others[0] in PARTNERS:
            return molecule, others[0]
    raise UserError(
        f"lamda: the format numbers the partners {', '.join(PARTNERS)}, of which {dipolar[0]} has "
        f"none in {' + '.join(table.pair)}; choose csv or collisiondb"
    )


def _states(rate: Rate, molecule: str) -> tuple[tuple[State, State], tuple[State, State]]:
    states = [state for side in species.sides(rate) for state in side]
    own = [state for state in states if state.species == molecule]
    other = [state for state in states if state.species != molecule]
    return (own[0], own[1]), (other[0], other[1])


def _counts(rate: Rate, molecule: str) -> bool:
    own, other = _states(rate, molecule)
    return other[0] == other[1] and other[0].ground and own[0] != own[1]


def _levels(rate: Rate, molecule: str) -> tuple[int, int]:
    own, _ = _states(rate, molecule)
    return own[0].numbers[0][1], own[1].numbers[0][1]


def _energy(table: RateTable, molecule: str, v: int) -> float:
    energy = species.energy_cm(table, State(molecule, (("v", int(v)),)))
    if energy is None:
        raise UserError(
            f"{table.source}: states no level energies of {molecule}, which LAMDA needs; choose "
            "csv or collisiondb"
        )
    return energy


def _radiative(path: Path | None, molecule: str) -> pd.DataFrame:
    if path is None:
        raise UserError(
            f"lamda: Einstein coefficients of {molecule} are needed, which no campaign computes; "
            f"name a CSV with the columns {', '.join(_COLUMNS)} with --radiative"
        )
    found, _ = tables.read(path, _COLUMNS, "a CSV of Einstein coefficients")
    wrong = found[(found["v"] <= found["vp"]) | (found["A_per_s"] <= 0) | (found["vp"] < 0)]
    if len(wrong):
        row = wrong.iloc[0]
        raise UserError(
            f"{path}: row v = {row['v']:g}, vp = {row['vp']:g}, A_per_s = {row['A_per_s']:g}: an "
            "emission goes down and its coefficient is above 0; correct it"
        )
    return found.astype({"v": int, "vp": int})


def _radiative_rows(
    lines_A: pd.DataFrame, energy: dict[int, float], index: dict[int, int]
) -> list[str]:
    rows = []
    for number, (v, vp, A) in enumerate(
        zip(lines_A["v"], lines_A["vp"], lines_A["A_per_s"], strict=True), 1
    ):
        frequency = (energy[v] - energy[vp]) * _CM_TO_GHZ
        rows.append(
            f"{number:5d} {index[v]:5d} {index[vp]:5d} {A:.4e} {frequency:.6f} "
            f"{energy[v] / KELVIN_TO_CM:.4f}"
        )
    return rows


def _temperatures(chosen: Selection, rates: list[Rate]) -> np.ndarray:
    """One row of temperatures for all: those asked for, or those at which all rates are known."""
    common = set(chosen.rows(rates[0])).intersection(*(chosen.rows(rate) for rate in rates))
    if not common:
        raise UserError("lamda: the rates have no temperature in common; choose --transitions")
    return np.array(sorted(common))


FORMAT = Format(
    "lamda",
    ".dat",
    "LAMDA (RADEX, pythonradex): molecules with a dipole moment, downward rates",
    content,
    both=False,
    only_exothermic=True,
)
