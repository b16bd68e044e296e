"""Training that outlives its job: its state is kept in a directory, and goes on from there.

The state of a start is its weights and damping, and the best weights so far: what comes after does
not depend on where it was interrupted.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

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
        return cls(start, 1e-3, start)

    def take(self, step: Iteration, training_error: float, test_error: float) -> None:
        """Add an accepted step; the test error judges, if there is one."""
        self.weights, self.damping = step.weights, step.damping
        self.history.append((training_error, test_error))
        judged = training_error if np.isnan(test_error) else test_error
        if judged < self.best_error:
            self.best, self.best_error, self.since = step.weights, judged, 0
        else:
            self.since += 1


def fingerprint(*parts: Any) -> str:
    """Of the points and of how they are fitted: arrays, and dataclasses of them."""
    digest = hashlib.sha256()
    for part in parts:
        for name, value in vars(part).items():
            digest.update(name.encode())
            digest.update(
                value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
            )
    return digest.hexdigest()


class Kept:
    """Directory with one file per start; ``None`` keeps nothing. ``every``: seconds between writings.

    ``tell`` is called with the number of the start and its state whenever it is written.
    """

    def __init__(
        self, directory: str | Path | None, every: float = 60.0,
        tell: Callable[[int, Progress], None] = lambda number, state: None,
    ) -> None:  # fmt: skip
        self.directory = None if directory is None else Path(directory)
        self.every, self.tell = every, tell
        self.fingerprint, self._last = "", time.monotonic()

    def read(self, number: int) -> Progress | None:
        """The start as it was left; None if there is none of the same points and settings, whole."""
        if self.directory is None:
            return None
        try:
            with np.load(self.directory / f"{number}.npz") as stored:
                if str(stored["fingerprint"]) != self.fingerprint:
                    return None
                return Progress(
                    stored["weights"], float(stored["damping"]), stored["best"], float(stored["best_error"]),
                    int(stored["since"]), [tuple(row) for row in stored["history"].tolist()],
                )  # fmt: skip
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return None

    def write(self, number: int, state: Progress, now: bool = False) -> None:
        """Keep the state, if the last writing was long enough ago or ``now``."""
        if self.directory is None or (not now and time.monotonic() - self._last < self.every):
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        temporary = self.directory / f".{number}.{os.getpid()}.npz"
        np.savez(temporary, fingerprint=self.fingerprint, **vars(state))
        os.replace(temporary, self.directory / f"{number}.npz")
        self._last = time.monotonic()
        self.tell(number, state)

    def remove(self) -> None:
        """The training is done and saved elsewhere."""
        if self.directory is not None:
            shutil.rmtree(self.directory, ignore_errors=True)
