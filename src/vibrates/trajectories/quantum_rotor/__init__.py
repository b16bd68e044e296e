"""Trajectories of a pair with the rotation of one molecule quantised.

The *rotor* is the molecule whose vibration is quantum and whose rotation is classical; the *quantum
molecule* has quantum vibration and rotation. R points from the rotor to the quantum molecule.
"""

from vibrates.trajectories.quantum_rotor.runner import QuantumRotorRunner

__all__ = ["QuantumRotorRunner"]
