"""Second virial coefficient with the first quantum correction, and averages over the orientation.

B(T) = -2 pi N_A int R^2 dR < exp(-V/kT) { 1 - (hbar^2 / 24 (kT)^3) [ |dV/dR|^2/mu
       + |tau_a|^2/I_a + |tau_b|^2/I_b ] } - 1 >
for rigid molecules, dV/dR the gradient by the vector R and tau_i = n_i x dV/dn_i (Pack, Chem. Phys.
Lett. 55, 197 (1978), as used by Hong et al. 2023).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import N_A

from vibrates.collisions.pair import pair_reduced_mass
from vibrates.core.units import ANGSTROM_TO_BOHR, BOHR_TO_ANGSTROM, KELVIN_TO_HARTREE
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.protocol import Potential

# Edges (angstrom) of the panels of the integral; inside the first V exceeds any kT by far.
PANELS_ANGSTROM = (1.6, 2.2, 2.6, 3.0, 3.5, 4.0, 5.0, 6.5, 9.0, 13.0, 20.0, 40.0, 120.0, 500.0)
_STEP = 1e-4


def orientations(order: int = 10) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """c_a, c_b, c_ab and weights (sum 1) of a product quadrature over the orientations.

    Gauss-Legendre in both cosines, midpoints in the dihedral angle.
    """
    nodes, weights = np.polynomial.legendre.leggauss(order)
    phi = (np.arange(order) + 0.5) * np.pi / order
    c_a, c_b, phi = (x.ravel() for x in np.meshgrid(nodes, nodes, phi, indexing="ij"))
    c_ab = np.sqrt((1 - c_a**2) * (1 - c_b**2)) * np.cos(phi) + c_a * c_b
    weight = np.broadcast_to(
        weights[:, None, None] * weights[None, :, None] / (4.0 * order), (order,) * 3
    )
    return c_a, c_b, c_ab, weight.ravel()


def spherical_average(surface: Potential, distance: ArrayLike) -> NDArray:
    """V averaged over the orientations (hartree) at each distance (bohr)."""
    c_a, c_b, c_ab, weight = orientations()
    distance = np.asarray(distance, dtype=float)[..., None]
    return surface.potential(distance, c_a, c_b, c_ab) @ weight


def _gradients(surface: Potential, distance: NDArray, c: tuple[NDArray, ...]) -> list[NDArray]:
    """dV/dR, dV/dc_a, dV/dc_b, dV/dc_ab, each at fixed others."""
    arguments = [distance, *c]
    slopes = []
    for place in range(4):
        up, down = list(arguments), list(arguments)
        up[place], down[place] = up[place] + _STEP, down[place] - _STEP
        slopes.append((surface.potential(*up) - surface.potential(*down)) / (2.0 * _STEP))
    return slopes


def second_virial(
    surface: Potential,
    a: Diatom | Atom,
    b: Diatom | Atom,
    temperatures_K: ArrayLike,
    order: int = 10,
) -> tuple[NDArray, NDArray]:
    """Second virial coefficient of two rigid molecules.

    Parameters
    ----------
    surface
        The interaction.
    a, b
        The two molecules, for masses and moments of inertia.
    temperatures_K : (T,)
        Temperatures.
    order
        Order of the quadrature over orientations (`orientations`).

    Returns
    -------
    classical, quantum : (T,)
        Classical B and its first quantum correction, cm^3/mol.
    """
    c_a, c_b, c_ab, weight = orientations(order)
    nodes, panel_weights = np.polynomial.legendre.leggauss(12)
    edges = np.array(PANELS_ANGSTROM) * ANGSTROM_TO_BOHR
    middle, half = 0.5 * (edges[1:] + edges[:-1]), 0.5 * np.diff(edges)
    distance = (middle[:, None] + half[:, None] * nodes).ravel()[:, None]
    shell = (half[:, None] * panel_weights).ravel() * distance[:, 0] ** 2
    v = surface.potential(distance, c_a, c_b, c_ab)
    by_r, by_a, by_b, by_ab = _gradients(surface, distance, (c_a, c_b, c_ab))
    # Components of the gradient and of dV/dn_i perpendicular to R and to n_i.
    across = by_a**2 * (1 - c_a**2) + by_b**2 * (1 - c_b**2) + 2 * by_a * by_b * (c_ab - c_a * c_b)
    torque_a = by_a**2 + by_ab**2 + 2 * by_a * by_ab * c_b - (by_a * c_a + by_ab * c_ab) ** 2
    torque_b = by_b**2 + by_ab**2 + 2 * by_b * by_ab * c_a - (by_b * c_b + by_ab * c_ab) ** 2
    motion = (
        (by_r**2 + across / distance**2) / pair_reduced_mass(a, b)
        + torque_a / (a.reduced_mass * a.r_e**2)
        + torque_b / (b.reduced_mass * b.r_e**2)
    )
    to_cm3 = 2.0 * np.pi * N_A * (BOHR_TO_ANGSTROM * 1e-8) ** 3
    classical, quantum = [], []
    for temperature in np.atleast_1d(temperatures_K):
        kt = temperature * KELVIN_TO_HARTREE
        boltzmann = np.exp(-v / kt)
        classical.append(edges[0] ** 3 / 3.0 + shell @ ((1.0 - boltzmann) @ weight))
        quantum.append(shell @ ((boltzmann * motion) @ weight) / (24.0 * kt**3))
    return to_cm3 * np.array(classical), to_cm3 * np.array(quantum)
