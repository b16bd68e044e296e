"""Computation of one batch in pieces, from rows of the plan to columns of the batch file."""

import time
from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from vibrates.config import Campaign
from vibrates.core.tasks import Task
from vibrates.core.units import (
    ANGSTROM_TO_BOHR,
    AU_TO_FS,
    BOHR_TO_ANGSTROM,
    CM_TO_HARTREE,
    HARTREE_TO_CM,
)
from vibrates.potential.registry import build_surface
from vibrates.trajectories import Settings, TrajectoryRunner, sampling
from vibrates.trajectories.plan import (
    LABELS,
    fingerprint,
    piece_fingerprints,
    plan_path,
    state_of,
    units,
)
from vibrates.trajectories.quantum_rotor import QuantumRotorRunner
from vibrates.trajectories.quantum_rotor import work as quantum_rotor


class BatchWork:
    """The pieces of one batch; the result of a piece does not depend on other pieces.

    rows: rows of the plan of this batch, all of one state, (v, w) or (v, w, j).
    """

    def __init__(self, config: Campaign, rows: pd.DataFrame) -> None:
        self.config = config
        state = state_of(rows)
        self.v, self.w = state[:2]
        self.j = state[2] if len(state) > 2 else None
        self.state = dict(zip(LABELS, state, strict=False))
        self.fingerprint = fingerprint(config, rows)
        self.fingerprints = piece_fingerprints(config, rows)
        self.pieces = list(units(rows))
        self.diatoms = config.partners
        self.levels = config.bases(self.v, self.w)

    @cached_property
    def finals(self) -> list[Any]:
        """The final states whose probabilities must meet `dynamics.accuracy`."""
        changes = self.config.sampling.target_transitions
        finals = [(self.v + dv, self.w + dw) for dv, dw in changes]
        kept = [(v, w) for v, w in finals if v in self.levels[0] and w in self.levels[1]]
        if self.j is None:
            return kept
        return quantum_rotor.controlled(self._quantum, self.config, (self.v, self.w, self.j), kept)

    @cached_property
    def collision(self) -> TrajectoryRunner:
        """The runner of the trajectories."""
        if self.j is not None:
            return quantum_rotor.runner(self.config, self.v, self.w, self.j)
        return TrajectoryRunner(
            build_surface(
                self.config.surface, *self.diatoms, plan_path(self.config.results, 0).parent
            ),
            *self.diatoms,
            *self.levels,
            self.v,
            self.w,
            Settings.from_config(self.config.dynamics.to_mapping()),
        )

    @property
    def _quantum(self) -> QuantumRotorRunner:
        assert isinstance(self.collision, QuantumRotorRunner)  # of a state (v, w, j)
        return self.collision

    @property
    def final_labels(self) -> Mapping[str, np.ndarray] | tuple[int, int]:
        """Labels of the final states of `probability`, as `batch_file.batch_dataset` takes them."""
        if self.j is None:
            return self.levels[0].start, self.levels[1].start
        return quantum_rotor.final_labels(self._quantum, self.config)

    def tasks(self) -> list[Task]:
        """The pieces as tasks, in their order."""
        return [
            Task(key, fingerprint, partial(self._timed, int(key)))
            for key, fingerprint in self.fingerprints.items()
        ]

    def _timed(self, piece: int) -> dict[str, np.ndarray]:
        began = time.perf_counter()
        return self.compute(piece) | {"seconds": np.array(time.perf_counter() - began)}

    def compute(self, piece: int) -> dict[str, np.ndarray]:
        """Columns of the batch file (n,) and `probability` (n, n_a, n_b) of one piece."""
        energy_cm, shell, indices = self.pieces[piece]
        return self.columns(energy_cm, shell, indices, self.initial(energy_cm, shell, indices))

    def warm_up(self) -> None:
        """Compile (or load from the cache) everything a trajectory needs, by running one."""
        energy_cm, shell, indices = self.pieces[-1]
        self.collision.run(self.initial(energy_cm, shell, indices[:1]))

    def initial(self, energy_cm: float, shell: int, indices: np.ndarray) -> Any:
        """Initial conditions of trajectories of one stratum.

        Parameters
        ----------
        energy_cm
            Total classical energy U, cm^-1.
        shell
            Number of the shell of the impact parameter.
        indices : (n,)
            Numbers of the trajectories in the stratum.
        """
        settings, grid = self.config.sampling, self.config.grid
        lower, upper = grid.shell_edges[shell : shell + 2]
        # As one call for both samplings: molecules and levels in their own order.
        stratum: dict[str, Any] = {
            "seed": self.config.seed,
            "energy": energy_cm * CM_TO_HARTREE,
            "shell": shell,
            "b_edges": (lower * ANGSTROM_TO_BOHR, upper * ANGSTROM_TO_BOHR),
            "start_distance": grid.start_distance_angstrom * ANGSTROM_TO_BOHR,
            "indices": indices,
            "replicates": settings.replicates,
            "importance_fraction": settings.importance_fraction,
        }
        if self.j is not None:
            return quantum_rotor.initial(self.config, self.v, self.w, self.j, stratum)
        return sampling.initial_conditions(*self.diatoms, v=self.v, w=self.w, **stratum)

    def columns(
        self, energy_cm: float, shell: int, indices: np.ndarray, initial: Any
    ) -> dict[str, np.ndarray]:
        """Run trajectories of one stratum.

        Parameters
        ----------
        energy_cm, shell, indices
            As in `initial`.
        initial
            Their initial conditions.

        Returns
        -------
        dict
            Columns of the batch file (n,), in its units, and `probability` (n, n_a, n_b).
        """
        outcome = self.collision.run(initial, self.finals)
        n = len(indices)
        return {
            "energy_cm": np.full(n, energy_cm),
            "shell": np.full(n, shell, dtype=np.int16),
            "index": indices.astype(np.int32),
            "impact_parameter": initial.impact_parameter * BOHR_TO_ANGSTROM,
            "translational_energy": initial.translational_energy * HARTREE_TO_CM,
            "weight": initial.weight,
            "status": outcome.status.astype(np.int8),
            "steps": outcome.steps.astype(np.int32),
            "energy_error": outcome.energy_error * HARTREE_TO_CM,
            "norm_error": outcome.norm_error,
            "probability_error": outcome.probability_error,
            "time_step": outcome.time_step * AU_TO_FS,
            "probability": outcome.probability.astype(np.float32),
        }


def joined(pieces: Iterable[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The columns of all pieces, concatenated in the order given."""
    every = list(pieces)
    return {name: np.concatenate([piece[name] for piece in every]) for name in every[0]}
