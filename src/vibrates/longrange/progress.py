"""Training that outlives its job: the state of every random start is kept and gone on from.

The state of a start is its weights and damping, and the best weights so far: what comes after does
not depend on where it was interrupted.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vibrates.core.checkpoint import Checkpoint, Result
from vibrates.longrange.levenberg_marquardt import Iteration


@dataclass
class Progress:
    """One random start under way; ``history``: weighted rms errors of training and test points."""

    weights: NDArray
    damping: float
    best: NDArray
    best_error: float = np.inf
    since: int = 0
    history: list[tuple[float, float]] = field(default_factory=list)

    @classmethod
    def at(cls, start: NDArray) -> "Progress":
        """Before the first step."""
        return cls(start, 1e-3, start)

    @classmethod
    def stored(cls, state: Result) -> "Progress":
        """As it was given to a checkpoint."""
        return cls(**state | {"history": [tuple(row) for row in state["history"]]})

    def take(self, step: Iteration, training_error: float, test_error: float) -> None:
        """Add an accepted step; the test error judges, if there is one."""
        self.weights, self.damping = step.weights, step.damping
        self.history.append((training_error, test_error))
        judged = _judged(training_error, test_error)
        if judged < self.best_error:
            self.best, self.best_error, self.since = step.weights, judged, 0
        else:
            self.since += 1

    def reached_with(self, iterations: int, patience: int) -> bool:
        """Whether a training of so many iterations and so much patience passes through this state.

        More of both go on from it; one that would have stopped before begins anew.
        """
        best, since = np.inf, 0
        for errors in self.history:
            if since >= patience:
                return False
            judged = _judged(*errors)
            best, since = (judged, 0) if judged < best else (best, since + 1)
        return len(self.history) <= iterations


def _judged(training_error: float, test_error: float) -> float:
    return training_error if np.isnan(test_error) else test_error


class States:
    """The states of starts in a checkpoint, written at most every so many seconds.

    ``tell`` is called with the number of the start and its state whenever it is written.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        every: float = 60.0,
        tell: Callable[[int, Progress], None] = lambda number, state: None,
    ) -> None:
        self.checkpoint, self.every, self.tell = checkpoint, every, tell
        self._last = time.monotonic()

    def read(self, number: int, fingerprint: str) -> Progress | None:
        """The stored start; None unless there is a complete one of the same points and settings."""
        state = self.checkpoint.find(_key(number), fingerprint)
        return None if state is None else Progress.stored(state)

    def write(self, number: int, fingerprint: str, state: Progress, now: bool = False) -> None:
        """Keep the state, if the last writing was long enough ago or ``now``."""
        if not now and time.monotonic() - self._last < self.every:
            return
        self.checkpoint.add(_key(number), fingerprint, vars(state))
        self._last = time.monotonic()
        self.tell(number, state)


def _key(number: int) -> str:
    return f"state of start {number}"
