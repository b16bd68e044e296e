"""Two colliding molecules: reduced mass of the relative motion, energy defect of a transition."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.molecules.diatom import Atom, Diatom, reduced_mass


def pair_reduced_mass(a: Diatom | Atom, b: Diatom | Atom) -> float:
    """Reduced mass of the relative motion of two molecules, electron masses."""
    return reduced_mass(a.total_mass, b.total_mass)


def energy_defect(
    molecules: Sequence[Diatom | Atom], initial: Sequence[ArrayLike], final: Sequence[ArrayLike]
) -> NDArray:
    """Vibrational energy of the initial minus that of the final state, E_i - E_f.

    Parameters
    ----------
    molecules
        The partners of the collision.
    initial, final
        Levels (v, w) and (v', w'), one for each molecule; integers or arrays, which broadcast.

    Returns
    -------
    NDArray
        Hartree, in the shape of the levels; positive where the transition is exothermic.
    """
    return np.asarray(_energy(molecules, initial) - _energy(molecules, final))


def _energy(molecules: Sequence[Diatom | Atom], levels: Sequence[ArrayLike]) -> NDArray:
    total = np.zeros(())
    for molecule, level in zip(molecules, levels, strict=True):
        total = total + molecule.level_energy(level)
    return total
