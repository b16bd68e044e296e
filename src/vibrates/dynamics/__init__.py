"""Mixed quantum-classical trajectories."""

from vibrates.dynamics.trajectories import Collision, Outcome, Settings

__all__ = ["Collision", "Outcome", "Settings"]
