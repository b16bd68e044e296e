"""Initial conditions of trajectories with one quantised rotor.

What moves classically is the relative motion and one rotor: U = E_tr + E_rot, and the
microcanonical measure is dE_rot E_tr d(b^2) (`rates.symmetrisation` derives it): x = E_tr/U follows
a Beta(2, 1) distribution, b^2 is uniform in its shell, the bond vector of the rotor isotropic and
its angular momentum isotropic at right angles to it, of length sqrt(E_rot/B_v) with
B_v = <1/(2 mu r^2)> of its vibrational level. The quantum molecule's (w, j) is a label of the
stratum; its projection m on the initial direction of flight takes the 2 j + 1 values with equal
weights, by one coordinate of the Sobol points, so that any run of them holds each m equally often
but for rounding. Since all else is isotropic, the mean over m is that over any basis of the level.

Importance sampling as in `trajectories.sampling`: a share of the trajectories has x from Beta(6, 1)
instead, with weights that undo it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.core.units import HARTREE_TO_CM
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.trajectories.kernel import state_layout as rows
from vibrates.trajectories.sampling import _isotropic, _perpendicular, sobol_points

# Column of the classical states that holds m: the place of the other rotor's bond is free.
PROJECTION = rows.N_B


@dataclass(frozen=True)
class Initial:
    """Initial conditions of N trajectories, atomic units.

    ``position`` R (from the rotor to the quantum molecule), ``momentum`` P, bond vector ``n`` and
    angular momentum ``l`` of the rotor: (N, 3). ``m`` (N,): projection of the quantum molecule's j
    on the z axis, the direction of P. ``impact_parameter``, ``translational_energy``,
    ``rotational_energy``, ``weight`` (mean 1): (N,).
    """

    position: NDArray
    momentum: NDArray
    n: NDArray
    l: NDArray
    m: NDArray
    impact_parameter: NDArray
    translational_energy: NDArray
    rotational_energy: NDArray
    weight: NDArray

    def __len__(self) -> int:
        return len(self.position)

    def classical(self) -> NDArray:
        """The classical state (N, 18): R, P, n, L, then m and zeros."""
        rest = np.zeros((len(self), rows.CLASSICAL - PROJECTION))
        rest[:, 0] = self.m
        return np.hstack([self.position, self.momentum, self.n, self.l, rest])


def translational_share(u: NDArray, importance_fraction: float) -> tuple[NDArray, NDArray]:
    """x = E_tr/U and its importance weight (N,) from points (N,) of the unit interval.

    Density (1 - s) Beta(2, 1) + s Beta(6, 1), s = ``importance_fraction``; the microcanonical one
    is Beta(2, 1), 2 x, and Beta(6, 1), 6 x^5, is 3 x^4 times that.
    """
    s = importance_fraction
    plain = u < 1.0 - s
    share = np.empty_like(u)
    share[plain] = np.sqrt(u[plain] / (1.0 - s))
    if s:
        share[~plain] = ((u[~plain] - (1.0 - s)) / s) ** (1.0 / 6.0)
    return share, 1.0 / (1.0 - s + 3.0 * s * share**4)


def initial_conditions(
    rotor: Diatom | Atom,
    quantum: Diatom,
    seed: int,
    v: int,
    w: int,
    j: int,
    energy: float,
    shell: int,
    b_edges: tuple[float, float],
    start_distance: float,
    indices: NDArray,
    replicates: int,
    importance_fraction: float = 0.0,
) -> Initial:
    """Trajectories ``indices`` of the stratum (v, w, j, energy, shell); atomic units.

    Parameters
    ----------
    rotor, quantum : Diatom
        The molecule with classical, with quantum rotation.
    seed : int
        Of the campaign; the stream depends on it, the stratum and the index alone.
    v, w, j : int
        Levels of the rotor's vibration, of the quantum molecule's vibration and rotation.
    energy : float
        Total classical energy U, translation and rotation of the rotor.
    shell : int
        Number of the shell of impact parameters.
    b_edges : tuple[float, float]
        Bounds of the shell.
    start_distance : float
        |R| at the start.
    indices : NDArray
        Numbers (N,) of the trajectories.
    replicates : int
        Independent scramblings, taken in turn.
    importance_fraction : float
        Share of trajectories drawn towards high translational energy.
    """
    # The energy enters the stream in units of 0.001 cm^-1, so that text round trips do not matter.
    key = (seed, v, w, j, round(energy * HARTREE_TO_CM * 1e3), shell)
    u = sobol_points(key, np.asarray(indices), replicates)
    share, weight = translational_share(u[:, 0], importance_fraction)
    translational, rotational = energy * share, energy * (1.0 - share)
    lower, upper = b_edges
    b = np.sqrt(lower**2 + (upper**2 - lower**2) * u[:, 1])
    zero = np.zeros_like(b)
    n = _isotropic(u[:, 2:4])
    length = np.sqrt(rotational / rotor.rotational_constant(v))
    momentum = np.sqrt(2.0 * pair_reduced_mass(rotor, quantum) * translational)
    return Initial(
        position=np.stack([b, zero, -np.sqrt(start_distance**2 - b**2)], axis=1),
        momentum=np.stack([zero, zero, momentum], axis=1),
        n=n,
        l=length[:, None] * _perpendicular(n, u[:, 4]),
        m=np.floor(u[:, 5] * (2 * j + 1)).astype(int) - j,
        impact_parameter=b,
        translational_energy=translational,
        rotational_energy=rotational,
        weight=weight,
    )
