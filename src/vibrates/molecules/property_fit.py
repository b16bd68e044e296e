"""Properties of a diatom, computed at some bond lengths, as functions of the bond length.

A property is a polynomial in tanh((r - r_e)/length), `BondPolynomial`; the sum of its coefficients
is its value at the separated atoms, which is known and kept fixed.
"""

import numpy as np
from numpy.typing import ArrayLike

from vibrates.core.errors import UserError


def fit(
    r_angstrom: ArrayLike,
    values_au: ArrayLike,
    r_e_angstrom: float,
    separated_au: float,
    length_angstrom: float,
    degree: int,
) -> list[float]:
    """Coefficients of the property by least squares.

    Parameters
    ----------
    r_angstrom, values_au : (n,)
        Bond lengths and the property there, n >= ``degree``.
    r_e_angstrom
        Equilibrium bond length.
    separated_au
        Value at the separated atoms, exactly the sum of the coefficients.
    length_angstrom
        Length of the tanh.
    degree
        Degree of the polynomial.

    Returns
    -------
    list of float
        ``degree`` + 1 coefficients in ascending powers, atomic units, of 4 decimals.

    Raises
    ------
    UserError
        For fewer bond lengths than ``degree``.
    """
    r, values = np.asarray(r_angstrom, dtype=float), np.asarray(values_au, dtype=float)
    if len(r) < degree:
        raise UserError(
            f"{len(r)} bond lengths for a polynomial of degree {degree}, at least {degree} needed; "
            "compute more, or lower the degree"
        )
    powers = np.tanh((r - r_e_angstrom) / length_angstrom)[:, None] ** np.arange(degree + 1)
    # The highest power takes what is missing in the sum.
    free, *_ = np.linalg.lstsq(
        powers[:, :-1] - powers[:, -1:], values - separated_au * powers[:, -1], rcond=None
    )
    found = [round(float(c), 4) for c in free]
    return [*found, round(separated_au - sum(found), 4)]
