"""The logarithmic derivative Y = psi' psi^-1 of psi'' = U psi, propagated outwards.

U = 2 mu (V(R) + E_channel - E) + l(l + 1)/R^2. In every sector the diagonal of U at its middle is
taken as constant and propagated exactly, the rest by a quadrature of fourth order (Manolopoulos, J.
Chem. Phys. 85, 6425 (1986)). The rest depends neither on the energy nor, but for a diagonal, on l:
what it costs is paid once for all energies and, in coupled states, for all partial waves.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dsytrf, dsytri

from vibrates.scattering.matching import k_matrices, s_matrices

_CACHED = 1 << 16  # matrix elements
_LARGE, _BLOCK = 160, 64  # channels from which blocked algorithms pay, and size of a block


class Propagator:
    """Y of one block of channels, for any energies and centrifugal barriers; atomic units.

    ``edges`` (m + 1,): bounds of the sectors, from deep inside the wall to where V has died away.
    ``at_edges`` (m + 1, n, n), ``at_middle`` (m, n, n): V there. ``thresholds`` (n,).
    """

    def __init__(
        self,
        reduced_mass: float,
        thresholds: NDArray,
        edges: NDArray,
        at_edges: NDArray,
        at_middle: NDArray,
    ) -> None:
        self.reduced_mass, self.thresholds, self.edges = reduced_mass, thresholds, edges
        self._half = 0.5 * np.diff(edges)
        self._edge, middle = 2.0 * reduced_mass * at_edges, 2.0 * reduced_mass * at_middle
        self._wall = np.diagonal(self._edge[0]).copy()
        self._reference = np.diagonal(middle, axis1=1, axis2=2).copy()
        # The middles become (4/h) ((1 - h^2 (V - reference)/6)^-1 - 1).
        unit = np.eye(len(thresholds))
        for matrix, reference, h in zip(middle, self._reference, self._half, strict=True):
            inside = unit - (h**2 / 6.0) * (matrix - unit * reference)
            matrix[:] = (4.0 / h) * (_inverse(inside) - unit)
        self._middle = middle

    def log_derivative(self, energies: NDArray, l: NDArray) -> NDArray:
        """Y (b, n, n) at the last edge; total energies (b,), angular momenta (n,) or (b, n)."""
        shift = 2.0 * self.reduced_mass * (self.thresholds - energies[:, None])
        barrier = np.broadcast_to(l * (l + 1.0), shift.shape)
        # So many matrices at a time as stay in a core's cache.
        count = max(1, _CACHED // self.thresholds.size**2)
        parts = [slice(i, i + count) for i in range(0, len(energies), count)]
        return np.concatenate([self._propagate(shift[part], barrier[part]) for part in parts])

    def _propagate(self, shift: NDArray, barrier: NDArray) -> NDArray:
        y = np.zeros((*shift.shape, shift.shape[1]))
        # Y is symmetric: only its lower triangle is carried along.
        lower = np.tri(shift.shape[1])
        # psi rises from the wall as exp(sqrt(U) R).
        start = self._wall + shift + barrier / self.edges[0] ** 2
        _diagonal(y)[:] = np.sqrt(np.maximum(start, 0.0))
        for m, h in enumerate(self._half):
            a, b = self.edges[m : m + 2]
            c = 0.5 * (a + b)
            y_1, y_2 = _half_sector(self._reference[m] + shift + barrier / c**2, h)
            outer = (-y_2[:, :, None] * lower) * y_2[:, None, :]
            # What the barrier adds to the diagonal at the sector's ends.
            at_a, at_b = (h / 3.0 * barrier * (1.0 / x**2 - 1.0 / c**2) for x in (a, b))
            y += self._remainder(m, m, h)
            _diagonal(y)[:] += y_1 + at_a
            _invert(y)
            y *= outer
            y += 2.0 * self._middle[m]
            _diagonal(y)[:] += 2.0 * y_1
            _invert(y)
            y *= outer
            y += self._remainder(m + 1, m, h)
            _diagonal(y)[:] += y_1 + at_b
        y *= lower
        return y + np.tril(y, -1).transpose(0, 2, 1)

    def _remainder(self, edge: int, sector: int, h: float) -> NDArray:
        """h/3 times what V at an edge has beyond the reference of a sector, (n, n)."""
        remainder = (h / 3.0) * self._edge[edge]
        own = np.diagonal(self._edge[edge]) - self._reference[sector]
        np.fill_diagonal(remainder, (h / 3.0) * own)
        return remainder

    def s_matrices(self, energies: NDArray, l: NDArray) -> NDArray:
        """S (b, n, n); arguments as those of `log_derivative`."""
        y = self.log_derivative(energies, l)
        k = k_matrices(y, self.reduced_mass, self.edges[-1], self.thresholds, l, energies)
        return s_matrices(k)


def _diagonal(y: NDArray) -> NDArray:
    """A view (b, n) of the diagonals of ``y`` (b, n, n)."""
    return np.einsum("bii->bi", y)


def _inverse(matrix: NDArray) -> NDArray:
    """Of a symmetric matrix (n, n): that of its lower triangle where this saves time."""
    if len(matrix) < _LARGE:
        return np.linalg.inv(matrix)
    inverse = matrix.copy()
    _invert(inverse[None])
    return np.tril(inverse) + np.tril(inverse, -1).T


def _invert(y: NDArray) -> None:
    """The lower triangles of symmetric ``y`` (b, n, n) become those of their inverses, in place."""
    # Working space for blocks pays for large matrices.
    size = y.shape[-1] * (_BLOCK if y.shape[-1] >= _LARGE else 1)
    for matrix in y:
        # LAPACK's upper triangle: it counts along columns.
        _, pivots, _ = dsytrf(matrix.T, lwork=size, overwrite_a=True)
        dsytri(matrix.T, pivots, overwrite_a=True)


def _half_sector(reference: NDArray, h: float) -> tuple[NDArray, NDArray]:
    """Propagators y_1 = y_4 and y_2 = y_3 over a length h of constant U = ``reference``."""
    p = np.sqrt(np.abs(reference)) + 1e-12
    x = p * h
    closed = reference > 0.0
    with np.errstate(over="ignore"):
        y_1 = np.where(closed, p / np.tanh(x), p / np.tan(x))
        y_2 = np.where(closed, p / np.sinh(np.minimum(x, 300.0)), p / np.sin(x))
    return y_1, y_2
