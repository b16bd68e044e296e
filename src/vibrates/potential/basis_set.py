"""Shift of the surface with the basis set: common to all configurations, from few points."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.potential.fit import Design, FitResult

# Parameters that move, with their powers of xi_a, xi_b: size, depth, steepness of the wall (which
# falls where the well gets shallower), slopes with either bond.
SHIFTED = [("R_m_angstrom", (0, 0)), ("eps_meV", (0, 0)), ("zeta", (0, 0)),
           ("R_m_angstrom", (1, 0)), ("R_m_angstrom", (0, 1))]  # fmt: skip
FLOOR_MEV, FRACTION = 0.02, 0.005
# From double and triple zeta to the limit: errors of the correlation energy fall as X^-3
# (Helgaker et al., J. Chem. Phys. 106, 9639 (1997)), so the whole shift is 27/19 of that computed.
TO_THE_LIMIT = 27.0 / 19.0


def shift(
    found: FitResult, points: pd.DataFrame, change: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Linear least squares of ``change`` (meV), V in the larger less V in the smaller basis.

    ``points``: as `points.prepare` gives them. The same amount is added to a parameter at all five
    configurations. Returns the new values of the fit, the amounts in the order of ``SHIFTED``, and
    what is left of ``change`` (meV).
    """
    jacobian = Design(points, found.terms).jacobian(found.values)
    directions = np.array([direction(found.terms, *each) for each in SHIFTED])
    sigma = np.hypot(FLOOR_MEV, FRACTION * points["energy_meV"].to_numpy())
    columns = jacobian @ directions.T
    amounts = np.linalg.lstsq(columns / sigma[:, None], change / sigma, rcond=None)[0]
    return found.values + amounts @ directions, amounts, change - columns @ amounts


def direction(terms: Sequence, parameter: str, powers: tuple[int, int]) -> NDArray:
    """One at the five configurations of one term of the fit, zero elsewhere."""
    parts = []
    for term in terms:
        here = (term.parameter, tuple(term.powers)) == (parameter, powers)
        parts.append(np.where(np.arange(term.count) < 5, float(here), 0.0))
    return np.concatenate(parts)
