"""Rates averaged over thermal distributions of both rotations, from cumulative probabilities.

    N(E) = sum_J (2J + 1) sum_if |S_if(E, J)|^2,    k(T) = int N(E) exp(-E/kT) dE/(2 pi hbar Q)

over all initial and final rotational levels of a class, with Q the partition function of rotation
and relative motion (Miller, J. Chem. Phys. 62, 1899 (1975)). It is the same as the mean of the
state-to-state rates, but only one smooth function of the total energy has to be interpolated, and
not a cross section of every pair of levels from its own threshold on.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.core.units import KELVIN_TO_HARTREE, RATE_AU_TO_CM3_S
from vibrates.scattering.pair_calculation import PairCalculation
from vibrates.scattering.plan import Modification
from vibrates.scattering.product import CrossSections
from vibrates.scattering.thermal import rate_coefficient

EQUILIBRIUM, NORMAL = "equilibrium", "normal"
CHANGE = ("v1", "v2", "v1p", "v2p")


def partial_rates(
    found: CrossSections,
    asked: PairCalculation,
    modification: Modification,
    temperatures_K: NDArray,
) -> pd.DataFrame:
    """What every pair of classes (j2, j2') adds to the thermal rate of one modification.

    Parameters
    ----------
    found : CrossSections
        Of this modification.
    asked : PairCalculation
        What they belong to.
    modification : tuple of str
        Even, odd or all j of both molecules.
    temperatures_K : array, (T,)
        Temperatures, K.

    Returns
    -------
    DataFrame
        v1, v2, v1p, v2p, j2, j2p, T_K, k_cm3_s: summed over j1', averaged over j1 and j2, so that
        the sum over rows is the thermal rate; share_below, share_beyond: as
        `scattering.product.rates`; share_edge_1, share_edge_2: of k that ends in the highest j1 or
        j2 of the basis.
    """
    k_t = np.asarray(temperatures_K, float) * KELVIN_TO_HARTREE
    # Pairs are stored from the higher to the lower energy; a transition may run either way.
    stored = _labels(found, ""), _labels(found, "p")
    before, after = np.concatenate(stored), np.concatenate(stored[::-1])
    upper = np.tile(found.initial, 2)
    k_squared = 2.0 * asked.reduced_mass * (found.energies[:, None] - found.initial)
    degeneracy = asked.degeneracies(stored[0])
    # Closed pairs add nothing; energies at which an open one is not complete do not count.
    opened = k_squared > 0.0
    probability = np.where(opened, found.sigma * k_squared * degeneracy / np.pi, 0.0)
    probability = np.tile(probability, (1, 2))
    tops = [int(own.max()) for own in np.array(asked.basis(modification))[:, [1, 3]].T]
    tables = []
    for change in asked.settings.transitions:
        own = _is_of(before, after, change)
        levels = asked.initial_levels(modification, change[:2])
        own &= (before[:, None] == levels).all(axis=-1).any(axis=1)
        zero = asked.energies(levels).min()
        partition = _partition(asked, levels, zero, k_t)
        for j_2, j_2p in sorted(set(zip(before[own, 3], after[own, 3], strict=True))):
            mine = np.flatnonzero(own & (before[:, 3] == j_2) & (after[:, 3] == j_2p))
            threshold = upper[mine].min()
            scale = np.exp(-(threshold - zero) / k_t) / partition

            def rate(some: NDArray, threshold: float = threshold, scale: NDArray = scale):
                sums = probability[:, some].sum(axis=1)
                here = np.isfinite(sums) & (found.energies > threshold) & (sums > 0.0)
                if not here.any():
                    zeros = np.zeros(len(k_t))
                    return zeros, zeros, zeros
                above = found.energies[here] - threshold
                effective = np.pi * sums[here] / (2.0 * asked.reduced_mass * above)
                part = rate_coefficient(above, effective, asked.reduced_mass, k_t)
                return part.k * scale * RATE_AU_TO_CM3_S, part.below, part.beyond

            k, below, beyond = rate(mine)
            columns = dict(zip((*CHANGE, "j2", "j2p"), (*change, j_2, j_2p), strict=True))
            columns |= {"T_K": temperatures_K, "k_cm3_s": k}
            columns |= {"share_below": below, "share_beyond": beyond}
            for number, column in ((1, 1), (2, 3)):
                edge, _, _ = rate(mine[after[mine, column] == tops[number - 1]])
                columns[f"share_edge_{number}"] = edge / np.where(k > 0.0, k, 1.0)
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def thermal_rates(
    parts: Mapping[Modification, pd.DataFrame], asked: PairCalculation
) -> pd.DataFrame:
    """Thermal rates of every modification, and of mixtures of both molecules.

    Parameters
    ----------
    parts : mapping of modification to DataFrame
        `partial_rates` of all that are computed.
    asked : PairCalculation
        What they belong to.

    Returns
    -------
    DataFrame
        v1, v2, v1p, v2p, modification_1, modification_2, T_K, k_cm3_s. ``equilibrium``: even and
        odd j as in equilibrium at T; ``normal``: in the ratio of their spin weights at any T.
    """
    single: dict[Modification, pd.DataFrame] = {
        one: table.groupby([*CHANGE, "T_K"], as_index=False)[["k_cm3_s"]].sum()
        for one, table in parts.items()
    }
    kinds = [dict.fromkeys(one[number] for one in parts) for number in (0, 1)]
    mixtures = [
        [*own, *((EQUILIBRIUM, NORMAL) if len(own) > 1 else ())] for own in kinds
    ]  # fmt: skip
    tables = []
    for names in product(*mixtures):
        rows = len(next(iter(single.values())))
        total, weights = np.zeros(rows), np.zeros(rows)
        for one, table in single.items():
            weight = np.ones(len(table))
            for number, (kind, name) in enumerate(zip(one, names, strict=True)):
                weight = weight * _share(asked, number, kind, name, table)
            total = total + weight * table["k_cm3_s"].to_numpy()
            weights = weights + weight
        keys = table[[*CHANGE]].assign(modification_1=names[0], modification_2=names[1])
        tables.append(keys.assign(T_K=table["T_K"], k_cm3_s=total / weights))
    return pd.concat(tables, ignore_index=True)


def _share(
    asked: PairCalculation, number: int, kind: str, mixture: str, table: pd.DataFrame
) -> NDArray:
    """Weight of a modification of one molecule in a mixture, for the rows of ``table``."""
    if mixture not in (EQUILIBRIUM, NORMAL):
        return np.full(len(table), float(kind == mixture))
    weight = np.full(len(table), asked.weights(number)[kind])
    if mixture == NORMAL:
        return weight
    rotor, top = asked.rotors[number], asked.settings.levels.j_max[number]
    j = np.arange(kind == "odd", top + 1, 1 if kind == "all" else 2)
    v = table[f"v{number + 1}"].to_numpy()
    energies = rotor.energies[v][:, j] - rotor.energies[v, 0][:, None]
    k_t = table["T_K"].to_numpy()[:, None] * KELVIN_TO_HARTREE
    return weight * ((2 * j + 1) * np.exp(-energies / k_t)).sum(axis=1)


def _partition(asked: PairCalculation, levels: NDArray, zero: float, k_t: NDArray) -> NDArray:
    """Of rotation of both molecules, energies from ``zero``: (T,)."""
    boltzmann = np.exp(-(asked.energies(levels) - zero) / k_t[:, None])
    return boltzmann @ asked.degeneracies(levels)


def _labels(found: CrossSections, suffix: str) -> NDArray:
    names: Iterable[str] = PairCalculation.names
    return np.stack([found.numbers[f"{name}{suffix}"] for name in names], axis=1)


def _is_of(before: NDArray, after: NDArray, change: Sequence[int]) -> NDArray:
    """Which pairs belong to a vibrational transition."""
    return (before[:, [0, 2]] == change[:2]).all(axis=1) & (after[:, [0, 2]] == change[2:]).all(
        axis=1
    )


def final_levels(parts: Mapping[Modification, pd.DataFrame]) -> pd.DataFrame:
    """Where transitions of every modification end: contribution and share of each pair (j2, j2').

    ``parts``: `partial_rates` by modification. Columns v1, v2, v1p, v2p, modification_1,
    modification_2, j2, j2p, T_K, k_cm3_s, share, share_below, share_beyond.
    """
    tables = []
    for one, table in parts.items():
        total = table.groupby([*CHANGE, "T_K"])["k_cm3_s"].transform("sum")
        named = table[[*CHANGE]].assign(modification_1=one[0], modification_2=one[1])
        columns = ["j2", "j2p", "T_K", "k_cm3_s"]
        shares = {"share": table["k_cm3_s"] / total}
        shares |= {name: table[name] for name in ("share_below", "share_beyond")}
        tables.append(pd.concat([named, table[columns]], axis=1).assign(**shares))
    return pd.concat(tables, ignore_index=True)


def checks(table: pd.DataFrame) -> dict[str, float]:
    """What a user should look at: energies and the edge of the basis, over transitions and T.

    ``table``: `partial_rates` of one modification.
    """
    found: dict[str, float] = {}
    for name, meaning in (
        ("share_below", "of_thermal_k_below_the_lowest_energy"),
        ("share_beyond", "of_thermal_k_beyond_the_highest_energy"),
        ("share_edge_1", "of_thermal_k_that_ends_in_the_highest_j1"),
        ("share_edge_2", "of_thermal_k_that_ends_in_the_highest_j2"),
    ):
        weighted = table.assign(part=table[name] * table["k_cm3_s"])
        sums = weighted.groupby([*CHANGE, "T_K"])[["part", "k_cm3_s"]].sum()
        found[f"largest_share_{meaning}"] = float((sums["part"] / sums["k_cm3_s"]).max())
    return found
