"""The intermolecular potential V(R, orientation, r_a, r_b) = V_vdW + V_elect.

V_vdW is the Improved Lennard-Jones function (Pirani et al., PCCP 10, 5489 (2008)) with R_m, eps and
beta that depend on orientation and bond lengths; V_elect the quadrupole-quadrupole energy (Hong et
al. 2023, eqs. 6 and 7). This module is the plain NumPy form; `vibrates.trajectories.kernel`
evaluates the same expressions, with forces, on the vibrational grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.units import ANGSTROM_TO_BOHR, MEV_TO_HARTREE
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.deformation import Deformation, Fitted, Polarizability, Rigid, correlation
from vibrates.potential.electrostatics import quadrupole_product, require_quadrupoles
from vibrates.potential.kernel_forms import IMPROVED_LENNARD_JONES, KernelTables
from vibrates.potential.orientation import (
    REFERENCE_CONFIGURATIONS,
    at_orientation,
    coefficients,
    harmonics,
    quadrupole_angular,
)

if TYPE_CHECKING:
    from vibrates.potential.settings import HardnessSettings, TableSettings

# Hong et al. 2023, Table 2: (R_m / angstrom, eps / meV) of N2-H2 at H, X, Ta, Tb, I.
PUBLISHED_N2_H2 = {
    "original": ((3.52, 6.16), (3.52, 6.16), (3.54, 7.23), (3.92, 4.30), (3.97, 4.64)),
    "modified": ((3.52, 5.98), (3.52, 5.98), (3.54, 7.02), (3.96, 4.30), (4.13, 4.83)),
}
# The quadrupole moments at r_e that belong to it, atomic units (section 2.1).
PUBLISHED_QUADRUPOLES = (-1.1, 0.4835)


def improved_lennard_jones(x: ArrayLike, beta: ArrayLike) -> NDArray:
    """6/(n-6) x^-n - n/(n-6) x^-6 with n = beta + 4 x^2, x = R/R_m: V in units of eps."""
    x = np.asarray(x, dtype=float)
    n = np.asarray(beta) + 4.0 * x**2
    return (6.0 * x**-n - n * x**-6) / (n - 6.0)


@dataclass(frozen=True)
class ImprovedLennardJonesSurface:
    """Potential energy surface of a pair of diatomic molecules.

    ``parameters`` (3, 5): R_m (bohr), eps (hartree) and beta at the configurations H, X, Ta, Tb, I
    with both bonds at r_e. ``quadrupole_scale`` multiplies Q_a(r_a) Q_b(r_b) of the molecules.
    """

    # ASSUME: the electrostatic energy is the quadrupole-quadrupole term alone.
    # ASSUME: R_m, eps and beta follow five harmonics of the orientation.
    parameters: NDArray
    deformation: Deformation
    diatom_a: Diatom | Atom
    diatom_b: Diatom | Atom
    quadrupole_scale: float = 1.0

    @classmethod
    def from_settings(
        cls,
        settings: HardnessSettings | TableSettings,
        diatom_a: Diatom | Atom,
        diatom_b: Diatom | Atom,
    ) -> ImprovedLennardJonesSurface:
        """The surface of a pair of molecules.

        For a published table the product of the quadrupole moments is scaled to the published one.

        Parameters
        ----------
        settings
            The ``surface`` block.
        diatom_a, diatom_b
            The two molecules.

        Raises
        ------
        UserError
            If a molecule lacks a property that the settings require.
        """
        require_quadrupoles(diatom_a, diatom_b)
        if settings.type == "table":
            rows = [
                (row.R_m_angstrom, row.eps_meV, row.beta)
                for row in (getattr(settings.configurations, n) for n in REFERENCE_CONFIGURATIONS)
            ]
        else:
            named = PUBLISHED_N2_H2.get(settings.type)
            rows = [
                (r_m, eps, settings.hardness(name))
                for name, (r_m, eps) in zip(
                    REFERENCE_CONFIGURATIONS, named or correlation(diatom_a, diatom_b), strict=True
                )
            ]
        parameters = np.array(
            [(r_m * ANGSTROM_TO_BOHR, eps * MEV_TO_HARTREE, beta) for r_m, eps, beta in rows],
            dtype=float,
        ).T
        deformation: Deformation = Rigid()
        if settings.deformation == "polarizability":
            deformation = Polarizability(diatom_a, diatom_b)
        elif settings.slopes is not None:
            deformation = Fitted.from_settings(settings.slopes, diatom_a, diatom_b)
        at_rest = float(quadrupole_product(diatom_a, diatom_b, diatom_a.r_e, diatom_b.r_e))
        published = settings.type in PUBLISHED_N2_H2 and at_rest
        scale = float(np.prod(PUBLISHED_QUADRUPOLES)) / at_rest if published else 1.0
        return cls(parameters, deformation, diatom_a, diatom_b, scale)

    def orientation_tables(self, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Harmonic coefficients (3, 5, ...) of R_m, eps, beta at bond lengths r_a, r_b (bohr)."""
        values = self.deformation.apply(self.parameters, r_a, r_b)
        return np.stack([coefficients(v) for v in values])

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> KernelTables:
        """Kernel input on the grid r_a x r_b: tables (points, 15), Q_a Q_b."""
        tables = self.orientation_tables(r_a, r_b).reshape(15, -1)
        quadrupole = np.broadcast_to(self.quadrupole_product(r_a, r_b), (r_a.size, r_b.size))
        return KernelTables(
            IMPROVED_LENNARD_JONES.number, np.ascontiguousarray(tables.T), quadrupole.ravel()
        )

    def quadrupole_product(self, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Q_a(r_a) Q_b(r_b), atomic units."""
        return self.quadrupole_scale * quadrupole_product(self.diatom_a, self.diatom_b, r_a, r_b)

    def potential(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike,
        c_ab: ArrayLike,
        r_a: ArrayLike | None = None,
        r_b: ArrayLike | None = None,
    ) -> NDArray:
        """V in hartree. Arguments as in `Potential.potential`."""
        r_a = self.diatom_a.r_e if r_a is None else r_a
        r_b = self.diatom_b.r_e if r_b is None else r_b
        shape = np.broadcast_shapes(*map(np.shape, (distance, c_a, c_b, c_ab, r_a, r_b)))
        tables = self.orientation_tables(r_a, r_b)
        r_m, eps, beta = at_orientation(tables, harmonics(c_a, c_b, c_ab), len(shape))
        dispersion = eps * improved_lennard_jones(distance / r_m, beta)
        electrostatic = (
            self.quadrupole_product(r_a, r_b)
            * quadrupole_angular(c_a, c_b, c_ab)
            / np.asarray(distance, dtype=float) ** 5
        )
        return dispersion + electrostatic
