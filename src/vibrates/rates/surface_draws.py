"""What the error of the fitted surface does to rates: the same trajectories on drawn surfaces.

The first trajectories of a campaign's pilot, on some of its energies and states, are computed on
the surface of the campaign, on surfaces drawn from the covariance of its fit, and on other surfaces
that are named. All have the same random numbers, so that ratios of their rates have errors far
below those of the rates themselves, and few trajectories are enough.
"""

import time
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from vibrates.config import Campaign
from vibrates.config.blocks import SurfaceDraws
from vibrates.core.code import code_fingerprint
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint
from vibrates.core.tasks import Task
from vibrates.potential import drawn
from vibrates.rates import bootstrap
from vibrates.rates.coefficients import thermal_average
from vibrates.rates.reduction import Sums
from vibrates.trajectories import batch_file, plan

CENTRAL = "central"
SAMPLES = 50  # of the bootstrap error of a ratio
_CODE = ("vibrates.rates.surface_draws", "vibrates.trajectories.work")


def asked(config: Campaign) -> SurfaceDraws:
    """The block `rates.surface_draws`; UserError if the configuration has none."""
    if config.rates.surface_draws is None:
        raise UserError("rates.surface_draws: missing; add it, or ask for no drawn surfaces")
    return config.rates.surface_draws


def states(config: Campaign) -> list[tuple[int, int]]:
    """The initial states (v, w) that are computed on drawn surfaces."""
    given = asked(config).given_states
    return config.grid.states if given is None else list(given)


def check(config: Campaign) -> None:
    """UserError unless surfaces can be drawn and the states and trajectories are the campaign's."""
    draws = asked(config)
    own = config.surface.to_mapping()
    place = "rates.surface_draws"
    if own["type"] != "fitted":
        raise UserError(
            f"{place}: surface.type '{own['type']}' has no covariance; use a fitted surface, or "
            "remove the block"
        )
    known = drawn.read(draws.covariance.file, draws.covariance.digest)
    drawn.require_same(known, own, draws.covariance.file)
    for other in (draws.others or {}).values():
        drawn.read(other.file, other.digest)
    replicates = config.sampling.replicates
    if draws.trajectories % replicates:
        raise UserError(
            f"{place}.trajectories: {draws.trajectories} is no multiple of sampling.replicates, "
            f"{replicates}; use {replicates * (draws.trajectories // replicates + 1)}"
        )
    if missing := [state for state in states(config) if state not in config.grid.states]:
        raise UserError(
            f"{place}.states: {list(missing[0])} is not in grid.states; name states of the grid"
        )
    if len(energies(config)) < 2:
        raise UserError(
            f"{place}.every: {draws.every} leaves one energy of {len(config.grid.energies)}; "
            "lower it"
        )


def energies(config: Campaign) -> NDArray:
    """The energies of the grid that are used, cm^-1."""
    return config.grid.energies[:: asked(config).every]


@cache
def _product(file: str, digest: str) -> drawn.KnownSurface:
    return drawn.read(file, digest)


def members(config: Campaign) -> dict[str, dict[str, Any]]:
    """The surfaces by name: `CENTRAL`, draw001, ..., then the others; their ``surface`` blocks.

    A long-range series that is joined to the surface stays as it is.

    Raises UserError if a file is missing, damaged or not the one that is meant.
    """
    draws, own = asked(config), config.surface.to_mapping()
    known = _product(draws.covariance.file, draws.covariance.digest)
    found = {CENTRAL: own}
    for number in range(1, draws.count + 1):
        found[f"draw{number:03}"] = known.drawn(draws.seed, number)
    for name, other in (draws.others or {}).items():
        found[name] = _product(other.file, other.digest).block()
    more = {name: own[name] for name in ("long_range",) if name in own}
    return {name: more | block for name, block in found.items()}


def configuration(config: Campaign, state: tuple[int, int], surface: Mapping) -> Campaign:
    """The campaign of one state on one surface, with the trajectories that are computed.

    Its rotors are classical, also where the campaign's are not: a relative error of the surface.

    Parameters
    ----------
    config
        The campaign.
    state
        Initial state (v, w).
    surface
        A ``surface`` block, of `members`.
    """
    whole = config.to_mapping()
    whole["surface"] = dict(surface)
    # ASSUME: the surface changes ln k with quantised rotors as it does with classical ones.
    whole["rotors"] = {}
    whole["grid"] |= {"states": [list(state)], "energies_cm": energies(config).tolist()}
    whole["sampling"] |= {"pilot": asked(config).trajectories, "rounds": 0}
    whole["rates"] = {k: v for k, v in whole["rates"].items() if k != "surface_draws"}
    return Campaign.from_mapping(whole, "rates.surface_draws")


