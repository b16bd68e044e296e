"""Rate coefficients read into the data model: a campaign's rates.nc, tidy CSV, LAMDA/RADEX."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.learning.data import from_rows, rate_data
from vibrates.learning.transitions import NUMBERS
from vibrates.rates.compare import read_published, read_rates


def read(path: str | Path, dv: int | None = None) -> xr.Dataset:
    """Rates of `path` in the data model, by its suffix: .nc, .csv, anything else is LAMDA/RADEX.

    `dv`: quanta lost in a table with v alone (`read_csv`).
    """
    suffix = Path(path).suffix
    if suffix == ".nc":
        return from_campaign(read_rates(path), str(path))
    return read_csv(path, dv) if suffix == ".csv" else read_lamda(path)


def from_campaign(
    rates: xr.Dataset,
    name: str,
    changes: Sequence[Sequence[int]] | None = None,
    initial_w: Sequence[int] | None = None,
) -> xr.Dataset:
    """The exothermic transitions of rates.nc, which trajectories computed, in the data model.

    Only the changes (v' - v, w' - w) and the levels w that are given, if they are. The endothermic
    rows of rates.nc follow from detailed balance and hold nothing new.
    """
    check_variables(rates, name)
    wanted = np.ones(rates.sizes["transition"], dtype=bool)
    if "direction" in rates:
        wanted &= rates["direction"].values == "computed"
    if changes is not None:
        own = zip((rates.vp - rates.v).values, (rates.wp - rates.w).values, strict=True)
        wanted &= np.array([list(change) in [list(c) for c in changes] for change in own], bool)
    if initial_w is not None:
        wanted &= np.isin(rates["w"].values, initial_w)
    return chosen_rows(rates, np.flatnonzero(wanted), name)


def check_variables(rates: xr.Dataset, name: str) -> None:
    """UserError when `rates` lacks a variable that learning needs."""
    missing = {"k", "k_stderr", "v", "w", "vp", "wp", "temperature"} - set(rates.variables)
    if missing:
        raise UserError(
            f"{name}: variable {', '.join(sorted(missing))} is missing; run the rule rates again"
        )


def chosen_rows(
    rates: xr.Dataset,
    rows: np.ndarray,
    name: str,
    numbers: Mapping[str, np.ndarray] | None = None,
    energy_difference_cm: np.ndarray | None = None,
) -> xr.Dataset:
    """The `rows` of rates.nc in the data model, their own labels unless `numbers` has others."""
    rates = rates.isel(transition=rows)
    cell = ("transition", "temperature")
    correlation, edge = rates.get("k_error_correlation"), rates.get("k_rests_on_edge")
    if energy_difference_cm is None and "energy_difference" in rates:
        energy_difference_cm = rates["energy_difference"].values
    return rate_data(
        numbers or {key: rates[key].values for key in ("v", "w", "vp", "wp")},
        rates["temperature"].values,
        rates["k"].transpose(*cell).values,
        name,
        k_stderr=rates["k_stderr"].transpose(*cell).values,
        origin="computed",
        energy_difference_cm=energy_difference_cm,
        error_correlation=None
        if correlation is None
        else correlation.transpose(*cell, "temperature_2").values,
        rests_on_edge=None if edge is None else edge.transpose(*cell).values,
    )


def read_csv(path: str | Path, dv: int | None = None) -> xr.Dataset:
    """A tidy table: quantum numbers (v, j, w and vp, jp, wp), T_K, k_cm3_s[, k_stderr_cm3_s].

    A table with v alone is one of (v, 0) -> (v - dv, 0), as `vibrates compare` reads it; `dv`,
    where it is given, counts, and not the name of the file. Raises UserError if the file is
    missing, lacks a column, or as `data.from_rows` does.
    """
    rows = tables.read_plain(path, "quantum numbers, T_K and k_cm3_s")
    numbers = [key for key in NUMBERS if key in rows.columns]
    if numbers == ["v"]:
        if dv is not None and "dv" in rows and (rows["dv"] != dv).any():
            raise UserError(
                f"{path}: column dv has {rows['dv'][rows['dv'] != dv].iloc[0]:g}, and its key "
                f"reference.published_rates.dv{dv} says {dv}; correct one of them"
            )
        rows = read_published(path, dv)
        rows = rows.assign(vp=rows["v"] - rows["dv"], w=0, wp=0)
        numbers = ["v", "vp", "w", "wp"]
    missing = [column for column in ("T_K", "k_cm3_s") if column not in rows.columns]
    if missing or not numbers:
        raise UserError(
            f"{path}: column {', '.join(missing) or 'of a quantum number'} is missing "
            f"(found {', '.join(map(str, rows.columns))}); name the columns "
            f"{', '.join(NUMBERS)}, T_K, k_cm3_s"
        )
    columns = [*numbers, "T_K", "k_cm3_s"]
    columns += [c for c in ("k_stderr_cm3_s",) if c in rows.columns]
    try:
        rows = rows[columns].astype(float)
    except ValueError as error:
        raise UserError(f"{path}: a value is no number ({error}); correct the table") from None
    return from_rows(rows, str(path))


def read_lamda(path: str | Path, partner: int = 1) -> xr.Dataset:
    """Collisional rates in a LAMDA/RADEX molecular data file (Schoeier et al. 2005, A&A 432, 369).

    Levels labelled with one integer have j, with two (as 1_12) v and j; the energies of the levels
    give `energy_difference`.

    Parameters
    ----------
    path : str or Path
        The file.
    partner : int
        The collision partner, counted from 1.

    Raises
    ------
    UserError
        If the file is missing, is no such table or has no such partner.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror}); name an existing file"
        ) from None
    lines = iter(text.splitlines())
    try:
        return _lamda(lines, str(path), partner)
    except (StopIteration, ValueError, IndexError, KeyError):
        raise UserError(
            f"{path}: no LAMDA/RADEX table with collision partner {partner}, or cut "
            "short; compare it with the format's description"
        ) from None


