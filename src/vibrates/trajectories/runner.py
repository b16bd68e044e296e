"""Trajectories of one initial state (v, w): from initial conditions to probabilities."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import FS_TO_AU
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.protocol import PotentialSurface
from vibrates.trajectories.extrapolation import RATIO, extrapolate, relative_error
from vibrates.trajectories.flight import propagate_free
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.outcome import Outcome
from vibrates.trajectories.propagation import Propagation
from vibrates.trajectories.settings import Settings
from vibrates.trajectories.status import Status

# A step dt cannot distinguish two levels whose energies differ by 2 pi/dt. The largest step is
# limited to this fraction of 2 pi over the energy difference of levels up to so many quanta apart;
# the rotation hardly couples levels farther apart.
_ALIASING_MARGIN, _ALIASING_QUANTA = 0.95, 10
# Bohr: longest path of the molecules in one step of a first attempt, less than half the length over
# which repulsive walls fall to 1/e. With longer steps two runs may agree by coincidence.
_REACH = 0.2
_FLIGHT_STEP = 0.01 * FS_TO_AU  # so short that dressed states are those of the molecule


class TrajectoryRunner:
    """Runs trajectories from one initial state (v, w).

    ``levels_a``, ``levels_b``: vibrational levels of the two bases, a range or the number of lowest
    levels; probabilities are indexed by position in them.
    """

    def __init__(
        self,
        surface: PotentialSurface,
        diatom_a: Diatom | Atom,
        diatom_b: Diatom | Atom,
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
        # Sequences of labels and any propagation, for runners of other states (`quantum_rotor`).
        self.levels_a: Sequence[Any] = levels_a
        self.levels_b: Sequence[Any] = levels_b
        self.propagation: Any = Propagation(
            surface, diatom_a, diatom_b, levels_a, levels_b, levels_a.index(v), levels_b.index(w),
            settings,
        )  # fmt: skip
        bases = self.propagation.basis_a, self.propagation.basis_b
        spread = max(_spread(basis.energies) for basis in bases)
        aliasing = 2.0 * np.pi / max(spread, 1e-300)
        self.largest_time_step = min(settings.time_step, _ALIASING_MARGIN * aliasing)

    def run(self, initial: Any, finals: Sequence[tuple[int, Any]] = ()) -> Outcome:
        """Propagate trajectories, each with time steps chosen for the accuracy of its P.

        From the start the molecules move freely to the interaction range; a trajectory ends when
        they separate and are again at that distance. Every trajectory is run with two steps and its
        P extrapolated to step zero. Trajectories that fail, or whose estimated relative error of
        any P in ``finals`` exceeds ``settings.accuracy``, are repeated with a smaller step. A
        trajectory that is not accurate after all repetitions keeps its last P and the estimate.

        Parameters
        ----------
        initial
            Initial conditions of N trajectories.
        finals
            Final states (v', w') whose probabilities are controlled.

        Returns
        -------
        Outcome
            Probabilities, their errors, final classical states and status of the N trajectories.
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
            fine = self.propagation.run(
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
        # Practically exact, and the same for all runs of a trajectory.
        flown = propagate_free(
            start,
            self.settings.interaction_range,
            self.propagation.reduced_mass,
            *self.propagation.mean_inverses(start, _FLIGHT_STEP),
        )
        return np.where(far[:, None], flown, start)

    def _columns(self, finals: Sequence[tuple[int, Any]]) -> tuple[NDArray, NDArray]:
        """Positions of final states (v', w') in the two bases."""
        pairs = [(self.levels_a.index(v), self.levels_b.index(w)) for v, w in finals]
        columns_a, columns_b = np.array(pairs, int).reshape(-1, 2).T
        return columns_a, columns_b

    def _first_reduction(self, start: NDArray) -> NDArray:
        """Number of reductions (N,) of the largest step before the first attempt."""
        if np.isinf(self.settings.accuracy):
            return np.zeros(len(start), int)
        speed = np.sqrt(
            2.0 * self.propagation.classical_energy(start) / self.propagation.reduced_mass
        )
        excess = self.largest_time_step * speed / _REACH
        return np.ceil(np.log(np.maximum(excess, 1.0)) / np.log(RATIO)).astype(int)


def _spread(energies: NDArray) -> float:
    """Largest difference of two energies up to `_ALIASING_QUANTA` levels apart."""
    quanta = min(_ALIASING_QUANTA, len(energies) - 1)
    return float((energies[quanta:] - energies[: len(energies) - quanta]).max())
