"""Millikan and White's (a, b) of a pair, for codes of hypersonic flow that take nothing else.

p tau = exp[a (T^(-1/3) - b) - 18.42] atm s (R. C. Millikan and D. R. White, J. Chem. Phys. 39
(1963) 3209), tau being the time in which the vibrational energy relaxes: 1/tau = n k(1 -> 0)
(1 - exp(-theta/T)) of a harmonic oscillator with Landau and Teller's ladder, theta = (E1 - E0)/k.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.constants import Boltzmann, atm

from vibrates.core.errors import UserError
from vibrates.core.units import KELVIN_TO_CM
from vibrates.library import fit
from vibrates.library.exports import species
from vibrates.library.exports.format import Format
from vibrates.library.exports.selection import Selection, commented, fits
from vibrates.library.table import Rate

_COLUMNS = "relaxing,partner,a_K1/3,b_K-1/3,theta_K,T_min_K,T_max_K,worst_relative_error"


@dataclass(frozen=True)
class MillikanWhite:
    """``a`` (K^1/3) and ``b`` (K^-1/3), ``theta`` (K), worst relative error of k and its T (K)."""

    a: float
    b: float
    theta: float
    low: float
    high: float
    worst: float
    worst_at: float


def content(chosen: Selection, path: Path) -> dict[Path, str]:
    """One file, a row per relaxing molecule.

    Raises
    ------
    UserError
        If the table holds no rate of 1 -> 0 of one molecule with the other in its lowest level, or
        the formula misses all of them by more than the limit.
    """
    fundamental = [rate for rate in chosen.rates if _relaxing(rate) is not None]
    if not fundamental:
        raise UserError(
            f"{chosen.table.source}: holds no rate of 1 -> 0 of one molecule with the other in its "
            "lowest level, from which a and b follow; choose another format"
        )
    chosen.rates[:] = fundamental
    kept = fits(chosen, lambda rate: parameters(rate, *chosen.range(rate)))
    notes = (
        "Formula: p tau = exp(a (T^(-1/3) - b) - 18.42), p in atm, tau in s, T in K; tau from "
        "1/tau = n k(1 -> 0) (1 - exp(-theta/T))",
        "Two constants seldom follow computed rates over a wide range of T: see the error below",
    )
    rows = [_COLUMNS]
    for rate, found in kept:
        relaxing, partner = _relaxing(rate) or ("", "")
        rows.append(
            f"{relaxing},{partner},{found.a:.6f},{found.b:.6f},{found.theta:.3f},{found.low:g},"
            f"{found.high:g},{found.worst:.4f}"
        )
    return {path: "\n".join([*commented(chosen.header(FORMAT, *notes), "#"), *rows]) + "\n"}


def parameters(rate: Rate, low: float, high: float) -> MillikanWhite:
    """a and b of a rate 1 -> 0, for the least worst relative error of k.

    Parameters
    ----------
    rate : Rate
        Of the transition 1 -> 0 of one molecule, the other in its lowest level.
    low, high : float
        Range of T, K.
    """
    T, log_k, low, high = fit.grid(rate, low, high)
    theta = rate.energy_defect / KELVIN_TO_CM
    log_p_tau = np.log(Boltzmann * T / atm) - log_k - np.log(1e-6) - np.log(-np.expm1(-theta / T))
    # Of 1/(p tau), so that the error is that of k.
    found, error = fit.least_worst(np.stack([np.ones_like(T), T ** (-1 / 3)]), -log_p_tau)
    constant, a = -found
    b = -(constant + 18.42) / a
    return MillikanWhite(float(a), float(b), float(theta), low, high, *fit.worst(T, error))


def _relaxing(rate: Rate) -> tuple[str, str] | None:
    """The molecule that goes from 1 to 0 and its partner; None for any other transition."""
    before, after = species.sides(rate)
    changed = [number for number in (0, 1) if before[number] != after[number]]
    if len(changed) != 1 or not after[0].ground or not after[1].ground:
        return None
    own = changed[0]
    if before[own].numbers != (("v", 1),):
        return None
    return before[own].species, before[1 - own].species


FORMAT = Format(
    "millikan-white",
    "_millikan_white.csv",
    "Eilmer, Mutation++ and others: a and b of Millikan and White from the rate 1 -> 0",
    content,
    both=False,
    only_exothermic=True,
)
