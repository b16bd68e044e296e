"""Thermal average over what moves classically: the relative motion and one rotor.

The rate coefficient of a transition with the cross section sigma(E_tr, E_rot) is

    k = sqrt(8kT/pi mu) int dE_tr/kT (E_tr/kT) exp(-E_tr/kT) int dE_rot/kT exp(-E_rot/kT) sigma,

the flux of the relative motion and the two degrees of freedom of a linear rotor. With
U = E_tr + E_rot and x = E_tr/U the measure is U^2 x dx dU, so that

    k = sqrt(8kT/pi mu) int dU/kT (U/kT)^2/2 exp(-U/kT) <sigma>,

where the mean is over x with the density 2 x, Beta(2, 1). Two rotors have (U/kT)^3/6 and
Beta(2, 2) instead.

Symmetrised per final state: with D = E(v, w, j) - E(v', w', j') of either sign, a trajectory stands
for the initial translational energy Ebar = E_tr - D/2 + D^2/(16 E_tr), E_tr >= |D|/4, which puts
exp(-Ebar/kT) dEbar in the place of exp(-E_tr/kT) dE_tr:

    k = sqrt(8kT/pi mu) int dU/kT (U/kT)^2/2 exp(-Ubar/kT) <sigma f>,   Ubar = U - D/2 + D^2/(16 U),
    f = (1 - D^2/16 E_tr^2) exp[-(D^2/16 kT)(1/E_tr - 1/U)],            E_tr >= |D|/4, else 0.

f does not depend on the sign of D, and Ubar of one direction is that of the other less D: with one
S = <sigma f>/<f> for both, k(D)/k(-D) = exp(D/kT), detailed balance but for the statistical weights
2 j + 1 that a sum over final m carries. Billing, Comput. Phys. Rep. 1 (1984) 237.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Beyond it an exponential contributes nothing in double precision.
_LARGEST_EXPONENT = 45.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


def mean_trajectory_factor(energy: ArrayLike, difference: ArrayLike, kT: ArrayLike) -> NDArray:
    """Microcanonical mean <f> = int_a^1 2 x f(x U) dx, a = |D|/4U, with one classical rotor.

    Integrated in u = -ln x by Gauss-Legendre; 1 for D = 0, 0 for U <= |D|/4. Arguments broadcast,
    one unit of energy.
    """
    energy, difference, kT = np.broadcast_arrays(
        np.asarray(energy, dtype=float), np.abs(difference), np.asarray(kT, dtype=float)
    )
    a = difference / (4.0 * energy)
    steepness = a**2 * energy / kT
    with np.errstate(divide="ignore"):
        upper = np.minimum(-np.log(a), np.log1p(_LARGEST_EXPONENT / steepness))
    upper = np.clip(np.minimum(upper, 20.0), 0.0, None)[..., None]
    u = 0.5 * upper * (_NODES + 1.0)
    x = np.exp(-u)
    a, steepness = a[..., None], steepness[..., None]
    integrand = 2.0 * x**2 * (1.0 - (a / x) ** 2) * np.exp(-steepness * np.expm1(u))
    return np.sum(0.5 * upper * _WEIGHTS * integrand, axis=-1)


def energy_weight(energy: ArrayLike, difference: ArrayLike, kT: ArrayLike) -> NDArray:
    """(U/kT)^2/2 exp(-Ubar/kT) <f>/kT: weight of S(U) in the thermal integral over U.

    ``difference``: D with its sign, positive for an exothermic transition. 0 for U <= |D|/4.
    """
    energy, kT = np.asarray(energy, dtype=float), np.asarray(kT, dtype=float)
    shifted = energy - np.asarray(difference) / 2.0 + np.square(difference) / (16.0 * energy)
    mean = mean_trajectory_factor(energy, difference, kT)
    return 0.5 * (energy / kT) ** 2 * np.exp(-shifted / kT) * mean / kT
