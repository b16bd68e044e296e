"""Angular moments (`moments`) of a fit and of the points that it was fitted to, with their errors.

Those of the fit have the errors that the covariance of its values leaves; those of the points
themselves come from a regression in the functions of the orientation, with an error that includes
what the points leave open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize

from vibrates.core.columns import ENERGY
from vibrates.core.units import BOHR_TO_ANGSTROM
from vibrates.molecules.diatom import Diatom
from vibrates.potential.expansion import Expansion
from vibrates.potential.fit import Design, FitResult, Weights
from vibrates.potential.moments import STENCILS, Moments
from vibrates.potential.points import prepare
from vibrates.potential.stretch import Stretch

QUANTITIES = tuple(STENCILS)
STEP_ANGSTROM = (0.01, 0.01)


@dataclass(frozen=True)
class Estimate:
    """Moments (quantity, R, term) in meV per angstrom and derivative, and their covariance.

    ``covariance`` (quantity, R, term, term) is that between the terms of one quantity at one R.
    """

    values: NDArray
    covariance: NDArray

    @property
    def errors(self) -> NDArray:
        """Standard errors, (quantity, R, term)."""
        return np.sqrt(np.maximum(np.diagonal(self.covariance, axis1=-2, axis2=-1), 0.0))


def by_orders(expansion: Expansion, moments: Estimate) -> dict[tuple[int, int], NDArray]:
    """Strength of each pair of orders (lambda_a, lambda_b), independent of the axis.

    Returns
    -------
    dict
        (lambda_a, lambda_b) -> (2, quantity, R): the moment, with its sign where there is a single
        projection and otherwise the root of the sum of squares over the projections mu, and its
        standard error.
    """
    orders = [(a, b) for a, b, _ in expansion.terms]
    found = {}
    for pair in dict.fromkeys(orders):
        rows = [i for i, other in enumerate(orders) if other == pair]
        values = moments.values[..., rows]
        covariance = moments.covariance[..., rows, :][..., rows]
        if len(rows) == 1:
            strength = values[..., 0]
            direction = np.ones_like(values)
        else:
            strength = np.sqrt((values**2).sum(axis=-1))
            direction = values / np.maximum(strength, 1e-300)[..., None]
        variance = np.einsum("qri,qrij,qrj->qr", direction, covariance, direction)
        found[pair] = np.stack([strength, np.sqrt(np.maximum(variance, 0.0))])
    return found


def of_fit(
    expansion: Expansion,
    found: FitResult,
    molecules: tuple[Diatom, Diatom],
    stretches: Sequence[Stretch | float],
    distance_angstrom: Sequence[float],
) -> Estimate:
    """Moments of a fit, with the errors from the covariance of its values.

    Parameters
    ----------
    expansion
        The functions of the orientation.
    found
        The fit.
    molecules
        a and b.
    stretches
        Their stretch functions, for lengths in angstrom.
    distance_angstrom : (m,)
        R.
    """
    shape = (len(QUANTITIES), len(distance_angstrom), len(expansion.terms))
    values, covariance = np.empty(shape), np.empty((*shape, shape[-1]))

    def both(table: pd.DataFrame) -> NDArray:
        design = Design(_prepared(table, molecules, stretches), found.terms)
        return np.column_stack([design.energy(found.values), design.jacobian(found.values)])

    for (q, quantity), (r, distance) in product(
        enumerate(QUANTITIES), enumerate(distance_angstrom)
    ):
        own = Moments(expansion, quantity, distance, STEP_ANGSTROM).of(both)
        values[q, r] = own[:, 0]
        covariance[q, r] = own[:, 1:] @ found.covariance @ own[:, 1:].T
    return Estimate(values, covariance)


def _prepared(
    table: pd.DataFrame, molecules: tuple[Diatom, Diatom], stretches: Sequence[Stretch | float]
) -> pd.DataFrame:
    """Geometries of `moments.Moments` as `points.prepare` returns them."""
    r_a, r_b = (molecule.r_e * BOHR_TO_ANGSTROM for molecule in molecules)
    bonds = {
        "r_a_angstrom": r_a + table["stretch_a_angstrom"],
        "r_b_angstrom": r_b + table["stretch_b_angstrom"],
    }
    return prepare(table.assign(**bonds, **{ENERGY: 0.0}), *molecules, stretches)


# Powers of the stretches of a and of b, in units of `_LENGTHS`.
_BLOCKS = ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2), (2, 1), (1, 2), (3, 0), (0, 3))
_LENGTHS = (0.2, 0.15)  # angstrom
# Prior of the logarithms of the hyperparameters: standard deviations around their start.
_VARIANCE_SPREAD, _OTHER_SPREAD = 1.5, 0.7
_START = {"decay": 0.3, "length_angstrom": 0.5, "noise": 0.05}


@dataclass(frozen=True)
class Regression:
    """How V at points differs from a simple fit, as a Gaussian process of the geometry.

    The difference, in units of the accuracy of the points, is a sum over functions of the
    orientation up to high orders times products of the stretches (`_BLOCKS`). Every coefficient is
    a Gaussian process of R around zero, with a variance for each block that decreases with the
    order, exp(-decay (lambda_a + lambda_b)). The error of a moment includes therefore what the
    points leave open, also of higher orders. ``standardised``: leave-one-out errors of the points
    over their standard deviations.
    """

    expansion: Expansion
    control: FitResult
    weights: Weights
    variances: NDArray
    decay: float
    length_angstrom: float
    noise: float
    points: pd.DataFrame
    factor: tuple
    solution: NDArray
    standardised: NDArray

    def features(self, points: pd.DataFrame) -> NDArray:
        """Functions of orientation and stretches (n, columns), by block, then by orientation."""
        return _features(_angular(self.expansion, points), _blocks(points))

    @property
    def width(self) -> NDArray:
        """Prior variances of the coefficients (columns,)."""
        return (self.variances[:, None] * _decrease(self.expansion, self.decay)).ravel()


def _angular(expansion: Expansion, points: pd.DataFrame) -> NDArray:
    angles = np.radians(points[["theta_a_deg", "theta_b_deg", "phi_deg"]].to_numpy()).T
    return expansion.functions(*angles).T


def _blocks(points: pd.DataFrame) -> NDArray:
    """(n, blocks)"""
    x = points[["xi_a", "xi_b"]].to_numpy() / np.array(_LENGTHS)
    return np.stack([np.prod(x ** np.array(powers), axis=-1) for powers in _BLOCKS], axis=-1)


def _features(angular: NDArray, blocks: NDArray) -> NDArray:
    return (blocks[:, :, None] * angular[:, None, :]).reshape(len(angular), -1)


def _decrease(expansion: Expansion, decay: float) -> NDArray:
    return np.exp(-decay * np.array([a + b for a, b, _ in expansion.terms], dtype=float))


def _along_r(first: ArrayLike, second: NDArray, length: float) -> NDArray:
    return np.exp(-0.5 * np.square(np.subtract.outer(np.asarray(first), second) / length))


def regression(
    expansion: Expansion, control: FitResult, points: pd.DataFrame, weights: Weights
) -> Regression:
    """Learn how V at points differs from a simple fit.

    Parameters
    ----------
    expansion
        Functions of the orientation, of higher orders than the moments that are wanted.
    control
        A fit of few values, which carries most of the dependence on R.
    points
        The n points, from `points.prepare`.
    weights
        Standard deviations of points; their unit is that of the differences.
    """
    energy = points["energy_meV"].to_numpy()
    expected = Design(points, control.terms).energy(control.values)
    target = (energy - expected) / weights.sigma(expected)
    angular, blocks = _angular(expansion, points), _blocks(points)
    distance = points["R_angstrom"].to_numpy()
    products = blocks[:, None, :] * blocks[None, :, :]
    unit = np.eye(len(target))

    order = np.array([a + b for a, b, _ in expansion.terms], dtype=float)
    squares = np.square(np.subtract.outer(distance, distance))
    blocks_of = len(_BLOCKS)
    first = np.log([*[target.var()] * blocks_of, *_START.values()])
    spread = np.array([_VARIANCE_SPREAD] * blocks_of + [_OTHER_SPREAD] * 2 + [_VARIANCE_SPREAD])

    def negative_log_posterior(x: NDArray) -> tuple[float, NDArray]:
        """Its value and its derivatives by the logarithms of the hyperparameters."""
        variances, (decay, length, noise) = np.exp(x[:blocks_of]), np.exp(x[blocks_of:])
        weight = _decrease(expansion, decay)
        own, by_decay = (angular * w @ angular.T for w in (weight, -decay * order * weight))
        along, mixed = np.exp(-0.5 * squares / length**2), products @ variances
        factor = cho_factor(mixed * own * along + noise * unit, lower=True)
        solved = cho_solve(factor, target)
        value = 0.5 * target @ solved + np.log(np.diag(factor[0])).sum()
        slope = 0.5 * (cho_solve(factor, unit) - np.outer(solved, solved))
        gradient = np.array([
            *(variances * np.einsum("ij,ijq->q", slope * own * along, products)),
            np.sum(slope * mixed * by_decay * along),
            np.sum(slope * mixed * own * along * squares) / length**2,
            noise * np.trace(slope),
        ])  # fmt: skip
        off = (x - first) / spread
        return float(value + 0.5 * off @ off), gradient + off / spread

    bounds = [(centre - 4.0 * s, centre + 4.0 * s) for centre, s in zip(first, spread, strict=True)]
    found = minimize(negative_log_posterior, first, jac=True, method="L-BFGS-B", bounds=bounds)
    variances = np.exp(found.x[:blocks_of])
    decay, length, noise = np.exp(found.x[blocks_of:])
    own = angular * _decrease(expansion, decay) @ angular.T
    covariance = (products @ variances) * own * np.exp(-0.5 * squares / length**2)
    factor = cho_factor(covariance + noise * unit, lower=True)
    solution, inverse = cho_solve(factor, target), cho_solve(factor, unit)
    return Regression(
        expansion, control, weights, variances, decay, length, noise, points, factor,
        solution, solution / np.sqrt(np.diag(inverse)),
    )  # fmt: skip


def of_points(
    expansion: Expansion,
    learned: Regression,
    molecules: tuple[Diatom, Diatom],
    stretches: Sequence[Stretch | float],
    distance_angstrom: Sequence[float],
) -> Estimate:
    """Moments of the points themselves, with errors that include those of truncation.

    Parameters
    ----------
    expansion
        The functions of the orientation of the moments.
    learned
        What `regression` learned from the points.
    molecules, stretches, distance_angstrom
        As in `of_fit`.
    """
    width, terms = learned.width, len(expansion.terms)
    shape = (len(QUANTITIES), len(distance_angstrom), terms)
    values, covariance = np.empty(shape), np.empty((*shape, terms))
    features = learned.features(learned.points)
    known = learned.points["R_angstrom"].to_numpy()

    def both(table: pd.DataFrame) -> NDArray:
        nodes = _prepared(table, molecules, stretches)
        expected = Design(nodes, learned.control.terms).energy(learned.control.values)
        scale = learned.weights.sigma(expected)
        return np.column_stack([expected, scale[:, None] * learned.features(nodes)])

    for r, distance in enumerate(distance_angstrom):
        shared = features * _along_r(distance, known, learned.length_angstrom)[:, None]
        for q, quantity in enumerate(QUANTITIES):
            found = Moments(expansion, quantity, distance, STEP_ANGSTROM).of(both)
            own = found[:, 1:] * width  # (terms, columns)
            with_points = own @ shared.T
            values[q, r] = found[:, 0] + with_points @ learned.solution
            reduction = with_points @ cho_solve(learned.factor, with_points.T)
            covariance[q, r] = own @ found[:, 1:].T - reduction
    return Estimate(values, covariance)
