"""Symmetrised energies and the weights they give to trajectories and energies.

The rate coefficient of a transition with the cross section sigma(E_tr, E_1, ..., E_n), where E_i
are the energies of n linear rotors that move classically, is

    k = sqrt(8kT/pi mu) int dE_tr/kT (E_tr/kT) exp(-E_tr/kT) prod_i int dE_i/kT exp(-E_i/kT) sigma,

the flux of the relative motion and two degrees of freedom of each rotor. With U = E_tr + sum E_i
and x = E_tr/U the measure is U^(n+1) x (1 - x)^(n-1) dx dU, so that

    k = sqrt(8kT/pi mu) int dU/kT (U/kT)^(n+1)/(n+1)! exp(-U/kT) <sigma>,

where the mean is over x with the density of Beta(2, n): 6 x (1 - x) for two rotors, 2 x for one.
Two rotors are classical unless one of them is quantised; then U and D leave it out and in.

The classical path of a collision that changes the internal energy by D has the mean of the
velocities before and after the collision. A classical energy E then represents the initial energy
Ebar = E - D/2 + D^2/(16 E), E >= |D|/4 (Billing, Comput. Phys. Rep. 1 (1984) 237; Hong et al.
2023, section 2.2 and references there). D is the vibrational energy of the initial less that of the
final state; of a quantised rotor, D is that of the levels (v, w, j) and (v', w', j'), one by one.
Three schemes differ in what E is and in the phase space:

`translational`  E is the translational energy of each trajectory (default)
`total`          E is the total classical energy U, phase space (U/kT)^(n+1)
`initial`        as `total`, phase space (Ubar/kT)^(n+1) of the initial state

All energies of one call share one unit. The rate coefficient of the exothermic direction is
k(T) = sqrt(8kT/pi mu) * integral dU energy_weight(U) S(U), with S the cross section
sigma = sum over shells of area <w P> for `total` and `initial`, and
S = sum over shells of area <w P f> / <f> for `translational`, where w is the importance weight,
f the `trajectory_factor` and <f> its microcanonical mean, so that S is in every scheme a smooth
average of P without a threshold of its own.

f does not depend on the sign of D, and Ubar of one direction is that of the other less D: with one
S for both, k(D)/k(-D) = exp(D/kT), detailed balance but for statistical weights. Formulas here are
those of |D|; the factor exp(-|D|/kT) of the endothermic direction is that of
`collisions.detailed_balance`.
"""

from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError

SCHEMES = ("translational", "total", "initial")

# ASSUME: a classical path represents both directions of a transition at the mean velocity, that is
# at the symmetrised energy; `SCHEMES` differ in the energy that is symmetrised.
# ASSUME: D is that of the levels at rest. A rotor that keeps its angular momentum L releases
# (B_f - B_i) L^2 less; at L^2 = kT/B_i this lowers k by up to (B_f/B_i - 1)/2, 0.5 % a quantum of
# N2 and 2 % a quantum of H2.

# A trajectory with a larger exponent contributes nothing in double precision.
_LARGEST_EXPONENT = 45.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)


def check_scheme(scheme: str) -> str:
    """Return `scheme`; UserError unless it is one of `SCHEMES`."""
    if scheme not in SCHEMES:
        raise UserError(
            f"rates.symmetrisation: {scheme!r} is unknown; choose one of {', '.join(SCHEMES)}"
        )
    return scheme


def symmetrised_energy(energy: NDArray, difference: float | NDArray) -> NDArray:
    """Initial energy Ebar = E - D/2 + D^2/(16 E) of the exothermic direction, D = |difference|.

    Arrays broadcast; one unit of energy throughout. Zero at E = D/4 and rising above it.
    """
    difference = np.abs(difference)
    return energy - difference / 2 + difference**2 / (16 * energy)


def symmetrised_jacobian(energy: NDArray, difference: float | NDArray) -> NDArray:
    """dEbar/dE = 1 - D^2/(16 E^2), held at zero below the threshold E = |D|/4. Arrays broadcast."""
    return np.maximum(1 - difference**2 / (16 * energy**2), 0.0)


