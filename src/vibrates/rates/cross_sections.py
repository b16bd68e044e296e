"""The table of cross sections and opacity functions, cross_sections.nc."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from vibrates.config import Campaign
from vibrates.core.netcdf import provenance
from vibrates.rates import layout, strata

_SIGMA = ("transition", "energy")
_OPACITY = ("transition", "energy", "impact_parameter")


def cross_section_table(
    reduced: Sequence[xr.Dataset], config: Campaign, sources: Sequence[str] = ()
) -> xr.Dataset:
    """Cross sections sigma(U) = sum over shells of pi (b_hi^2 - b_lo^2) <P> and opacities <P>.

    Parameters
    ----------
    reduced
        One dataset of `layout` per initial state.
    config
        The campaign.
    sources
        Names of the files that ``reduced`` comes from, for the record.

    Returns
    -------
    xr.Dataset
        That of cross_sections.nc, with all kept final states, including endothermic transitions: at
        a classical energy U no direction is closed. Cross sections in angstrom^2.
    """
    area = layout.shell_area(reduced[0])
    parts: dict[str, list[np.ndarray]] = {
        name: []
        for name in (
            "sigma",
            "sigma_stderr",
            "opacity",
            "opacity_stderr",
            "v",
            "w",
            "vp",
            "wp",
            "energy_difference",
        )
    }
    for one in reduced:
        sums, count = one["probability_sum"].values, one["count"].values
        parts["sigma"].append(strata.cross_section(sums, count, area))
        parts["sigma_stderr"].append(strata.cross_section_stderr(sums, count, area))
        parts["opacity"].append(strata.means(sums, count))
        parts["opacity_stderr"].append(np.sqrt(strata.mean_variance(sums, count)))
        for name in ("v", "w"):
            parts[name].append(np.full(one.sizes["transition"], one.attrs[name]))
        for name in ("vp", "wp", "energy_difference"):
            parts[name].append(one[name].values)
    columns = {name: np.concatenate(values) for name, values in parts.items()}
    lower, upper = reduced[0]["b_lower"].values, reduced[0]["b_upper"].values

    def variable(dims, name, units, long_name):
        return (dims, columns[name], {"units": units, "long_name": long_name})

    return xr.Dataset(
        {
            "sigma": variable(_SIGMA, "sigma", "angstrom^2", "cross section"),
            "sigma_stderr": variable(
                _SIGMA, "sigma_stderr", "angstrom^2", "Monte-Carlo standard error of sigma"
            ),
            "opacity": variable(_OPACITY, "opacity", "1", "mean transition probability P(b)"),
            "opacity_stderr": variable(
                _OPACITY, "opacity_stderr", "1", "Monte-Carlo standard error of the opacity"
            ),
            "n_trajectories": _per_transition(reduced, "count", "good trajectories"),
            "n_failed": _per_transition(reduced, "failed", "failed trajectories, left out"),
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


def _per_transition(reduced, name, long_name):
    """Trajectories per (transition, energy, impact_parameter), the same for all of one state."""
    values = [
        np.broadcast_to(
            one[name].values.sum(axis=-1),
            (one.sizes["transition"], one.sizes["energy"], one.sizes["shell"]),
        )
        for one in reduced
    ]
    return (_OPACITY, np.concatenate(values), {"units": "1", "long_name": long_name})
