"""Mixed quantum-classical rates compared with exact quantum scattering for a breathing sphere.

The system is N2 (five levels) without rotation and a structureless partner with the mass of H2, on
V(R, r) = ILJ with eps = 5.5 meV, R_m = 3.9 angstrom + 0.45 (r - r_e), beta = 6. The exact result is
from close coupling (`vibrates.scattering`), the other one from trajectories of the kernel and the
formula of the symmetrisation ``translational`` without rotation.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from vibrates.collisions.pair import energy_defect, pair_reduced_mass
from vibrates.collisions.thermal import mean_speed
from vibrates.core.units import (
    AMU_TO_ME,
    ANGSTROM_TO_BOHR,
    BOHR2_TO_ANGSTROM2,
    CM_TO_HARTREE,
    KELVIN_TO_HARTREE,
    MEV_TO_HARTREE,
)
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.lennard_jones import ImprovedLennardJonesSurface
from vibrates.potential.settings import TableSettings
from vibrates.rates.symmetrisation import symmetrised_energy, symmetrised_jacobian
from vibrates.scattering import Rotor, ScatteringProblem, cross_sections, rate_coefficient
from vibrates.trajectories import Settings, TrajectoryRunner, oracle
from vibrates.trajectories.sampling import Initial

START = 15.0 * ANGSTROM_TO_BOHR
R_M, SLOPE, EPS_MEV, BETA = 3.9, 0.45, 5.5, 6.0  # angstrom, 1, meV, 1
PARTNER = Atom("partner", 2.01565 * AMU_TO_ME)
_QUIET = {"quadrupole": {"coefficients_au": [0.0], "range_angstrom": [0.0, 9.0]}}
N2 = Diatom.from_config("N2", oracle.MOLECULES["N2"] | _QUIET)
SETTINGS: Mapping[str, Any] = {
    "time_step_fs": 0.2, "accuracy": np.inf, "repetitions": 0, "interaction_range_angstrom": np.inf,
    "switching_from": 1.0, "relative_energy_error_limit": 1e-3, "norm_error_limit": 1e-9,
    "maximum_steps": 10**6,
}  # fmt: skip


def potential(distance: NDArray, r: NDArray) -> NDArray:
    """V(R, r) in hartree, implemented independently of `vibrates.potential`; R and r in bohr."""
    x = distance / (R_M * ANGSTROM_TO_BOHR + SLOPE * (r - N2.r_e))
    n = BETA + 4.0 * x**2
    return EPS_MEV * MEV_TO_HARTREE * (6.0 / (n - 6.0) * x**-n - n / (n - 6.0) * x**-6)


def quantum(refine: float = 1.0) -> ScatteringProblem:
    """The close-coupled problem: five levels in their PODVR that do not rotate."""
    basis = N2.basis(range(5))
    widths = [(2.4, 9.0, 0.04), (9.0, 14.0, 0.08), (14.0, 30.0, 0.16)]  # bohr
    parts = [np.arange(low, high, width / refine) for low, high, width in widths]
    return ScatteringProblem(
        Rotor(basis.r, basis.energies[:, None], basis.amplitudes[None]),
        pair_reduced_mass(N2, PARTNER),
        lambda distance, r, x: potential(distance, r) + 0.0 * x,
        1,
        np.append(np.concatenate(parts), 30.0),
    )


def exact_cross_section(collision: ScatteringProblem, energies: NDArray, waves: int) -> NDArray:
    """sigma(1 -> 0) by close coupling.

    Parameters
    ----------
    collision
        The close-coupled problem.
    energies : (n,)
        Collision energies, hartree, ascending.
    waves
        Approximate number of partial waves computed at each energy.

    Returns
    -------
    NDArray
        Cross sections (n,), bohr^2.
    """
    sigma = []
    for group in np.array_split(energies, max(1, len(energies) // 10)):
        reach = 10.0 * np.sqrt(2.0 * collision.reduced_mass * group[-1])
        total = group + collision.rotor.energies[1, 0]
        all_levels = cross_sections(
            collision, total, "coupled_states", tolerance=1e-4, step=max(1, int(reach / waves))
        )
        sigma.append(all_levels[:, 1, 0, 0, 0])
    return np.concatenate(sigma)


def exact(temperatures_K: ArrayLike) -> NDArray:
    """k/sqrt(8kT/pi mu) of 1 -> 0, angstrom^2, by close coupling."""
    collision, k_t = quantum(), np.asarray(temperatures_K, float) * KELVIN_TO_HARTREE
    energies = np.geomspace(0.5, 40000.0, 80) * CM_TO_HARTREE
    sigma = exact_cross_section(collision, energies, 30)
    k = rate_coefficient(energies, sigma, collision.reduced_mass, k_t).k
    return k / mean_speed(k_t, collision.reduced_mass) * BOHR2_TO_ANGSTROM2


def mixed_cross_section() -> tuple[NDArray, NDArray, float]:
    """Energies (n,), sigma(1 -> 0) (n,) of the kernel's trajectories and the energy defect.

    Atomic units; Gauss-Legendre quadrature over b^2.
    """
    names = ("H", "X", "Ta", "Tb", "I")
    configurations = {n: {"R_m_angstrom": R_M, "eps_meV": EPS_MEV, "beta": BETA} for n in names}
    slopes = {"dR_m_dr": [SLOPE, 0.0], "deps_dr": [0.0, 0.0], "dbeta_dr": [0.0, 0.0]}
    block = {
        "type": "table",
        "deformation": "fitted",
        "configurations": configurations,
        "slopes": dict.fromkeys(names, slopes),
    }
    settings = TableSettings.from_mapping(block, "breathing sphere", "surface")
    surface = ImprovedLennardJonesSurface.from_settings(settings, N2, PARTNER)
    collision = TrajectoryRunner(surface, N2, PARTNER, 5, 1, 1, 0, Settings.from_config(SETTINGS))
    energies = np.geomspace(590.0, 40000.0, 45) * CM_TO_HARTREE
    x, weight = np.polynomial.legendre.leggauss(24)
    b_square_max = (6.0 * ANGSTROM_TO_BOHR) ** 2
    b = np.sqrt(0.5 * b_square_max * (1.0 + x))
    zero, one = np.zeros_like(b), np.ones_like(b)
    z_axis = np.stack([zero, zero, one], axis=1)
    sigma = []
    for energy in energies:
        momentum = np.sqrt(2.0 * collision.propagation.reduced_mass * energy)
        initial = Initial(
            position=np.stack([b, zero, -np.sqrt(START**2 - b**2)], axis=1),
            momentum=momentum * z_axis,
            n_a=z_axis,
            l_a=0.0 * z_axis,
            n_b=z_axis,
            l_b=0.0 * z_axis,
            impact_parameter=b,
            translational_energy=energy * one,
            rotational_energy_a=zero,
            rotational_energy_b=zero,
            weight=one,
        )
        p = collision.run(initial).probability[:, 0, 0]
        sigma.append(np.pi * 0.5 * b_square_max * (weight @ p))
    return energies, np.array(sigma), float(energy_defect((N2, PARTNER), (1, 0), (0, 0)))


def thermal(
    cross_section: tuple[NDArray, NDArray, float], temperatures_K: ArrayLike, symmetrised: bool
) -> NDArray:
    """Thermally averaged cross section k/sqrt(8kT/pi mu) of the trajectories, angstrom^2.

    Without rotation the weight is E exp(-E/kT).

    Parameters
    ----------
    cross_section
        What `mixed_cross_section` returns.
    temperatures_K : (T,)
        Temperatures.
    symmetrised
        Whether E stands for the symmetrised energy (`rates.symmetrisation`) or for the initial one.
    """
    energies, sigma, defect = cross_section
    spline = CubicSpline(np.log(energies), np.log(sigma))
    e = np.geomspace(energies[0], energies[-1], 4001)
    k_t = np.asarray(temperatures_K, float)[:, None] * KELVIN_TO_HARTREE
    if symmetrised:
        start, factor = symmetrised_energy(e, defect), symmetrised_jacobian(e, defect)
    else:
        start, factor = e, np.ones_like(e)
    integrand = e * np.exp(spline(np.log(e)) - start / k_t) * factor / k_t**2
    return np.trapezoid(integrand, e, axis=1) * BOHR2_TO_ANGSTROM2
