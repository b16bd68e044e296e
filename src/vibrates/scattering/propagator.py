"""The logarithmic derivative Y = psi' psi^-1 of psi'' = U psi, propagated outwards.

U = 2 mu (V(R) + E_channel - E) + l(l + 1)/R^2. In every sector the diagonal of U at its middle is
taken as constant and propagated exactly, the rest by a quadrature of fourth order (Manolopoulos, J.
Chem. Phys. 85, 6425 (1986)). The rest does not depend on the energy: what it costs is paid once for
all energies.
"""

import numpy as np
from numpy.typing import NDArray


class Propagator:
    """Y of one block of channels, for any energies; atomic units.

    ``edges`` (m + 1,): bounds of the sectors, from deep inside the wall to where V has died away.
    ``at_edges`` (m + 1, n, n), ``at_middle`` (m, n, n): V there. ``thresholds``, ``l`` (n,).
    """

    def __init__(
        self,
        reduced_mass: float,
        thresholds: NDArray,
        l: NDArray,
        edges: NDArray,
        at_edges: NDArray,
        at_middle: NDArray,
    ) -> None:
        self.reduced_mass, self.thresholds, self.edges = reduced_mass, thresholds, edges
        a, b = edges[:-1], edges[1:]
        self._half = 0.5 * (b - a)
        c = 0.5 * (a + b)
        unit = np.eye(len(thresholds))
        barrier = l * (l + 1.0)

        def with_barrier(potential, distance):
            return 2.0 * reduced_mass * potential + unit * (
                barrier / distance[:, None] ** 2
            )[:, None, :]

        edge, middle = with_barrier(at_edges, edges), with_barrier(at_middle, c)
        self._wall = np.diagonal(edge[0]).copy()
        self._reference = np.diagonal(middle, axis1=1, axis2=2).copy()
        reference = unit * self._reference[:, None, :]
        h = self._half[:, None, None]
        self._first = (h / 3.0) * (edge[:-1] - reference)
        self._last = (h / 3.0) * (edge[1:] - reference)
        inverse = np.linalg.inv(unit - (h**2 / 6.0) * (middle - reference))
        self._middle = (4.0 / h) * (inverse - unit)

    def log_derivative(self, energies: NDArray) -> NDArray:
        """Y (n_energies, n, n) at the last edge."""
        shift = 2.0 * self.reduced_mass * (self.thresholds - energies[:, None])
        unit = np.eye(len(self.thresholds))
        # psi rises from the wall as exp(sqrt(U) R).
        y = np.sqrt(np.maximum(self._wall + shift, 0.0))[:, :, None] * unit
        for m, h in enumerate(self._half):
            y_1, y_2 = _half_sector(self._reference[m] + shift, h)
            diagonal, outer = unit * y_1[:, None, :], y_2[:, :, None] * y_2[:, None, :]
            y = diagonal + self._middle[m] - outer * np.linalg.inv(y + diagonal + self._first[m])
            y = diagonal + self._last[m] - outer * np.linalg.inv(y + diagonal + self._middle[m])
        return y


def _half_sector(reference: NDArray, h: float) -> tuple[NDArray, NDArray]:
    """Propagators y_1 = y_4 and y_2 = y_3 over a length h of constant U = ``reference``."""
    p = np.sqrt(np.abs(reference)) + 1e-12
    x = p * h
    closed = reference > 0.0
    with np.errstate(over="ignore"):
        y_1 = np.where(closed, p / np.tanh(x), p / np.tan(x))
        y_2 = np.where(closed, p / np.sinh(np.minimum(x, 300.0)), p / np.sin(x))
    return y_1, y_2
