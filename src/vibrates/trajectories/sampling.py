"""Initial conditions of trajectories at a given total classical energy.

The microcanonical measure is dE_a dE_b E_tr d(b^2): the shares (E_tr, E_a, E_b)/U follow a
Dirichlet(2, 1, 1) distribution, b^2 is uniform in its shell, bond vectors are isotropic and angular
momenta isotropic at right angles to them, of length L_i = sqrt(E_i / B_i) with the rotational
constant B_i = <1/(2 mu_i r_i^2)> of the initial vibrational level. Points come from scrambled Sobol
sequences: trajectory ``index`` of a stratum (v, w, U, shell) is point index // replicates of the
independent scrambling number index % replicates. The stream depends on nothing else, so results are
the same for any number of ranks and batches.

Vibrational relaxation occurs mainly in collisions with a large translational share, which are rare
in the microcanonical measure. Importance sampling can draw a fraction of the trajectories with the
translational share from Beta(6, 2) instead of Beta(2, 2); the weights that compensate for it are at
most 1/(1 - fraction).
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import qmc

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.core.units import HARTREE_TO_CM
from vibrates.molecules.diatom import Atom, Diatom

_DIMENSIONS = 9


@dataclass(frozen=True)
class Initial:
    """Initial conditions of N trajectories, atomic units.

    ``position`` R (from a to b), ``momentum`` P, bond vectors ``n_a``, ``n_b`` and angular momenta
    ``l_a``, ``l_b``: (N, 3). ``impact_parameter``, ``translational_energy``,
    ``rotational_energy_a``, ``rotational_energy_b``, ``weight`` (mean 1): (N,).
    """

    position: NDArray
    momentum: NDArray
    n_a: NDArray
    l_a: NDArray
    n_b: NDArray
    l_b: NDArray
    impact_parameter: NDArray
    translational_energy: NDArray
    rotational_energy_a: NDArray
    rotational_energy_b: NDArray
    weight: NDArray

    def __len__(self) -> int:
        return len(self.position)

    def classical(self) -> NDArray:
        """The classical state (N, 18) in the kernel's order: R, P, n_a, L_a, n_b, L_b."""
        return np.hstack([self.position, self.momentum, self.n_a, self.l_a, self.n_b, self.l_b])


def sobol_points(key: tuple[int, ...], indices: NDArray, replicates: int) -> NDArray:
    """Scrambled Sobol points of trajectories of one stratum.

    Parameters
    ----------
    key
        Integers that identify the stratum and seed its scramblings.
    indices : (N,)
        Numbers of the trajectories.
    replicates
        Number of independent scramblings.

    Returns
    -------
    NDArray
        Points (N, 9) of the unit cube.
    """
    points = np.empty((len(indices), _DIMENSIONS))
    for replicate in np.unique(indices % replicates):
        mine = indices % replicates == replicate
        numbers = indices[mine] // replicates
        first, last = int(numbers.min()), int(numbers.max())
        generator = np.random.default_rng(np.random.SeedSequence([*key, int(replicate)]))
        sequence = qmc.Sobol(_DIMENSIONS, scramble=True, rng=generator)
        if first:
            sequence.fast_forward(first)
        with warnings.catch_warnings():
            # SciPy recommends counts that are powers of two; strata grow by any number.
            warnings.simplefilter("ignore", UserWarning)
            points[mine] = sequence.random(last - first + 1)[numbers - first]
    return points


def _isotropic(u: NDArray) -> NDArray:
    """Unit vectors (N, 3) from points (N, 2) of the unit square."""
    z = 1.0 - 2.0 * u[:, 0]
    rho = np.sqrt(np.maximum(0.0, 1.0 - z**2))
    phi = 2.0 * np.pi * u[:, 1]
    return np.stack([rho * np.cos(phi), rho * np.sin(phi), z], axis=1)


