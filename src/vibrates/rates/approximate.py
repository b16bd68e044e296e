"""Approximate rate coefficients of first-order theory, for comparison with computed ones.

Hong et al. 2023, Appendix A (eqs. A1-A5), after Gordiets et al., Plasma Sources Sci. Technol. 7
(1998) 363. Molecule a (N2) exchanges quanta with molecule b (H2). Level energies in any one unit,
temperatures in K, rate coefficients in cm^3 s^-1. Arrays broadcast.

The paper calls the dE of eqs. A3-A5 the "energy deficits of vibrational levels" w+1, w. Taken as
the spacing E(w+1) - E(w) the factor (w+1)(1 + w dE/E10) would grow like (w+1)^2; the factor is
the squared matrix element of the bond length of an anharmonic oscillator, (w+1)(1 + x_e w), if
dE is the anharmonicity w_e x_e = (E10 - E21)/2 of the original work. `deficit` chooses between
"anharmonicity" (default) and "spacing".
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.collisions.detailed_balance import detailed_balance
from vibrates.collisions.pair import energy_defect
from vibrates.core.errors import UserError
from vibrates.core.units import KELVIN_TO_HARTREE
from vibrates.molecules.diatom import Diatom

_REFERENCE_TEMPERATURE_K = 300.0
DEFICITS = ("anharmonicity", "spacing")


def ladder_factor(molecule: Diatom, level: ArrayLike, deficit: str = "anharmonicity") -> NDArray:
    """Factor (n+1)(1 + n dE/E10) of the transition n+1 -> n (eqs. A3 and A4).

    Parameters
    ----------
    molecule
        The molecule that loses the quantum.
    level
        n, a number or an array.
    deficit
        What dE is, one of `DEFICITS`.

    Raises
    ------
    UserError
        For another ``deficit``.
    """
    if deficit not in DEFICITS:
        raise UserError(f"deficit: {deficit!r} is unknown; choose one of {', '.join(DEFICITS)}")
    level = np.asarray(level, dtype=float)
    zero, one, two = molecule.level_energy([0, 1, 2])
    if deficit == "anharmonicity":
        difference = ((one - zero) - (two - one)) / 2
    else:
        difference = molecule.level_energy(level + 1) - molecule.level_energy(level)
    return (level + 1) * (1 + level * difference / (one - zero))


def _exchange(
    prefactor: float, steepness: float, release: NDArray, reference: NDArray, temperature: ArrayLike
) -> NDArray:
    """Q0 (T/300)^1.5 F (1.5 - 0.5 F), F = exp(-A T^-1/2 |release / reference|) (eqs. A1, A2).

    # ASSUME: past resonance the formula holds for the exothermic direction, with |release|, and
    # the endothermic one follows from detailed balance; without the modulus F would exceed one
    # there and the rate become negative.
    """
    temperature = np.asarray(temperature, dtype=float)
    factor = np.exp(-steepness / np.sqrt(temperature) * np.abs(release / reference))
    scale = prefactor * (temperature / _REFERENCE_TEMPERATURE_K) ** 1.5
    endothermic = -np.minimum(release, 0.0)
    balance = detailed_balance(endothermic, 1.0, temperature * KELVIN_TO_HARTREE)
    return scale * factor * (1.5 - 0.5 * factor) * balance


def vibrational_exchange(
    a: Diatom,
    b: Diatom,
    v: ArrayLike,
    w: ArrayLike,
    temperature: ArrayLike,
    deficit: str = "anharmonicity",
) -> NDArray:
    """a(v) + b(w+1) -> a(v+1) + b(w): k = Q0 d_w d_v F (1.5 - 0.5 F) (eqs. A1-A4).

    Q0 = 1.9e-13 (T/300)^1.5, A = 144, fitted by Gordiets et al. to N2(0) + H2(1) at 295 K.

    Parameters
    ----------
    a, b
        The molecules N2 and H2.
    v, w
        Initial level of a and final level of b; arrays broadcast.
    temperature
        Temperatures in K, broadcast against the levels.
    deficit
        Meaning of dE, one of `DEFICITS`.

    Returns
    -------
    NDArray
        k in cm^3 s^-1.

    Raises
    ------
    UserError
        For another ``deficit``.
    """
    v, w = np.asarray(v), np.asarray(w)
    release = energy_defect((a, b), (v, w + 1), (v + 1, w))
    reference = energy_defect((a, b), (0, 1), (1, 0))
    rate = _exchange(1.9e-13, 144.0, release, reference, temperature)
    return ladder_factor(b, w, deficit) * ladder_factor(a, v, deficit) * rate


def asymmetric_exchange(
    a: Diatom,
    b: Diatom,
    v: ArrayLike,
    w: ArrayLike,
    temperature: ArrayLike,
    deficit: str = "anharmonicity",
) -> NDArray:
    """a(v+2) + b(w) -> a(v) + b(w+1): eq. A1 with two quanta of a, d'_v = d_v (d_v + 1)/2.

    Q0 = 2.4e-15 (T/300)^1.5, A = 37 (text below eq. A4).

    Parameters
    ----------
    a, b
        The molecules N2 and H2.
    v, w
        Final level of a and initial level of b; arrays broadcast.
    temperature
        Temperatures in K, broadcast against the levels.
    deficit
        Meaning of dE, one of `DEFICITS`.

    Returns
    -------
    NDArray
        k in cm^3 s^-1.

    Raises
    ------
    UserError
        For another ``deficit``.
    """
    v, w = np.asarray(v), np.asarray(w)
    release = energy_defect((a, b), (v + 2, w), (v, w + 1))
    reference = energy_defect((a, b), (2, 0), (0, 1))
    rate = _exchange(2.4e-15, 37.0, release, reference, temperature)
    factor = ladder_factor(a, v, deficit)
    return ladder_factor(b, w, deficit) * 0.5 * factor * (factor + 1) * rate


def scaling_law(
    a: Diatom,
    v: ArrayLike,
    temperature: ArrayLike,
    k_10: ArrayLike,
    deficit: str = "anharmonicity",
) -> NDArray:
    """a(v) + b -> a(v-1) + b from k_10 = k(1 -> 0), v >= 1, at the same temperature (eq. A5).

    k(n+1 -> n) = k_10 (n+1) (1 + n dE/E10) exp(4.34 n T^-1/3), n = v - 1.

    Parameters
    ----------
    a
        The molecule that loses the quantum.
    v
        Initial levels, at least 1.
    temperature
        Temperatures in K.
    k_10
        k(1 -> 0) at these temperatures; v, temperature and k_10 broadcast.
    deficit
        Meaning of dE, one of `DEFICITS`.

    Returns
    -------
    NDArray
        k in the unit of ``k_10``.

    Raises
    ------
    UserError
        For v below 1, or another ``deficit``.
    """
    n = np.asarray(v, dtype=float) - 1
    if np.any(n < 0):
        raise UserError("scaling law: v must be 1 or more, there is no level below v = 0")
    temperature = np.asarray(temperature, dtype=float)
    return (
        np.asarray(k_10) * ladder_factor(a, n, deficit) * np.exp(4.34 * n / temperature ** (1 / 3))
    )
