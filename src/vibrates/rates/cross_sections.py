"""The table of cross sections and opacity functions, cross_sections.nc."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from vibrates.config import Campaign
from vibrates.core.netcdf import provenance
from vibrates.rates import layout, strata
from vibrates.rates.rotational import channel_coordinates, initial_populations

_SIGMA = ("transition", "energy")
_OPACITY = ("transition", "energy", "impact_parameter")


def cross_section_table(
    reduced: Sequence[xr.Dataset], config: Campaign, sources: Sequence[str] = ()
) -> xr.Dataset:
    """Cross sections sigma(U) = sum over shells of pi (b_hi^2 - b_lo^2) <P> and opacities <P>.

    Parameters
    ----------
    reduced
        One dataset of `layout` per initial state; of a quantised rotor one per (v, w, j).
    config
        The campaign.
    sources
        Names of the files that ``reduced`` comes from, for the record.

    Returns
    -------
    xr.Dataset
        That of cross_sections.nc, with all kept final states, including endothermic transitions: at
        a classical energy U no direction is closed. Cross sections in angstrom^2. With a quantised
        rotor they are sums over final j and means over the initial j of the configured mixture at
        the attribute ``rotational_temperature_K``; ``sigma_channel`` has single levels.
    """
    if config.quantised is None:
        found = [_of_state(one) for one in reduced]
    else:
        found = [_of_levels(levels, config) for levels in _by_state(reduced).values()]
    columns = {name: np.concatenate([one[name] for one in found]) for name in found[0]}
    lower, upper = reduced[0]["b_lower"].values, reduced[0]["b_upper"].values

    def variable(dims, name, units, long_name):
        return (dims, columns[name], {"units": units, "long_name": long_name})

    table = xr.Dataset(
        {
            "sigma": variable(_SIGMA, "sigma", "angstrom^2", "cross section"),
            "sigma_stderr": variable(
                _SIGMA, "sigma_stderr", "angstrom^2", "Monte-Carlo standard error of sigma"
            ),
            "opacity": variable(_OPACITY, "opacity", "1", "mean transition probability P(b)"),
            "opacity_stderr": variable(
                _OPACITY, "opacity_stderr", "1", "Monte-Carlo standard error of the opacity"
            ),
            "n_trajectories": variable(_OPACITY, "count", "1", "good trajectories"),
            "n_failed": variable(_OPACITY, "failed", "1", "failed trajectories, left out"),
            "impact_parameter_bounds": (
                ("impact_parameter", "bound"),
                np.stack([lower, upper], axis=-1),
                {"units": "angstrom", "long_name": "edges of the shell"},
            ),
        },
        {
            "v": variable("transition", "v", "1", "initial level of molecule a"),
            "w": variable("transition", "w", "1", "initial level of molecule b"),
            "vp": variable("transition", "vp", "1", "final level of molecule a"),
            "wp": variable("transition", "wp", "1", "final level of molecule b"),
            "energy_difference": variable(
                "transition",
                "energy_difference",
                "cm^-1",
                "vibrational energy of the initial less the final state",
            ),
            "energy": (
                "energy",
                reduced[0]["energy"].values,
                {"units": "cm^-1", "long_name": "total classical energy U"},
            ),
            "impact_parameter": (
                "impact_parameter",
                (lower + upper) / 2,
                {
                    "units": "angstrom",
                    "long_name": "impact parameter, middle of the shell",
                    "bounds": "impact_parameter_bounds",
                },
            ),
        },
        provenance(config, list(sources))
        | {"title": "Cross sections and opacity functions of vibrational transitions"},
    )
    if config.quantised is None:
        return table
    variables, coordinates = _resolved(reduced)
    return (
        table.assign(variables)
        .assign_coords(coordinates)
        .assign_attrs(
            quantised_rotor=config.pair[config.quantised.position],
            mixture=config.quantised.mixture,
            rotational_temperature_K=rotational_temperature(config),
        )
    )


def _of_state(one: xr.Dataset) -> dict[str, np.ndarray]:
    """Columns of the table, (transition, ...), from one reduced dataset."""
    rows, area = one.sizes["transition"], layout.shell_area(one)
    sums, count = one["probability_sum"].values, one["count"].values
    return {
        "sigma": strata.cross_section(sums, count, area),
        "sigma_stderr": strata.cross_section_stderr(sums, count, area),
        "opacity": strata.means(sums, count),
        "opacity_stderr": np.sqrt(strata.mean_variance(sums, count)),
        # The trajectories are the same for all transitions of one state.
        "count": np.repeat([count.sum(axis=-1)], rows, axis=0),
        "failed": np.repeat([one["failed"].values.sum(axis=-1)], rows, axis=0),
        "v": np.full(rows, one.attrs["v"]),
        "w": np.full(rows, one.attrs["w"]),
        **{name: one[name].values for name in ("vp", "wp", "energy_difference")},
    }


def _by_state(reduced: Sequence[xr.Dataset]) -> dict[tuple[int, int], list[xr.Dataset]]:
    """Reduced datasets of initial levels (v, w, j) by (v, w)."""
    found: dict[tuple[int, int], list[xr.Dataset]] = {}
    for one in reduced:
        found.setdefault((int(one.attrs["v"]), int(one.attrs["w"])), []).append(one)
    return found


def _of_levels(levels: Sequence[xr.Dataset], config: Campaign) -> dict[str, np.ndarray]:
    """As `_of_state`, summed over final and averaged over initial levels j of one (v, w)."""
    every = []
    for one in levels:
        pairs = list(zip(one["vp"].values.tolist(), one["wp"].values.tolist(), strict=True))
        finals = list(dict.fromkeys(pairs))
        rows = [[row for row, pair in enumerate(pairs) if pair == final] for final in finals]
        first = [each[0] for each in rows]
        summed = one.isel(transition=first).assign(
            probability_sum=(
                one["probability_sum"].dims,
                np.array([one["probability_sum"].values[each].sum(axis=0) for each in rows]),
            ),
            energy_difference=("transition", layout.vibrational_difference(one)[first]),
        )
        every.append(_of_state(summed))
    weights = initial_populations(levels, config, np.array([rotational_temperature(config)]))[0][
        :, 0
    ]
    result = dict(every[0])
    for name in ("sigma", "opacity"):
        terms = [p * one[name] for p, one in zip(weights, every, strict=True)]
        result[name] = np.sum(terms, axis=0)
        squares = [(p * one[f"{name}_stderr"]) ** 2 for p, one in zip(weights, every, strict=True)]
        result[f"{name}_stderr"] = np.sqrt(np.sum(squares, axis=0))
    for name in ("count", "failed"):
        result[name] = np.sum([one[name] for one in every], axis=0)
    return result


def rotational_temperature(config: Campaign) -> float:
    """Temperature (K) of the initial j in sigma and opacity: the first target temperature."""
    return float(config.sampling.target_temperatures_K[0])


def _resolved(reduced: Sequence[xr.Dataset]) -> tuple[dict, dict]:
    """Variables and coordinates of single channels (v, w, j -> vp, wp, jp)."""
    area, dims = layout.shell_area(reduced[0]), ("channel", "energy")
    sigma, errors = (
        np.concatenate(
            [statistic(one["probability_sum"].values, one["count"].values, area) for one in reduced]
        )
        for statistic in (strata.cross_section, strata.cross_section_stderr)
    )
    unit = {"units": "angstrom^2"}
    variables = {
        "sigma_channel": (dims, sigma, {**unit, "long_name": "cross section of a channel"}),
        "sigma_channel_stderr": (
            dims, errors, {**unit, "long_name": "Monte-Carlo standard error of sigma_channel"},
        ),
    }  # fmt: skip
    return variables, channel_coordinates(reduced)
