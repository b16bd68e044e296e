"""Cross sections and rate coefficients of all transitions, from the opacities of all jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from vibrates.core.errors import UserError
from vibrates.core.units import (
    BOHR2_TO_ANGSTROM2,
    CM_TO_HARTREE,
    KELVIN_TO_HARTREE,
    RATE_AU_TO_CM3_S,
)
from vibrates.scattering.calculation import Calculation, final
from vibrates.scattering.thermal import rate_coefficient

_FEWEST = 3  # cross sections that a rate coefficient needs


def joined(chunks: Sequence[xr.Dataset]) -> xr.Dataset:
    """The jobs of one block together, partial waves ascending."""
    return xr.concat(
        chunks,
        "wave",
        data_vars="minimal",
        coords="minimal",
        combine_attrs="drop",
        compat="override",
    ).sortby("wave")


def summed_waves(block: xr.Dataset) -> tuple[NDArray, NDArray]:
    """sum_J (2J + 1) opacity (energies, pairs), and the share that J in the last fifth have in it.

    Partial waves between those computed are interpolated.
    """
    waves, opacity = block["wave"].values, block["opacity"].values
    total, tail = np.zeros(opacity.shape[1:]), np.zeros(opacity.shape[1:])
    for index, last in enumerate(block["last"].values):
        mine = waves <= last
        every = np.arange(waves[mine].max() + 1)
        all_waves = (
            PchipInterpolator(waves[mine], opacity[mine, index], axis=0)(every)
            if mine.sum() > 1
            else opacity[mine, index]
        )
        weighted = (2.0 * every + 1.0)[:, None] * all_waves
        total[index] = weighted.sum(axis=0)
        tail[index] = weighted[every >= 0.8 * every[-1]].sum(axis=0)
    return total, tail / np.where(total > 0.0, total, 1.0)


@dataclass(frozen=True, eq=False)
class CrossSections:
    """sigma (energies, pairs) in bohr^2 at total ``energies`` (n,), hartree, ascending; nan where a
    collision from the initial level is not complete or not possible. ``initial`` (pairs,): its
    energy. ``numbers``: quantum numbers (pairs,) by name.
    """

    energies: NDArray
    sigma: NDArray
    tail: NDArray
    initial: NDArray
    numbers: Mapping[str, NDArray]

    def known(self) -> "CrossSections":
        """Without the pairs of levels that too few energies reach for a rate coefficient."""
        kept = np.isfinite(self.sigma).sum(axis=0) >= _FEWEST
        return replace(
            self, sigma=self.sigma[:, kept], tail=self.tail[:, kept], initial=self.initial[kept],
            numbers={name: values[kept] for name, values in self.numbers.items()},
        )  # fmt: skip


def cross_sections(blocks: Sequence[xr.Dataset], asked: Calculation) -> CrossSections:
    """Cross sections of all exothermic transitions.

    Parameters
    ----------
    blocks : sequence of Dataset
        Opacities of every block, as `joined` returns them, of the same levels.
    asked : Calculation
        What they belong to.
    """
    before, after = asked.names, final(asked.names)
    numbers = {name: blocks[0][name].values for name in (*before, *after)}
    labels = np.stack([numbers[name] for name in before], axis=1)
    initial, degeneracy = asked.energies(labels), asked.degeneracies(labels)
    energies = np.concatenate([block["energy"].values for block in blocks]) * CM_TO_HARTREE
    reference = np.concatenate([block["reference"].values for block in blocks]) * CM_TO_HARTREE
    sums, tails = (
        np.concatenate(parts)
        for parts in zip(*(summed_waves(block) for block in blocks), strict=True)
    )
    order = np.argsort(energies, kind="stable")
    energies, reference = energies[order, None], reference[order, None]
    k_squared = 2.0 * asked.reduced_mass * (energies - initial)
    complete = (k_squared > 0.0) & (initial > reference - 1e-9)
    sigma = np.pi * sums[order] / (np.where(complete, k_squared, np.nan) * degeneracy)
    return CrossSections(energies[:, 0], sigma, tails[order], initial, numbers)


def rates(found: CrossSections, reduced_mass: float, temperatures_K: NDArray) -> pd.DataFrame:
    """Rate coefficients of all transitions.

    Parameters
    ----------
    found : CrossSections
        The cross sections.
    reduced_mass : float
        Of diatom and atom, electron masses.
    temperatures_K : array, (T,)
        Temperatures, K.

    Returns
    -------
    DataFrame
        Columns of the quantum numbers, T_K, k_cm3_s, and share_below, share_beyond: the shares of k
        from below the lowest and from beyond the highest collision energy with a cross section,
        where it is held constant.

    Raises
    ------
    UserError
        If a transition has fewer than three cross sections.
    """
    k_t = np.asarray(temperatures_K, float) * KELVIN_TO_HARTREE
    tables = []
    for pair in range(len(found.initial)):
        here = np.isfinite(found.sigma[:, pair])
        if here.sum() < _FEWEST:
            name = ", ".join(f"{key} = {values[pair]}" for key, values in found.numbers.items())
            raise UserError(
                f"energies: {here.sum()} cross sections for {name}, at least {_FEWEST} "
                "needed; add "
                "near_cm or raise highest_cm"
            )
        energies = found.energies[here] - found.initial[pair]
        rate = rate_coefficient(energies, found.sigma[here, pair], reduced_mass, k_t)
        tables.append(pd.DataFrame(
            {key: values[pair] for key, values in found.numbers.items()}
            | {"T_K": temperatures_K, "k_cm3_s": rate.k * RATE_AU_TO_CM3_S,
               "share_below": rate.below, "share_beyond": rate.beyond}
        ))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def table(found: CrossSections, rates: pd.DataFrame) -> xr.Dataset:
    """The product: sigma in angstrom^2 at total energies in cm^-1, and what k takes from outside.

    ``rates``: of the same cross sections, as `rates` returns them.
    """
    temperatures = rates["T_K"].unique()

    def about(units: str, long_name: str) -> dict[str, str]:
        return {"units": units, "long_name": long_name}

    return xr.Dataset(
        {"sigma": (("energy", "pair"), found.sigma * BOHR2_TO_ANGSTROM2,
                   about("angstrom^2", "integral cross section, nan where not complete")),
         "tail": (("energy", "pair"), found.tail,
                  about("1", "share of the highest fifth of partial waves")),
         "initial_energy": ("pair", found.initial / CM_TO_HARTREE,
                            about("cm^-1", "energy of the initial level"))}
        | {name: (("pair", "temperature"), rates[name].to_numpy().reshape(-1, len(temperatures)),
                  about("1", f"share of k from collision energies {where} with a cross section"))
           for name, where in (("share_below", "below the lowest one"),
                               ("share_beyond", "beyond the highest one"))},
        {"energy": ("energy", found.energies / CM_TO_HARTREE,
                    about("cm^-1", "total energy above the minimum of all diatoms' curves")),
         "temperature": ("temperature", temperatures, about("K", "temperature"))}
        | {name: ("pair", values, about("1", f"quantum number {name}"))
           for name, values in found.numbers.items()},
    )  # fmt: skip


def checks(found: CrossSections, table: pd.DataFrame) -> dict[str, float | int]:
    """What a user should look at: how complete the sums over J and over energies are."""
    weighty = found.sigma > 1e-3 * np.nanmax(found.sigma, axis=0)
    return {
        "transitions": int(len(found.initial)),
        "temperatures": int(table["T_K"].nunique()),
        "largest_share_of_the_last_fifth_of_waves": float(found.tail[weighty].max()),
        "median_share_of_the_last_fifth_of_waves": float(np.median(found.tail[weighty])),
        "largest_share_of_k_below_the_lowest_energy": float(table["share_below"].max()),
        "median_share_of_k_below_the_lowest_energy": float(table["share_below"].median()),
        "largest_share_of_k_beyond_the_highest_energy": float(table["share_beyond"].max()),
        "median_share_of_k_beyond_the_highest_energy": float(table["share_beyond"].median()),
        "smallest_k_cm3_s": float(table["k_cm3_s"].min()),
    }
