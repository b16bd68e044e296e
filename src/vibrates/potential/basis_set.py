"""The increment of the basis set: a small second fit, added to the fit in the smaller basis.

The change of V from a smaller to a larger basis (or to its limit) is described by changes of a few
parameters of the fitted surface, so that the sum of fit and increment is a surface of the same
form, at the same cost:

    V_sum = V(p + d),   d fitted to V(p + d) - V(p) = change of the basis set at its points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from vibrates.core.columns import COORDINATES
from vibrates.core.errors import UserError
from vibrates.potential.fit import Design, FitResult, Term
from vibrates.potential.fit import terms as fit_terms
from vibrates.potential.flexible import PARAMETERS

# From double and triple zeta to the limit: errors of the correlation energy fall as X^-3
# (Helgaker et al., J. Chem. Phys. 106, 9639 (1997)), so the whole change is 27/19 of that computed.
TO_THE_LIMIT = 27.0 / 19.0
_FIRST = "E_HF_meV"
_TOTAL = ("E_CCSDT_meV", "E_MP2_meV")  # in the order of preference


@dataclass(frozen=True)
class Accuracy:
    """Standard deviation ascribed to a change of V: hypot(floor, fraction of V)."""

    floor_meV: float
    fraction: float

    def sigma(self, energy: NDArray) -> NDArray:
        """For the energies V (meV) of the points."""
        return np.hypot(self.floor_meV, self.fraction * energy)


def changes(small: pd.DataFrame, large: pd.DataFrame, factor: float = 1.0) -> pd.DataFrame:
    """The points that two tables share, with the change of V between them.

    Parameters
    ----------
    small, large
        Points in the smaller and in the larger basis, of one method: columns E_HF_meV and
        E_CCSDT_meV, or E_MP2_meV.
    factor
        Multiplies the change of the correlation energy (`TO_THE_LIMIT`). The Hartree-Fock energy,
        which converges exponentially, is that of the larger basis.

    Returns
    -------
    pd.DataFrame
        The shared rows of ``small``, with columns change_meV and extrapolated_meV, the part of the
        change that was not computed.

    Raises
    ------
    UserError
        If no point or no method is shared.
    """
    total = next((name for name in _TOTAL if name in small and name in large), None)
    if total is None:
        raise UserError(
            f"points in the larger basis: no column of {', '.join(_TOTAL)} is in both tables; "
            "compute them by the method of the fit"
        )
    keys = list(COORDINATES)
    pairs = large[[*keys, _FIRST, total]].merge(small, on=keys, suffixes=("_large", ""))
    if pairs.empty:
        raise UserError(
            "points in the larger basis: none is a point of the fit; repeat geometries of the fit"
        )
    first = pairs[f"{_FIRST}_large"] - pairs[_FIRST]
    correlation = pairs[f"{total}_large"] - pairs[total] - first
    beyond = (factor - 1.0) * correlation
    out = pairs.assign(change_meV=first + correlation + beyond, extrapolated_meV=beyond)
    return out[[*small.columns, "change_meV", "extrapolated_meV"]]


def increment_terms(form: Mapping[str, Sequence[Sequence[int]]]) -> list[Term]:
    """Terms of a form of the increment, which need not change every parameter.

    Raises UserError for a term with more values than it can have.
    """
    return fit_terms({name: form.get(name, ()) for name in PARAMETERS})


def united(terms: Sequence[Term], more: Sequence[Term]) -> tuple[Term, ...]:
    """Terms that hold both sets: of equal parameter and powers the longer one."""
    found = {(term.parameter, term.powers): term for term in terms}
    for term in more:
        key = term.parameter, term.powers
        known = found.get(key)
        if known is None or known.count < term.count:
            found[key] = term
    return tuple(found.values())


def embedding(terms: Sequence[Term], into: Sequence[Term]) -> NDArray:
    """Matrix (values of ``into``, values of ``terms``) that writes ``terms`` as ``into``.

    The one value of a term without orientation becomes that of all five configurations.
    """
    places, start = {}, 0
    for term in into:
        places[term.parameter, term.powers] = start, term.count
        start += term.count
    matrix, column = np.zeros((start, sum(term.count for term in terms))), 0
    for term in terms:
        first, count = places[term.parameter, term.powers]
        if term.count == 1 and count > 1:
            matrix[first : first + 5, column] = 1.0
        else:
            rows = np.arange(term.count)
            matrix[first + rows, column + rows] = 1.0
        column += term.count
    return matrix


@dataclass(frozen=True)
class Increment:
    """Changes of parameters by terms, their covariance, and the change of V that they leave."""

    terms: tuple[Term, ...]
    values: NDArray
    covariance: NDArray
    reduced_chi_square: float
    residual_meV: NDArray


def fit_increment(
    found: FitResult,
    points: pd.DataFrame,
    terms: Sequence[Term],
    accuracy: Accuracy,
    prior: Mapping[str, float],
) -> Increment:
    """Least-squares fit of the change of V at some points.

    Parameters
    ----------
    found
        The fit in the smaller basis, which stays as it is.
    points
        Points from `points.prepare`, with column change_meV (`changes`).
    terms
        Which parameters change.
    accuracy
        Standard deviation of the changes.
    prior
        For each parameter the standard deviation of its change around zero, per angstrom for each
        power of xi.
    """
    into = united(found.terms, terms)
    design = Design(points, into)
    known = embedding(found.terms, into) @ found.values
    matrix = embedding(terms, into)
    before, change = design.energy(known), points["change_meV"].to_numpy()
    sigma = accuracy.sigma(points["energy_meV"].to_numpy())
    width = np.concatenate([np.full(term.count, prior[term.parameter]) for term in terms])

    def left(values: NDArray) -> NDArray:
        return design.energy(known + matrix @ values) - before - change

    def residuals(values: NDArray) -> NDArray:
        return np.concatenate([left(values) / sigma, values / width])

    def jacobian(values: NDArray) -> NDArray:
        slopes = design.jacobian(known + matrix @ values) @ matrix
        return np.vstack([slopes / sigma[:, None], np.diag(1.0 / width)])

    solved = least_squares(residuals, np.zeros(len(width)), jac=jacobian, x_scale="jac")
    whole = np.asarray(solved.jac)
    data = whole[: len(change)]
    inverse = np.linalg.inv(whole.T @ whole)
    freedom = len(change) - float(np.trace(inverse @ (data.T @ data)))
    residual = -left(solved.x)
    chi_square = float(np.sum((residual / sigma) ** 2)) / max(1.0, freedom)
    # A few points may agree by chance: the stated accuracy is the least that is believed.
    covariance = inverse * max(1.0, chi_square)
    return Increment(tuple(terms), solved.x, covariance, chi_square, residual)


def left_out(
    found: FitResult,
    points: pd.DataFrame,
    terms: Sequence[Term],
    accuracy: Accuracy,
    prior: Mapping[str, float],
) -> NDArray:
    """Change of V at every point, predicted without its orientation, less the computed one, meV.

    Arguments as in `fit_increment`. Points of one orientation are left out together.
    """
    errors = np.empty(len(points))
    orientation = points.groupby(["c_a", "c_b", "c_ab"], sort=False).ngroup().to_numpy()
    for number in np.unique(orientation):
        away = orientation == number
        kept = fit_increment(found, points[~away], terms, accuracy, prior)
        errors[away] = energy_change(found, kept, points[away]) - points.loc[away, "change_meV"]
    return errors


def energy_change(found: FitResult, increment: Increment, points: pd.DataFrame) -> NDArray:
    """V of the sum less V of the fit.

    Parameters
    ----------
    found, increment
        The two parts.
    points
        The n points, from `points.prepare`.

    Returns
    -------
    NDArray
        (n,), meV.
    """
    before, after = Design(points, found.terms), summed(found, increment)
    return Design(points, after.terms).energy(after.values) - before.energy(found.values)


def summed(found: FitResult, increment: Increment, beyond: NDArray | None = None) -> FitResult:
    """The sum of fit and increment, a fit of the same form.

    Parameters
    ----------
    found, increment
        The two parts, whose covariances are added.
    beyond
        A further standard deviation of the values of the increment, common to all of them: that of
        an extrapolation (values of an increment with it less those without).
    """
    into = united(found.terms, increment.terms)
    own, added = embedding(found.terms, into), embedding(increment.terms, into)
    covariance = own @ found.covariance @ own.T + added @ increment.covariance @ added.T
    if beyond is not None:
        covariance += np.outer(added @ beyond, added @ beyond)
    values = own @ found.values + added @ increment.values
    return FitResult(into, values, covariance, found.reduced_chi_square)