def _lamda(lines: Iterator[str], name: str, partner: int) -> xr.Dataset:
    def entry() -> str:  # every entry has a line of comment before it
        next(lines)
        return next(lines)

    entry(), entry()  # name, weight
    levels = {}
    count = int(entry().split()[0])
    next(lines)
    for _ in range(count):
        index, energy_cm, _, label = next(lines).split()[:4]
        levels[int(index)] = (float(energy_cm), [int(n) for n in re.findall(r"\d+", label)])
    for _ in range(int(entry().split()[0]) + 1):
        next(lines)
    partners = int(entry().split()[0])
    for number in range(1, partners + 1):
        entry()
        count = int(entry().split()[0])
        entry()  # number of temperatures: the next line has them all
        temperature_K = np.array(entry().split(), dtype=float)
        next(lines)
        rows = [next(lines).split() for _ in range(count)]
        if number == partner:
            return _lamda_rates(rows, temperature_K, levels, name)
    raise KeyError(partner)


def _lamda_rates(rows, temperature_K, levels, name) -> xr.Dataset:
    upper, lower = ([levels[int(row[i])] for row in rows] for i in (1, 2))
    width = len(upper[0][1])
    before, after = (("v", "j"), ("vp", "jp")) if width > 1 else (("j",), ("jp",))
    numbers = {}
    for i in range(len(before)):
        numbers[before[i]] = np.array([quanta[i] for _, quanta in upper])
        numbers[after[i]] = np.array([quanta[i] for _, quanta in lower])
    energies = np.array([[e for e, _ in side] for side in (upper, lower)])
    k = np.array([row[3 : 3 + len(temperature_K)] for row in rows], dtype=float)
    if k.shape[1] != len(temperature_K):
        raise ValueError
    return rate_data(
        numbers, temperature_K, k, name, energy_difference_cm=energies[0] - energies[1]
    )
