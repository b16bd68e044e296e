"""ln k as few coefficients, for programs that take a formula.

The law ln k = ln A + b ln T + C T^(-1/3) + D T^(-2/3), after Landau and Teller, is what most
programs know. A constant B in the exponent, which some write beside A, is degenerate with ln A: it
is left out here, and ln A carries the whole constant. Where the law misses the table, a Chebyshev
series in T^(-1/3) takes its place, whose coefficients are of ordinary size however many there are.

An endothermic transition is fitted without its Boltzmann factor exp(theta/T), theta < 0, which
the law does not follow; theta is that of the energy defect, not fitted.

Coefficients are those of weighted least squares on a dense grid of the table's interpolant, with
weights that are found by Lawson's iteration (C. L. Lawson, PhD thesis, UCLA 1961) so that the
worst relative error, which is what is stated, becomes least.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.chebyshev import chebval, chebvander
from numpy.typing import ArrayLike, NDArray

from vibrates.core.units import KELVIN_TO_CM
from vibrates.library.table import Rate

# Chebyshev terms are added until the worst relative error is this, or there are so many.
AIM = 0.01
FEWEST, MOST = 5, 30
_POINTS = 250
_ITERATIONS = 25


@dataclass(frozen=True)
class Law:
    """ln k = log_A + b ln T + C T^(-1/3) + D T^(-2/3) + theta/T; T in K, k in cm^3 s^-1.

    ``worst``: largest relative error of k against the interpolated table from ``low`` to ``high``
    (K), met at ``worst_at``.
    """

    log_A: float
    b: float
    C: float
    D: float
    theta: float
    low: float
    high: float
    worst: float
    worst_at: float

    def log_k(self, temperature: ArrayLike) -> NDArray:
        """ln of k / (cm^3 s^-1) at temperatures in K."""
        T = np.asarray(temperature, dtype=float)
        x = T ** (-1.0 / 3.0)
        return self.log_A + self.b * np.log(T) + self.C * x + self.D * x**2 + self.theta / T


@dataclass(frozen=True)
class Chebyshev:
    """ln k = sum of coefficients[i] T_i(z) + theta/T; T in K, k in cm^3 s^-1.

    z is linear in T^(-power), -1 at ``low`` and 1 at ``high``. Errors as in `Law`.
    """

    coefficients: tuple[float, ...]
    power: float
    theta: float
    low: float
    high: float
    worst: float
    worst_at: float

    def log_k(self, temperature: ArrayLike) -> NDArray:
        """ln of k / (cm^3 s^-1) at temperatures in K."""
        T = np.asarray(temperature, dtype=float)
        z = _reduced(T, self.power, self.low, self.high)
        return chebval(z, self.coefficients) + self.theta / T


def law(
    rate: Rate, low: float | None = None, high: float | None = None, boltzmann: bool = True
) -> Law:
    """The law of a rate.

    Parameters
    ----------
    rate : Rate
    low, high : float, optional
        Range of T, K; that of the rate by default.
    boltzmann : bool
        Whether the Boltzmann factor of an endothermic transition is taken out; otherwise theta is
        0, for programs that have no such term.
    """
    T, log_k, low, high = grid(rate, low, high)
    theta = _theta(rate) if boltzmann else 0.0
    x = T ** (-1.0 / 3.0)
    found, error = least_worst(np.stack([np.ones_like(T), np.log(T), x, x**2]), log_k - theta / T)
    log_A, b, C, D = found.tolist()
    return Law(log_A, b, C, D, theta, low, high, *worst(T, error))


def chebyshev(
    rate: Rate,
    low: float | None = None,
    high: float | None = None,
    power: float = 1.0 / 3.0,
    aim: float = AIM,
) -> Chebyshev:
    """The Chebyshev series with the fewest terms that reaches the aim, or the most accurate one.

    Parameters
    ----------
    rate : Rate
    low, high : float, optional
        Range of T, K; that of the rate by default.
    power : float
        The variable is T^(-power). With 1 the Boltzmann factor is part of the series.
    aim : float
        Terms are added until the worst relative error is at most this.
    """
    T, log_k, low, high = grid(rate, low, high)
    theta = 0.0 if power == 1.0 else _theta(rate)
    z = _reduced(T, power, low, high)
    found, error = _fewest(
        lambda terms: chebvander(z, terms - 1).T, log_k - theta / T, range(FEWEST, MOST + 1), aim
    )
    return Chebyshev(tuple(found.tolist()), power, theta, low, high, *worst(T, error))


def law_or_chebyshev(
    rate: Rate, limit: float, low: float | None = None, high: float | None = None
) -> Law | Chebyshev:
    """The law where its worst relative error is within a limit, else a series in T^(-1/3).

    Parameters
    ----------
    rate : Rate
    limit : float
        Largest relative error of the law. The series aims at it too, or at `AIM` if that is less.
    low, high : float, optional
        Range of T, K; that of the rate by default.
    """
    found = law(rate, low, high)
    return found if found.worst <= limit else chebyshev(rate, low, high, aim=min(AIM, limit))


def least_worst(basis: NDArray, target: NDArray) -> tuple[NDArray, NDArray]:
    """Coefficients of ``basis`` (n, points) for ``target`` (points,), with the least worst error.

    Returns the coefficients and the relative errors exp(fit - target) - 1 at the points.
    """
    scale = np.abs(basis).max(axis=1)
    scaled = (basis / scale[:, None]).T
    weights = np.full(len(target), 1.0 / len(target))
    best, least, lowest = np.zeros(len(basis)), np.full(len(target), np.inf), np.inf
    for _ in range(_ITERATIONS):
        root = np.sqrt(weights)
        found = np.linalg.lstsq(scaled * root[:, None], target * root, rcond=None)[0]
        error = np.expm1(scaled @ found - target)
        if np.abs(error).max() < lowest:
            best, least, lowest = found, error, np.abs(error).max()
        weights = weights * np.abs(error)
        total = weights.sum()
        if total == 0.0:
            break
        # No point is lost for good: a weight of zero would never grow again.
        weights = np.maximum(weights / total, 1e-12)
    return best / scale, least


def _fewest(
    basis: Callable[[int], NDArray], target: NDArray, sizes: Sequence[int], aim: float
) -> tuple[NDArray, NDArray]:
    """The smallest of the sizes that reaches the aim, or the most accurate one."""
    best: tuple[NDArray, NDArray] | None = None
    for size in sizes:
        found = least_worst(basis(size), target)
        if best is None or np.abs(found[1]).max() < np.abs(best[1]).max():
            best = found
        if np.abs(best[1]).max() <= aim:
            break
    assert best is not None
    return best


def grid(
    rate: Rate, low: float | None, high: float | None
) -> tuple[NDArray, NDArray, float, float]:
    """Temperatures of a fit and ln k there: even in T^(-1/3), and those of the table.

    Parameters
    ----------
    rate : Rate
    low, high : float or None
        Range of T, K; that of the rate if None.

    Returns
    -------
    T : (n,)
        Temperatures, K, ascending.
    log_k : (n,)
        ln of k / (cm^3 s^-1).
    low, high : float
        The range, K.
    """
    low = rate.range[0] if low is None else low
    high = rate.range[1] if high is None else high
    even = np.linspace(low ** (-1 / 3), high ** (-1 / 3), _POINTS) ** -3.0
    nodes = rate.nodes[0]
    T = np.unique([low, high, *even[1:-1], *nodes[(low < nodes) & (nodes < high)]])
    return T, rate.interpolant.value(T), float(low), float(high)


def _reduced(temperature: NDArray, power: float, low: float, high: float) -> NDArray:
    u, start, stop = (np.asarray(T, dtype=float) ** -power for T in (temperature, low, high))
    return (2.0 * u - start - stop) / (stop - start)


def _theta(rate: Rate) -> float:
    """Exponent of the Boltzmann factor of an endothermic transition, K; 0 of any other."""
    defect = rate.energy_defect
    return min(defect, 0.0) / KELVIN_TO_CM if np.isfinite(defect) else 0.0


def worst(T: NDArray, error: NDArray) -> tuple[float, float]:
    """Largest modulus of the relative errors, and the temperature (K) where it is met."""
    at = int(np.argmax(np.abs(error)))
    return float(abs(error[at])), float(T[at])
