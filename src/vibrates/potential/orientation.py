"""Orientation dependence: five harmonics that take given values at five configurations.

Orientation enters through c_a = n_a.R^, c_b = n_b.R^, c_ab = n_a.n_b (unit bond vectors, R from
molecule a to molecule b). The harmonics are the bipolar harmonics 000, 202, 022, 220 and 222 up to
normalisation (Cappelletti et al., PCCP 10, 4281 (2008)).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# (c_a, c_b, c_ab) of the reference configurations of Hong et al. 2023, Table 2, in their order.
REFERENCE_CONFIGURATIONS = {
    "H": (0.0, 0.0, 1.0),
    "X": (0.0, 0.0, 0.0),
    "Ta": (0.0, 1.0, 0.0),
    "Tb": (1.0, 0.0, 0.0),
    "I": (1.0, 1.0, 1.0),
}

EXTRA = 12  # `extra_harmonics`


def cosines(
    theta_a: ArrayLike, theta_b: ArrayLike, phi: ArrayLike
) -> tuple[NDArray, NDArray, NDArray]:
    """Cosines c_a, c_b, c_ab of an orientation.

    Parameters
    ----------
    theta_a, theta_b
        Angles between the bonds and R, radian.
    phi
        Dihedral angle, radian; all arguments broadcast.
    """
    c_a, c_b = np.cos(theta_a), np.cos(theta_b)
    return c_a, c_b, np.sin(theta_a) * np.sin(theta_b) * np.cos(phi) + c_a * c_b


def harmonics(c_a: ArrayLike, c_b: ArrayLike, c_ab: ArrayLike) -> NDArray:
    """The five harmonics of the orientation.

    Parameters
    ----------
    c_a, c_b, c_ab
        n_a.R^, n_b.R^ and n_a.n_b of the unit bond vectors; they broadcast.

    Returns
    -------
    NDArray
        The harmonics on the first axis, (5, ...).
    """
    c_a, c_b, c_ab = np.broadcast_arrays(c_a, c_b, c_ab)
    return np.stack(
        [
            np.ones_like(c_a, dtype=float),
            c_a**2 - 1 / 3,
            c_b**2 - 1 / 3,
            c_ab**2 - 1 / 3,
            c_a * c_b * c_ab - (c_a**2 + c_b**2 + c_ab**2) / 3 + 2 / 9,
        ]
    )


def extra_harmonics(c_a: ArrayLike, c_b: ArrayLike, c_ab: ArrayLike) -> NDArray:
    """`EXTRA` more functions of the orientation (first axis), zero at reference configurations.

    With A = c_a^2, B = c_b^2, u = c_ab - c_a c_b (the product of both sines and the cosine of the
    dihedral angle), W = u^2, T = c_a c_b u: A (1-A), B (1-B), -T, W (1-W); A B (1-A),
    A B (1-B), A W, B W, A T, B T; A^2 (1-A), B^2 (1-B). Together with the five harmonics the first
    four hold all bipolar harmonics of orders (2,2) and less, (4,0) and (0,4), the next six those of
    (4,2) and (2,4), the last two (6,0) and (0,6). Arguments as in `harmonics`.
    """
    c_a, c_b, c_ab = (np.asarray(c, dtype=float) for c in (c_a, c_b, c_ab))
    aa, bb, product = np.square(c_a), np.square(c_b), c_a * c_b * c_ab
    t, w = product - aa * bb, np.square(c_ab) - 2.0 * product + aa * bb
    values = (
        aa * (1.0 - aa), bb * (1.0 - bb), -t, w * (1.0 - w),
        aa * bb * (1.0 - aa), aa * bb * (1.0 - bb), aa * w, bb * w,
        aa * t, bb * t, aa**2 * (1.0 - aa), bb**2 * (1.0 - bb),
    )  # fmt: skip
    return np.stack(np.broadcast_arrays(*values))


def coefficients(values: ArrayLike) -> NDArray:
    """Coefficients of the harmonics from ``values`` (5, ...) at H, X, Ta, Tb, I; same shape."""
    values = np.asarray(values, dtype=float)
    at_references = harmonics(*np.array(list(REFERENCE_CONFIGURATIONS.values())).T).T
    return np.linalg.solve(at_references, values.reshape(5, -1)).reshape(values.shape)


def at_orientation(tables: NDArray, angular: NDArray, dimensions: int) -> NDArray:
    """Parameters at given orientations.

    Parameters
    ----------
    tables : (p, h, ...)
        Coefficients of p parameters by h harmonics, with the axes of the bond lengths.
    angular : (h, ...)
        The harmonics, with the axes of the angles.
    dimensions
        Number of axes to which bond lengths and angles broadcast together.

    Returns
    -------
    NDArray
        Parameters (p, ...), in the broadcast shape.
    """
    pad = (1,) * (dimensions - tables.ndim + 2)
    tables = tables.reshape(tables.shape[:2] + pad + tables.shape[2:])
    pad = (1,) * (dimensions - angular.ndim + 1)
    return (tables * angular.reshape(angular.shape[:1] + pad + angular.shape[1:])).sum(axis=1)


def quadrupole_angular(c_a: ArrayLike, c_b: ArrayLike, c_ab: ArrayLike) -> NDArray:
    """Angular factor of the quadrupole-quadrupole energy Q_a Q_b / R^5 (Buckingham 1967).

    At the configurations H, X, T, I it is 9/4, 3/4, -3 and 6. Arguments as in `harmonics`.
    """
    c_a, c_b, c_ab = (np.asarray(c, dtype=float) for c in (c_a, c_b, c_ab))
    return 0.75 * (
        1 - 5 * c_a**2 - 5 * c_b**2 - 15 * c_a**2 * c_b**2 + 2 * (5 * c_a * c_b - c_ab) ** 2
    )
