"""Gain from stratification, allocation and importance sampling; in docs/accuracy.md, its table.

    python validation/variance.py

Relative variance of k from one trajectory, in four designs that build on each other, from the
spread of single trajectories of the default campaign's strata:

- uniform: equal numbers at all energies, b^2 uniform up to b_max
- shells: equal numbers in all shells of b as well
- allocated: numbers by `vibrates.campaign.allocation` for all three temperatures together
- head-on: allocated, half of the translational energies drawn from Beta(6, 2), with weights
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from report import run_study, span, table, took
from study import PROCESSES, STATES, TEMPERATURES, Study, default, reduce

from vibrates.campaign.allocation import needed
from vibrates.core.units import KELVIN_TO_CM
from vibrates.rates import layout
from vibrates.rates.coefficients import effective_sums
from vibrates.rates.symmetrisation import trajectory_factor
from vibrates.rates.thermal import EnergyGrid
from vibrates.trajectories.work import BatchWork

NEEDS = ()
REMEDY = "run: make validate"
SECTIONS = ("evidence/accuracy/variance", "accuracy/variance summary")
DESIGNS = ("uniform", "shells", "allocated", "head-on")
COUNT = 256
TARGET = 1e-3


def moments(
    work: BatchWork, columns: dict[str, NDArray], reduced: xr.Dataset, final: tuple[int, int]
) -> tuple[NDArray, NDArray]:
    """Mean and variance (T, E, S) of w P f, the trajectories' contribution to k."""
    energies = reduced["energy"].values
    where = work.levels[0].index(final[0]), work.levels[1].index(final[1])
    match = (reduced["vp"].values == final[0]) & (reduced["wp"].values == final[1])
    difference = float(reduced["energy_difference"].values[match][0])
    weighted = columns["weight"] * columns["probability"][:, *where]
    energy = np.abs(columns["energy_cm"][:, None] - energies).argmin(axis=1)
    shape = len(energies), reduced.sizes["shell"]
    cell = energy * shape[1] + columns["shell"]
    good = columns["status"] == 0
    number = np.bincount(cell[good], minlength=shape[0] * shape[1])
    mean, variance = [], []
    for kT in np.array(TEMPERATURES) * KELVIN_TO_CM:
        factor = trajectory_factor(
            columns["translational_energy"], energies[energy], difference, kT
        )
        value = np.where(good, weighted * factor, 0.0)
        first, second = (
            (np.bincount(cell, x, minlength=number.size) / number).reshape(shape)
            for x in (value, value**2)
        )
        mean.append(first)
        variance.append(second - first**2)
    return np.array(mean), np.array(variance)


def energy_shares(reduced: xr.Dataset, final: tuple[int, int]) -> NDArray:
    """d ln k / d ln S(U), (T, E)."""
    match = (reduced["vp"].values == final[0]) & (reduced["wp"].values == final[1])
    row = int(np.flatnonzero(match)[0])
    sums, above = effective_sums(reduced, row, "translational")
    at = [list(reduced["temperature"].values).index(t) for t in TEMPERATURES]
    area = layout.shell_area(reduced)
    value = (sums.sum(axis=-1) / reduced["count"].values.sum(axis=-1)) @ area
    energies = reduced["energy"].values
    difference = float(reduced["energy_difference"].values[row])
    shares = np.zeros((len(at), len(energies)))
    for row_t, column in enumerate(at):
        used = above & (value[column] > 0.0)
        grid = EnergyGrid.build(energies[used], difference)
        kT = [TEMPERATURES[row_t] * KELVIN_TO_CM]
        weights = grid.thermal_weights("translational", difference, kT)
        shares[row_t, used] = grid.node_shares(grid.interpolate(value[column][used]) * weights)[0]
    return shares


def designs(mean: NDArray, variance: NDArray, share: NDArray, area: NDArray) -> dict[str, NDArray]:
    """Relative variance of k times number of trajectories (T,) of the first three designs."""
    n_energies, n_shells = variance.shape[1:]
    part = area / area.sum()
    total = mean @ part  # <w P f> over the whole disc, (T, E)
    used = share > 0.0
    scale = np.where(used, share / np.where(used, total, 1.0), 0.0)[..., None]
    disc = (variance + mean**2) @ part - total**2
    uniform = n_energies * np.sum(scale[..., 0] ** 2 * disc, axis=1)
    single = (scale * part) ** 2 * variance  # relative variance from one trajectory of the stratum
    shells = n_energies * n_shells * single.sum(axis=(1, 2))
    flat = single.reshape(len(single), -1)
    wanted = flat.sum(axis=0) > 0.0
    counts = needed(flat[:, wanted], np.ones(wanted.sum()), np.ones(wanted.sum()), TARGET)
    allocated = (flat[:, wanted] / counts).sum(axis=1) * counts.sum()
    return {"uniform": uniform, "shells": shells, "allocated": allocated}


def measure() -> dict:
    """Relative variance of k times number of trajectories in the four designs."""
    found: dict[tuple[str, float], dict[str, NDArray]] = {}
    for state in STATES:
        finals = {name: end for name, (start, end) in PROCESSES.items() if start == state}
        shares: dict[str, NDArray] = {}
        for head_on in (0.5, 0.0):
            config = default({"sampling": {"importance_fraction": head_on}})
            work, columns = Study(config, state, COUNT).columns()
            reduced = reduce(work, columns)
            for name, final in finals.items():
                # The better estimate of the weights of the energies serves both samplings.
                shares.setdefault(name, energy_shares(reduced, final))
                mean, variance = moments(work, columns, reduced, final)
                area = layout.shell_area(reduced)
                found[name, head_on] = designs(mean, variance, shares[name], area)
    rows = []
    for name in PROCESSES:
        for at, temperature in enumerate(TEMPERATURES):
            values = {d: found[name, 0.0][d][at] for d in DESIGNS[:3]}
            values["head-on"] = found[name, 0.5]["allocated"][at]
            rows.append({"process": name, "T_K": temperature} | values)
    return {"trajectories_per_stratum": COUNT, "variances": rows}


def sections(numbers: dict) -> dict[str, str]:
    """The table, with the factors gained and the trajectories that 10 % of k take."""
    rows = []
    for row in numbers["variances"]:
        uniform, best = row["uniform"], row["head-on"]
        cells = [f"{row[d]:.3g} ({uniform / row[d]:.1f})" for d in DESIGNS]
        rows.append(
            [
                row["process"],
                f"{row['T_K']:.0f} K",
                *cells,
                f"{uniform / 0.01:.0f}",
                f"{best / 0.01:.0f}",
            ]
        )
    head = ["process", "T", *DESIGNS, "N for 10 %, uniform", "N for 10 %, head-on"]
    gains: dict[float, list[float]] = {}
    for row in numbers["variances"]:
        gains.setdefault(row["T_K"], []).append(row["uniform"] / row["head-on"])
    factors = ", ".join(f"{span(own, '.1f')} at {t:g} K" for t, own in gains.items())
    return {
        "evidence/accuracy/variance": table(head, rows) + "\n" + took(numbers),
        "accuracy/variance summary": (
            "For the same error of k uniform sampling takes more trajectories, by a factor of "
            f"{factors} (range over the three processes)."
        ),
    }


if __name__ == "__main__":
    run_study("variance")
