"""Detailed balance between the two directions of a transition.

At equilibrium the populations of two levels are as q_i exp(-E_i/kT) to q_f exp(-E_f/kT), with the
vibrational energies E and the rotational partition functions q of both molecules, hence
k(f -> i) = k(i -> f) (q_i/q_f) exp(-(E_i - E_f)/kT); Hong et al. 2023, eq. 8, take q_i = q_f.
A classical rotor with the constant B_v = <1/(2 mu r^2)>_v has q = kT/B_v; kT cancels. This ratio
agrees with a rotor that keeps its angular momentum: it releases D + (B_i - B_f) L^2, less than D in
a transition to a lower level, and the mean of exp[(B_f - B_i) L^2/kT] over level f is B_f/B_i.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.molecules.diatom import Atom, Diatom

FORMULA = "k(f -> i) = k(i -> f) (q_i/q_f) exp(-(E_i - E_f)/kT)"


def rotational_ratio(
    molecules: Sequence[Diatom | Atom], initial: Sequence[ArrayLike], final: Sequence[ArrayLike]
) -> NDArray:
    """q_i/q_f, the product of B_f/B_i over the molecules; an atom's is 1.

    Parameters
    ----------
    molecules
        The partners of the collision.
    initial, final
        Levels (v, w) and (v', w'), one for each molecule; integers or arrays, which broadcast.

    Raises
    ------
    UserError
        For a level above the highest one of the Morse curve of its molecule.
    """
    ratio = np.ones(())
    for molecule, before, after in zip(molecules, initial, final, strict=True):
        constant = np.vectorize(molecule.rotational_constant, otypes=[float])
        ratio = ratio * constant(after) / constant(before)
    return ratio


def detailed_balance(defect: ArrayLike, ratio: ArrayLike, kT: ArrayLike) -> NDArray:
    """k(f -> i)/k(i -> f); its inverse is the factor of the other direction. Arrays broadcast.

    Parameters
    ----------
    defect
        E_i - E_f, of either sign.
    ratio
        q_i/q_f: of partition functions (`rotational_ratio`), of degeneracies for single levels.
    kT
        Thermal energy, in the unit of ``defect``.
    """
    return np.asarray(ratio) * np.exp(-np.asarray(defect) / np.asarray(kT))
