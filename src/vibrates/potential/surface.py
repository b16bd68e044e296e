"""The intermolecular potential V(R, orientation, r_a, r_b) = V_vdW + V_elect.

V_vdW is the Improved Lennard-Jones function (Pirani et al., PCCP 10, 5489 (2008)) with R_m, eps and
beta that depend on orientation and bond lengths; V_elect the quadrupole-quadrupole energy (Hong et
al. 2023, eqs. 6 and 7). This module is the plain NumPy form; `vibrates.trajectories.kernel`
evaluates the same expressions, with forces, on the vibrational grid.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, MEV_TO_HARTREE
from vibrates.molecules.diatom import Diatom
from vibrates.potential.deformation import Deformation, Fitted, Polarizability, Rigid, correlation
from vibrates.potential.forms import IMPROVED_LENNARD_JONES
from vibrates.potential.orientation import (
    REFERENCE_CONFIGURATIONS,
    at_orientation,
    coefficients,
    harmonics,
    quadrupole_angular,
)

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
    n = beta + 4.0 * x**2
    return (6.0 * x**-n - n * x**-6) / (n - 6.0)


@dataclass(frozen=True)
class Surface:
    """Potential energy surface of a pair of diatomic molecules.

    ``parameters`` (3, 5): R_m (bohr), eps (hartree) and beta at the configurations H, X, Ta, Tb, I
    with both bonds at r_e. ``quadrupole_scale`` multiplies Q_a(r_a) Q_b(r_b) of the molecules.
    """

    # ASSUME: the electrostatic energy is the quadrupole-quadrupole term alone.
    # ASSUME: R_m, eps and beta follow five harmonics of the orientation.
    parameters: NDArray
    deformation: Deformation
    diatom_a: Diatom
    diatom_b: Diatom
    quadrupole_scale: float = 1.0

    @classmethod
    def from_config(cls, mapping: Mapping, diatom_a: Diatom, diatom_b: Diatom) -> "Surface":
        """From the ``surface`` entry of the configuration.

        A published table goes with the published quadrupole moments: those of the molecules are
        scaled to them.
        """
        for diatom in (diatom_a, diatom_b):
            if diatom.quadrupole is None:
                raise UserError(
                    f"molecules.{diatom.name}.quadrupole is missing; give its polynomial, or "
                    "coefficients_au [0.0] for a molecule without a quadrupole"
                )
        beta = mapping.get("beta")
        correlated = (
            correlation(diatom_a, diatom_b) if mapping["parameters"] == "correlation" else None
        )
        rows = []
        for index, name in enumerate(REFERENCE_CONFIGURATIONS):
            if mapping["parameters"] == "table":
                row = mapping["configurations"][name]
                r_m, eps, beta_i = row["R_m_angstrom"], row["eps_meV"], row["beta"]
            else:
                table = PUBLISHED_N2_H2[mapping["parameters"]] if correlated is None else correlated
                r_m, eps = table[index]
                beta_i = beta[name] if isinstance(beta, Mapping) else beta
            rows.append((r_m * ANGSTROM_TO_BOHR, eps * MEV_TO_HARTREE, beta_i))
        match mapping["deformation"]:
            case "none":
                deformation = Rigid()
            case "polarizability":
                deformation = Polarizability(diatom_a, diatom_b)
            case "fitted":
                deformation = Fitted.from_config(mapping["slopes"], diatom_a, diatom_b)
            case other:
                raise UserError(
                    f"surface.deformation: {other!r} is not one of none, polarizability, fitted"
                )
        at_rest = float(diatom_a.quadrupole(diatom_a.r_e) * diatom_b.quadrupole(diatom_b.r_e))
        published = mapping["parameters"] in PUBLISHED_N2_H2 and at_rest
        scale = np.prod(PUBLISHED_QUADRUPOLES) / at_rest if published else 1.0
        return cls(np.array(rows, dtype=float).T, deformation, diatom_a, diatom_b, scale)

    def orientation_tables(self, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Harmonic coefficients (3, 5, ...) of R_m, eps, beta at bond lengths r_a, r_b (bohr)."""
        values = self.deformation.apply(self.parameters, r_a, r_b)
        return np.stack([coefficients(v) for v in values])

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> tuple[int, NDArray, NDArray]:
        """Kernel input on the grid r_a x r_b: form, tables (points, 15), Q_a Q_b."""
        tables = self.orientation_tables(r_a, r_b).reshape(15, -1)
        quadrupole = np.broadcast_to(self.quadrupole_product(r_a, r_b), (r_a.size, r_b.size))
        return IMPROVED_LENNARD_JONES, np.ascontiguousarray(tables.T), quadrupole.ravel()

    def quadrupole_product(self, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Q_a(r_a) Q_b(r_b), atomic units."""
        product = self.diatom_a.quadrupole(r_a) * self.diatom_b.quadrupole(r_b)
        return self.quadrupole_scale * product

    def potential(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike,
        c_ab: ArrayLike,
        r_a: ArrayLike | None = None,
        r_b: ArrayLike | None = None,
    ) -> NDArray:
        """V in hartree; ``distance``, ``r_a``, ``r_b`` in bohr; arguments broadcast together.

        Bond lengths default to the equilibrium ones.
        """
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
