"""Shift of the surface with the basis set, common to all configurations, from a few points."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vibrates.potential.fit import Design, FitResult

# Shifted parameters, with their powers of xi_a, xi_b: size, depth, steepness of the wall (which
# decreases where the well becomes shallower), slopes with either bond.
SHIFTED = [("R_m_angstrom", (0, 0)), ("eps_meV", (0, 0)), ("zeta", (0, 0)),
           ("R_m_angstrom", (1, 0)), ("R_m_angstrom", (0, 1))]  # fmt: skip
FLOOR_MEV, FRACTION = 0.02, 0.005
# From double and triple zeta to the limit: errors of the correlation energy fall as X^-3
# (Helgaker et al., J. Chem. Phys. 106, 9639 (1997)), so the whole shift is 27/19 of that computed.
TO_THE_LIMIT = 27.0 / 19.0


def shift(
    found: FitResult, points: pd.DataFrame, change: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Shift the parameters of a fit by linear least squares to the change of V with the basis set.

    The same amount is added to a parameter at all five configurations.

    Parameters
    ----------
    found
        The fit in the smaller basis.
    points
        The n points, from `points.prepare`.
    change : (n,)
        V in the larger minus V in the smaller basis, meV.

    Returns
    -------
    values, amounts, residual
        New values of the fit, shifts in the order of ``SHIFTED``, and the remaining change (n,) in
        meV.
    """
    jacobian = Design(points, found.terms).jacobian(found.values)
    directions = np.array([direction(found.terms, *each) for each in SHIFTED])
    sigma = np.hypot(FLOOR_MEV, FRACTION * points["energy_meV"].to_numpy())
    columns = jacobian @ directions.T
    amounts = np.linalg.lstsq(columns / sigma[:, None], change / sigma, rcond=None)[0]
    return found.values + amounts @ directions, amounts, change - columns @ amounts


def direction(terms: Sequence, parameter: str, powers: tuple[int, int]) -> NDArray:
    """Unit shift of one term of a fit at all five configurations.

    Parameters
    ----------
    terms
        Terms of the fit.
    parameter, powers
        Name and powers of xi_a, xi_b of the term.

    Returns
    -------
    NDArray
        One at the values at configurations of this term, zero at all others (values,).
    """
    parts = []
    for term in terms:
        here = (term.parameter, tuple(term.powers)) == (parameter, powers)
        parts.append(np.where(np.arange(term.count) < 5, float(here), 0.0))
    return np.concatenate(parts)
