"""What the pages say about a finished campaign, from its results directory."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import yaml
from report import ROOT, span

from vibrates.core.netcdf import read_product
from vibrates.rates.compare import ratios, read_published


def read_rates(results: str) -> xr.Dataset:
    """rates.nc of a results directory of the repository."""
    return read_product(ROOT / results / "rates.nc", "run the campaign first")


def rate(rates: xr.Dataset, transition: tuple, scheme: str, temperatures) -> tuple:
    """k and its standard error of (v, w, v', w') at the temperatures."""
    match = [rates[n].values == x for n, x in zip(("v", "w", "vp", "wp"), transition, strict=True)]
    chosen = rates.isel(transition=np.flatnonzero(np.all(match, axis=0))[0])
    chosen = chosen.sel(temperature=list(temperatures))
    return chosen[f"k_{scheme}"].values, chosen[f"k_{scheme}_stderr"].values


def campaign(results: str) -> dict[str, Any]:
    """Trajectories, largest relative errors of k of the targets, checks, time and surface."""
    rates = read_rates(results)
    config = yaml.safe_load(rates.attrs["configuration"])
    computed = rates.isel(transition=np.flatnonzero(rates["direction"].values == "computed"))
    states = set(map(tuple, config["grid"]["states"]))
    counts = {
        (v, w): (int(n), int(failed))
        for v, w, n, failed in zip(
            *(computed[x].values for x in ("v", "w", "n_trajectories", "n_failed")), strict=True
        )
        if (v, w) in states
    }
    temperatures = config["sampling"]["target_temperatures_K"]
    largest = []
    for dv, dw in config["sampling"]["target_transitions"]:
        own = (computed.vp - computed.v == dv) & (computed.wp - computed.w == dw)
        own = computed.isel(transition=np.flatnonzero(own.values)).sel(temperature=temperatures)
        if own.sizes["transition"]:
            relative = (own["k_stderr"] / own["k"]).values
            largest.append({"dv": dv, "dw": dw, "transitions": int(own.sizes["transition"]),
                            "relative_error": float(relative.max()),
                            "temperatures_K": temperatures})  # fmt: skip
    checks = json.loads((ROOT / results / "checks.json").read_text(encoding="utf-8"))["checks"]
    return {
        "name": config["name"],
        "surface": config["surface"]["type"],
        "states": sorted(list(state) for state in states),
        "energies": int(config_energies(config)),
        "shells": len(config["grid"]["impact_parameter_edges_angstrom"]) - 1,
        "trajectories": sum(n for n, _ in counts.values()),
        "failed": sum(failed for _, failed in counts.values()),
        "target_relative_error": config["sampling"]["target_relative_error"],
        "largest_relative_errors": largest,
        "checks_not_passed": [c["name"] for c in checks if c["status"] != "passed"],
        "ranks": config["jobs"]["ranks"],
        "minutes": minutes(ROOT / results),
    }


def config_energies(config: dict) -> int:
    """How many energies the grid of a campaign has."""
    energies = config["grid"]["energies_cm"]
    return energies["geometric"]["count"] if isinstance(energies, dict) else len(energies)


def minutes(results: Path) -> float | None:
    """From the first line of the campaign's log to its last product; None without a log.

    A run that was interrupted counts its pauses.
    """
    log = results / "campaign.log"
    if not log.is_file():
        return None
    stamps = re.findall(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)", log.read_text("utf-8"), re.MULTILINE)
    made = [read_product(path).attrs["created"] for path in
            (results / "rates.nc", results / "learned.nc") if path.is_file()]  # fmt: skip
    end = max(map(datetime.fromisoformat, made))
    begin = datetime.fromisoformat(stamps[0]).replace(tzinfo=end.tzinfo)
    return round((end - begin).total_seconds() / 60.0, 1)


def described(found: dict) -> str:
    """The sentence on effort and precision that every page of a campaign begins with."""
    levels = len(found["states"])
    text = (
        f"{levels} initial states, {found['energies']} energies, {found['shells']} shells of b: "
        f"{thousands(found['trajectories'])} trajectories, "
        f"{found['failed'] or 'none'} failed"
    )
    if found["minutes"] is not None:
        text += f"; {found['minutes']:.0f} minutes on {found['ranks']} ranks"
    parts = [f"{100 * e['relative_error']:.1f} % for {change(e['dv'], e['dw'])}"
             for e in found["largest_relative_errors"]]  # fmt: skip
    at = ", ".join(f"{t:g}" for t in found["largest_relative_errors"][0]["temperatures_K"])
    return (
        f"{text}. Largest relative standard error of k at {at} K: {', '.join(parts)} "
        f"(asked for: {100 * found['target_relative_error']:g} %)."
    )


def change(dv: int, dw: int) -> str:
    """A change of quantum numbers in words of the pages: "dv = 1" for (-1, 0)."""
    return f"dv = {-dv}" if dw == 0 else f"({dv:+d}, {dw:+d})"


def thousands(number: int) -> str:
    """227360 as "227 360"."""
    return f"{number:,}".replace(",", " ")


def against_published(rates: xr.Dataset, directory: Path, schemes) -> list[dict]:
    """Ratios to published tables n2h2_vt_dv1.csv, ... of a directory.

    Columns: scheme, v, dv, T_K, ratio, error.
    """
    rows = []
    for scheme in schemes:
        for dv in (1, 2, 3):
            found = ratios(rates, read_published(directory / f"n2h2_vt_dv{dv}.csv"), scheme)
            rows += [{"scheme": scheme} | row for row in found.to_dict("records")]
    return rows


def ratio_cells(values, errors) -> list[str]:
    """ "1.65 +- 0.03" for each."""
    return [f"{x:.2f} +- {e:.2f}" for x, e in zip(values, errors, strict=True)]


__all__ = [
    "against_published",
    "campaign",
    "change",
    "described",
    "rate",
    "ratio_cells",
    "read_rates",
    "span",
    "thousands",
]
