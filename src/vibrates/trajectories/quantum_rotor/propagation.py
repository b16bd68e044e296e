"""One run of trajectories with one step: amplitudes in, propagation, probabilities out."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vibrates.trajectories.dressed import DressedStates
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.outcome import Outcome
from vibrates.trajectories.propagation import square
from vibrates.trajectories.quantum_rotor import plain
from vibrates.trajectories.quantum_rotor.collision import Collision
from vibrates.trajectories.quantum_rotor.orientation import projection_state
from vibrates.trajectories.quantum_rotor.sampling import PROJECTION
from vibrates.trajectories.settings import Settings
from vibrates.trajectories.status import Status

_CHUNK = 256  # trajectories whose energies are evaluated at a time


class Propagation:
    """Propagates classical states with quantum states that start in one (v, w, j), any m.

    ``initial_rotor``: position of v in the rotor's basis; ``initial_quantum``: positions of w and j
    in the quantum molecule's. Classical states are (N, 18), the rotor in the place of molecule a;
    of the last six columns the first holds m of the initial state, the others are not used.
    ``propagate``: `plain.propagate` or another one with its arguments.
    """

    # ASSUME: one rotation and the relative motion are classical, all else quantum (Ehrenfest mean
    # field).
    def __init__(
        self,
        collision: Collision,
        initial_rotor: int,
        initial_quantum: tuple[int, int],
        settings: Settings,
        propagate=None,
    ) -> None:
        self.collision, self.settings = collision, settings
        self.initial_rotor, self.initial_quantum = initial_rotor, initial_quantum
        self.reduced_mass = collision.reduced_mass
        self._propagate = propagate or plain.propagate

    def run(self, start: NDArray, time_step: float, maximum_steps: int) -> Outcome:
        """Propagate states (N, 18) until the separating molecules reach their initial distance.

        All with the same step (a.u.), at most ``maximum_steps`` of them.
        """
        collision = self.collision
        amplitudes = self._initial(start, time_step)
        psi = collision.to_grid(amplitudes)
        energy = self._energy(start, psi)
        psi = collision.internal(psi, 0.5 * time_step)
        classical = start.copy()
        end_distance = np.linalg.norm(start[:, rows.R : rows.R + 3], axis=1)
        steps = self._propagate(collision, classical, psi, time_step, maximum_steps, end_distance)
        finite = np.isfinite(classical).all(axis=1) & np.isfinite(psi).all(axis=(1, 2))
        classical[~finite], psi[~finite] = start[~finite], 0.0
        psi = collision.internal(psi, -0.5 * time_step)
        energy_error = np.abs(self._energy(classical, psi) - energy)
        norm_error = np.abs((np.abs(psi) ** 2).sum(axis=(1, 2)) - 1.0)
        status = np.select(
            [
                ~finite,
                steps >= maximum_steps,
                norm_error > self.settings.norm_error_limit,
                energy_error
                > self.settings.relative_energy_error_limit * self.classical_energy(start),
            ],
            [Status.NOT_FINITE, Status.STEP_LIMIT, Status.NORM_ERROR, Status.ENERGY_ERROR],
            Status.OK,
        )
        return Outcome(
            probability=self._probabilities(classical, psi, time_step),
            probability_error=np.full(len(start), np.nan),
            status=status.astype(np.int8),
            steps=steps,
            energy_error=energy_error,
            norm_error=norm_error,
            time_step=np.full(len(start), time_step),
            classical=classical,
        )

    def classical_energy(self, start: NDArray) -> NDArray:
        """The energy that moves (N,): translation, and rotation of the rotor in its level."""
        inverse = self.collision.rotor.mean(self.collision.inverse, self.initial_rotor)
        translation = square(start, rows.P) / (2.0 * self.reduced_mass)
        return translation + 0.5 * square(start, rows.L_A) * inverse

    def mean_inverses(self, start: NDArray, time_step: float) -> tuple[NDArray, NDArray]:
        """<1/(mu r^2)> (N,) of the rotor in its dressed initial state; zero for the other."""
        states = self.dressed(start, time_step)[:, :, self.initial_rotor]
        basis = self.collision.rotor
        mean = ((basis.amplitudes @ states.T) ** 2).T @ self.collision.inverse
        return mean, np.zeros(len(start))

    def dressed(self, classical: NDArray, time_step: float) -> NDArray:
        """Vibrational states (N, n_v, n_v) of the rotor at its L^2, as the steps propagate them.

        The quantum molecule needs none: its internal energy is propagated without splitting.
        """
        squares = square(classical, rows.L_A)
        # Each trajectory uses the interpolant of its own octave of L^2, whatever its company.
        octaves = np.maximum(np.ceil(np.log2(np.maximum(squares, 1.0))), 4).astype(int)
        n = len(self.collision.rotor.r)
        states = np.empty((len(squares), n, n))
        for octave in np.unique(octaves):
            mine = octaves == octave
            states[mine] = self._interpolant(time_step, int(octave))(squares[mine])
        return states

    @lru_cache(maxsize=128)
    def _interpolant(self, time_step: float, octave: int) -> DressedStates:
        collision = self.collision
        return DressedStates(collision.rotor, collision.inverse, time_step, 2.0**octave)

    def _initial(self, start: NDArray, time_step: float) -> NDArray:
        """Amplitudes on levels (N, n_v, n_w, f)."""
        collision = self.collision
        w, position = self.initial_quantum
        j = collision.levels[position]
        mine = collision.grid.j == j
        vibration = self.dressed(start, time_step)[:, :, self.initial_rotor]
        n_w = collision.quantum.energies.shape[0]
        amplitudes = np.zeros((len(start), vibration.shape[1], n_w, len(mine)), complex)
        states = np.array([projection_state(j, m) for m in range(-j, j + 1)])
        rotation = states[start[:, PROJECTION].astype(int) + j]
        amplitudes[:, :, w, mine] = vibration[:, :, None] * rotation[:, None, :]
        return amplitudes

    def _probabilities(self, classical: NDArray, psi: NDArray, time_step: float) -> NDArray:
        """P (N, n_v, n_w n_j), summed over the final m."""
        collision = self.collision
        amplitudes = collision.from_grid(psi)
        amplitudes = np.einsum("nvu,nvwf->nuwf", self.dressed(classical, time_step), amplitudes)
        owner = collision.level_of()[:, None] == np.arange(len(collision.levels))
        probability = np.abs(amplitudes) ** 2 @ owner
        return probability.reshape(*probability.shape[:2], -1)

    def _energy(self, classical: NDArray, psi: NDArray) -> NDArray:
        """Total energy (N,)."""
        potential = np.zeros(len(psi))
        distance = np.sqrt(square(classical, rows.R))
        # Trajectories begin where V has vanished, but for rounding.
        near = np.flatnonzero(distance < (1.0 - 1e-9) * self.collision.expansion.reach[1])
        for some in np.array_split(near, -(-near.size // _CHUNK) or 1):
            potential[some] = plain.mean_potential(self.collision, classical[some], psi[some])
        mean_inverse = (np.abs(psi) ** 2).sum(axis=1) @ self.collision.inverse_on_grid
        return (
            square(classical, rows.P) / (2.0 * self.reduced_mass)
            + 0.5 * square(classical, rows.L_A) * mean_inverse
            + self.collision.internal_energy(psi)
            + potential
        )
