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
        projector = self.expansion.functions(*angles) * weights
        return np.tensordot(projector, self._derivative(function, angles), 1)

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
        return np.tensordot(weights, values, 1) / (
            self.step[0] ** order_a * self.step[1] ** order_b
        )


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


def at_corners(points: pd.DataFrame, energy: NDArray) -> tuple[NDArray, dict[str, NDArray]]:
    """V and its derivatives at every orientation whose bonds were changed by all pairs of signs.

    Parameters
    ----------
    points : (4 q rows)
        ANGLES, r_a_angstrom, r_b_angstrom: the same two lengths of each bond everywhere.
    energy : (4 q,)
        V, meV.

    Returns
    -------
    angles : (q, 3)
        Orientations, degree.
    derivatives
        By the names of `STENCILS`, (q,), meV and per angstrom of each bond. ``V`` is the mean of
        the four corners.

    Raises
    ------
    UserError
        If a corner is missing.
    """
    keys = ["r_a_angstrom", "r_b_angstrom"]
    table = points[[*ANGLES, *keys]].assign(energy=energy)
    wide = table.pivot_table(index=ANGLES, columns=keys, values="energy")
    lengths = [sorted(set(points[name])) for name in keys]
    if [len(one) for one in lengths] != [2, 2] or wide.shape[1] != 4 or wide.isna().any(axis=None):
        raise UserError(
            "moments: not all four corners of the bond lengths were computed at every "
            "orientation; compute those that are missing"
        )
    (low_a, high_a), (low_b, high_b) = lengths
    pp, mm, pm, mp = (
        wide[pair].to_numpy()
        for pair in ((high_a, high_b), (low_a, low_b), (high_a, low_b), (low_a, high_b))
    )
    d_a, d_b = high_a - low_a, high_b - low_b
    return wide.index.to_frame().to_numpy(), {
        "V": (pp + mm + pm + mp) / 4.0,
        "dV/dr_a": (pp + pm - mp - mm) / (2.0 * d_a),
        "dV/dr_b": (pp + mp - pm - mm) / (2.0 * d_b),
        "d2V/dr_a dr_b": (pp + mm - pm - mp) / (d_a * d_b),
    }


def compared(
    points: pd.DataFrame, energy: NDArray, of_surface: NDArray, expansion: Expansion
) -> pd.DataFrame:
    """Moments from points at the corners of the bond lengths, beside those of a surface.

    Parameters
    ----------
    points : (4 q rows)
        As in `at_corners`, all at one R.
    energy, of_surface : (4 q,)
        V of the points and of the surface at their geometries, meV.
    expansion
        Terms that are told apart, fewer than q.

    Returns
    -------
    DataFrame
        A row for every derivative and term: moment and standard error from the points, moment of
        the surface by the same projection. Meaning of the moments as in `Expansion`, meV and per
        angstrom of each bond.

    Raises
    ------
    UserError
        As `at_corners` and `least_squares`.
    """
    angles, computed = at_corners(points, energy)
    _, fitted = at_corners(points, of_surface)
    rows = []
    for name, values in computed.items():
        found, errors, scatter = least_squares(expansion, angles, values)
        surface = least_squares(expansion, angles, fitted[name])[0]
        rows += [
            {
                "derivative": name, "R_angstrom": float(points["R_angstrom"].iloc[0]),
                "lambda_a": a, "lambda_b": b, "mu": mu, "points": found[i],
                "standard_error": errors[i], "surface": surface[i], "scatter": scatter,
            }
            for i, (a, b, mu) in enumerate(expansion.terms)
        ]  # fmt: skip
    return pd.DataFrame(rows)
