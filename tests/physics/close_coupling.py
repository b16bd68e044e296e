"""Exact quantum scattering of a vibrating, non-rotating molecule and a structureless partner.

Close-coupled radial equations psi'' = U(R) psi, U = 2 mu (V(R) + E_v - E) + J(J + 1)/R^2, by the
log-derivative method with a constant diagonal reference potential in every sector (Manolopoulos, J.
Chem. Phys. 85, 6425 (1986)), matched to Riccati-Bessel functions; atomic units throughout.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.special import ive, kve, spherical_jn, spherical_yn


@dataclass(frozen=True)
class CloseCoupling:
    """Channels with thresholds ``levels`` (n,), coupled by ``potential``, edges -> (m, n, n).

    ``edges`` (m,): bounds of the sectors, from deep inside the wall to where V has died away.
    """

    reduced_mass: float
    levels: NDArray
    potential: object
    edges: NDArray

    @classmethod
    def of_basis(cls, basis, reduced_mass, potential, sectors=1.0):
        """A molecule in a PODVR basis: ``potential`` takes R and r; ``sectors`` refines them."""
        b = basis.amplitudes

        def matrix(distance):
            return np.einsum("gv,mg,gu->mvu", b, potential(distance[:, None], basis.r), b)

        widths = [(2.4, 9.0, 0.04), (9.0, 14.0, 0.08), (14.0, 30.0, 0.16)]  # bohr
        parts = [np.arange(low, high, width / sectors) for low, high, width in widths]
        return cls(reduced_mass, basis.energies, matrix, np.append(np.concatenate(parts), 30.0))

    def s_matrices(self, energies: NDArray, partial_waves: NDArray) -> NDArray:
        """S (n_tasks, n, n) at total energies and partial waves J (n_tasks,); 0 where closed."""
        energies, j = (np.asarray(x, dtype=float) for x in (energies, partial_waves))
        y = self._log_derivative(energies, j)
        k = np.sqrt(2.0 * self.reduced_mass * np.abs(energies[:, None] - self.levels))
        opened = energies[:, None] > self.levels
        f, df, g, dg = _matching_functions(k, self.edges[-1], j[:, None], opened)
        n = len(self.levels)
        unit = np.eye(n)
        # psi = F - G K with psi' = Y psi, F ~ sin, G ~ -cos where open; columns are channels.
        k_matrix = np.linalg.solve(
            y * g[:, None, :] - unit * dg[:, None, :], y * f[:, None, :] - unit * df[:, None, :]
        )
        k_matrix = np.where(opened[:, :, None] & opened[:, None, :], k_matrix, 0.0)
        s = np.linalg.solve(unit - 1j * k_matrix, unit + 1j * k_matrix)
        return np.where(opened[:, :, None] & opened[:, None, :], s, 0.0)

    def _log_derivative(self, energies: NDArray, j: NDArray) -> NDArray:
        """Y = psi'/psi (n_tasks, n, n) at the last edge."""
        a, b = self.edges[:-1], self.edges[1:]
        c, h = 0.5 * (a + b), 0.5 * (b - a)
        unit = np.eye(len(self.levels))
        at_edges, at_middle = (
            2.0 * self.reduced_mass * self.potential(r) for r in (self.edges, c)
        )
        shift = 2.0 * self.reduced_mass * (self.levels - energies[:, None])
        barrier = (j * (j + 1.0))[:, None]
        diagonal = np.einsum("mii->mi", at_middle)
        # V less the reference: its diagonal vanishes at the middle, whatever E and J.
        coupling = at_middle - diagonal[:, :, None] * unit
        inverse = np.linalg.inv(unit - (h**2 / 6.0)[:, None, None] * coupling)
        q_middle = (4.0 / h)[:, None, None] * (inverse - unit)

        wall = np.einsum("ii->i", at_edges[0]) + shift + barrier / a[0] ** 2
        y = np.sqrt(np.maximum(wall, 0.0))[:, :, None] * unit
        for m in range(len(a)):
            reference = diagonal[m] + shift + barrier / c[m] ** 2
            y_1, y_2 = _half_sector(reference, h[m])
            remainder = [
                (h[m] / 3.0)
                * (potential + unit * (barrier * (r**-2 - c[m] ** -2) - diagonal[m])[:, None, :])
                for potential, r in ((at_edges[m], a[m]), (at_edges[m + 1], b[m]))
            ]
            diagonal_y, outer = unit * y_1[:, None, :], y_2[:, :, None] * y_2[:, None, :]
            y = diagonal_y + q_middle[m] - outer * np.linalg.inv(y + diagonal_y + remainder[0])
            y = diagonal_y + remainder[1] - outer * np.linalg.inv(y + diagonal_y + q_middle[m])
        return y

    def cross_section(self, initial: int, final: int, energies: NDArray, waves=None, reach=9.0):
        """sigma (n,) in bohr^2 at collision energies (n,) of channel ``initial``.

        ``reach``: largest impact parameter (bohr); ``waves``: how many J are computed of those it
        allows, the others interpolated in log P (all if None).
        """
        sigma = []
        for energy in energies:
            k = np.sqrt(2.0 * self.reduced_mass * energy)
            last = int(k * reach) + 4
            j = np.arange(last + 1)
            count = last + 1 if waves is None else min(last + 1, waves)
            few = np.unique(np.round(np.linspace(0, last, count)).astype(int))
            total = np.full(len(few), energy + self.levels[initial])
            p = np.abs(self.s_matrices(total, few)[:, initial, final]) ** 2
            every = np.exp(PchipInterpolator(few, np.log(np.maximum(p, 1e-300)))(j))
            sigma.append(np.pi / k**2 * np.sum((2 * j + 1) * every))
        return np.array(sigma)


