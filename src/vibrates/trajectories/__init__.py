"""Mixed quantum-classical trajectories."""

from vibrates.trajectories import cache

cache.use()  # before the first compiled function is defined

from vibrates.trajectories.outcome import Outcome
from vibrates.trajectories.runner import Collision
from vibrates.trajectories.settings import Settings

__all__ = ["Collision", "Outcome", "Settings"]
