"""An independent solution of the same equations: slow, simple, on the unexpanded surface.

Amplitudes c(v, w, j, m) in the interaction picture, i dc/dt = exp(iEt) W(t) exp(-iEt) c, with
matrix elements of W = V + L^2/2 mu_a r_a^2 by quadrature over more bond lengths than levels and
over a product grid of orientations; mean force and torque by differences of the surface; all of it
integrated by DOP853. It exists to judge the split-operator implementations.
"""

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.molecules.diatom import Diatom
from vibrates.potential.protocol import Potential
from vibrates.trajectories.quantum_rotor.orientation import projection_state, real_harmonics
from vibrates.trajectories.slow_reference import until_apart

_LEVELS_OF_DISTORTION = 12


class _Vibration:
    """Lowest levels of a molecule on a grid of ``more`` bond lengths than levels."""

    def __init__(self, diatom: Diatom, n_levels: int, more: int) -> None:
        basis = diatom.basis(range(n_levels + more))
        self.r = basis.r
        self.states = basis.amplitudes[:, :n_levels].T  # (levels, points), orthonormal
        self.energies = basis.energies[:n_levels]
        self.inverse_inertia = 1.0 / (diatom.reduced_mass * basis.r**2)

    def rotating(self, square: float) -> tuple[NDArray, NDArray]:
        """Energies and eigenvectors of h + L^2/2 mu r^2 at L^2 = ``square``."""
        rotation = (self.states * (0.5 * square * self.inverse_inertia)) @ self.states.T
        return np.linalg.eigh(np.diag(self.energies) + rotation)