def thermal_average(energies: NDArray, sigma: NDArray, k_t: NDArray) -> NDArray:
    """k/sqrt(8kT/pi mu) = int E exp(-E/kT) sigma dE/(kT)^2 at ``k_t`` (T,); spline of log sigma."""
    spline = CubicSpline(np.log(energies), np.log(sigma))
    e = np.geomspace(energies[0], energies[-1], 8001)
    weight = e * np.exp(-e / k_t[:, None]) / k_t[:, None] ** 2
    return np.trapezoid(weight * np.exp(spline(np.log(e))), e, axis=1)


def _half_sector(reference: NDArray, h: float) -> tuple[NDArray, NDArray]:
    """Propagators y_1 = y_4 and y_2 = y_3 over a length h of constant potential ``reference``."""
    p = np.sqrt(np.abs(reference)) + 1e-12
    x = p * h
    closed = reference > 0.0
    with np.errstate(over="ignore"):
        y_1 = np.where(closed, p / np.tanh(x), p / np.tan(x))
        y_2 = np.where(closed, p / np.sinh(np.minimum(x, 300.0)), p / np.sin(x))
    return y_1, y_2


def _matching_functions(k: NDArray, distance: float, j: NDArray, opened: NDArray):
    """F, F', G, G' at ``distance``: Riccati-Bessel functions, modified ones where closed.

    Open ones are normalised to unit flux; closed ones enter through logarithmic derivatives only.
    """
    x = k * distance
    root, order = np.sqrt(k), j + 0.5
    integer = j.astype(int) + np.zeros_like(x, dtype=int)
    regular, d_regular = spherical_jn(integer, x), spherical_jn(integer, x, derivative=True)
    other, d_other = spherical_yn(integer, x), spherical_yn(integer, x, derivative=True)
    f, df = x * regular / root, root * (regular + x * d_regular)
    g, dg = x * other / root, root * (other + x * d_other)
    # sqrt(x) I and sqrt(x) K; their derivatives by recurrence, scaled to 1 at ``distance``.
    log_i = (0.5 + order) / x + ive(order + 1.0, x) / ive(order, x)
    log_k = (0.5 + order) / x - kve(order + 1.0, x) / kve(order, x)
    one = np.ones_like(x)
    return (
        np.where(opened, f, one),
        np.where(opened, df, k * log_i),
        np.where(opened, g, one),
        np.where(opened, dg, k * log_k),
    )
