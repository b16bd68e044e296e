"""Analytic long-range energy of two polar diatoms from their moments and polarizabilities.

    u = -C_3/R^3 - C_4/R^4 - C_5/R^5 - C_6/R^6

C_3 dipole-dipole, C_4 dipole-quadrupole, C_5 quadrupole-quadrupole, C_6 induction by the dipoles
and London dispersion with anisotropic polarizabilities (Stone, The Theory of Intermolecular Forces,
2nd ed., chapters 3 and 4; Buckingham, Adv. Chem. Phys. 12, 107 (1967)). Dipole-octupole and higher
induction terms are left out: a surface of this project, made for trying out long-range networks.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from vibrates.core import tables
from vibrates.core.errors import UserError

POWERS = (3, 4, 5, 6)
PROPERTIES = ("dipole_au", "quadrupole_au", "alpha_par_au", "alpha_perp_au")


@dataclass(frozen=True)
class PolarPair:
    """Two like diatoms.

    ``splines``: moments and polarizabilities (atomic units, centre of mass) against the bond length
    (bohr), in the order of PROPERTIES. ``excitation``: London's mean excitation energy, hartree.
    """

    splines: CubicSpline
    excitation: float

    @classmethod
    def from_file(cls, path: str | Path, excitation: float) -> "PolarPair":
        """From a table with columns r_bohr and PROPERTIES; UserError if it is none."""
        columns = ["r_bohr", *PROPERTIES]
        table, _ = tables.read(path, columns, f"a table of {', '.join(columns)}")
        try:
            return cls(CubicSpline(table["r_bohr"], table[list(PROPERTIES)]), excitation)
        except ValueError as error:
            raise UserError(f"{path}: r_bohr: {error}; order the bond lengths") from None

    def coefficients(self, x: NDArray) -> NDArray:
        """C_3 to C_6 (N, 4), hartree bohr^m, at x (N, 5): r_a, r_b, theta_a, theta_b, phi.

        Bond lengths in bohr, angles in radian. The bonds point from the first atom to the second, R
        from a to b. Raises UserError if a bond length lies outside those of the table.
        """
        r_a, r_b, theta_a, theta_b, phi = x.T
        if (
            min(r_a.min(), r_b.min()) < self.splines.x[0]
            or max(r_a.max(), r_b.max()) > self.splines.x[-1]
        ):
            raise UserError(
                f"polar pair: a bond length lies outside {self.splines.x[0]:g} to "
                f"{self.splines.x[-1]:g} bohr, where properties are known; stay inside or "
                "compute more"
            )
        dipole_a, quadrupole_a, along_a, across_a = self.splines(r_a).T
        dipole_b, quadrupole_b, along_b, across_b = self.splines(r_b).T
        c_a, c_b = np.cos(theta_a), np.cos(theta_b)
        perpendicular = np.sin(theta_a) * np.sin(theta_b) * np.cos(phi)
        t = 2.0 * c_a * c_b - perpendicular  # n_a T n_b with T = 3 R R - 1
        c_3 = dipole_a * dipole_b * t
        c_4 = 1.5 * (
            quadrupole_a * dipole_b * (c_b * (3.0 * c_a**2 - 1.0) - 2.0 * c_a * perpendicular)
            - dipole_a * quadrupole_b * (c_a * (3.0 * c_b**2 - 1.0) - 2.0 * c_b * perpendicular)
        )
        c_5 = -0.75 * quadrupole_a * quadrupole_b * (
            1.0 - 5.0 * (c_a**2 + c_b**2) - 15.0 * (c_a * c_b) ** 2
            + 2.0 * (4.0 * c_a * c_b - perpendicular) ** 2
        )  # fmt: skip
        excess_a, excess_b = along_a - across_a, along_b - across_b
        length_a, length_b = 3.0 * c_a**2 + 1.0, 3.0 * c_b**2 + 1.0  # |T n|^2
        induction = 0.5 * (
            dipole_a**2 * (across_b * length_a + excess_b * t**2)
            + dipole_b**2 * (across_a * length_b + excess_a * t**2)
        )
        dispersion = 0.125 * self.excitation * (
            6.0 * across_a * across_b + excess_a * across_b * length_a
            + excess_b * across_a * length_b + excess_a * excess_b * t**2
        )  # fmt: skip
        return np.stack([c_3, c_4, c_5, induction + dispersion], axis=1)

    def energy(self, distance: NDArray, x: NDArray) -> NDArray:
        """u (N,), hartree, at R (N,), bohr, and x (N, 5)."""
        return -(self.coefficients(x) / distance[:, None] ** np.array(POWERS)).sum(axis=1)
