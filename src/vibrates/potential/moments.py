"""Angular moments of a potential and of its derivatives with the bond lengths.

A moment is a coefficient of the expansion in bipolar harmonics (`expansion.Expansion`) at one R:
of V, of dV/dr_a, dV/dr_b or d2V/dr_a dr_b, both bonds at r_e. Transfers of rotational energy are
carried by single moments of dV/dr_a (dj_b = +4 by lambda_b = 4), transfers of vibrational quanta
between the molecules by those of the mixed derivative.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.core.columns import ANGLES
from vibrates.core.errors import UserError
from vibrates.potential.expansion import Expansion

# Of each derivative: bond lengths (in steps from r_e) and weights (in powers of 1/step).
STENCILS: Mapping[str, tuple[Sequence[tuple[int, int]], Sequence[float]]] = {
    "V": ([(0, 0)], [1.0]),
    "dV/dr_a": ([(1, 0), (-1, 0)], [0.5, -0.5]),
    "dV/dr_b": ([(0, 1), (0, -1)], [0.5, -0.5]),
    "d2V/dr_a dr_b": ([(1, 1), (-1, -1), (1, -1), (-1, 1)], [0.25, 0.25, -0.25, -0.25]),
}
# V of a table of geometries (ANGLES in degrees, R_angstrom, stretch_a_angstrom,
# stretch_b_angstrom), meV: (rows,), or its derivatives with parameters: (rows, parameters).
TableFunction = Callable[[pd.DataFrame], NDArray]


@dataclass(frozen=True)
class Moments:
    """Moments of one derivative at one distance, by quadrature.

    ``derivative``: one of `STENCILS`; ``step``: its steps in r_a and r_b, angstrom.
    """

    expansion: Expansion
    derivative: str
    distance: float  # angstrom
    step: tuple[float, float] = (0.02, 0.02)

    def __post_init__(self) -> None:
        if self.derivative not in STENCILS:
            raise UserError(
                f"moments: '{self.derivative}' is no derivative (there: {', '.join(STENCILS)}); "
                "name one of them"
            )

    def of(self, function: TableFunction) -> NDArray:
        """The moments (terms, ...) of a function of geometries: meV, per angstrom of each bond."""
        *angles, weights = self.expansion.quadrature()
        values = np.tensordot(
            self.expansion.functions(*angles) * weights, self._derivative(function, angles), 1
        )
        return values

    def _derivative(self, function: TableFunction, angles: Sequence[NDArray]) -> NDArray:
        steps, weights = STENCILS[self.derivative]
        table = pd.concat(
            [
                pd.DataFrame(dict(zip(ANGLES, np.degrees(angles), strict=True))).assign(
                    R_angstrom=self.distance,
                    stretch_a_angstrom=i * self.step[0],
                    stretch_b_angstrom=j * self.step[1],
                )
                for i, j in steps
            ],
            ignore_index=True,
        )
        values = np.asarray(function(table))
        values = values.reshape(len(steps), len(angles[0]), *values.shape[1:])
        order_a, order_b = (int(any(step[side] for step in steps)) for side in (0, 1))
        return np.tensordot(weights, values, 1) / (self.step[0] ** order_a * self.step[1] ** order_b)


def least_squares(
    expansion: Expansion, angles_deg: NDArray, values: NDArray, sigma: NDArray | None = None
) -> tuple[NDArray, NDArray, float]:
    """Moments from values at given orientations, by linear least squares.

    Parameters
    ----------
    expansion
        Terms of the expansion; fewer than there are orientations.
    angles_deg : (q, 3)
        Orientations: theta_a, theta_b, phi, degree.
    values : (q,)
        The function at these orientations.
    sigma : (q,)
        Standard deviations of the values, in any unit; all alike if missing.

    Returns
    -------
    moments, errors, residual
        Both (terms,), the errors being standard errors from the scatter about the expansion, which
        contains the orders left out; and the root mean square of that scatter.

    Raises
    ------
    UserError
        If there are not more orientations than terms.
    """
    functions = expansion.functions(*np.radians(angles_deg).T).T
    count, terms = functions.shape
    if count <= terms:
        raise UserError(
            f"moments: {count} orientations for {terms} terms of the expansion; give more "
            "orientations, or lower the orders"
        )
    weight = np.ones(count) if sigma is None else 1.0 / np.asarray(sigma)
    weighted = functions * weight[:, None]
    found = np.linalg.lstsq(weighted, values * weight, rcond=None)[0]
    scatter = (values - functions @ found) * weight
    variance = float(scatter @ scatter) / (count - terms)
    errors = np.sqrt(np.diag(np.linalg.inv(weighted.T @ weighted)) * variance)
    return found, errors, float(np.sqrt(np.mean((values - functions @ found) ** 2)))
