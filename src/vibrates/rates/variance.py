"""Contributions of the strata to the error of k, on which the allocation is based."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import KELVIN_TO_CM
from vibrates.rates import layout, strata
from vibrates.rates.coefficients import effective_sums, usable_energies
from vibrates.rates.symmetrisation import check_scheme
from vibrates.rates.thermal import EnergyGrid

# Number of energies on either side that are used in the estimate of the spread of a stratum.
_NEIGHBOURS = 3


def contributions(
    reduced: xr.Dataset,
    temperatures: Sequence[float],
    transitions: Sequence[tuple[int, int]],
    symmetrisation: str = "translational",
) -> xr.Dataset:
    """Contribution of every stratum to the relative variance of k, to first order.

    var(k)/k^2 = sum over energies and shells of share(U)^2 area^2 var(<P f>)/S(U)^2, with S(U)
    the cross section of the scheme and share(U) = d ln k/d ln S(U). The spread of a stratum is
    taken no smaller than that of its neighbours in energy, so that the sum is a cautious estimate.
    An energy that is too close to the threshold for the present number of trajectories contributes
    like a value with an error of 100 %.

    Parameters
    ----------
    reduced
        Dataset of `layout`, of all batches so far.
    temperatures
        In K; they must be among those of ``reduced``.
    transitions
        Changes (v' - v, w' - w); those outside the basis or the kept final states, and those that
        are endothermic from this state, are skipped.
    symmetrisation
        One of `SCHEMES`.

    Returns
    -------
    xr.Dataset
        `variance` (transition, temperature, energy, shell), `n` (energy, shell) good trajectories
        and `cost` (energy, shell) mean time steps of a trajectory; a stratum's variance falls like
        1/n. Of an initial state (v, w, j) also `average` (transition, temperature), the thermally
        averaged cross section, angstrom^2.

    Raises
    ------
    UserError
        For a temperature that was not reduced.
    """
    check_scheme(symmetrisation)
    columns = _columns(reduced, temperatures)
    rows = _rows(reduced, transitions)
    count = reduced["count"].values
    shape = (len(rows), len(columns), reduced.sizes["energy"], reduced.sizes["shell"])
    variance = np.zeros(shape)
    for position, each in enumerate(rows):
        variance[position] = _relative_variance(reduced, each, symmetrisation)[columns]
    stratum = ("energy", "shell")
    variables = {
        "variance": (("transition", "temperature", *stratum), variance),
        "n": (stratum, count.sum(axis=-1)),
        "cost": (stratum, reduced["mean_steps"].values),
    }
    state = {name: reduced.attrs[name] for name in ("v", "w", "j") if name in reduced.attrs}
    if "j" in state:
        average = [thermal_sum(reduced, each, symmetrisation)[columns] for each in rows]
        variables["average"] = (
            ("transition", "temperature"),
            np.array(average).reshape(len(rows), len(columns)),
        )
    return xr.Dataset(
        variables,
        {
            "vp": ("transition", reduced["vp"].values[[each[0] for each in rows]]),
            "wp": ("transition", reduced["wp"].values[[each[0] for each in rows]]),
            "temperature": np.asarray(temperatures, dtype=float),
            "energy": reduced["energy"].values,
        },
        state,
    )


def _columns(reduced: xr.Dataset, temperatures) -> list[int]:
    known = [float(t) for t in reduced["temperature"].values]
    for temperature in temperatures:
        if float(temperature) not in known:
            raise UserError(
                f"temperature {temperature:g} K was not reduced; add it to rates.temperatures_K "
                "or sampling.target_temperatures_K"
            )
    return [known.index(float(temperature)) for temperature in temperatures]


def _rows(reduced: xr.Dataset, transitions) -> list[list[int]]:
    """Rows of each exothermic transition: one, or one for each final j."""
    return [rows for dv, dw in transitions if (rows := layout.rows_to(reduced, dv, dw))]


def _relative_variance(reduced: xr.Dataset, rows: Sequence[int], scheme: str) -> NDArray:
    """(T, E, S) of one transition, all temperatures of the dataset."""
    found = stratum_shares(reduced, rows, scheme)
    if found is None:
        # Without any estimate for this transition, all strata above the threshold are needed.
        shape = (reduced.sizes["temperature"], reduced.sizes["energy"], reduced.sizes["shell"])
        above = effective_sums(reduced, rows[0], scheme)[1]
        every = np.broadcast_to(above[:, None], shape)
        return every / max(int(above.sum()) * shape[-1], 1)
    shares, errors = found
    number = reduced["count"].values.sum(axis=-1)
    used = shares.sum(axis=-1, keepdims=True) > 0
    total = np.where(used, shares.sum(axis=-1, keepdims=True), 1.0)
    # Few trajectories do not determine the spread of a heavy-tailed distribution: where they miss
    # the tail, both their mean and their error are low, and an allocation by these alone would not
    # correct it. Hence the influence of the neighbours on the division of a cross section over the
    # shells, and on its spread.
    fraction = _over_neighbours(shares / total, used)
    seen = used & (shares > 0)
    single = (errors / np.where(seen, shares, 1.0)) ** 2 * number
    single = np.maximum(single, _over_neighbours(single, seen))
    return (fraction * total * used) ** 2 * single / number


def _over_neighbours(values: NDArray, valid: NDArray) -> NDArray:
    """Mean over each energy and its neighbours where they are valid, else 0; (T, E, S)."""

    def window_sum(x: NDArray) -> NDArray:
        padded = np.pad(x, ((0, 0), (_NEIGHBOURS, _NEIGHBOURS), (0, 0)))
        return sliding_window_view(padded, 2 * _NEIGHBOURS + 1, axis=1).sum(axis=-1)

    valid = np.broadcast_to(valid, values.shape)
    return window_sum(values * valid) / np.maximum(window_sum(valid.astype(float)), 1.0)


def stratum_shares(
    reduced: xr.Dataset, rows: int | Sequence[int], scheme: str = "translational"
) -> tuple[NDArray, NDArray] | None:
    """Share of every stratum in k.

    To first order it is d ln k / d ln (area <P f>): the shares sum to 1 at each temperature. For an
    energy without a usable value, that of the nearest energy with one is used, with 100 % error.

    Of several rows, the final j of a quantised rotor, k is the sum. Its errors are added, not in
    quadrature: the rows come from the same trajectories.

    Parameters
    ----------
    reduced
        Dataset of `layout` of the initial state.
    rows
        Position of the transition in it, or those of its final rotational levels.
    scheme
        Symmetrisation, one of `SCHEMES`.

    Returns
    -------
    shares, errors : (T, E, S)
        The shares and their standard errors; None if no energy has a usable value at some
        temperature.
    """
    every = [rows] if isinstance(rows, int) else list(rows)
    found = [one for row in every if (one := _shares_of_row(reduced, row, scheme)) is not None]
    if len(found) < 2:
        return found[0][:2] if found else None
    k = np.array([value for _, _, value in found])
    weight = (k / k.sum(axis=0))[:, :, None, None]
    return (
        np.sum([w * shares for w, (shares, _, _) in zip(weight, found, strict=True)], axis=0),
        np.sum([w * errors for w, (_, errors, _) in zip(weight, found, strict=True)], axis=0),
    )


def thermal_sum(reduced: xr.Dataset, rows: Sequence[int], scheme: str) -> NDArray:
    """Thermally averaged cross section (T,) of rows together, angstrom^2, without its errors.

    Parameters
    ----------
    reduced
        Dataset of `layout` of the initial state.
    rows
        Positions of the transitions in it.
    scheme
        Symmetrisation, one of `SCHEMES`.
    """
    found = [_shares_of_row(reduced, row, scheme) for row in rows]
    values = [one[2] for one in found if one is not None]
    return np.sum(values, axis=0) if values else np.zeros(reduced.sizes["temperature"])


def _shares_of_row(
    reduced: xr.Dataset, row: int, scheme: str
) -> tuple[NDArray, NDArray, NDArray] | None:
    """Shares and errors (T, E, S) of one row, and its thermal average (T,)."""
    area, count = layout.shell_area(reduced), reduced["count"].values
    energies, kT = reduced["energy"].values, reduced["temperature"].values * KELVIN_TO_CM
    difference = float(reduced["energy_difference"].values[row])
    sums, above = effective_sums(reduced, row, scheme)
    parts = strata.means(sums, count) * area
    error = np.sqrt(strata.mean_variance(sums, count)) * area
    value = parts.sum(axis=-1)
    usable = usable_energies(value, np.sqrt(np.sum(error**2, axis=-1)), above)
    if not usable.any(axis=-1).all():
        return None
    grid = EnergyGrid.build(energies[above], difference)
    density = grid.thermal_weights(scheme, difference, kT, layout.classical_rotors(reduced))
    shares, errors = (np.zeros((len(kT), *parts.shape[1:])) for _ in range(2))
    average = np.zeros(len(kT))
    for column in range(len(kT)):
        source = min(column, len(parts) - 1)
        known = np.flatnonzero(usable[source])
        unknown = np.flatnonzero(above & ~usable[source])
        nearest = np.arange(len(energies))
        nearest[unknown] = known[np.abs(known[:, None] - unknown).argmin(axis=0)]
        part, total = parts[source, nearest], value[source, nearest]
        uncertain = error[source].copy()
        uncertain[unknown] = part[unknown]
        integrand = grid.interpolate(total[above]) * density[column]
        average[column] = integrand.sum()
        share = grid.node_shares(integrand)
        scale = (share / total[above])[:, None]
        shares[column, above] = scale * part[above]
        errors[column, above] = scale * uncertain[above]
    if difference < 0:
        average *= np.exp(difference / kT)
    return shares, errors, average
