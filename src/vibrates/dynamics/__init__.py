"""Mixed quantum-classical trajectories."""

from vibrates.dynamics import cache

cache.use()  # before the first compiled function is defined

from vibrates.dynamics.outcome import Outcome  # noqa: E402
from vibrates.dynamics.settings import Settings  # noqa: E402
from vibrates.dynamics.trajectories import Collision  # noqa: E402

__all__ = ["Collision", "Outcome", "Settings"]
