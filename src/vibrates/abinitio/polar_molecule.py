"""Dipole, quadrupole and polarizabilities of a polar diatom at one bond length, by finite fields.

CCSD(T) energies in a weak uniform field F and in a weak field gradient g (potential
g (3 z^2 - r^2)/2 of the electrons), z along the bond from the first atom to the second, origin at
the centre of mass.
"""

from collections.abc import Sequence

import numpy as np
from pyscf import cc, gto

from vibrates.abinitio import weak_fields
from vibrates.abinitio.models import PolarProperties
from vibrates.core.errors import UserError

FIELD = 0.0008  # a.u.; the polarizability is some hundred
GRADIENT = 0.0001  # a.u.


class PolarMolecule:
    """Energy of one molecule at the bond length ``r`` (bohr) in weak fields, hartree."""

    def __init__(self, settings: PolarProperties, r: float) -> None:
        m_1, m_2 = settings.masses_u
        places = np.array([[0.0, 0.0, -r * m_2], [0.0, 0.0, r * m_1]]) / (m_1 + m_2)
        self.molecule = gto.M(
            atom=list(zip(settings.symbols, places, strict=True)), basis=settings.basis,
            ecp=settings.ecp, unit="bohr", verbose=0,
        )  # fmt: skip
        self.frozen, self.density = settings.frozen_orbitals, None

    def energy(self, field: Sequence[float] = (0.0, 0.0, 0.0), gradient: float = 0.0) -> float:
        """CCSD(T) energy with the electrons in a uniform field (3,) and a field gradient (a.u.).

        Raises UserError if it does not converge.
        """
        mean_field = weak_fields.mean_field(self.molecule, field, gradient)
        mean_field.kernel(dm0=self.density)
        self.density = mean_field.make_rdm1()
        solver = cc.CCSD(mean_field, frozen=self.frozen)
        solver.conv_tol, solver.conv_tol_normt = 1e-10, 1e-6
        solver.kernel()
        if not (mean_field.converged and solver.converged):
            raise UserError(
                f"CCSD of {self.molecule.atom} did not converge; leave the bond length out"
            )
        return solver.e_tot + solver.ccsd_t()

    def properties(self) -> dict[str, float]:
        """Moments and polarizabilities, atomic units."""
        rest, across = self.energy(), self.energy((FIELD, 0.0, 0.0))
        along, against = self.energy((0.0, 0.0, FIELD)), self.energy((0.0, 0.0, -FIELD))
        slope = (self.energy(gradient=GRADIENT) - self.energy(gradient=-GRADIENT)) / (2 * GRADIENT)
        charges, z = self.molecule.atom_charges(), self.molecule.atom_coords()[:, 2]
        return {
            "dipole_au": charges @ z - (along - against) / (2 * FIELD),
            "quadrupole_au": charges @ z**2 - slope,
            "alpha_par_au": -(along + against - 2 * rest) / FIELD**2,
            "alpha_perp_au": -2 * (across - rest) / FIELD**2,
        }
