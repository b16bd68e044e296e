"""Fit of the surface to ab initio points: weights, least squares, covariance.

The fit works in angstrom and meV, the units of the configuration that it writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from vibrates.potential.flexible import (
    HARMONICS,
    PARAMETERS,
    all_harmonics,
    flexible_lennard_jones,
    harmonic_coefficients,
    require_count,
)

# Hong et al. 2023, Table 2 (original surface), where the fit starts: R_m, eps at H, X, Ta, Tb, I.
START = {
    "R_m_angstrom": [3.52, 3.52, 3.54, 3.92, 3.97],
    "eps_meV": [6.16, 6.16, 7.23, 4.30, 4.64],
    "beta": [2.0] * 5,
    "zeta": [10.0] * 5,
}


@dataclass(frozen=True)
class Term:
    """``count`` values of one parameter times xi_a^i xi_b^j: 1 (isotropic), 5, or with extras."""

    parameter: str
    powers: tuple[int, int]
    count: int


@dataclass(frozen=True)
class Weights:
    """Standard deviation ascribed to a point: hypot(floor, fraction |V|), larger on a high wall."""

    floor_meV: float
    fraction: float
    high_meV: float

    def sigma(self, energy: NDArray) -> NDArray:
        """meV; above ``high_meV`` the fraction grows in proportion to V."""
        fraction = self.fraction * np.maximum(1.0, energy / self.high_meV)
        return np.hypot(self.floor_meV, fraction * energy)


class Design:
    """The geometries of a set of points, prepared for many evaluations of the model.

    ``points``: columns c_a, c_b, c_ab, R_angstrom, xi_a, xi_b (angstrom), electrostatic_meV.
    """

    def __init__(self, points: pd.DataFrame, terms: Sequence[Term]) -> None:
        self.distance = points["R_angstrom"].to_numpy()
        self.electrostatic = points["electrostatic_meV"].to_numpy()
        angular = all_harmonics(*(points[c].to_numpy() for c in ("c_a", "c_b", "c_ab")))
        xi_a, xi_b = points["xi_a"].to_numpy(), points["xi_b"].to_numpy()
        # V depends on the values at the configurations through these columns.
        by_value = np.array([harmonic_coefficients(row) for row in np.eye(HARMONICS)]) @ angular
        isotropic = angular[:1]
        self.columns: dict[str, list[tuple[slice, NDArray]]] = {name: [] for name in PARAMETERS}
        self.size = 0
        for term in terms:
            basis = isotropic if term.count == 1 else by_value[: term.count]
            place = slice(self.size, self.size + term.count)
            i, j = term.powers
            self.columns[term.parameter].append((place, basis * xi_a**i * xi_b**j))
            self.size = place.stop

    def parameters(self, values: NDArray) -> list[NDArray]:
        """R_m (angstrom), eps (meV), beta, zeta of every point."""
        return [
            sum(values[place] @ basis for place, basis in self.columns[name]) for name in PARAMETERS
        ]

    def energy(self, values: NDArray) -> NDArray:
        """V of every point, meV."""
        return self._energy(*self.parameters(values))

    def _energy(self, r_m, eps, beta, zeta) -> NDArray:
        shape = flexible_lennard_jones(self.distance / r_m, beta, zeta)
        return eps * shape + self.electrostatic

    def jacobian(self, values: NDArray) -> NDArray:
        """dV/dvalues (points, values), by central differences in the four parameters."""
        at = self.parameters(values)
        out = np.zeros((len(self.distance), self.size))
        for index, name in enumerate(PARAMETERS):
            step = 1e-5 * np.maximum(np.abs(at[index]), 1e-3)
            up, down = list(at), list(at)
            up[index], down[index] = at[index] + step, at[index] - step
            slope = (self._energy(*up) - self._energy(*down)) / (2.0 * step)
            for place, basis in self.columns[name]:
                out[:, place] += (slope * basis).T
        return out


@dataclass(frozen=True)
class FitResult:
    """Outcome of one fit: values of all terms in order, and their covariance."""

    terms: tuple[Term, ...]
    values: NDArray
    covariance: NDArray
    reduced_chi_square: float

    def rows(self, values: NDArray | None = None) -> dict[str, list[dict]]:
        """The ``terms`` block of the surface in the configuration."""
        values = self.values if values is None else values
        out: dict[str, list[dict]] = {name: [] for name in PARAMETERS}
        first = 0
        for term in self.terms:
            chosen = [round(float(x), 6) for x in values[first : first + term.count]]
            out[term.parameter].append({"powers": list(term.powers), "values": chosen})
            first += term.count
        return out


def terms(candidate: Mapping[str, Sequence[Sequence[int]]]) -> list[Term]:
    """Terms of a candidate: per parameter rows [power of xi_a, power of xi_b, count].

    Raises UserError for a term with more values than it can have.
    """
    out = [Term(name, (i, j), count) for name in PARAMETERS for i, j, count in candidate[name]]
    for term in out:
        require_count(f"fit.candidates: {term.parameter}", term.parameter, term.powers, term.count)
    return out


def split(values: NDArray, terms: Sequence[Term]) -> list[NDArray]:
    """The values (n,) of all terms, cut into those of each."""
    return np.split(values, np.cumsum([term.count for term in terms])[:-1])


def start(terms: Sequence[Term]) -> NDArray:
    """Starting values: Table 2 of the paper for rigid molecules, zero for everything else."""
    parts = []
    for term in terms:
        first = START[term.parameter] if term.powers == (0, 0) else [0.0] * 5
        first = [float(np.mean(first))] if term.count == 1 else first
        parts.append(np.pad(first, (0, term.count - len(first))))
    return np.concatenate(parts)


def fit(
    points: pd.DataFrame, terms: Sequence[Term], weights: Weights, prior: Mapping[str, float]
) -> FitResult:
    """Least-squares fit of V with a weak prior around the starting values.

    Parameters
    ----------
    points
        Points from `points.prepare`, with V in the column ``energy_meV`` and, if they have any, a
        further standard deviation of each in ``error_meV``.
    terms
        Terms of the model.
    weights
        Standard deviations of the points.
    prior
        For each parameter the standard deviation of stretch terms around zero, in units of the
        parameter per angstrom for each power of xi. For the rigid values around the starting
        values it is ten times as large, for extra harmonics three tenths. Values that the points
        do not determine remain small.
    """
    design = Design(points, terms)
    energy = points["energy_meV"].to_numpy()
    sigma = weights.sigma(energy)
    if "error_meV" in points:
        sigma = np.hypot(sigma, points["error_meV"].to_numpy())
    width = _prior_widths(terms, prior)
    first = start(terms)

    def residuals(values):
        return np.concatenate([(design.energy(values) - energy) / sigma, (values - first) / width])

    def jacobian(values):
        return np.vstack([design.jacobian(values) / sigma[:, None], np.diag(1.0 / width)])

    found = least_squares(residuals, first, jac=jacobian, x_scale="jac", method="trf", max_nfev=300)
    at_minimum = np.asarray(found.jac)
    misfit = residuals(found.x)[: len(energy)]
    freedom = max(1, len(energy) - _effective(at_minimum, len(energy)))
    chi_square = float(misfit @ misfit) / freedom
    covariance = np.linalg.inv(at_minimum.T @ at_minimum) * max(chi_square, 1e-12)
    return FitResult(tuple(terms), found.x, covariance, chi_square)


def _effective(jacobian: NDArray, points: int) -> float:
    """Number of values determined by the points: trace of the hat matrix of their rows."""
    data = jacobian[:points]
    return float(np.trace(np.linalg.solve(jacobian.T @ jacobian, data.T @ data)))


def _prior_widths(terms: Sequence[Term], prior: Mapping[str, float]) -> NDArray:
    widths = []
    for term in terms:
        first = 10.0 if term.powers == (0, 0) else 1.0
        scale = np.where(np.arange(term.count) < 5, first, 0.3)
        widths += list(prior[term.parameter] * scale)
    return np.array(widths)
