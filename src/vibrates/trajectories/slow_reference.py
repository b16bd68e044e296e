"""An independent implementation of the trajectories: slow, simple, no code shared with the kernel.

Close-coupled equations in the interaction picture, i dc/dt = exp(iEt) W(t) exp(-iEt) c, with matrix
elements of W = V + L_a^2/2 mu_a r_a^2 + L_b^2/2 mu_b r_b^2 by Gauss-Legendre quadrature over
analytic Morse functions; mean-field forces by complex-step derivatives of a separate implementation
of the potential; all of it integrated by DOP853. It serves to test the kernel's results and speed.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.special import eval_genlaguerre

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.core.units import ANGSTROM_TO_BOHR, MEV_TO_HARTREE
from vibrates.molecules.diatom import Diatom
from vibrates.potential.electrostatics import quadrupole_product

_CONFIGURATIONS = ("H", "X", "Ta", "Tb", "I")


class MorseQuadrature:
    """Analytic Morse functions of the lowest levels on a quadrature grid of r."""

    def __init__(self, diatom: Diatom, n_levels: int, points: int = 80) -> None:
        lam = np.sqrt(2.0 * diatom.reduced_mass * diatom.well_depth) / diatom.beta_e
        width = np.sqrt(2.0 * n_levels + 1.0) + 4.5
        spread = width / np.sqrt(diatom.reduced_mass * diatom.omega_e)
        x, weight = leggauss(points)
        self.r = diatom.r_e + spread * (0.45 + 1.2 * x)  # anharmonicity extends states outwards
        z = 2.0 * lam * np.exp(-diatom.beta_e * (self.r - diatom.r_e))
        rows = []
        for v in range(n_levels):
            s = lam - v - 0.5
            logarithm = s * np.log(z) - 0.5 * z
            row = np.exp(logarithm - logarithm.max()) * eval_genlaguerre(v, 2.0 * s, z)
            rows.append(row / np.sqrt(np.sum(weight * row**2)))
        self.states = np.array(rows) * np.sqrt(weight)  # (levels, points), orthonormal
        self.energies = diatom.level_energy(np.arange(n_levels))
        self.inverse_inertia = 1.0 / (diatom.reduced_mass * self.r**2)

    def rotating_states(self, square: float) -> NDArray:
        """Eigenvectors (levels, levels) of h + L^2/2 mu r^2 at L^2 = ``square``."""
        rotation = (self.states * (0.5 * square * self.inverse_inertia)) @ self.states.T
        return np.linalg.eigh(np.diag(self.energies) + rotation)[1]


class SlowCollision:
    """N2-H2-like pair on a surface given as in ``surface`` of the configuration.

    Only ``type: table`` with ``deformation: fitted`` (slopes of R_m) is implemented here.
    """

    def __init__(
        self,
        surface: Mapping,
        diatom_a: Diatom,
        diatom_b: Diatom,
        n_a: int,
        n_b: int,
        v: int,
        w: int,
    ) -> None:
        self.a, self.b = MorseQuadrature(diatom_a, n_a), MorseQuadrature(diatom_b, n_b)
        self.v, self.w = v, w
        self.mass = pair_reduced_mass(diatom_a, diatom_b)
        self.energies = self.a.energies[:, None] + self.b.energies[None, :]
        r_a, r_b = self.a.r[:, None], self.b.r[None, :]
        self._r_m, self._eps, self._beta = [], [], []
        for name in _CONFIGURATIONS:
            row, slopes = surface["configurations"][name], surface["slopes"][name]["dR_m_dr"]
            stretched = slopes[0] * (r_a - diatom_a.r_e) + slopes[1] * (r_b - diatom_b.r_e)
            self._r_m.append(row["R_m_angstrom"] * ANGSTROM_TO_BOHR + stretched)
            self._eps.append(row["eps_meV"] * MEV_TO_HARTREE)
            self._beta.append(row["beta"])
        self._quadrupoles = quadrupole_product(diatom_a, diatom_b, r_a, r_b)

    @staticmethod
    def _interpolate(values, c_a, c_b, c_ab):
        """The combination of 1, c_a^2, c_b^2, c_ab^2, c_a c_b c_ab through H, X, Ta, Tb, I."""
        h, x, t_a, t_b, i = values
        mixed = i - h - t_a - t_b + 2.0 * x
        return (
            x
            + (t_b - x) * c_a**2
            + (t_a - x) * c_b**2
            + (h - x) * c_ab**2
            + mixed * c_a * c_b * c_ab
        )

    def potential(self, distance, c_a, c_b, c_ab):
        """V on the quadrature grid, analytic in every argument.

        Parameters
        ----------
        distance
            R, bohr.
        c_a, c_b, c_ab
            n_a.R^, n_b.R^ and n_a.n_b of the unit bond vectors.

        Returns
        -------
        NDArray
            V (points_a, points_b), hartree.
        """
        angles = (c_a, c_b, c_ab)
        x = distance / self._interpolate(self._r_m, *angles)
        n = self._interpolate(self._beta, *angles) + 4.0 * x**2
        well = self._interpolate(self._eps, *angles)
        lennard_jones = well * (6.0 / (n - 6.0) * x**-n - n / (n - 6.0) * x**-6)
        quadrupolar = 0.75 * (
            1.0
            - 5.0 * c_a**2
            - 5.0 * c_b**2
            - 15.0 * (c_a * c_b) ** 2
            + 2.0 * (5.0 * c_a * c_b - c_ab) ** 2
        )
        return lennard_jones + self._quadrupoles * quadrupolar / distance**5

    def _derivative(self, time: float, y: NDArray) -> NDArray:
        classical, c = y[:18].reshape(6, 3), y[18:].view(complex).reshape(self.energies.shape)
        position, momentum, n_a, l_a, n_b, l_b = classical
        phase = np.exp(-1j * self.energies * time)
        psi = self.a.states.T @ (phase * c) @ self.b.states
        density = np.abs(psi) ** 2
        distance = np.sqrt(position @ position)
        e = position / distance
        arguments = np.array([distance, n_a @ e, n_b @ e, n_a @ n_b])
        potential = self.potential(*arguments)
        by = [
            (density * self.potential(*(arguments + 1e-30j * unit)).imag).sum() * 1e30
            for unit in np.eye(4)
        ]
        energy = (
            potential
            + 0.5 * (l_a @ l_a) * self.a.inverse_inertia[:, None]
            + 0.5 * (l_b @ l_b) * self.b.inverse_inertia[None, :]
        )
        change = -1j * phase.conj() * (self.a.states @ (energy * psi) @ self.b.states.T)
        mean_a = density.sum(axis=1) @ self.a.inverse_inertia
        mean_b = density.sum(axis=0) @ self.b.inverse_inertia
        across_a, across_b = n_a - arguments[1] * e, n_b - arguments[2] * e
        force = -(by[0] * e + (by[1] * across_a + by[2] * across_b) / distance)
        rates = np.array(
            [
                momentum / self.mass,
                force,
                np.cross(l_a, n_a) * mean_a,
                -np.cross(n_a, by[1] * e + by[3] * n_b),
                np.cross(l_b, n_b) * mean_b,
                -np.cross(n_b, by[2] * e + by[3] * n_a),
            ]
        )
        return np.concatenate([rates.ravel(), np.ascontiguousarray(change).view(float).ravel()])

    def run(self, classical: NDArray, rtol: float = 1e-10) -> tuple[NDArray, NDArray]:
        """Final classical state (18,) and probabilities (n_a, n_b) of one trajectory.

        ``classical`` (18,): R, P, n_a, L_a, n_b, L_b. The trajectory ends when the separating
        molecules reach their initial distance. ``rtol``: relative tolerance of the integrator.
        """
        start = classical.reshape(6, 3)
        c = np.outer(
            self.a.rotating_states(start[3] @ start[3])[:, self.v],
            self.b.rotating_states(start[5] @ start[5])[:, self.w],
        ).astype(complex)
        y, time = until_apart(self._derivative, classical, c, rtol)
        end = y[:18].reshape(6, 3)
        c = np.exp(-1j * self.energies * time) * y[18:].copy().view(complex).reshape(c.shape)
        states_a = self.a.rotating_states(end[3] @ end[3])
        states_b = self.b.rotating_states(end[5] @ end[5])
        return y[:18], np.abs(states_a.T @ c @ states_b) ** 2


def until_apart(
    derivative: Callable[[float, NDArray], NDArray], classical: NDArray, c: NDArray, rtol: float
) -> tuple[NDArray, float]:
    """Integrate one trajectory by DOP853 until the molecules are again at their initial distance.

    Parameters
    ----------
    derivative
        Time derivative of the state y: the classical variables, R first, then the amplitudes as
        pairs of real numbers.
    classical : (n,)
        Initial classical state, atomic units.
    c
        Initial amplitudes, complex, of any shape.
    rtol
        Relative tolerance; the absolute one is a hundredth of it.

    Returns
    -------
    tuple
        The final y and the time.
    """
    end_square = classical[:3] @ classical[:3] * (1.0 + 1e-9)

    def apart(time, y):
        return y[:3] @ y[:3] - end_square

    # SciPy reads these attributes of the event function.
    event: Any = apart
    event.terminal, event.direction = True, 1.0
    solution = solve_ivp(
        derivative,
        (0.0, 1e7),
        np.concatenate([classical, c.view(float).ravel()]),
        method="DOP853",
        rtol=rtol,
        atol=1e-2 * rtol,
        events=event,
    )
    return solution.y[:, -1], solution.t[-1]