def rows(config: Campaign) -> pd.DataFrame:
    """The plan of a campaign of `configuration`, as one batch."""
    return plan.pilot(config).assign(batch=0)


def tasks(config: Campaign, state: tuple[int, int]) -> list[Task]:
    """The surfaces of one state as tasks, the results of which `responses` takes.

    Raises UserError as `members`.
    """
    every = []
    for name, surface in members(config).items():
        own = configuration(config, state, surface)
        rates = own.rates.to_mapping()
        print_ = fingerprint(
            trajectories=plan.fingerprint(own, rows(own)),
            rates={key: rates[key] for key in ("temperatures_K", "transitions", "symmetrisation")},
            targets=own.sampling.target_temperatures_K,
            seed=own.seed,
            code=code_fingerprint(*_CODE),
        )
        every.append(Task(name, print_, partial(_computed, own, state)))
    return every


def _computed(config: Campaign, state: tuple[int, int]) -> dict[str, Any]:
    """Thermally averaged cross sections of the exothermic transitions, and bootstrap samples."""
    # The kernel and its compiler are required only for computing.
    from vibrates.trajectories.work import BatchWork, joined

    began = time.process_time()
    work = BatchWork(config, rows(config))
    columns = joined(work.compute(piece) for piece in range(len(work.pieces)))
    first = work.levels[0].start, work.levels[1].start
    count = len(columns["index"])
    batch = batch_file.batch_dataset(
        columns, columns.pop("probability"), {"v": work.v, "w": work.w}, first
    )
    sums = Sums(config, *state, batch["vp"].values, batch["wp"].values)
    sums.add(batch, "drawn surface")
    reduced = sums.dataset()
    shape = len(sums.energies), config.grid.shells, config.sampling.replicates
    draws = bootstrap.draw(config.seed, *state, SAMPLES, shape)
    kept = np.isin(reduced["temperature"].values, np.asarray(config.rates.temperatures_K, float))
    exothermic = np.flatnonzero(reduced["energy_difference"].values >= 0.0)
    values = []
    for row in exothermic:
        one = thermal_average(reduced, int(row), config.rates.symmetrisation, draws)
        values.append(np.concatenate([one.value[kept, None], one.samples[kept]], axis=1))
    return {
        "vp": reduced["vp"].values[exothermic],
        "wp": reduced["wp"].values[exothermic],
        "temperature": reduced["temperature"].values[kept],
        "average": np.array(values).reshape(len(exothermic), int(kept.sum()), 1 + SAMPLES),
        "trajectories": count,
        "seconds": time.process_time() - began,
    }


def responses(
    config: Campaign, state: tuple[int, int], results: Mapping[str, Mapping[str, Any]]
) -> xr.Dataset:
    """Rates on the surfaces, as ratios to those on the surface of the campaign.

    Parameters
    ----------
    config
        The campaign.
    state
        Initial state (v, w).
    results
        Results of `tasks` by name.

    Returns
    -------
    xr.Dataset
        `k_ratio`, `k_ratio_stderr` (surface, transition, temperature), the latter of the finite
        number of trajectories; coordinates surface, vp, wp, temperature.
    """
    central = results[CENTRAL]
    names = [name for name in results if name != CENTRAL]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.array([results[name]["average"] / central["average"] for name in names])
    replicates = config.sampling.replicates
    cell = ("surface", "transition", "temperature")

    def level(name: str, molecule: str) -> tuple:
        attributes = {"units": "1", "long_name": f"final level of molecule {molecule}"}
        return "transition", central[name], attributes

    return xr.Dataset(
        {
            "k_ratio": (
                cell, ratio[..., 0],
                {"units": "1", "long_name": "k on a surface over k on that of the campaign"},
            ),
            "k_ratio_stderr": (
                cell, bootstrap.standard_error(ratio[..., 1:], replicates, axis=-1),
                {"units": "1", "long_name": "standard error of k_ratio from the trajectories"},
            ),
        },
        {
            "surface": ("surface", names, {"units": "1", "long_name": "drawn or named surface"}),
            "vp": level("vp", "a"),
            "wp": level("wp", "b"),
            "temperature": (
                "temperature", central["temperature"], {"units": "K", "long_name": "temperature"}
            ),
        },
        {
            "v": state[0], "w": state[1], "draws": asked(config).count,
            "trajectories": sum(int(one["trajectories"]) for one in results.values()),
            "core_seconds": sum(float(one["seconds"]) for one in results.values()),
        },
    )  # fmt: skip
