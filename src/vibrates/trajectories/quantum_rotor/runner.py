"""Trajectories of one initial state (v, w, j): from initial conditions to probabilities."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.protocol import Potential
from vibrates.trajectories.outcome import Outcome
from vibrates.trajectories.quantum_rotor import kernel
from vibrates.trajectories.quantum_rotor.collision import Collision
from vibrates.trajectories.quantum_rotor.expansion import DEFAULT_ORDERS, AngularExpansion
from vibrates.trajectories.quantum_rotor.levels import check_edge, edge_population
from vibrates.trajectories.quantum_rotor.propagation import Propagation
from vibrates.trajectories.quantum_rotor.sampling import Initial
from vibrates.trajectories.runner import _ALIASING_MARGIN, TrajectoryRunner, _spread
from vibrates.trajectories.settings import Settings

# Energies on the grid of the rotor's basis miss the converged ones by up to 6e-4.
_MARGIN = 1.01


class QuantumRotorRunner(TrajectoryRunner):
    """All that trajectories from one initial state (v, w, j) share.

    ``levels_a``: vibrational levels of the rotor; ``levels_b``: levels (w, j) of the quantum
    molecule. Probabilities are indexed by position in them and summed over the final m; what `run`
    asks for as ``finals`` is ``(v', (w', j'))``.

    Parameters
    ----------
    surface : Potential
        Interaction of the two molecules.
    molecules : tuple
        Molecules a and b of the surface.
    quantised : int
        Which of them has its rotation quantised: 0 or 1.
    levels_rotor, levels_quantum : range
        Vibrational levels propagated. With one level of the quantum molecule, V is averaged over
        its density.
    v, w, j : int
        Initial levels: vibration of the rotor, vibration and rotation of the quantum molecule.
    j_max : int
        Largest rotational level of the basis.
    energy : float
        Highest total classical energy of the trajectories, hartree.
    settings : Settings
        How trajectories are integrated.
    orders : tuple[int, int, int]
        Largest l1, l2 and m of the potential's expansion.
    degree : int, optional
        Of the grid of orientations; by default the lowest that is exact for basis and potential.
    expansion : AngularExpansion, optional
        The potential's series, which runners of different ``j`` share; built if absent.

    Raises
    ------
    UserError
        An initial level outside its basis, an atom as the quantum molecule, and what
        `Collision.build` refuses.
    """

    def __init__(
        self,
        surface: Potential,
        molecules: tuple[Diatom | Atom, Diatom | Atom],
        quantised: int,
        levels_rotor: range,
        levels_quantum: range,
        v: int,
        w: int,
        j: int,
        j_max: int,
        energy: float,
        settings: Settings,
        orders: tuple[int, int, int] = DEFAULT_ORDERS,
        degree: int | None = None,
        expansion: AngularExpansion | None = None,
    ) -> None:
        rotor, quantum = molecules[1 - quantised], molecules[quantised]
        for molecule, level, levels in ((rotor, v, levels_rotor), (quantum, w, levels_quantum)):
            if level not in levels:
                raise UserError(
                    f"initial level {level} of {molecule.name} is outside its basis, "
                    f"{levels.start} to {levels.stop - 1}; raise basis.{molecule.name}"
                )
        end = settings.interaction_range
        self.collision = Collision.build(
            surface, molecules, quantised, levels_rotor, levels_quantum, j, j_max, energy,
            (settings.switching_from * end, end), orders, degree, expansion,
        )  # fmt: skip
        self.settings, self.quantum_name, self.energy = settings, quantum.name, energy
        self.levels_a = levels_rotor
        self.levels_b = [(w, j) for w in levels_quantum for j in self.collision.levels]
        self.propagation = Propagation(
            self.collision,
            levels_rotor.index(v),
            (levels_quantum.index(w), self.collision.levels.index(j)),
            settings,
            kernel.propagate,
        )
        energies = self.collision.quantum.energies[:, :-1]
        spread = max(_spread(self.collision.rotor.energies), float(np.ptp(energies)))
        aliasing = 2.0 * np.pi / max(spread, 1e-300)
        self.largest_time_step = min(settings.time_step, _ALIASING_MARGIN * aliasing)

    def run(self, initial: Initial, finals: Sequence[tuple[int, Any]] = ()) -> Outcome:
        """As `TrajectoryRunner.run`, with ``finals`` (v', (w', j')).

        Raises
        ------
        UserError
            A trajectory has more energy than the potential was expanded for.
        """
        largest = self.propagation.classical_energy(initial.classical()).max(initial=0.0)
        if largest > _MARGIN * self.energy:
            raise UserError(
                f"trajectories at {largest * HARTREE_TO_CM:.0f} cm^-1: the potential is expanded "
                f"for energies up to {self.energy * HARTREE_TO_CM:.0f} cm^-1; build it for the "
                "highest one"
            )
        return super().run(initial, finals)

    def internal_energy(self, v: int, w: int, j: int) -> float:
        """Energy of a level of the rotor and a level (w, j) of the quantum molecule, hartree.

        Parameters
        ----------
        v : int
            Vibrational level of the rotor.
        w, j : int
            Vibrational and rotational level of the quantum molecule.
        """
        levels_quantum = [w for w, _ in self.levels_b[:: len(self.collision.levels)]]
        energies = self.collision.quantum.energies
        return float(
            self.collision.rotor.energies[self.levels_a.index(v)]
            + energies[levels_quantum.index(w), self.collision.levels.index(j)]
        )

    def check_edge(self, probability: NDArray, weight: ArrayLike, limit: float) -> None:
        """Check that the population of the largest j and beyond is small.

        Parameters
        ----------
        probability : NDArray
            P (N, n_v, n_w n_j).
        weight : array_like
            Weights of the trajectories in the mean, (N,) or one number.
        limit : float
            Largest mean of `levels.edge_population`.

        Raises
        ------
        UserError
            The population is larger than the limit.
        """
        j = np.tile([j for _, j in self.levels_b], len(self.levels_a))
        population = edge_population(probability.reshape(len(probability), -1), j)
        mean = np.average(population, weights=np.broadcast_to(weight, population.shape))
        check_edge(self.quantum_name, self.collision.levels[-1], float(mean), limit)

    def _columns(self, finals: Sequence[tuple[int, Any]]) -> tuple[NDArray, NDArray]:
        """Positions of final states (v', (w', j')) in the two bases."""
        pairs = [(self.levels_a.index(v), self.levels_b.index(tuple(wj))) for v, wj in finals]
        columns_a, columns_b = np.array(pairs, int).reshape(-1, 2).T
        return columns_a, columns_b