def _perpendicular(n: NDArray, u: NDArray) -> NDArray:
    """Unit vectors (N, 3) at right angles to ``n``, turned by 2 pi ``u`` (N,)."""
    # The coordinate axis least along n spans, with n, a plane that is never degenerate.
    axis = np.eye(3)[np.argmin(np.abs(n), axis=1)]
    first = np.cross(n, axis)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(n, first)
    angle = 2.0 * np.pi * u[:, None]
    return first * np.cos(angle) + second * np.sin(angle)


def _translational_share(u: NDArray, importance_fraction: float) -> tuple[NDArray, NDArray]:
    """E_tr/U and its importance weight (N,) from points (N,) of the unit interval.

    Density (1 - s) Beta(2, 2) + s Beta(6, 2), s = ``importance_fraction``; the microcanonical one
    is Beta(2, 2), 6 f (1 - f), and Beta(6, 2) is 7 f^4 times that.
    """
    s = importance_fraction
    plain = u < 1.0 - s
    share = np.empty_like(u)
    share[plain] = betaincinv(2.0, 2.0, u[plain] / (1.0 - s))
    share[~plain] = betaincinv(6.0, 2.0, (u[~plain] - (1.0 - s)) / s) if s else 0.0
    return share, 1.0 / (1.0 - s + 7.0 * s * share**4)


def initial_conditions(
    diatom_a: Diatom | Atom,
    diatom_b: Diatom | Atom,
    seed: int,
    v: int,
    w: int,
    energy: float,
    shell: int,
    b_edges: tuple[float, float],
    start_distance: float,
    indices: NDArray,
    replicates: int,
    importance_fraction: float = 0.0,
) -> Initial:
    """Initial conditions of trajectories of the stratum (v, w, energy, shell); atomic units.

    Parameters
    ----------
    diatom_a, diatom_b
        The two molecules.
    seed
        Seed of the campaign.
    v, w
        Initial levels of the molecules.
    energy
        Total classical energy U.
    shell
        Number of the shell of the impact parameter.
    b_edges
        Bounds of this shell.
    start_distance
        |R| at the start.
    indices : (N,)
        Numbers of the trajectories in the stratum.
    replicates
        Number of independent scramblings of the Sobol sequence.
    importance_fraction
        Fraction of the trajectories drawn with a high translational energy, Beta(6, 2).
    """
    # The energy enters the seed in units of 0.001 cm^-1, so that writing it as text has no effect.
    key = (seed, v, w, round(energy * HARTREE_TO_CM * 1e3), shell)
    u = sobol_points(key, np.asarray(indices), replicates)
    share, weight = _translational_share(u[:, 0], importance_fraction)
    translational = energy * share
    rotational_a = energy * (1.0 - share) * u[:, 1]
    rotational_b = energy * (1.0 - share) * (1.0 - u[:, 1])
    lower, upper = b_edges
    b = np.sqrt(lower**2 + (upper**2 - lower**2) * u[:, 2])
    zero = np.zeros_like(b)
    n_a, n_b = _isotropic(u[:, 3:5]), _isotropic(u[:, 5:7])
    length_a = np.sqrt(rotational_a / diatom_a.rotational_constant(v))
    length_b = np.sqrt(rotational_b / diatom_b.rotational_constant(w))
    momentum = np.sqrt(2.0 * pair_reduced_mass(diatom_a, diatom_b) * translational)
    return Initial(
        position=np.stack([b, zero, -np.sqrt(start_distance**2 - b**2)], axis=1),
        momentum=np.stack([zero, zero, momentum], axis=1),
        n_a=n_a,
        l_a=length_a[:, None] * _perpendicular(n_a, u[:, 7]),
        n_b=n_b,
        l_b=length_b[:, None] * _perpendicular(n_b, u[:, 8]),
        impact_parameter=b,
        translational_energy=translational,
        rotational_energy_a=rotational_a,
        rotational_energy_b=rotational_b,
        weight=weight,
    )
