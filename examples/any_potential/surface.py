"""N2 + H2 as a function: an exponential wall, dispersion and quadrupoles, in atomic units.

It is made up, with walls and wells of about the right size; replace it by yours. Arguments are
arrays of one length: R between the centres of mass, the angles theta_a, theta_b between R and the
bonds, the dihedral angle phi, and the bond lengths.
"""

import numpy as np


def potential(R, theta_a, theta_b, phi, r_a, r_b):
    """V, hartree; lengths in bohr, angles in radian."""
    c_a, c_b = np.cos(theta_a), np.cos(theta_b)
    u = np.sin(theta_a) * np.sin(theta_b) * np.cos(phi)
    # The molecules are longer than wide, and become longer with their bonds.
    s_a, s_b = r_a - 2.07, r_b - 1.40
    size = 0.45 * c_a**2 + 0.15 * c_b**2 + s_a * (0.1 + 0.4 * c_a**2) + s_b * (0.25 + 0.2 * c_b**2)
    wall = 25.0 * np.exp(-1.85 * (R - size))
    # Dispersion and quadrupoles, damped where the molecules overlap.
    far = R**2 + 6.0
    c_6 = (32.0 + 8.0 * s_a + 14.0 * s_b) * (1.0 + 0.15 * c_a**2 + 0.1 * c_b**2)
    q_a, q_b = -1.12 + 0.95 * s_a, 0.46 + 0.6 * s_b
    angular = 0.75 * (
        1.0 - 5.0 * (c_a**2 + c_b**2) - 15.0 * (c_a * c_b) ** 2 + 2.0 * (4.0 * c_a * c_b - u) ** 2
    )
    return wall - c_6 / far**3 + q_a * q_b * angular / far**2.5