class SlowQuantumRotor:
    """A classical rotor ``a`` with quantum vibration and a quantum molecule ``b`` with like ends.

    ``n_v``, ``n_w``: numbers of lowest vibrational levels; ``levels``: the j of the basis, of one
    parity; ``orders``: numbers of polar angles (of the whole sphere, even) and azimuths;
    ``switch``: R, bohr, where V begins to be switched off, and where it is; ``more``: bond lengths
    of a and b beyond the numbers of their levels.
    """

    def __init__(
        self,
        surface: Potential,
        a: Diatom,
        b: Diatom,
        n_v: int,
        n_w: int,
        levels: list[int],
        switch: tuple[float, float],
        orders: tuple[int, int] = (14, 20),
        more: tuple[int, int] = (3, 4),
    ) -> None:
        self.surface, self.levels, self.switch = surface, levels, switch
        self.mass = pair_reduced_mass(a, b)
        self.a, self.b = _Vibration(a, n_v, more[0]), _Vibration(b, n_w, more[1])
        wide = _Vibration(b, _LEVELS_OF_DISTORTION, 0)
        energies, states = [], []
        for j in levels:
            square = j * (j + 1.0)
            energies += [wide.rotating(square)[0][:n_w]] * (2 * j + 1)
            states += [self.b.rotating(square)[1]] * (2 * j + 1)
        self.j = np.repeat(levels, [2 * j + 1 for j in levels])
        self.rotational_energies = np.array(energies)  # (f, n_w)
        self._turned = np.array(states)  # (f, w, rovibrational level)
        self.energies = self.a.energies[:, None, None] + self.rotational_energies.T  # (v, w, f)
        x, weight = leggauss(orders[0])
        x, weight = x[x > 0], 2.0 * weight[x > 0]
        azimuth = 2.0 * np.pi * (np.arange(orders[1]) + 0.25) / orders[1]
        x, azimuth = (one.ravel() for one in np.meshgrid(x, azimuth, indexing="ij"))
        sine = np.sqrt(1.0 - x**2)
        self.n = np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), x], axis=1)
        weights = np.repeat(weight, orders[1]) * 2.0 * np.pi / orders[1]
        harmonics = np.concatenate([real_harmonics(j, self.n) for j in levels])
        self.functions = harmonics * np.sqrt(weights)  # (f, k)

    def _potential(self, distance, c_a, c_b, c_ab):
        """V (..., points_a, points_b, k); arguments (..., 1 or k)."""
        place = (..., None, None, slice(None))
        c_a, c_b, c_ab = (np.asarray(x)[place] for x in (c_a, c_b, c_ab))
        r_a, r_b = self.a.r[:, None, None], self.b.r[:, None]
        begin, end = self.switch
        x = np.clip((np.asarray(distance) - begin) / (end - begin), 0.0, 1.0)
        kept = (1.0 - x) ** 5 * (1.0 + x * (5.0 + x * (15.0 + x * (35.0 + x * 70.0))))
        return kept[..., None, None, :] * self.surface.potential(
            np.asarray(distance)[place], c_a, c_b, c_ab, r_a, r_b
        )

    def _on_grid(self, c: NDArray) -> NDArray:
        """psi (points_a, points_b, k) of amplitudes (v, rovibrational level, f)."""
        vibrational = np.einsum("fwl,vlf->vwf", self._turned, c)
        on_b = np.einsum("wq,vwf->vqf", self.b.states, vibrational)
        return np.einsum("vp,vqk->pqk", self.a.states, on_b @ self.functions)

    def _from_grid(self, psi: NDArray) -> NDArray:
        on_v = np.einsum("vp,pqk->vqk", self.a.states, psi) @ self.functions.T
        return np.einsum("fwl,wq,vqf->vlf", self._turned, self.b.states, on_v, optimize=True)

    def _derivative(self, time: float, y: NDArray) -> NDArray:
        position, momentum, n_a, l_a = y[:12].reshape(4, 3)
        c = y[12:].view(complex).reshape(self.energies.shape)
        phase = np.exp(-1j * self.energies * time)
        psi = self._on_grid(phase * c)
        density = np.abs(psi) ** 2
        distance = np.sqrt(position @ position)
        e = position / distance
        arguments = [np.array([distance]), np.array([n_a @ e]), self.n @ e, self.n @ n_a]
        potential = self._potential(*arguments)
        slopes = []
        for index, step in enumerate((1e-4 * distance, 1e-4, 1e-4, 1e-4)):
            ends = []
            for sign in (1.0, -1.0):
                moved = list(arguments)
                moved[index] = moved[index] + sign * step
                ends.append(self._potential(*moved))
            slopes.append((density * (ends[0] - ends[1]) / (2.0 * step)).sum(axis=(0, 1)))
        d_r, d_a = slopes[0].sum(), slopes[1].sum()
        f_b, f_ab = slopes[2] @ self.n, slopes[3] @ self.n
        energy = potential + 0.5 * (l_a @ l_a) * self.a.inverse_inertia[:, None, None]
        change = -1j * phase.conj() * self._from_grid(energy * psi)
        mean_a = density.sum(axis=(1, 2)) @ self.a.inverse_inertia
        across = (d_a * n_a + f_b) - ((d_a * n_a + f_b) @ e) * e
        rates = np.array(
            [
                momentum / self.mass,
                -(d_r * e + across / distance),
                np.cross(l_a, n_a) * mean_a,
                -np.cross(n_a, d_a * e + f_ab),
            ]
        )
        return np.concatenate([rates.ravel(), np.ascontiguousarray(change).view(float).ravel()])

    def run(
        self, classical: NDArray, v: int, w: int, j: int, m: int, rtol: float = 1e-8
    ) -> tuple[NDArray, NDArray]:
        """Final classical state (12,) and probabilities (n_v, n_w, n_j) of one trajectory.

        It ends when R passes its initial length on the way out. Probabilities are summed over the
        final m.

        Parameters
        ----------
        classical : NDArray
            Initial classical state (12,), a.u.: R, P, n_a, L_a.
        v : int
            Initial vibrational level of a.
        w, j, m : int
            Initial vibrational and rotational level of b, and its projection on the z axis.
        rtol : float
            Relative tolerance of the integration; the absolute one is a hundredth of it.
        """
        start = classical.reshape(4, 3)
        c = np.zeros(self.energies.shape, complex)
        c[:, w, self.j == j] = np.outer(
            self.a.rotating(float(start[3] @ start[3]))[1][:, v], projection_state(j, m)
        )
        y, time = until_apart(self._derivative, classical, c, rtol)
        c = np.exp(-1j * self.energies * time) * y[12:].copy().view(complex).reshape(c.shape)
        l_a = y[9:12]
        states = self.a.rotating(float(l_a @ l_a))[1]
        probability = np.abs(np.einsum("vu,vwf->uwf", states, c)) ** 2
        return y[:12], np.stack(
            [probability[:, :, self.j == j].sum(axis=2) for j in self.levels], axis=2
        )
