"""Rate coefficients of N2 + H2 for comparison with computed ones, cm^3/s.

Plasma kinetics uses fits to measurements for the relaxation of N2(v = 1) by H2 (White, J. Chem.
Phys. 46, 2016 (1967), and others). Two such fits differ, so that both are given. Both were taken
from the source of codes that use them; the measurements themselves were not available.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Energy of N2(v = 1) above v = 0 in the second fit: 0.288 eV over Boltzmann's constant, K.
_N2_QUANTUM_K = 0.288 / 8.617333e-5


def relaxation_loki(temperature_K: ArrayLike) -> NDArray:
    """k(1,0 -> 0,0): 5.63e-14 T exp(-80.6 T^(-1/3)).

    The fit of the code LoKI (V-T of N2 with H2, after Alves and Marques).
    """
    t = np.asarray(temperature_K, float)
    return 5.63e-14 * t * np.exp(-80.6 * t ** (-1.0 / 3.0))


def relaxation_zdplaskin(temperature_K: ArrayLike) -> NDArray:
    """k(1,0 -> 0,0): 4.9e-12 T exp(-167.1 T^(-1/3) + 394 T^(-2/3)) / (1 - exp(-0.288 eV/kT)).

    The fit of an N2 + H2 plasma model in ZDPlasKin's input language.
    """
    t = np.asarray(temperature_K, float)
    x = t ** (-1.0 / 3.0)
    return 4.9e-12 * t * np.exp(-167.1 * x + 394.0 * x**2) / -np.expm1(-_N2_QUANTUM_K / t)


RELAXATION: dict[str, Callable[[ArrayLike], NDArray]] = {
    "fit in LoKI": relaxation_loki,
    "fit in a ZDPlasKin model": relaxation_zdplaskin,
}
# k(0,1 -> 1,0) at 295 K: Bott, J. Chem. Phys. 65, 3921 (1976), quoted by Hong et al. 2023.
EXCHANGE_295_K = 6.41e-17
# The same rate, computed by Hong et al. 2023 on their two surfaces.
EXCHANGE_295_K_PUBLISHED = {"original": 8.43e-17, "modified": 4.42e-17}
