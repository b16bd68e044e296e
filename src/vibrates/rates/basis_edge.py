"""Check of the size of the bases by the final population of their outermost levels."""

from collections.abc import Sequence

import xarray as xr

from vibrates.config import Campaign
from vibrates.core.errors import UserError
from vibrates.rates.sanity.shares import largest_mean
from vibrates.trajectories.quantum_rotor.levels import check_edge


def require_room(reduced: Sequence[xr.Dataset], config: Campaign) -> None:
    """UserError if the edge of a basis holds more than `rates.edge_population_limit`.

    The population is the mean final one of the levels at the edge, over the collisions that make up
    k of the target transitions.
    """
    limit = config.rates.edge_population_limit
    for variable, name in zip(("edge_population_a", "edge_population_b"), config.pair, strict=True):
        population, where = largest_mean(reduced, config, variable)
        if population > limit:
            raise UserError(
                f"basis.{name}: the levels at its edge hold {population:.2g} of the population in "
                f"the collisions that make up k of {where}, the limit is "
                f"rates.edge_population_limit, {limit:g}; raise basis.{name}.above (or below, if "
                "it does not reach the lowest level), or the limit"
            )
    if config.quantised is not None:
        name = config.pair[config.quantised.position]
        for one in reduced:
            population, where = largest_mean([one], config, "edge_population_j")
            where = f" in the collisions that make up k of {where}"
            check_edge(name, int(one.attrs["largest_j"]), population, limit, where)
