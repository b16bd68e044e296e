"""Checks of the tables of rates and cross sections."""

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vibrates.collisions.detailed_balance import detailed_balance as balance
from vibrates.config import Campaign
from vibrates.core.units import KELVIN_TO_CM
from vibrates.rates.crossover import differences
from vibrates.rates.sanity.result import LIMITS, result

_SMALLEST_SHARE = 0.1  # of a channel in the rate from its initial level


def positive_rates(rates: xr.Dataset) -> dict:
    """Every k must be a positive number."""
    good = np.isfinite(rates["k"].values) & (rates["k"].values > 0)
    bad = np.argwhere(~good)
    message = "every k is a positive number"
    if len(bad):
        row, column = bad[0]
        message = (
            f"{len(bad)} values of k are not positive numbers, first {_label(rates, row)} at "
            f"{rates['temperature'].values[column]:g} K: no trajectory passes the threshold; add "
            "higher energies to grid.energies_cm or trajectories to sampling.pilot"
        )
    return result("positive_rates", not len(bad), len(bad), 0, message, "failed")


def cross_sections(cross_sections: xr.Dataset) -> dict:
    """sigma compared with the sum of its opacity over the shells, relative to the largest sigma."""
    bounds = cross_sections["impact_parameter_bounds"].values
    area = np.pi * (bounds[:, 1] ** 2 - bounds[:, 0] ** 2)
    sigma = cross_sections["sigma"].values
    deviation = np.abs(cross_sections["opacity"].values @ area - sigma)
    scale = np.maximum(sigma.max(axis=-1, keepdims=True), np.finfo(float).tiny)
    value, limit = float(np.max(deviation / scale)), LIMITS["cross_sections"]
    good = value <= limit and bool(np.all(sigma >= 0))
    message = "largest deviation of sigma from its opacity function summed over the shells"
    return result("cross_sections", good, value, limit, message, "failed")


def detailed_balance(rates: xr.Dataset) -> dict:
    """Every endothermic k compared with that from its reverse by `detailed_balance`."""
    keys = list(zip(*(rates[n].values.tolist() for n in ("v", "w", "vp", "wp")), strict=True))
    place = {key: row for row, key in enumerate(keys)}
    worst, alone = 0.0, 0
    for row, key in enumerate(keys):
        if rates["direction"].values[row] != "detailed_balance":
            continue
        back = place.get((*key[2:], *key[:2]))
        if back is None:
            alone += 1
            continue
        found = np.log(rates["k"].values[row] / rates["k"].values[back])
        difference, ratio = (
            rates[name].values[back] for name in ("energy_difference", "rotational_ratio")
        )
        expected = np.log(balance(difference, ratio, rates["temperature"].values * KELVIN_TO_CM))
        deviation = np.abs(found - expected)[np.isfinite(found)]
        worst = max(worst, float(deviation.max(initial=0.0)))
    limit = LIMITS["detailed_balance"]
    message = (
        "largest deviation of ln(k_endo/k_exo) from -D/kT and the logarithm of the rotational "
        f"partition functions; {alone} rows without reverse"
    )
    return result("detailed_balance", worst <= limit and not alone, worst, limit, message, "failed")


def errors_present(rates: xr.Dataset) -> dict:
    """Every k must carry a standard error."""
    zero = int(np.sum((rates["k"].values > 0) & ~(rates["k_stderr"].values > 0)))
    return result(
        "standard_errors",
        zero == 0,
        zero,
        0,
        "values of k without a positive standard error",
        "failed",
    )


def target(rates: xr.Dataset, config: Campaign) -> dict:
    """Whether the relative Monte-Carlo error of k reached the target within the budget."""
    rates = _computed(rates)
    missed = np.flatnonzero(rates["target_reached"].values == 0)
    limit = float(config.sampling.target_relative_error)
    message = "Monte-Carlo error of k reached the target for every target transition"
    if len(missed):
        names = ", ".join(_label(rates, row) for row in missed[:8])
        message = f"Monte-Carlo error of k above the target: {names}"
        message += f" and {len(missed) - 8} more" if len(missed) > 8 else ""
        message += "; raise sampling.budget, sampling.rounds or sampling.pilot"
    return result("target_error", not len(missed), len(missed), limit, message)


def edge_fraction(rates: xr.Dataset, config: Campaign) -> dict:
    """Share of the thermal integral from the ends of the energy grid, where k is a target."""
    limit = LIMITS["edge_fraction"]
    computed = _computed(rates)
    everywhere = int(np.sum(computed["k_edge_fraction"].values > limit))
    targets = np.flatnonzero(computed["target_reached"].values >= 0)
    wanted = np.isin(computed["temperature"].values, config.sampling.target_temperatures_K)
    fraction = computed.isel(transition=targets, temperature=np.flatnonzero(wanted))
    row, column, value = _worst(fraction["k_edge_fraction"])
    message = (
        f"{everywhere} of {computed['k'].size} computed values of k take more than {limit:.0%} of "
        "their integral from the ends of the energy grid (k_edge_fraction)"
    )
    if value > limit:
        message += (
            f"; worst among the targets {_label(fraction, row)} at "
            f"{fraction['temperature'].values[column]:g} K; extend grid.energies_cm"
        )
    return result("edge_fraction", not value > limit, value, limit, message)


