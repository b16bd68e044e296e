"""Rotational states (j, m) of the quantum molecule on a grid of its orientations.

The grid is a Lebedev quadrature of the sphere; for a molecule with like ends, whose j are all even
or all odd, one of every two opposite points, with twice the weight. The state is its amplitude at
the points, sqrt(weight) times the wave function, so that V is diagonal. Where the grid has more
points than the basis has functions, the complement of the basis is kept and given the energy of the
next rotational level: every step is then unitary, and the complement acts as a rough substitute for
the levels beyond the basis.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import lebedev_rule
from scipy.special import sph_harm_y

from vibrates.core.errors import UserError

# Degrees of the Lebedev rules without negative weights, up to what a trajectory can afford.
DEGREES = (3, 5, 7, 9, 11, 15, 17, 19, 21, 23, 29, 31, 35, 41, 47)


def real_harmonics(j: int, n: NDArray) -> NDArray:
    """Real spherical harmonics (2 j + 1, N), m = -j to j, at unit vectors ``n`` (N, 3).

    m > 0: sqrt(2) Re Y_jm, m < 0: sqrt(2) Im Y_j|m|; orthonormal on the sphere.
    """
    theta, phi = np.arccos(np.clip(n[:, 2], -1.0, 1.0)), np.arctan2(n[:, 1], n[:, 0])
    y = [sph_harm_y(j, m, theta, phi) for m in range(j + 1)]
    sines = [np.sqrt(2.0) * y[m].imag for m in range(j, 0, -1)]
    cosines = [np.sqrt(2.0) * y[m].real for m in range(1, j + 1)]
    return np.array([*sines, y[0].real, *cosines])


def projection_state(j: int, m: int) -> NDArray:
    """|j m> in the real harmonics of j, complex (2 j + 1,)."""
    state = np.zeros(2 * j + 1, complex)
    if m == 0:
        state[j] = 1.0
        return state
    phase = np.sqrt(0.5) if m > 0 else (-1) ** m * np.sqrt(0.5)
    state[j + abs(m)] = phase
    state[j - abs(m)] = 1j * phase * np.sign(m)
    return state


def degree_for(j_max: int, j: int, order: int) -> int:
    """Lowest degree of a grid for the basis, V of ``order`` and trajectories from ``j``.

    Products of two basis functions are integrated exactly (orthonormality: a unitary step), and so
    are all elements of V between the initial level and the basis.

    Parameters
    ----------
    j_max : int
        Largest rotational level of the basis.
    j : int
        Initial rotational level.
    order : int
        Largest order of V in the orientation of the quantum molecule.

    Raises
    ------
    UserError
        No grid is fine enough.
    """
    needed = max(2 * j_max, j + j_max + order)
    for degree in DEGREES:
        if degree >= needed:
            return degree
    raise UserError(
        f"largest j {j_max}: a potential of order {order} needs a grid of degree {needed}, the "
        f"finest has {DEGREES[-1]}; lower the largest j"
    )


def check_degree(degree: int, j_max: int, j: int, order: int) -> None:
    """Check a given degree of the grid.

    Parameters
    ----------
    degree : int
        The degree.
    j_max, j, order : int
        As in `degree_for`.

    Raises
    ------
    UserError
        It is no Lebedev degree, or too coarse for basis or potential.
    """
    if degree not in DEGREES:
        raise UserError(
            f"degree {degree} of the grid of orientations: choose one of "
            f"{', '.join(map(str, DEGREES))}"
        )
    if degree < 2 * j_max:
        raise UserError(
            f"degree {degree} of the grid of orientations is too coarse for j up to {j_max}; raise "
            f"it to {2 * j_max} or more"
        )
    if degree < j + j_max + order:
        raise UserError(
            f"degree {degree} of the grid of orientations is too coarse for a potential of order "
            f"{order} from j = {j} to {j_max}; raise it to {j + j_max + order} or more"
        )


@dataclass(frozen=True, eq=False)
class OrientationGrid:
    """Points of orientation and the rotational basis on them.

    ``n`` (k, 3): unit vectors. ``functions`` (k, f): basis functions times sqrt(weight),
    orthonormal columns. ``j`` (f,), ``m`` (f,): their labels; m of real harmonics.
    """

    n: NDArray
    functions: NDArray
    j: NDArray
    m: NDArray
    degree: int

    @classmethod
    def build(cls, levels: Sequence[int], degree: int, half: bool) -> "OrientationGrid":
        """Grid of a degree with the basis functions of rotational levels.

        Parameters
        ----------
        levels : sequence of int
            The j of the basis.
        degree : int
            Degree of the Lebedev quadrature, one of `DEGREES`.
        half : bool
            Whether one of every two opposite points is kept, for levels of one parity.

        Raises
        ------
        UserError
            The degree is no Lebedev degree, or does not keep the basis orthonormal.
        """
        check_degree(degree, max(levels), 0, 0)
        n, weights = lebedev_rule(degree)
        n = n.T
        if half:
            upper = _upper_half(n)
            n, weights = n[upper], 2.0 * weights[upper]
        harmonics = np.concatenate([real_harmonics(j, n) for j in levels])
        labels = np.array([(j, m) for j in levels for m in range(-j, j + 1)])
        functions = (np.sqrt(weights) * harmonics).T
        return cls(n, np.ascontiguousarray(functions), labels[:, 0], labels[:, 1], degree)

    def check_order(self, order: int, j: int) -> None:
        """UserError if elements of V of ``order`` from the level ``j`` are not exact."""
        check_degree(self.degree, int(self.j.max()), j, order)


def _upper_half(n: NDArray) -> NDArray:
    """One of every two opposite points (N,): z > 0, or z = 0 and y > 0, or x alone and positive."""
    x, y, z = np.where(np.abs(n) < 1e-12, 0.0, n).T
    return (z > 0) | ((z == 0) & ((y > 0) | ((y == 0) & (x > 0))))
