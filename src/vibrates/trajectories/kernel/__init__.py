"""The compiled kernel: propagation of trajectories in vector registers."""

from vibrates.trajectories.kernel.lanes import mean_potential, propagate

__all__ = ["mean_potential", "propagate"]
