"""One run of trajectories with one time step, from initial amplitudes to probabilities."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.molecules.podvr import Podvr
from vibrates.potential.kernel_forms import checked
from vibrates.potential.protocol import PotentialSurface
from vibrates.trajectories import kernel
from vibrates.trajectories.dressed import DressedStates
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.outcome import Outcome
from vibrates.trajectories.settings import Settings
from vibrates.trajectories.status import Status


class Propagation:
    """Propagates classical states of one pair of molecules with vibrations in one initial state.

    ``initial_a``, ``initial_b``: positions of the initial levels in the bases.
    """

    # ASSUME: rotations and relative motion are classical, vibrations quantum (Ehrenfest mean
    # field).
    def __init__(
        self,
        surface: PotentialSurface,
        diatom_a: Diatom | Atom,
        diatom_b: Diatom | Atom,
        levels_a: range,
        levels_b: range,
        initial_a: int,
        initial_b: int,
        settings: Settings,
    ) -> None:
        self.settings = settings
        self.initial_a, self.initial_b = initial_a, initial_b
        self.reduced_mass = pair_reduced_mass(diatom_a, diatom_b)
        self.basis_a, self.basis_b = diatom_a.basis(levels_a), diatom_b.basis(levels_b)
        self.inverse_a = 1.0 / (diatom_a.reduced_mass * self.basis_a.r**2)
        self.inverse_b = 1.0 / (diatom_b.reduced_mass * self.basis_b.r**2)
        r_a, r_b = self.basis_a.r[:, None], self.basis_b.r[None, :]
        # Tables reach the kernel only here, after this check.
        self.interaction = checked(surface.kernel_tables(r_a, r_b), r_a.size * r_b.size)

    def run(self, start: NDArray, time_step: float, maximum_steps: int) -> Outcome:
        """Propagate trajectories until the separating molecules reach their initial distance.

        Parameters
        ----------
        start : (N, 18)
            Classical states: R, P, n_a, L_a, n_b, L_b; atomic units.
        time_step
            Time step of all trajectories, atomic units.
        maximum_steps
            Largest number of steps of a trajectory.
        """
        states_a, states_b = self.dressed(start, time_step)
        amplitudes = np.einsum(
            "ti,tj->tij", states_a[:, :, self.initial_a], states_b[:, :, self.initial_b]
        ).astype(complex)
        psi = self._to_grid(amplitudes, time_step)
        end_distance = np.linalg.norm(start[:, :3], axis=1)
        classical = start.copy()
        switch = self._switching_range(len(start))
        energy = self._energy(start, amplitudes, switch)

        psi_re, psi_im = parts(psi)
        steps = np.zeros(len(start), np.int64)
        kernel.propagate(
            classical,
            psi_re,
            psi_im,
            steps,
            self._longest_first(start),
            time_step,
            maximum_steps,
            end_distance,
            switch,
            self.reduced_mass,
            self.inverse_a,
            self.inverse_b,
            *self.interaction,
            *free_propagator(self.basis_a, time_step),
            *free_propagator(self.basis_b, time_step),
        )
        finite = np.isfinite(classical).all(axis=1) & np.isfinite(psi_re + psi_im).all(axis=1)
        classical[~finite] = start[~finite]
        psi_re[~finite], psi_im[~finite] = 0.0, 0.0

        amplitudes = self._from_grid((psi_re + 1j * psi_im).reshape(psi.shape), time_step)
        energy_error = np.abs(self._energy(classical, amplitudes, switch) - energy)
        norm_error = np.abs((np.abs(amplitudes) ** 2).sum(axis=(1, 2)) - 1.0)
        states_a, states_b = self.dressed(classical, time_step)
        projected = states_a.transpose(0, 2, 1) @ amplitudes @ states_b
        scale = self.classical_energy(start)
        status = np.select(
            [
                ~finite,
                steps >= maximum_steps,
                norm_error > self.settings.norm_error_limit,
                energy_error > self.settings.relative_energy_error_limit * scale,
            ],
            [Status.NOT_FINITE, Status.STEP_LIMIT, Status.NORM_ERROR, Status.ENERGY_ERROR],
            Status.OK,
        )
        return Outcome(
            probability=np.abs(projected) ** 2,
            probability_error=np.full(len(start), np.nan),
            status=status.astype(np.int8),
            steps=steps,
            energy_error=energy_error,
            norm_error=norm_error,
            time_step=np.full(len(start), time_step),
            classical=classical,
        )

    def classical_energy(self, start: NDArray) -> NDArray:
        """Classical energy (N,): translation, and both rotations in the initial levels; hartree."""
        inverse_a = self.basis_a.mean(self.inverse_a, self.initial_a)
        inverse_b = self.basis_b.mean(self.inverse_b, self.initial_b)
        return (
            square(start, rows.P) / (2.0 * self.reduced_mass)
            + 0.5 * square(start, rows.L_A) * inverse_a
            + 0.5 * square(start, rows.L_B) * inverse_b
        )

    def dressed(self, classical: NDArray, time_step: float) -> tuple[NDArray, NDArray]:
        """Dressed states (N, n_a, n_a), (N, n_b, n_b) of both molecules at their L^2."""
        return (
            self._dressed_molecule(0, square(classical, rows.L_A), time_step),
            self._dressed_molecule(1, square(classical, rows.L_B), time_step),
        )

    def mean_inverses(self, start: NDArray, time_step: float) -> tuple[NDArray, NDArray]:
        """<1/(mu_i r_i^2)> (N,) of both molecules in their dressed initial states."""
        molecules = zip(
            self.dressed(start, time_step),
            (self.basis_a, self.basis_b),
            (self.inverse_a, self.inverse_b),
            (self.initial_a, self.initial_b),
            strict=True,
        )
        a, b = (
            ((basis.amplitudes @ states[:, :, level].T) ** 2).T @ inverse
            for states, basis, inverse, level in molecules
        )
        return a, b

    def _dressed_molecule(self, molecule: int, squares: NDArray, time_step: float) -> NDArray:
        # Each trajectory uses the interpolant of its own octave of L^2, independently of others.
        octaves = np.maximum(np.ceil(np.log2(np.maximum(squares, 1.0))), 4).astype(int)
        n = (self.basis_a, self.basis_b)[molecule].r.size
        states = np.empty((len(squares), n, n))
        for octave in np.unique(octaves):
            mine = octaves == octave
            states[mine] = self._interpolant(molecule, time_step, int(octave))(squares[mine])
        return states

    @lru_cache(maxsize=128)
    def _interpolant(self, molecule: int, time_step: float, octave: int) -> DressedStates:
        """Dressed states of molecule 0 or 1 up to L^2 = 2^octave."""
        basis = (self.basis_a, self.basis_b)[molecule]
        inverse = (self.inverse_a, self.inverse_b)[molecule]
        return DressedStates(basis, inverse, time_step, 2.0**octave)

    def _switching_range(self, count: int) -> NDArray:
        """Distance where switching of V begins, and 1 over the switching length, (count, 2)."""
        if np.isinf(self.settings.interaction_range):
            return np.tile([np.inf, 1.0], (count, 1))
        end = self.settings.interaction_range
        begin = self.settings.switching_from * end
        return np.tile([begin, 1.0 / (end - begin)], (count, 1))

    def _level_energies(self) -> NDArray:
        return self.basis_a.energies[:, None] + self.basis_b.energies[None, :]

    def _to_grid(self, amplitudes: NDArray, time_step: float) -> NDArray:
        """Amplitudes on the grid after half a step of h_a + h_b."""
        shifted = amplitudes * np.exp(-0.5j * time_step * self._level_energies())
        return self.basis_a.amplitudes @ shifted @ self.basis_b.amplitudes.T

    def _from_grid(self, psi: NDArray, time_step: float) -> NDArray:
        """The inverse of `_to_grid`, since the kernel ends half a step of h_a + h_b late."""
        shifted = self.basis_a.amplitudes.T @ psi @ self.basis_b.amplitudes
        return shifted * np.exp(0.5j * time_step * self._level_energies())

    def _energy(self, classical: NDArray, amplitudes: NDArray, switch: NDArray) -> NDArray:
        """Total energy (N,) of classical states (N, 18) with amplitudes on levels (N, n_a, n_b)."""
        psi = self.basis_a.amplitudes @ amplitudes @ self.basis_b.amplitudes.T
        density = np.abs(psi) ** 2
        potential = kernel.mean_potential(classical, *parts(psi), switch, *self.interaction)
        return (
            square(classical, rows.P) / (2.0 * self.reduced_mass)
            + 0.5 * square(classical, rows.L_A) * (density.sum(axis=2) @ self.inverse_a)
            + 0.5 * square(classical, rows.L_B) * (density.sum(axis=1) @ self.inverse_b)
            + (np.abs(amplitudes) ** 2 * self._level_energies()).sum(axis=(1, 2))
            + potential
        )

    @staticmethod
    def _longest_first(start: NDArray) -> NDArray:
        """Order that balances the lanes: slow trajectories, which take longest, first."""
        return np.argsort(square(start, rows.P), kind="stable")


def square(classical: NDArray, row: int) -> NDArray:
    """Squared length (N,) of the vector that starts at column ``row`` of classical states."""
    return (classical[:, row : row + 3] ** 2).sum(axis=1)


def parts(psi: NDArray) -> tuple[NDArray, NDArray]:
    """Real and imaginary part of psi (N, n, m) as flat rows (N, n m)."""
    flat = psi.reshape(len(psi), -1)
    return np.ascontiguousarray(flat.real), np.ascontiguousarray(flat.imag)


def free_propagator(basis: Podvr, time_step: float) -> tuple[NDArray, NDArray]:
    """Real and imaginary part (n, n) of exp(-i h dt) on the grid."""
    b = basis.amplitudes
    full = (b * np.exp(-1j * time_step * basis.energies)) @ b.T
    return np.ascontiguousarray(full.real), np.ascontiguousarray(full.imag)
