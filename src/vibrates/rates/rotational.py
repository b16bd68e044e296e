"""Rates with a quantised rotor: sums over final j, thermal averages over initial j.

Every rate (v, w, j -> v', w', j') is symmetrised with its own energy defect. Its sum over j' is the
rate of the initial level j; within a nuclear-spin species (para, ortho) the mean of these over the
thermal populations of j, and in a mixture the mean of the species:

    k(v, w -> v', w') = sum_s x_s(T) sum_j p_j(T) sum_j' k(v, w, j -> v', w', j').

Levels j that were not run are left out of the mean; the error that this may cause is taken as their
population times k, or times the rate from one of the two highest levels that were run if that is
larger.

The reverse direction follows from detailed balance level by level, which for a species makes

    k_s(f -> i) = k_s(i -> f) (B_f/B_i) (q_s(i)/q_s(f)) exp(-D/kT)

with the rotational partition functions q_s of the quantised molecule in the vibrational levels of i
and f, energies above their j = 0, B of the classical rotor, and D the vibrational energy released.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from vibrates.collisions.detailed_balance import detailed_balance
from vibrates.config import Campaign
from vibrates.core.errors import UserError
from vibrates.core.units import KELVIN_TO_CM
from vibrates.molecules.rotation import partition_function, populations, species_shares
from vibrates.rates import bootstrap, layout
from vibrates.rates.coefficients import RateColumns, ThermalAverage, rate_unit, thermal_average
from vibrates.rates.quadrature_error import QuadratureError
from vibrates.rates.symmetrisation import SCHEMES

_CHANNEL = ("v", "w", "j", "vp", "wp", "jp")


@dataclass(frozen=True, eq=False)
class LevelRates:
    """Thermal averages of one initial state (v, w, j), angstrom^2.

    ``channels``: of every row of the reduced dataset, by scheme. ``totals``: their sums over j' by
    (v', w') and scheme.
    """

    reduced: xr.Dataset
    channels: Mapping[tuple[int, str], ThermalAverage]
    totals: Mapping[tuple[tuple[int, int], str], ThermalAverage]


def combined(parts: Sequence[tuple[NDArray | float, ThermalAverage]]) -> ThermalAverage:
    """Weighted sum of thermal averages, NaN where all of them are.

    Monte-Carlo samples add one by one: those of the same trajectories have the same draws, and
    those of others independent ones. Errors of the integral add, since all have the same energies.

    Parameters
    ----------
    parts
        Weights, numbers or (T,), and averages.
    """
    known = np.any([np.isfinite(one.value) for _, one in parts], axis=0)
    parts = [(np.asarray(weight) * np.ones(len(known)), one) for weight, one in parts]

    def total(of) -> NDArray:
        terms = [
            np.where(np.isfinite(one.value), weight, 0.0) * np.nan_to_num(of(one))
            for weight, one in parts
        ]
        return np.where(known, np.sum(terms, axis=0), np.nan)

    value = total(lambda one: one.value)
    samples = np.sum(
        [
            np.where(np.isfinite(one.value), weight, 0.0)[:, None] * np.nan_to_num(one.samples)
            for weight, one in parts
        ],
        axis=0,
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        edge = total(lambda one: one.value * one.edge) / value
        extrapolated = total(lambda one: one.value * one.extrapolated) / value
    error = QuadratureError(
        *(
            total(lambda one, part=part: getattr(one.error, part))
            for part in ("interpolation", "lower", "upper")
        )
    )
    missing = total(lambda one: np.zeros(len(known)) + one.missing)
    return ThermalAverage(value, samples, error, edge, extrapolated, missing)


def level_rates(reduced: xr.Dataset, samples: int, seed: int) -> LevelRates:
    """Thermal averages of one initial state (v, w, j), each channel by its own energy defect.

    Parameters
    ----------
    reduced
        Dataset of `layout` of the initial state.
    samples, seed
        Number of bootstrap samples, and the seed of the campaign.
    """
    v, w, j = (int(reduced.attrs[name]) for name in ("v", "w", "j"))
    draws = bootstrap.draw(seed, v, w, samples, _cells(reduced), j)
    kT = reduced["temperature"].values * KELVIN_TO_CM
    finals = list(zip(reduced["vp"].values.tolist(), reduced["wp"].values.tolist(), strict=True))
    vibrational = layout.vibrational_difference(reduced)
    channels, totals = {}, {}
    for scheme in SCHEMES:
        for row in range(reduced.sizes["transition"]):
            difference = float(reduced["energy_difference"].values[row])
            factor = detailed_balance(max(-difference, 0.0), 1.0, kT)
            if vibrational[row] < 0:
                # As without a quantised rotor: D is that of the levels at rest.
                factor = factor / float(reduced["rotational_ratio"].values[row])
            average = thermal_average(reduced, row, scheme, draws)
            channels[row, scheme] = combined([(factor, average)])
        for final in dict.fromkeys(finals):
            mine = [channels[row, scheme] for row, one in enumerate(finals) if one == final]
            totals[final, scheme] = combined([(1.0, one) for one in mine])
    return LevelRates(reduced, channels, totals)


def _cells(reduced: xr.Dataset) -> tuple[int, int, int]:
    """Numbers of energies, shells and replicates."""
    energies, shells, replicates = reduced["count"].shape
    return energies, shells, replicates


def averaged_over_j(
    levels: Sequence[LevelRates],
    config: Campaign,
    final: tuple[int, int],
    scheme: str,
    mixture: str,
) -> ThermalAverage:
    """Thermal average over the initial j of one (v, w) in a species or mixture.

    Parameters
    ----------
    levels
        Those of all j that were run.
    config
        The campaign.
    final
        (v', w').
    scheme
        Symmetrisation.
    mixture
        Species or mixture.

    Raises
    ------
    UserError
        No level of a species was run.
    """
    every = [one.reduced for one in levels]
    temperature = every[0]["temperature"].values
    weights, missing = initial_populations(every, config, temperature, mixture)
    averages = [one.totals[final, scheme] for one in levels]
    average = combined(list(zip(weights, averages, strict=True)))
    # Rates rise with j: the levels that were not run may have that of the highest ones that were.
    highest = np.fmax.reduce([average.value, *(one.value for one in averages[-2:])])
    return replace(average, missing=missing * highest)


def initial_populations(
    levels: Sequence[xr.Dataset],
    config: Campaign,
    temperatures: NDArray,
    mixture: str | None = None,
) -> tuple[NDArray, NDArray]:
    """Weights (n_j, T) of the initial j in a mean, and the population (T,) that was not run.

    Parameters
    ----------
    levels
        Reduced datasets of all j of one (v, w) that were run.
    config
        The campaign.
    temperatures
        Temperatures (T,), K.
    mixture
        Species or mixture; the configured one if absent.

    Raises
    ------
    UserError
        No level of a species was run.
    """
    rotor = config.quantised
    assert rotor is not None  # the caller's choice
    name, j = config.pair[rotor.position], np.array([int(one.attrs["j"]) for one in levels])
    level = int(levels[0].attrs["vw"[rotor.position]])
    shares = species_shares(
        rotor.diatom, level, rotor.species, mixture or rotor.mixture, temperatures
    )
    weights, missing = np.zeros((len(j), len(temperatures))), np.zeros(len(temperatures))
    for share, one in zip(shares, rotor.species, strict=True):
        if not share.any():
            continue
        population = populations(rotor.diatom, level, one, j, temperatures)
        run = population.sum(axis=0)
        if not run.any():
            raise UserError(
                f"{one.name}-{name}: no initial level of this species was run; add one to "
                f"rotors.{name}.initial_j"
            )
        weights += share * population / run
        missing += share * (1.0 - run)
    return weights, missing


def grouped(
    reduced: Sequence[xr.Dataset], samples: int, seed: int
) -> dict[tuple[int, int], list[LevelRates]]:
    """Thermal averages of all initial states, by (v, w); each in the order of j.

    Parameters
    ----------
    reduced
        One dataset of `layout` per initial state (v, w, j).
    samples, seed
        As in `level_rates`.
    """
    found: dict[tuple[int, int], list[LevelRates]] = {}
    for one in reduced:
        state = int(one.attrs["v"]), int(one.attrs["w"])
        found.setdefault(state, []).append(level_rates(one, samples, seed))
    return {
        state: sorted(levels, key=lambda one: one.reduced.attrs["j"])
        for state, levels in found.items()
    }


def vibrational_rates(
    levels: Sequence[LevelRates], config: Campaign, reduced_mass: float, mixture: str
) -> xr.Dataset:
    """Rates of one (v, w) in a species or mixture, as `coefficients.state_rates` returns them.

    Parameters
    ----------
    levels
        Those of all initial j.
    config
        The campaign.
    reduced_mass
        Of the relative motion, m_e.
    mixture
        Species or mixture.

    Returns
    -------
    xr.Dataset
        ``rotational_ratio`` on (transition, temperature): q_i/q_f of detailed balance, that of the
        classical rotor times that of the quantised one.
    """
    one = levels[0].reduced
    temperature, finals = one["temperature"].values, _finals(one)
    unit = rate_unit(temperature, reduced_mass)
    columns = RateColumns(len(finals), len(temperature), one.sizes["replicate"])
    ratios, differences = [], []
    for row, final in enumerate(finals):
        for scheme in SCHEMES:
            average = averaged_over_j(levels, config, final, scheme, mixture)
            columns.fill(row, scheme, average, unit)
        at = _rows(one, final)[0]
        differences.append(layout.vibrational_difference(one)[at])
        ratios.append(
            float(one["rotational_ratio"].values[at])
            * _quantum_ratio(levels, config, final, mixture)
        )
    return columns.dataset(
        {
            "vp": ("transition", [vp for vp, _ in finals]),
            "wp": ("transition", [wp for _, wp in finals]),
            "energy_difference": ("transition", differences),
            "rotational_ratio": (("transition", "temperature"), np.array(ratios)),
            "temperature": temperature,
        },
        {name: int(one.attrs[name]) for name in ("v", "w")},
    )


def _quantum_ratio(
    levels: Sequence[LevelRates], config: Campaign, final: tuple[int, int], mixture: str
) -> NDArray:
    """q_i/q_f (T,) of the quantised rotor, in a mixture of species weighted by their rates."""
    rotor = config.quantised
    assert rotor is not None
    one = levels[0].reduced
    temperature = one["temperature"].values
    before = int(one.attrs["vw"[rotor.position]])
    after = final[rotor.position]
    if before == after:
        return np.ones(len(temperature))
    scheme = config.rates.symmetrisation
    shares, shares_after = (
        species_shares(rotor.diatom, level, rotor.species, mixture, temperature)
        for level in (before, after)
    )
    above, below = np.zeros(len(temperature)), np.zeros(len(temperature))
    for x, x_after, each in zip(shares, shares_after, rotor.species, strict=True):
        if not x.any():
            continue
        q, q_after = (
            partition_function(rotor.diatom, level, each, temperature) for level in (before, after)
        )
        k = averaged_over_j(levels, config, final, scheme, each.name).value
        above += x_after * k * q / q_after
        below += x * k
    return above / below


def _finals(reduced: xr.Dataset) -> list[tuple[int, int]]:
    """Final (v', w'), each once, in the order of the rows."""
    pairs = zip(reduced["vp"].values.tolist(), reduced["wp"].values.tolist(), strict=True)
    return list(dict.fromkeys(pairs))


def _rows(reduced: xr.Dataset, final: tuple[int, int]) -> NDArray:
    match = (reduced["vp"].values == final[0]) & (reduced["wp"].values == final[1])
    return np.flatnonzero(match)


def resolved_variables(
    groups: Mapping[tuple[int, int], Sequence[LevelRates]],
    keys: Sequence[tuple[int, int, int, int]],
    by_mixture: Mapping[str, xr.Dataset],
    config: Campaign,
    reduced_mass: float,
    kept: NDArray,
) -> tuple[dict, dict]:
    """Variables and coordinates of rates.nc that only a campaign with a quantised rotor has.

    Parameters
    ----------
    groups
        Thermal averages of all initial states, by (v, w).
    keys
        Rows (v, w, v', w') of rates.nc.
    by_mixture
        k and k_stderr (transition, temperature) of these rows in every species and mixture.
    config
        The campaign.
    reduced_mass
        Of the relative motion, m_e.
    kept
        Which of the reduced temperatures rates.nc has, booleans.
    """
    scheme, rate = config.rates.symmetrisation, {"units": "cm^3 s^-1"}
    every = [one for levels in groups.values() for one in levels]
    temperature = every[0].reduced["temperature"].values
    replicates = every[0].reduced.sizes["replicate"]
    unit = rate_unit(temperature, reduced_mass)
    every_j = sorted({int(one.reduced.attrs["j"]) for one in every})
    shape = (len(keys), len(every_j), int(kept.sum()))
    of_level, of_level_error, population = (np.full(shape, np.nan) for _ in range(3))
    for row, (v, w, vp, wp) in enumerate(keys):
        levels = groups.get((v, w), ())
        if not levels or (vp, wp) not in _finals(levels[0].reduced):
            continue
        weights, _ = initial_populations([one.reduced for one in levels], config, temperature)
        for weight, one in zip(weights, levels, strict=True):
            at = row, every_j.index(int(one.reduced.attrs["j"]))
            average = one.totals[(vp, wp), scheme]
            of_level[at] = (unit * average.value)[kept]
            of_level_error[at] = (unit * _stderr(average, replicates))[kept]
            population[at] = weight[kept]
    channels = [(one, row) for one in every for row in range(one.reduced.sizes["transition"])]
    averages = [one.channels[row, scheme] for one, row in channels]
    k = np.array([(unit * one.value)[kept] for one in averages])
    errors = np.array([(unit * _stderr(one, replicates))[kept] for one in averages])
    mixtures = list(by_mixture)
    stacked = {
        name: np.array([by_mixture[mixture][name].values[:, kept] for mixture in mixtures])
        for name in ("k", "k_stderr")
    }
    over_level = ("transition", "initial_j", "temperature")
    over_species = ("species", "transition", "temperature")
    over_channel = ("channel", "temperature")

    def variable(dims, values, attributes, long_name):
        return (dims, values, {**attributes, "long_name": long_name})

    number = {"units": "1"}
    variables = {
        "k_species": variable(
            over_species, stacked["k"], rate, "k of a nuclear-spin species or mixture"
        ),
        "k_species_stderr": variable(
            over_species, stacked["k_stderr"], rate, "standard error of k_species"
        ),
        "k_initial_j": variable(
            over_level,
            of_level,
            rate,
            "rate from the initial rotational level, summed over the final ones; missing where "
            "direction is detailed_balance",
        ),
        "k_initial_j_stderr": variable(
            over_level, of_level_error, rate, "standard error of k_initial_j"
        ),
        "initial_population": variable(
            over_level, population, number, "weight of the initial rotational level in k"
        ),
        "k_channel": variable(
            over_channel, k, rate, "rate (v, w, j -> vp, wp, jp), symmetrised by its own defect"
        ),
        "k_channel_stderr": variable(over_channel, errors, rate, "standard error of k_channel"),
    }
    coordinates = {
        "species": variable(
            "species", np.array(mixtures), number, "nuclear-spin species or mixture"
        ),
        "initial_j": variable("initial_j", np.array(every_j), number, "initial rotational level"),
    } | channel_coordinates([one.reduced for one in every])
    return variables, coordinates


def channel_coordinates(reduced: Sequence[xr.Dataset]) -> dict:
    """Coordinates of the dimension ``channel``: all rows of the reduced datasets, in their order.

    Initial and final levels channel_v, _w, _j, _vp, _wp, _jp, and the energy defect.
    """
    found = {}
    for name in _CHANNEL:
        values = [
            np.full(one.sizes["transition"], one.attrs[name]) if name in "vwj" else one[name].values
            for one in reduced
        ]
        attributes = {"units": "1", "long_name": f"{name} of the channel"}
        found[f"channel_{name}"] = ("channel", np.concatenate(values), attributes)
    found["channel_energy_difference"] = (
        "channel",
        np.concatenate([one["energy_difference"].values for one in reduced]),
        {"units": "cm^-1", "long_name": "energy of the initial less that of the final level"},
    )
    return found


def _stderr(average: ThermalAverage, replicates: int) -> NDArray:
    return np.sqrt(np.diag(average.covariance(replicates)))
