"""Mixed quantum-classical trajectories."""

from vibrates.trajectories import cache

cache.use()  # before the first compiled function is defined

from vibrates.trajectories.outcome import Outcome  # noqa: E402 - after cache.use()
from vibrates.trajectories.runner import TrajectoryRunner  # noqa: E402 - after cache.use()
from vibrates.trajectories.settings import Settings  # noqa: E402 - after cache.use()

__all__ = ["TrajectoryRunner", "Outcome", "Settings"]
