"""Whether a surface rises at short distances for all bonds and orientations: a search for holes.

A form that was fitted to points may turn over between and beyond them, where a trajectory would
fall into a hole. Random geometries show it.
"""

from typing import NamedTuple

import numpy as np

from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_MEV
from vibrates.potential.orientation import cosines
from vibrates.potential.protocol import Potential

# Above this energy a wall must rise towards shorter distances.
WALL_MEV = 300.0


class Walls(NamedTuple):
    """What a search found.

    ``lowest_meV``: the lowest V at the shortest distance; ``falling``: share of the geometries
    whose V, once above `WALL_MEV`, falls towards a shorter distance.
    """

    lowest_meV: float
    falling: float


def search(
    surface: Potential,
    lengths_a: tuple[float, float],
    lengths_b: tuple[float, float],
    distances: tuple[float, float] = (1.5, 10.0),
    count: int = 8000,
    seed: int = 1,
) -> Walls:
    """Search for holes at random orientations and bond lengths.

    Parameters
    ----------
    surface
        The surface.
    lengths_a, lengths_b
        Shortest and longest bond of each molecule, angstrom.
    distances
        Shortest and longest R, angstrom; 60 values between them are tried.
    count
        Number of orientations, each with bond lengths of its own.
    seed
        Seed of the geometries.

    Returns
    -------
    Walls
        Its lowest wall, and how many geometries have one that turns over.
    """
    rng = np.random.default_rng(seed)
    theta_a, theta_b = np.arccos(rng.uniform(-1.0, 1.0, (2, count)))
    angles = cosines(theta_a, theta_b, rng.uniform(0.0, np.pi, count))
    bonds = [rng.uniform(*each, count) * ANGSTROM_TO_BOHR for each in (lengths_a, lengths_b)]
    distance = np.linspace(*distances, 60)[:, None] * ANGSTROM_TO_BOHR
    energy = HARTREE_TO_MEV * surface.potential(distance, *angles, *bonds)
    # Where the farther of two neighbours is on the wall, the nearer one must be higher.
    falls = (np.diff(energy, axis=0) > 0.0) & (energy[1:] > WALL_MEV)
    return Walls(float(energy[0].min()), float(falls.any(axis=0).mean()))
