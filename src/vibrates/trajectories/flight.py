"""Free flight of two molecules from the start to the range of the interaction."""

import numpy as np
from numpy.typing import NDArray

from vibrates.trajectories.kernel import state_layout as rows


def propagate_free(
    classical: NDArray,
    distance: float,
    reduced_mass: float,
    mean_inverse_a: NDArray,
    mean_inverse_b: NDArray,
) -> NDArray:
    """Propagate approaching molecules without interaction to a given distance; atomic units.

    Parameters
    ----------
    classical : (N, 18)
        Classical states: R, P, n_a, L_a, n_b, L_b.
    distance
        |R| at the end. Molecules that do not come so near end at their smallest distance.
    reduced_mass
        Of the relative motion.
    mean_inverse_a, mean_inverse_b : (N,)
        <1/(mu_i r_i^2)>, constant without interaction, so that the bonds rotate uniformly.

    Returns
    -------
    NDArray
        Classical states (N, 18).
    """
    moved = classical.copy()
    position, momentum = classical[:, rows.R : rows.R + 3], classical[:, rows.P : rows.P + 3]
    along = (position * momentum).sum(axis=1)
    square = (momentum**2).sum(axis=1)
    # |R + P t/mu| = distance, the earlier of the two times.
    outside = (position**2).sum(axis=1) - distance**2
    root = np.sqrt(np.maximum(along**2 - square * outside, 0.0))
    time = reduced_mass * (-along - root) / square
    moved[:, rows.R : rows.R + 3] += momentum * (time / reduced_mass)[:, None]
    for bond, momentum_row, mean_inverse in (
        (rows.N_A, rows.L_A, mean_inverse_a),
        (rows.N_B, rows.L_B, mean_inverse_b),
    ):
        n = classical[:, bond : bond + 3]
        angular = classical[:, momentum_row : momentum_row + 3]
        length = np.linalg.norm(angular, axis=1) + 1e-150
        angle = (length * mean_inverse * time)[:, None]
        moved[:, bond : bond + 3] = n * np.cos(angle) + np.cross(
            angular / length[:, None], n
        ) * np.sin(angle)
    return moved
