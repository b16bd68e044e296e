"""Mixed quantum-classical trajectories."""

from vibrates.dynamics import cache

cache.use()  # before the first compiled function is defined

from vibrates.dynamics.trajectories import Collision, Outcome, Settings  # noqa: E402

__all__ = ["Collision", "Outcome", "Settings"]
