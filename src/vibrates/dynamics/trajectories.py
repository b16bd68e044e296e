"""Trajectories of one initial vibrational state (v, w): from initial conditions to probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vibrates.basis import Podvr
from vibrates.dynamics import kernel, rows
from vibrates.dynamics.dressed import DressedStates
from vibrates.dynamics.extrapolation import RATIO, extrapolate, relative_error
from vibrates.dynamics.flight import fly_in
from vibrates.dynamics.sampling import Initial
from vibrates.dynamics.status import Status
from vibrates.errors import UserError
from vibrates.molecule import Diatom, pair_reduced_mass
from vibrates.potential import Surface
from vibrates.units import ANGSTROM_TO_BOHR, FS_TO_AU

# Two levels whose energies differ by 2 pi/dt look the same to a step dt. The largest step stays below
# this share of that for levels up to so many quanta apart; beyond, rotation hardly couples them.
_ALIASING_MARGIN, _ALIASING_QUANTA = 0.95, 10
# Bohr: farthest the molecules may move in the step of a first attempt, less than half the length over
# which repulsive walls fall to 1/e. With longer steps two runs can agree by accident.
_REACH = 0.2
_FLIGHT_STEP = 0.01 * FS_TO_AU  # so short that dressed states are those of the molecule


@dataclass(frozen=True)
class Settings:
    """How trajectories are integrated; atomic units."""

    time_step: float  # of the first attempt
    accuracy: float  # of P; infinite for none: a first attempt that succeeds is kept as it is
    interaction_range: float  # where V has faded to zero; infinite for never
    fade_from: float  # fraction of the interaction range from which V fades
    relative_energy_error_limit: float  # of the initial classical energy
    norm_error_limit: float
    maximum_steps: int  # of the first attempt
    repetitions: int  # further attempts, each with a step smaller by `extrapolation.RATIO`

    @classmethod
    def from_config(cls, mapping: Mapping) -> "Settings":
        """From the ``dynamics`` entry of the configuration."""
        return cls(
            time_step=float(mapping["time_step_fs"]) * FS_TO_AU,
            accuracy=float(mapping["accuracy"]),
            interaction_range=float(mapping["interaction_range_angstrom"]) * ANGSTROM_TO_BOHR,
            fade_from=float(mapping["fade_from"]),
            relative_energy_error_limit=float(mapping["relative_energy_error_limit"]),
            norm_error_limit=float(mapping["norm_error_limit"]),
            maximum_steps=int(mapping["maximum_steps"]),
            repetitions=int(mapping["repetitions"]),
        )


@dataclass
class Outcome:
    """What became of N trajectories; atomic units.

    ``probability`` (N, n_a, n_b): P(v, w -> v', w'). ``probability_error`` (N,): estimated relative
    error of those that were controlled, nan if unknown. ``status``, ``steps`` (of all attempts),
    ``energy_error``, ``norm_error``, ``time_step`` (of the last attempt): (N,). ``classical``
    (N, 18): final R, P, n_a, L_a, n_b, L_b of the last attempt.
    """

    probability: NDArray
    probability_error: NDArray
    status: NDArray
    steps: NDArray
    energy_error: NDArray
    norm_error: NDArray
    time_step: NDArray
    classical: NDArray

    @classmethod
    def empty(cls, count: int, n_a: int, n_b: int) -> "Outcome":
        """Room for ``count`` trajectories that have not run."""
        zeros = [np.zeros(count) for _ in range(3)]
        return cls(
            np.zeros((count, n_a, n_b)), np.full(count, np.nan), np.zeros(count, np.int8),
            np.zeros(count, np.int64), *zeros, np.zeros((count, rows.CLASSICAL)),
        )  # fmt: skip

    def replace(self, where: NDArray, other: "Outcome") -> None:
        """Put the trajectories of ``other`` in the places ``where``."""
        for name, values in vars(self).items():
            values[where] = getattr(other, name)


class Collision:
    """All that trajectories from one initial state (v, w) share.

    ``levels_a``, ``levels_b``: vibrational levels of the two bases, a range or the number of lowest
    levels; probabilities are indexed by position in them.
    """

    # ASSUME: rotations and relative motion are classical, vibrations quantum (Ehrenfest mean field).
    def __init__(
        self,
        surface: Surface,
        diatom_a: Diatom,
        diatom_b: Diatom,
        levels_a: range | int,
        levels_b: range | int,
        v: int,
        w: int,
        settings: Settings,
    ) -> None:
        levels_a, levels_b = (
            range(levels) if isinstance(levels, int) else levels for levels in (levels_a, levels_b)
        )
        for diatom, level, levels in ((diatom_a, v, levels_a), (diatom_b, w, levels_b)):
            if level not in levels:
                raise UserError(
                    f"initial level {level} of {diatom.name} is outside its basis, {levels.start} "
                    f"to {levels.stop - 1}; raise basis.{diatom.name}"
                )
        self.settings = settings
        self.levels_a, self.levels_b = levels_a, levels_b
        # Positions of the initial levels in their bases.
        self.initial_a, self.initial_b = levels_a.index(v), levels_b.index(w)
        self.reduced_mass = pair_reduced_mass(diatom_a, diatom_b)
        self.basis_a, self.basis_b = diatom_a.basis(levels_a), diatom_b.basis(levels_b)
        self.inverse_a = 1.0 / (diatom_a.reduced_mass * self.basis_a.r**2)
        self.inverse_b = 1.0 / (diatom_b.reduced_mass * self.basis_b.r**2)
        r_a, r_b = self.basis_a.r[:, None], self.basis_b.r[None, :]
        self._interaction = surface.kernel_tables(r_a, r_b)
        spread = max(_spread(basis.energies) for basis in (self.basis_a, self.basis_b))
        aliasing = 2.0 * np.pi / max(spread, 1e-300)
        self.largest_time_step = min(settings.time_step, _ALIASING_MARGIN * aliasing)

    def run(self, initial: Initial, finals: Sequence[tuple[int, int]] = ()) -> Outcome:
        """Propagate trajectories, each with steps that make its P of ``finals`` accurate.

        From the start the molecules fly freely to the interaction range; a trajectory ends when
        they are as far apart again and separate. Every trajectory is run with two steps and its P
        extrapolated to step zero; those whose estimated error, of any P in ``finals`` (v', w'),
        passes ``settings.accuracy``, and those that fail, are repeated with a smaller step. One
        that is still not accurate after all repetitions keeps its last P and the estimate.
        """
        start = self._at_the_range(initial.classical())
        columns = self._columns(finals)
        outcome = Outcome.empty(len(start), len(self.levels_a), len(self.levels_b))
        # The last P before extrapolation, and whether it may be extrapolated from.
        latest, usable = outcome.probability.copy(), np.zeros(len(start), bool)
        settled = np.zeros(len(start), bool)
        first = self._first_reduction(start)
        for reduction in range(first.max(initial=0) + self.settings.repetitions + 1):
            repetition = reduction - first
            now = np.flatnonzero(
                ~settled & (repetition >= 0) & (repetition <= self.settings.repetitions)
            )
            if not now.size:
                continue
            factor = RATIO**reduction
            fine = self.attempt(
                start[now],
                self.largest_time_step / factor,
                int(self.settings.maximum_steps * factor),
            )
            fine.steps += outcome.steps[now]
            coarse, plain = latest[now], fine.probability.copy()
            good = fine.status == Status.OK
            both = usable[now] & good
            before = outcome.probability[now]
            before[np.isnan(outcome.probability_error[now])] = np.nan
            fine.probability[both] = extrapolate(coarse[both], plain[both])
            fine.probability_error[both] = relative_error(
                *(one[both][:, *columns] for one in (coarse, plain, before))
            )
            latest[now], usable[now] = plain, good
            outcome.replace(now, fine)
            settled[now] = good & (
                np.isinf(self.settings.accuracy)
                | (fine.probability_error <= self.settings.accuracy)
            )
        return outcome

    def _at_the_range(self, start: NDArray) -> NDArray:
        """Classical states (N, 18) after free flight to the interaction range."""
        distance = np.linalg.norm(start[:, rows.R : rows.R + 3], axis=1)
        far = distance > self.settings.interaction_range
        if not far.any():
            return start
        # As good as exact, and the same for all runs of a trajectory.
        states = self._dressed(start, _FLIGHT_STEP)
        mean_inverse = (
            ((basis.amplitudes @ one[:, :, level].T) ** 2).T @ inverse
            for one, basis, inverse, level in (
                (states[0], self.basis_a, self.inverse_a, self.initial_a),
                (states[1], self.basis_b, self.inverse_b, self.initial_b),
            )
        )
        flown = fly_in(start, self.settings.interaction_range, self.reduced_mass, *mean_inverse)
        return np.where(far[:, None], flown, start)

    def _columns(self, finals: Sequence[tuple[int, int]]) -> tuple[NDArray, NDArray]:
        """Positions of final states (v', w') in the two bases."""
        pairs = [(self.levels_a.index(v), self.levels_b.index(w)) for v, w in finals]
        return tuple(np.array(pairs, int).reshape(-1, 2).T)

    def _first_reduction(self, start: NDArray) -> NDArray:
        """How often (N,) the largest step is reduced before a trajectory's first attempt."""
        if np.isinf(self.settings.accuracy):
            return np.zeros(len(start), int)
        speed = np.sqrt(2.0 * self._classical_energy(start) / self.reduced_mass)
        excess = self.largest_time_step * speed / _REACH
        return np.ceil(np.log(np.maximum(excess, 1.0)) / np.log(RATIO)).astype(int)

    def attempt(self, start: NDArray, time_step: float, maximum_steps: int) -> Outcome:
        """One run of classical states (N, 18), all with the same step (a.u.), as they come out."""
        states_a, states_b = self._dressed(start, time_step)
        amplitudes = np.einsum(
            "ti,tj->tij", states_a[:, :, self.initial_a], states_b[:, :, self.initial_b]
        ).astype(complex)
        psi = self._to_grid(amplitudes, time_step)
        end_distance = np.linalg.norm(start[:, :3], axis=1)
        classical = start.copy()
        fade = self._fade(len(start))
        energy = self._energy(start, amplitudes, fade)

        psi_re, psi_im = _parts(psi)
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
            fade,
            self.reduced_mass,
            self.inverse_a,
            self.inverse_b,
            *self._interaction,
            *_free_propagator(self.basis_a, time_step),
            *_free_propagator(self.basis_b, time_step),
        )
        finite = np.isfinite(classical).all(axis=1) & np.isfinite(psi_re + psi_im).all(axis=1)
        classical[~finite] = start[~finite]
        psi_re[~finite], psi_im[~finite] = 0.0, 0.0

        amplitudes = self._from_grid((psi_re + 1j * psi_im).reshape(psi.shape), time_step)
        energy_error = np.abs(self._energy(classical, amplitudes, fade) - energy)
        norm_error = np.abs((np.abs(amplitudes) ** 2).sum(axis=(1, 2)) - 1.0)
        states_a, states_b = self._dressed(classical, time_step)
        projected = states_a.transpose(0, 2, 1) @ amplitudes @ states_b
        scale = self._classical_energy(start)
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

    def _dressed(self, classical: NDArray, time_step: float) -> tuple[NDArray, NDArray]:
        """Dressed states (N, n_a, n_a), (N, n_b, n_b) of both molecules at their L^2."""
        return tuple(
            self._dressed_molecule(molecule, _square(classical, row), time_step)
            for molecule, row in enumerate((rows.L_A, rows.L_B))
        )

    def _dressed_molecule(self, molecule: int, squares: NDArray, time_step: float) -> NDArray:
        # Each trajectory uses the interpolant of its own octave of L^2, whatever its company.
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

    def _fade(self, count: int) -> NDArray:
        """Where V begins to fade and 1 over the length of the fade, (count, 2)."""
        if np.isinf(self.settings.interaction_range):
            return np.tile([np.inf, 1.0], (count, 1))
        end = self.settings.interaction_range
        begin = self.settings.fade_from * end
        return np.tile([begin, 1.0 / (end - begin)], (count, 1))

    def _level_energies(self) -> NDArray:
        return self.basis_a.energies[:, None] + self.basis_b.energies[None, :]

    def _to_grid(self, amplitudes: NDArray, time_step: float) -> NDArray:
        """Half a step of h_a + h_b, then from levels to grid points."""
        shifted = amplitudes * np.exp(-0.5j * time_step * self._level_energies())
        return self.basis_a.amplitudes @ shifted @ self.basis_b.amplitudes.T

    def _from_grid(self, psi: NDArray, time_step: float) -> NDArray:
        """The inverse of `_to_grid`: the kernel ends half a step of h_a + h_b too late."""
        shifted = self.basis_a.amplitudes.T @ psi @ self.basis_b.amplitudes
        return shifted * np.exp(0.5j * time_step * self._level_energies())

    def _energy(self, classical: NDArray, amplitudes: NDArray, fade: NDArray) -> NDArray:
        """Total energy (N,) of classical states (N, 18) with amplitudes on levels (N, n_a, n_b)."""
        psi = self.basis_a.amplitudes @ amplitudes @ self.basis_b.amplitudes.T
        density = np.abs(psi) ** 2
        potential = kernel.mean_potential(
            classical, *_parts(psi), fade, *self._interaction
        )
        return (
            _square(classical, rows.P) / (2.0 * self.reduced_mass)
            + 0.5 * _square(classical, rows.L_A) * (density.sum(axis=2) @ self.inverse_a)
            + 0.5 * _square(classical, rows.L_B) * (density.sum(axis=1) @ self.inverse_b)
            + (np.abs(amplitudes) ** 2 * self._level_energies()).sum(axis=(1, 2))
            + potential
        )

    def _classical_energy(self, start: NDArray) -> NDArray:
        """The energy that moves (N,): translation and both rotations."""
        return (
            _square(start, rows.P) / (2.0 * self.reduced_mass)
            + 0.5 * _square(start, rows.L_A) * self.inverse_a.mean()
            + 0.5 * _square(start, rows.L_B) * self.inverse_b.mean()
        )

    @staticmethod
    def _longest_first(start: NDArray) -> NDArray:
        """Order that fills the lanes evenly: slow trajectories, which last longest, first."""
        return np.argsort(_square(start, rows.P), kind="stable")


def _spread(energies: NDArray) -> float:
    """Largest difference of two energies up to `_ALIASING_QUANTA` levels apart."""
    quanta = min(_ALIASING_QUANTA, len(energies) - 1)
    return float((energies[quanta:] - energies[: len(energies) - quanta]).max())


def _square(classical: NDArray, row: int) -> NDArray:
    """Squared length (N,) of the vector that starts at column ``row`` of classical states."""
    return (classical[:, row : row + 3] ** 2).sum(axis=1)


def _parts(psi: NDArray) -> tuple[NDArray, NDArray]:
    """Real and imaginary part of psi (N, n, m) as flat rows (N, n m)."""
    flat = psi.reshape(len(psi), -1)
    return np.ascontiguousarray(flat.real), np.ascontiguousarray(flat.imag)


def _free_propagator(basis: Podvr, time_step: float) -> tuple[NDArray, NDArray]:
    """Real and imaginary part (n, n) of exp(-i h dt) on the grid."""
    b = basis.amplitudes
    full = (b * np.exp(-1j * time_step * basis.energies)) @ b.T
    return np.ascontiguousarray(full.real), np.ascontiguousarray(full.imag)
