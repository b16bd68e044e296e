"""The split-operator propagation in plain NumPy, all trajectories at once.

One Strang step of length dt, between two half steps of h_rotor + h_quantum:

    half drift   R += P dt/2mu; n turns about L by |L| <1/mu r^2> dt/2
    kick         P, L from <dV>, psi *= exp(-i dt (V + L^2/2 mu r^2)), at fixed R and n
    half drift   again, with the new P and L

L^2 is the mean of before and after the kick, which keeps the step time-reversible. Two half steps
of the internal energies that meet are one: psi is half a step of them late, at the start and at the
end. `kernel` does the same in vector registers.
"""

import numpy as np
from numpy.typing import NDArray

from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.quantum_rotor.collision import Collision


class Interaction:
    """V on the grid at classical states (N, 18), and mean forces of a density on it."""

    def __init__(self, collision: Collision, classical: NDArray) -> None:
        terms, n_2 = collision.expansion.terms, collision.grid.n
        self.n_2 = n_2
        position, self.n_1 = (classical[:, row : row + 3] for row in (rows.R, rows.N_A))
        self.distance = np.linalg.norm(position, axis=1)
        self.e = position / self.distance[:, None]
        self.c_1 = (self.n_1 * self.e).sum(axis=1)
        self.of_rotor = collision.expansion.of_rotor(self.distance, self.c_1)
        self.p, self.q = (x[:, None, None] for x in terms.groups.T)
        self.c_2, self.c_12 = self.e @ n_2.T, self.n_1 @ n_2.T  # (N, k)
        self.functions = self.c_2**self.p * self.c_12**self.q  # (f, N, k)

    def potential(self) -> NDArray:
        """V (N, k, g)."""
        return np.einsum("nfg,fnk->nkg", self.of_rotor[0], self.functions)

    def forces(self, density: NDArray) -> tuple[NDArray, NDArray]:
        """-d<V>/dR and -d<V>/dn_1 (N, 3) at fixed orientation of the quantum molecule.

        ``density`` (N, k, g).
        """
        value, by_r, by_c = self.of_rotor
        moments = np.einsum("fnk,nkg->nfg", self.functions, density)
        d_r = (by_r * moments).sum(axis=(1, 2))
        d_1 = (by_c * moments).sum(axis=(1, 2))
        weights = np.einsum("nfg,nkg->fnk", value, density)
        p, q, c_2, c_12 = self.p, self.q, self.c_2, self.c_12
        d_2 = (weights * p * c_2 ** np.maximum(p - 1, 0) * c_12**q).sum(axis=0)
        d_12 = (weights * q * c_12 ** np.maximum(q - 1, 0) * c_2**p).sum(axis=0)
        f_2, f_12 = d_2 @ self.n_2, d_12 @ self.n_2  # sums of dV/dc_2 n_2 and dV/dc_12 n_2
        e = self.e
        turning = d_1[:, None] * self.n_1 + f_2
        across = turning - (turning * e).sum(axis=1)[:, None] * e
        on_r = -(d_r[:, None] * e + across / self.distance[:, None])
        return on_r, -(d_1[:, None] * e + f_12)


def _drift(classical: NDArray, mean_inverse: NDArray, reduced_mass: float, time: float) -> None:
    """Free motion of R and n, in place; ``mean_inverse`` (N,): <1/mu r^2>."""
    classical[:, rows.R : rows.R + 3] += classical[:, rows.P : rows.P + 3] * (time / reduced_mass)
    n, l = classical[:, rows.N_A : rows.N_A + 3], classical[:, rows.L_A : rows.L_A + 3]
    length = np.linalg.norm(l, axis=1)[:, None] + 1e-150
    angle = length * mean_inverse[:, None] * time
    classical[:, rows.N_A : rows.N_A + 3] = n * np.cos(angle) + np.cross(l / length, n) * np.sin(
        angle
    )


def step(collision: Collision, classical: NDArray, psi: NDArray, time_step: float) -> NDArray:
    """One step: psi (N, k, g) is returned, ``classical`` (N, 18) changed in place."""
    inverse = collision.inverse_on_grid
    density = np.abs(psi) ** 2
    mass = collision.reduced_mass
    _drift(classical, density.sum(axis=1) @ inverse, mass, 0.5 * time_step)
    interaction = Interaction(collision, classical)
    on_r, on_n = interaction.forces(density)
    l = slice(rows.L_A, rows.L_A + 3)
    before = (classical[:, l] ** 2).sum(axis=1)
    classical[:, rows.P : rows.P + 3] += time_step * on_r
    classical[:, l] += time_step * np.cross(interaction.n_1, on_n)
    square = 0.5 * (before + (classical[:, l] ** 2).sum(axis=1))
    energy = interaction.potential() + 0.5 * square[:, None, None] * inverse
    psi = psi * np.exp(-1j * time_step * energy)
    _drift(classical, density.sum(axis=1) @ inverse, mass, 0.5 * time_step)
    return collision.internal(psi, time_step)


def propagate(
    collision: Collision,
    classical: NDArray,
    psi: NDArray,
    time_step: float,
    maximum_steps: int,
    end_distance: NDArray,
) -> NDArray:
    """Run every trajectory to its end, in place; steps (N,) done.

    ``classical`` (N, 18) with the rotor in the place of molecule a, ``psi`` (N, k, g). A trajectory
    ends when the molecules are farther apart than ``end_distance`` (N,) and separate.
    """
    steps = np.zeros(len(classical), np.int64)
    running = np.arange(len(classical))
    while running.size:
        some = classical[running]
        psi[running] = step(collision, some, psi[running], time_step)
        classical[running] = some
        steps[running] += 1
        position, momentum = some[:, rows.R : rows.R + 3], some[:, rows.P : rows.P + 3]
        outward = (position * momentum).sum(axis=1)
        apart = (outward > 0.0) & ((position**2).sum(axis=1) > end_distance[running] ** 2)
        ended = apart | (steps[running] >= maximum_steps) | ~np.isfinite(outward)
        running = running[~ended]
    return steps


def mean_potential(collision: Collision, classical: NDArray, psi: NDArray) -> NDArray:
    """<V> (N,), hartree."""
    return (np.abs(psi) ** 2 * Interaction(collision, classical).potential()).sum(axis=(1, 2))
