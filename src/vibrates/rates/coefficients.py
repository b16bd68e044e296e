"""Rate coefficients of one initial state, with bootstrap errors."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from vibrates.collisions.detailed_balance import detailed_balance
from vibrates.collisions.pair import pair_reduced_mass
from vibrates.collisions.thermal import mean_speed
from vibrates.config import Campaign
from vibrates.core.units import ANGSTROM_TO_BOHR, KELVIN_TO_CM, KELVIN_TO_HARTREE, RATE_AU_TO_CM3_S
from vibrates.rates import bootstrap, layout, strata
from vibrates.rates.quadrature_error import QuadratureError
from vibrates.rates.symmetrisation import SCHEMES, check_scheme, mean_trajectory_factor
from vibrates.rates.thermal import EnergyGrid

# Energies next to the threshold with a larger relative error of the cross section are left out: it
# then comes from a single replicate.
_LARGEST_RELATIVE_ERROR = 0.9
# Lower bound of a resampled cross section as a fraction of the estimate: its logarithm must exist.
_SMALLEST_RESAMPLED = 1e-3


@dataclass(frozen=True)
class ThermalAverage:
    """Thermally averaged cross section k / sqrt(8kT/pi mu) of one transition.

    value (T,), samples (T, B) of its Monte-Carlo error and the errors of the integral, in
    angstrom^2; shares of the integral from outside the energy grid (`extrapolated`) and from there
    and its first and last interval (`edge`), (T,). `missing` (T,): error from initial rotational
    levels that were not run.
    """

    value: NDArray
    samples: NDArray
    error: QuadratureError
    edge: NDArray
    extrapolated: NDArray
    missing: NDArray | float = 0.0

    def covariance(self, replicates: int) -> NDArray:
        """Covariance (T, T) of all errors.

        The same trajectories are used at all temperatures, and each error of the integral is fully
        correlated over temperature.
        """
        total = bootstrap.covariance(self.samples, replicates)
        if np.any(self.missing):
            total = total + np.outer(self.missing, self.missing)
        for part in (self.error.interpolation, self.error.lower, self.error.upper):
            total = total + np.outer(part, part)
        return total


def effective_sums(reduced: xr.Dataset, row: int, scheme: str) -> tuple[NDArray, NDArray]:
    """Sums that give the cross section S in the thermal integral of a scheme.

    Parameters
    ----------
    reduced
        Dataset of `layout` of the initial state.
    row
        Position of the transition in it.
    scheme
        Symmetrisation, one of `SCHEMES`.

    Returns
    -------
    sums : (T or 1, E, S, R)
        Sums over trajectories, divided by <f> for `translational`.
    above : (E,)
        Whether an energy is above the threshold |D|/4; true for the schemes that use sigma.
    """
    energies = reduced["energy"].values
    if scheme != "translational":
        return reduced["probability_sum"].values[row][None], np.ones(len(energies), dtype=bool)
    difference = float(reduced["energy_difference"].values[row])
    kT = reduced["temperature"].values * KELVIN_TO_CM
    rotors = layout.classical_rotors(reduced)
    mean_factor = mean_trajectory_factor(energies, difference, kT[:, None], rotors)
    above: NDArray = mean_factor > 0
    safe = np.where(above, mean_factor, 1.0)
    return reduced["thermal_sum"].values[row] / safe[:, :, None, None], np.all(above, axis=0)


def usable_energies(value: NDArray, stderr: NDArray, above: NDArray) -> NDArray:
    """Energies between which the cross section is interpolated.

    These have positive values and are above the threshold. The first ones are left out as long as
    their errors are too large: there only few trajectories pass the threshold, and the thermal
    weight is small.

    Parameters
    ----------
    value, stderr : (T, E)
        Cross section S and its standard error.
    above : (E,)
        Whether an energy is above the threshold.

    Returns
    -------
    NDArray
        Booleans (T, E).
    """
    positive = (value > 0) & above
    sure = positive & (stderr < _LARGEST_RELATIVE_ERROR * value)
    reached = np.logical_or.accumulate(sure, axis=-1)
    return np.where(sure.any(axis=-1, keepdims=True), positive & reached, positive)


def thermal_average(reduced: xr.Dataset, row: int, scheme: str, draws: NDArray) -> ThermalAverage:
    """Thermal average of one transition at all temperatures, exothermic direction.

    NaN where no trajectory of any energy passes the threshold.

    Parameters
    ----------
    reduced
        Dataset of `layout` of the initial state.
    row
        Position of the transition in it.
    scheme
        Symmetrisation, one of `SCHEMES`.
    draws : (B, E, S, R)
        Numbers of draws of each replicate, from `bootstrap.draw`.

    Raises
    ------
    UserError
        For another ``scheme``.
    """
    check_scheme(scheme)
    area, count = layout.shell_area(reduced), reduced["count"].values
    difference = float(reduced["energy_difference"].values[row])
    energies, kT = reduced["energy"].values, reduced["temperature"].values * KELVIN_TO_CM
    sums, above = effective_sums(reduced, row, scheme)
    value = strata.cross_section(sums, count, area)
    usable = usable_energies(value, strata.cross_section_stderr(sums, count, area), above)
    samples = bootstrap.cross_sections(sums, count, area, draws)
    samples = np.maximum(samples, _SMALLEST_RESAMPLED * value[:, None, :])
    both = np.concatenate([value[:, None, :], samples], axis=1)  # (T or 1, 1 + B, E)

    average = np.full((len(kT), both.shape[1]), np.nan)
    edge, extrapolated, *parts = (np.full(len(kT), np.nan) for _ in range(5))
    error = QuadratureError(*parts)
    for chosen in np.unique(usable, axis=0):
        if not chosen.any():
            continue
        rows = np.flatnonzero((usable == chosen).all(axis=-1))
        at = np.arange(len(kT)) if len(usable) == 1 else rows
        grid = EnergyGrid.build(energies[chosen], difference)
        weights = grid.thermal_weights(scheme, difference, kT[at], layout.classical_rotors(reduced))
        cross_section = grid.interpolate(both[rows][..., chosen])
        average[at] = np.matmul(cross_section, weights[..., None])[..., 0]
        integrand = cross_section[:, 0] * weights
        edge[at] = integrand[:, grid.edge].sum(axis=-1) / average[at, 0]
        extrapolated[at] = integrand[:, grid.outside].sum(axis=-1) / average[at, 0]
        here = QuadratureError.of(grid, value[rows][..., chosen], weights)
        error.interpolation[at] = here.interpolation
        error.lower[at], error.upper[at] = here.lower, here.upper
    return ThermalAverage(average[:, 0], average[:, 1:], error, edge, extrapolated)


def rate_unit(temperature: ArrayLike, reduced_mass: float) -> NDArray:
    """sqrt(8kT/pi mu) in cm^3 s^-1 per angstrom^2: temperature in K, mu in m_e."""
    speed = mean_speed(np.asarray(temperature) * KELVIN_TO_HARTREE, reduced_mass)
    return speed * ANGSTROM_TO_BOHR**2 * RATE_AU_TO_CM3_S


def state_rates(reduced: xr.Dataset, reduced_mass: float, samples: int, seed: int) -> xr.Dataset:
    """Rates of one reduced file from its own trajectories, all kept transitions.

    Transitions with energy_difference < 0 carry the exothermic formula times `detailed_balance`:
    two estimates of one rate, whose ratio tests microscopic reversibility.

    Parameters
    ----------
    reduced
        Dataset of `layout` of the initial state.
    reduced_mass
        Of the relative motion, m_e.
    samples, seed
        Number of bootstrap samples, and the seed of the campaign.

    Returns
    -------
    xr.Dataset
        k_<scheme>, stderr_<scheme> of all errors and monte_carlo_, interpolation_ and
        edge_error_<scheme> of its parts (cm^3 s^-1), edge_<scheme>, extrapolated_<scheme> on
        (transition, temperature), and correlation_<scheme> (transition, temperature,
        temperature_2) of all errors. `missing`, of initial j that were not run, is zero.
    """
    count, temperature = reduced["count"].values, reduced["temperature"].values
    v, w = int(reduced.attrs["v"]), int(reduced.attrs["w"])
    draws = bootstrap.draw(seed, v, w, samples, count.shape)
    unit = rate_unit(temperature, reduced_mass)
    columns = RateColumns(reduced.sizes["transition"], len(temperature), count.shape[-1])
    gaps = zip(reduced["energy_difference"].values, reduced["rotational_ratio"].values, strict=True)
    for row, (difference, ratio) in enumerate(gaps):
        factor = unit
        if difference < 0:
            factor = unit * detailed_balance(-difference, 1 / ratio, temperature * KELVIN_TO_CM)
        for scheme in SCHEMES:
            columns.fill(row, scheme, thermal_average(reduced, row, scheme, draws), factor)
    names = ("vp", "wp", "energy_difference", "rotational_ratio", "temperature")
    return columns.dataset({name: reduced[name] for name in names}, {"v": v, "w": w})


class RateColumns:
    """Rates of one initial state with their errors, filled in row by row.

    rows, temperatures: numbers of transitions and of temperatures; replicates: independent
    replicates behind the bootstrap samples.
    """

    NAMES = (
        "k", "stderr", "monte_carlo", "interpolation", "edge_error", "edge", "extrapolated",
        "missing",
    )  # fmt: skip

    def __init__(self, rows: int, temperatures: int, replicates: int) -> None:
        shape, self.replicates = (rows, temperatures), replicates
        self.table = {(c, scheme): np.zeros(shape) for c in self.NAMES for scheme in SCHEMES}
        self.correlation = {scheme: np.empty((*shape, temperatures)) for scheme in SCHEMES}

    def fill(self, row: int, scheme: str, average: ThermalAverage, factor: NDArray) -> None:
        """Fill in one transition.

        Parameters
        ----------
        row
            Its position.
        scheme
            Symmetrisation.
        average
            Its thermal average.
        factor : (T,)
            Rate coefficient over thermal average.
        """
        table, replicates = self.table, self.replicates
        monte_carlo = bootstrap.standard_error(average.samples, replicates, axis=-1)
        covariance = average.covariance(replicates)
        stderr = np.sqrt(np.diag(covariance))
        table["k", scheme][row] = factor * average.value
        table["stderr", scheme][row] = factor * stderr
        table["monte_carlo", scheme][row] = factor * monte_carlo
        table["interpolation", scheme][row] = factor * np.abs(average.error.interpolation)
        ends = np.hypot(average.error.lower, average.error.upper)
        table["edge_error", scheme][row] = factor * ends
        table["edge", scheme][row] = average.edge
        table["extrapolated", scheme][row] = average.extrapolated
        table["missing", scheme][row] = factor * average.missing
        with np.errstate(invalid="ignore", divide="ignore"):
            self.correlation[scheme][row] = np.clip(covariance / np.outer(stderr, stderr), -1, 1)

    def dataset(self, coordinates: Mapping, attributes: Mapping) -> xr.Dataset:
        """<name>_<scheme> on (transition, temperature), and correlation_<scheme>.

        Parameters
        ----------
        coordinates
            Coordinates of the dataset.
        attributes
            Its attributes.
        """
        dims = ("transition", "temperature")
        return xr.Dataset(
            {f"{name}_{scheme}": (dims, values) for (name, scheme), values in self.table.items()}
            | {
                f"correlation_{scheme}": ((*dims, "temperature_2"), values)
                for scheme, values in self.correlation.items()
            },
            coordinates,
            attributes,
        )


def relative_mass(config: Campaign) -> float:
    """Reduced mass of the relative motion (m_e) of the configured pair."""
    return pair_reduced_mass(*config.partners)