def trajectory_factor(
    translational_energy: ArrayLike,
    energy: NDArray,
    difference: float | NDArray,
    kT: float | NDArray,
) -> NDArray:
    """Weight f of a trajectory in the thermal average of the scheme `translational`.

    f = (1 - D^2/16 Etr^2) exp[-(D^2/16 kT)(1/Etr - 1/U)] for Etr >= |D|/4, else 0. Together with
    exp(-Ubar/kT) of `energy_weight` this is exp[-(U - Etr + Ebar)/kT] dEbar/dEtr; this division
    makes no exponent positive.

    Parameters
    ----------
    translational_energy
        Etr; all energies in one unit, and all arrays broadcast.
    energy
        Total classical energy U.
    difference
        D, of either sign.
    kT
        Thermal energy.

    Returns
    -------
    NDArray
        f, from 0 to 1.
    """
    ratio = difference**2 / 16
    translational_energy = np.asarray(translational_energy, dtype=float)
    open_ = translational_energy >= np.abs(difference) / 4
    safe = np.where(open_ & (translational_energy > 0), translational_energy, energy)
    exponent = -(ratio / kT) * np.maximum(1 / safe - 1 / energy, 0.0)
    return np.where(open_, symmetrised_jacobian(safe, difference) * np.exp(exponent), 0.0)


def mean_trajectory_factor(
    energy: ArrayLike, difference: ArrayLike, kT: ArrayLike, rotors: int = 2
) -> NDArray:
    """Microcanonical mean of `trajectory_factor`, <f> = int_a^1 p(x) f(x U) dx, a = |D|/4U.

    The measure of x = Etr/U is Beta(2, n), n = ``rotors``: p(x) = 6x(1-x) for two, 2x for one.
    Integrated in u = -ln x by Gauss-Legendre (48 points; relative error below 1e-9).

    Parameters
    ----------
    energy
        Total classical energy U; all energies in one unit, and all arrays broadcast.
    difference
        D, of either sign.
    kT
        Thermal energy.
    rotors
        Number of classical rotors, 1 or 2.

    Returns
    -------
    NDArray
        <f>, 0 for U <= |D|/4.
    """
    energy, difference, kT = np.broadcast_arrays(
        np.asarray(energy, dtype=float), np.abs(difference), np.asarray(kT, dtype=float)
    )
    a = difference / (4 * energy)
    steepness = a**2 * energy / kT
    with np.errstate(divide="ignore"):
        upper = np.minimum(-np.log(a), np.log1p(_LARGEST_EXPONENT / steepness))
    upper = np.clip(np.minimum(upper, 20.0), 0.0, None)[..., None]
    u = 0.5 * upper * (_NODES + 1)
    x = np.exp(-u)
    a, steepness = a[..., None], steepness[..., None]
    # 1 - x and 1/x - 1 by expm1: near the threshold both are small differences.
    density = 6 * x**2 * -np.expm1(-u) if rotors == 2 else 2 * x**2
    integrand = density * (1 - (a / x) ** 2) * np.exp(-steepness * np.expm1(u))
    return np.sum(0.5 * upper * _WEIGHTS * integrand, axis=-1)


def energy_weight(
    scheme: str, energy: ArrayLike, difference: float, kT: float | NDArray, rotors: int = 2
) -> NDArray:
    """Weight of the cross section at U in the thermal integral, per unit of energy.

    (1/kT) * (phase space)^(n+1) / (n+1)! * exp(-Ubar/kT) * (<f> or dUbar/dU), Ubar the symmetrised
    U; phase space U/kT, and Ubar/kT for `initial`.

    Parameters
    ----------
    scheme
        One of `SCHEMES`.
    energy
        Total classical energy U; all energies in one unit, and all arrays broadcast.
    difference
        D, of either sign.
    kT
        Thermal energy.
    rotors
        Number n of classical rotors, 1 or 2.

    Returns
    -------
    NDArray
        The weight, 1/energy; 0 below the threshold |D|/4.

    Raises
    ------
    UserError
        For another ``scheme``.
    """
    check_scheme(scheme)
    energy = np.asarray(energy, dtype=float)
    shifted = symmetrised_energy(energy, difference)
    phase_space = (shifted if scheme == "initial" else energy) / kT
    if scheme == "translational":
        measure = mean_trajectory_factor(energy, difference, kT, rotors)
    else:
        measure = symmetrised_jacobian(energy, difference)
    power = rotors + 1
    weight = phase_space**power / (factorial(power) * kT) * np.exp(-shifted / kT) * measure
    return np.where(energy >= np.abs(difference) / 4, weight, 0.0)