def reversibility(rates: xr.Dataset) -> dict:
    """Endothermic rates from their own trajectories against detailed balance, beyond 3 errors.

    With a quantised rotor those of channels (v, w, j -> v', w', j') that were run in both
    directions.
    """
    of_levels = "channel" in rates.dims
    ratio, error, label = _of_channels(rates) if of_levels else _of_transitions(rates)
    excess = np.maximum(np.abs(ratio - 1) - 3 * error, 0.0)
    row, column, value = _worst(excess)
    limit = LIMITS["reversibility_deviation"]
    message = "no pair of states was run in both directions"
    if np.isfinite(value):
        message = (
            "microscopic reversibility: deviation beyond three standard errors of the ratio of "
            f"upward trajectories to detailed balance, worst {label(row)} at "
            f"{rates['temperature'].values[column]:g} K "
            f"(ratio {float(ratio.values[row, column]):.2f})"
        )
    return result("reversibility", not value > limit, value, limit, message)


def crossover(rates: xr.Dataset) -> dict:
    """Deviation of both treatments from each other where they meet, beyond three errors of ln k."""
    found, limit = differences(rates), LIMITS["crossover_deviation"]
    if found.empty:
        message = "no target transition was run with both treatments of the rotor"
        return result("crossover", False, None, limit, message)
    excess = np.maximum(np.abs(np.log(found["ratio"])) - 3.0 * found["error"], 0.0)
    worst = found.iloc[int(np.argmax(np.abs(np.log(found["ratio"]))))]
    value = float(excess.max())
    message = (
        "deviation of ln k with the quantised rotor from that with classical ones beyond three "
        f"standard errors, next to {rates.attrs['crossover_K']:g} K; largest ratio "
        f"({worst.v:g},{worst.w:g})->({worst.vp:g},{worst.wp:g}) at {worst.T_K:g} K: "
        f"{worst.ratio:.2f}, error {100 * worst.error:.0f} %"
    )
    if value > limit:
        message += "; move up_to_K to where they agree"
    return result("crossover", not value > limit, value, limit, message)


def _of_transitions(rates: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray, Callable[[int], str]]:
    """k_direct/k and its error (transition, temperature), and names of the rows."""
    ratio = rates["k_direct"] / rates["k"]
    error = ratio * np.hypot(
        rates["k_direct_stderr"] / rates["k_direct"], rates["k_stderr"] / rates["k"]
    )
    return ratio, error, lambda row: _label(rates, row)


def _of_channels(rates: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray, Callable[[int], str]]:
    """Ratios of upward channels to detailed balance with their reverse, and their errors.

    Channels that carry less than `_SMALLEST_SHARE` of the rate from their initial level are left
    out: they are small differences of large amplitudes, and no k rests on them.
    """
    names = ("v", "w", "j", "vp", "wp", "jp")
    keys = list(zip(*(rates[f"channel_{n}"].values.tolist() for n in names), strict=True))
    place = {key: row for row, key in enumerate(keys)}
    k, stderr = rates["k_channel"].values, rates["k_channel_stderr"].values
    kT = rates["temperature"].values * KELVIN_TO_CM
    total: dict[tuple, NDArray] = {}
    for key, one in zip(keys, k, strict=True):
        total[key[:5]] = total.get(key[:5], 0.0) + np.nan_to_num(one)
    shape = (len(keys), len(kT))
    ratio, error = np.full(shape, np.nan), np.full(shape, np.nan)
    for row, key in enumerate(keys):
        back = place.get((*key[3:], *key[:3]))
        defect = float(rates["channel_energy_difference"].values[row])
        if back is None or defect < 0:
            continue
        expected = k[row] * balance(defect, (2 * key[2] + 1) / (2 * key[5] + 1), kT)
        carries = k[row] > _SMALLEST_SHARE * total[key[:5]]
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio[back] = np.where(carries, k[back] / expected, np.nan)
            error[back] = ratio[back] * np.hypot(stderr[back] / k[back], stderr[row] / k[row])
    dims = ("channel", "temperature")

    def label(row: int) -> str:
        v, w, j, vp, wp, jp = keys[row]
        return f"({v},{w},{j})->({vp},{wp},{jp})"

    return xr.DataArray(ratio, dims=dims), xr.DataArray(error, dims=dims), label


def _label(rates: xr.Dataset, row: int) -> str:
    v, w, vp, wp = (int(rates[name].values[row]) for name in ("v", "w", "vp", "wp"))
    return f"({v},{w})->({vp},{wp})"


def _computed(rates: xr.Dataset) -> xr.Dataset:
    """Transitions computed from trajectories; their reverses have the same relative errors."""
    return rates.isel(transition=np.flatnonzero(rates["direction"].values == "computed"))


def _worst(table: xr.DataArray) -> tuple[int, int, float]:
    """Row, column and value of the largest finite entry; (0, 0, nan) if there is none."""
    values = table.values
    if not np.isfinite(values).any():
        return 0, 0, float("nan")
    row, column = np.unravel_index(np.nanargmax(values), values.shape)
    return int(row), int(column), float(values[row, column])
