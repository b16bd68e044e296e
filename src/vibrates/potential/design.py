"""Which geometries to compute next: those that lower the uncertainty of what rates hang on.

The fit is linearised: a point whose V has the derivatives j with the values of the fit and the
standard deviation s changes their covariance C to C - (C j)(C j)^T / (s^2 + j^T C j). Targets are
groups of linear functions of the values, here moments of V and of its derivatives (`moments`); the
uncertainty of a group is sum_i var(M_i) / sum_i M_i^2, the expected relative square error of the
amplitude that these moments make, which is also that of a first-order rate up to a factor. Points
are chosen one after the other, each time the one that lowers the weighted sum most for its cost
(Fedorov, Theory of Optimal Experiments, 1972, for this and less greedy exchanges).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError


@dataclass(frozen=True)
class Target:
    """A group of linear functions of the values of the fit.

    ``gradient`` (m, values): their derivatives; ``size``: sum of their squares; ``weight``: of the
    group in the sum that is lowered.
    """

    name: str
    gradient: NDArray
    size: float
    weight: float = 1.0

    def uncertainty(self, covariance: NDArray) -> float:
        """Root of the expected relative square error."""
        variance = np.einsum("mi,ij,mj->", self.gradient, covariance, self.gradient)
        return float(np.sqrt(variance / self.size))


@dataclass(frozen=True)
class Choice:
    """Candidates in the order chosen, and the uncertainty (targets,) after each of them."""

    order: tuple[int, ...]
    uncertainty: NDArray
    covariance: NDArray


def with_points(covariance: NDArray, jacobian: NDArray, sigma: NDArray) -> NDArray:
    """The covariance after points with derivatives ``jacobian`` (n, values) are added.

    ``sigma`` (n,): their standard deviations.
    """
    gain = covariance @ jacobian.T
    inner = jacobian @ gain + np.diag(np.square(sigma))
    return covariance - gain @ np.linalg.solve(inner, gain.T)


def choose(
    covariance: NDArray,
    jacobian: NDArray,
    sigma: NDArray,
    cost: NDArray,
    targets: Sequence[Target],
    count: int,
) -> Choice:
    """Choose points one after the other.

    Parameters
    ----------
    covariance : (values, values)
        Of the fit before.
    jacobian : (n, values)
        dV/dvalues of the candidates.
    sigma, cost : (n,)
        Their standard deviations and costs.
    targets
        What is to be lowered.
    count
        Number of points, at most n.

    Returns
    -------
    Choice
        In the order of the choice; no candidate twice.

    Raises
    ------
    UserError
        If there are fewer candidates than ``count``.
    """
    if count > len(jacobian):
        raise UserError(
            f"design: {count} points asked for, {len(jacobian)} candidates; give more candidates"
        )
    scaled = np.vstack(
        [one.gradient * np.sqrt(one.weight / one.size) for one in targets]
    )  # (moments, values)
    covariance = np.array(covariance)
    variance = np.square(sigma)
    free = np.ones(len(jacobian), dtype=bool)
    order: list[int] = []
    reached = np.empty((count, len(targets)))
    at = jacobian @ covariance  # (n, values)
    seen = at @ scaled.T  # (n, moments)
    own = variance + np.einsum("ni,ni->n", at, jacobian)
    for number in range(count):
        gain = np.where(free, (seen**2).sum(axis=1) / own / cost, -np.inf)
        best = int(np.argmax(gain))
        free[best] = False
        order.append(best)
        direction, norm = at[best] / np.sqrt(own[best]), np.sqrt(own[best])
        common = at @ jacobian[best] / norm  # (n,)
        covariance -= np.outer(direction, direction)
        at -= np.outer(common, direction)
        seen -= np.outer(common, scaled @ direction)
        own -= common**2
        reached[number] = [one.uncertainty(covariance) for one in targets]
    return Choice(tuple(order), reached, covariance)
