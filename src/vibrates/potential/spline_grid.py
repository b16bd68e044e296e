"""A potential as splines in R, on one grid of bond lengths: what the spline kernel evaluates.

    V_g(R, orientation) = sum_p B_gp sum_i A_ip(t) c_a^j c_b^k u^m,        u = c_ab - c_a c_b,
    t = 1/(R - rho(orientation) + y_0),                          rho = sum_i rho_i c_a^j c_b^k u^m

(j, k, m) are the labels of term i, g the grid points. At fixed R - rho all orientations meet the
wall together, so that few terms suffice. A_ip are cubic splines on equidistant knots in t, from
t = 0, molecules infinitely far apart, to the wall; beyond the last knot V is linear in t and rises.
No exponential and no logarithm is evaluated. Atomic units.

`vibrates.trajectories.kernel.splines` reads the numbers of `SplineGrid.kernel_tables`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.potential.kernel_forms import SPLINE_HEADER, SPLINES, KernelTables

OCTET = 8  # functions of the bonds are evaluated in groups of so many
CLOSEST = 0.5  # bohr: lower bound of 1/t, deep inside the wall


@dataclass(frozen=True, eq=False)
class SplineGrid:
    """See the module.

    ``labels`` (terms, 3): j, k, m; ``shift`` (terms,): rho_i, bohr; ``radial``
    (intervals, terms, 4, functions): coefficients of s^3, s^2, s, 1 of each interval,
    s = (t - t_knot)/spacing; ``bonds`` (points, functions): B_gp; ``offset``: y_0, bohr;
    ``spacing``: of the knots in t, 1/bohr.
    """

    labels: NDArray
    shift: NDArray
    radial: NDArray
    bonds: NDArray
    offset: float
    spacing: float

    def potential(
        self, distance: ArrayLike, c_a: ArrayLike, c_b: ArrayLike, c_ab: ArrayLike
    ) -> NDArray:
        """V in hartree at all grid points.

        Parameters
        ----------
        distance, c_a, c_b, c_ab
            As in `vibrates.potential.protocol.Potential.potential`; they broadcast to (...).

        Returns
        -------
        NDArray
            (..., points)
        """
        powers = monomials(self.labels, c_a, c_b, c_ab)
        y = np.asarray(distance) - powers @ self.shift + self.offset
        place = 1.0 / (np.maximum(y, CLOSEST) * self.spacing)
        interval = np.minimum(place.astype(int), len(self.radial) - 1)
        s = (place - interval)[..., None, None]
        c = self.radial[interval]
        radial = ((c[..., 0, :] * s + c[..., 1, :]) * s + c[..., 2, :]) * s + c[..., 3, :]
        return np.einsum("...i,...ip,gp->...g", powers, radial, self.bonds, optimize=True)

    def kernel_tables(self, quadrupole: NDArray | None = None) -> KernelTables:
        """The numbers in the order of the kernel: header, labels, rho_i, B, A; in rows of points.

        The electrostatic energy is part of V: the products of quadrupoles are zero.
        """
        points, functions = self.bonds.shape
        terms = len(self.labels)
        parts = [
            _in_octets(self.labels.astype(float).ravel()),
            _in_octets(self.shift),
            self.bonds.ravel(),
            self.radial.ravel(),
        ]
        used = SPLINE_HEADER + sum(part.size for part in parts)
        columns = SPLINES.columns + OCTET * max(
            0, -(-(used - points * SPLINES.columns) // (points * OCTET))
        )
        header = np.zeros(SPLINE_HEADER)
        header[:7] = (
            points * columns, terms, functions, len(self.radial), self.offset,
            1.0 / self.spacing, self.labels.max(),
        )  # fmt: skip
        flat = np.zeros(points * columns)
        flat[:used] = np.concatenate([header, *parts])
        return KernelTables(SPLINES.number, flat.reshape(points, columns), np.zeros(points))


def monomials(labels: NDArray, c_a: ArrayLike, c_b: ArrayLike, c_ab: ArrayLike) -> NDArray:
    """Monomials c_a^j c_b^k u^m, u = c_ab - c_a c_b.

    Parameters
    ----------
    labels
        (terms, 3): j, k, m of each.
    c_a, c_b, c_ab
        Cosines of the orientation, of any common shape.

    Returns
    -------
    NDArray
        (..., terms).
    """
    c_a, c_b, c_ab = np.broadcast_arrays(
        *(np.asarray(c, dtype=float)[..., None] for c in (c_a, c_b, c_ab))
    )
    j, k, m = labels.T
    return c_a**j * c_b**k * (c_ab - c_a * c_b) ** m


def _in_octets(values: NDArray) -> NDArray:
    return np.pad(values, (0, -values.size % OCTET))
