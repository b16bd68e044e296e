"""Checks of the trajectories behind the rates: shells, basis, failures, conservation."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from vibrates.config import Campaign
from vibrates.rates.sanity.result import LIMITS, result
from vibrates.rates.sanity.shares import largest_mean, target_shares

# The unit conversions on the way from the trajectory's own test to this one.
_ROUNDING = 1 + 1e-9


def outer_shell(reduced: Sequence[xr.Dataset], config: Campaign) -> dict:
    """Share of the outermost shell in k of the target transitions, minus two standard errors."""
    worst, where = 0.0, "none"
    for _, label, shares, errors in target_shares(reduced, config):
        outer = shares[..., -1].sum(axis=-1) - 2 * np.sqrt(np.sum(errors[..., -1] ** 2, axis=-1))
        if outer.max() > worst:
            worst, where = float(outer.max()), label
    limit = LIMITS["outer_shell_share"]
    message = (
        f"largest share of k from the outermost shell, less two standard errors ({where}); above "
        "the limit add shells to grid.impact_parameter_edges_angstrom"
    )
    return result("outer_shell", worst <= limit, worst, limit, message)


def failed_share(reduced: Sequence[xr.Dataset]) -> dict:
    """Share of failed trajectories; they are left out of every mean."""
    failed = sum(int(one["failed"].sum()) for one in reduced)
    total = failed + sum(int(one["count"].sum()) for one in reduced)
    limit = LIMITS["failed_share"]
    message = f"{failed} of {total} trajectories failed; reduce dynamics.time_step_fs if many did"
    return result("failed_trajectories", failed <= limit * total, failed / total, limit, message)


def energy_error(reduced: Sequence[xr.Dataset], config: Campaign) -> dict:
    """Energy errors compared with the limit for trajectories."""
    value = max(float((one["energy_error"] / one["energy"]).max()) for one in reduced)
    limit = float(config.dynamics.relative_energy_error_limit)
    message = "largest energy error of a good trajectory, relative to its classical energy"
    return result("energy_error", value <= limit * _ROUNDING, value, limit, message, "failed")


def norm_error(reduced: Sequence[xr.Dataset], config: Campaign) -> dict:
    """Norm errors compared with the limit for trajectories."""
    value = max(float(one["norm_error"].max()) for one in reduced)
    limit = float(config.dynamics.norm_error_limit)
    message = "largest deviation of the norm of a good trajectory from one"
    return result("norm_error", value <= limit * _ROUNDING, value, limit, message, "failed")


def edge_population(reduced: Sequence[xr.Dataset], config: Campaign) -> dict:
    """Mean population of the basis levels at the edge in the collisions that make up k."""
    found = [largest_mean(reduced, config, f"edge_population_{molecule}") for molecule in "ab"]
    names = list(config.pair)
    if config.quantised is not None:
        found.append(largest_mean(reduced, config, "edge_population_j"))
        names.append(f"largest j of {config.pair[config.quantised.position]}")
    (worst, where), name = max(zip(found, names, strict=True))
    limit = config.rates.edge_population_limit
    message = (
        "largest mean population at the edge of a basis, weighted by the contribution to k "
        f"({name} in {where}); above the limit raise basis.*.above or basis.*.below"
    )
    return result("edge_population", worst <= limit, worst, limit, message, "failed")


def step_error(reduced: Sequence[xr.Dataset], config: Campaign) -> dict:
    """Estimated error of k due to the time step."""
    worst, where = largest_mean(reduced, config, "probability_error")
    limit = config.dynamics.accuracy
    message = (
        f"largest error of k from the time step, estimated ({where}); above the limit raise "
        "dynamics.repetitions"
    )
    return result("step_error", worst <= limit, worst, limit, message)
