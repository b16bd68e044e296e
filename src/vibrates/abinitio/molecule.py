"""Polarizabilities and quadrupole moment of a diatom at one bond length, by finite fields.

Energies of the molecule in a weak uniform field F and in a weak field gradient g (potential
g (3 z^2 - r^2)/2 of the electrons): alpha = -d^2E/dF^2, Theta = Theta_nuclei - dE/dg, at the centre
of mass. `ccsd(t)` (exact for two electrons) near the equilibrium, `casscf` of all valence electrons
where a bond breaks.
"""

from collections.abc import Sequence

import numpy as np
from pyscf import cc, gto, mcscf

from vibrates.abinitio import weak_fields
from vibrates.abinitio.energies import CORE_ORBITALS, positions
from vibrates.core.errors import UserError

FIELD = 0.004  # a.u.
GRADIENT = 0.0005  # a.u.
VALENCE = {"H": (1, 1), "C": (4, 4), "N": (5, 4), "O": (6, 4)}  # electrons, orbitals of an atom


class Molecule:
    """Energy of one molecule at one bond length in weak fields, hartree."""

    def __init__(
        self, symbols: Sequence[str], masses: Sequence[float], r: float, basis: str, method: str
    ) -> None:
        xyz = positions((masses, (1.0, 1.0)), (0.0, 0.0, 0.0), 1.0, (r, 0.0))[:2]
        atoms = list(zip(symbols, xyz, strict=True))
        self.molecule = gto.M(atom=atoms, basis=basis, unit="angstrom", verbose=0)
        self.symbols, self.method = symbols, method
        self.orbitals = self.integrals = None

    def energy(self, field: Sequence[float] = (0.0, 0.0, 0.0), gradient: float = 0.0) -> float:
        """Total energy with the electrons in weak fields.

        Parameters
        ----------
        field : sequence of float, (3,)
            Uniform field, atomic units.
        gradient : float
            Field gradient along the bond, atomic units.

        Returns
        -------
        float
            Energy, hartree.

        Raises
        ------
        UserError
            If Hartree-Fock, CCSD or CASSCF does not converge.
        """
        mean_field = weak_fields.mean_field(self.molecule, field, gradient)
        mean_field.kernel()
        solver = self._casscf(mean_field) if self.method == "casscf" else self._ccsd(mean_field)
        if not (mean_field.converged and solver.converged):
            raise UserError(
                f"{self.method} of {''.join(self.symbols)} did not converge; "
                "leave the bond length out"
            )
        triples = self.method == "ccsd(t)" and self.molecule.nelectron > 2
        return solver.e_tot + (solver.ccsd_t(eris=self.integrals) if triples else 0.0)

    def _ccsd(self, mean_field):
        frozen = sum(CORE_ORBITALS.get(s, 0) for s in self.symbols)
        solver = cc.CCSD(mean_field, frozen=frozen or None)
        solver.conv_tol, solver.conv_tol_normt = 1e-10, 1e-6
        self.integrals = solver.ao2mo()
        solver.kernel(eris=self.integrals)
        return solver

    def _casscf(self, mean_field):
        electrons, orbitals = np.sum([VALENCE[s] for s in self.symbols], axis=0)
        solver = mcscf.CASSCF(mean_field, int(orbitals), int(electrons))
        solver.conv_tol = 1e-10
        solver.kernel(self.orbitals)
        if self.orbitals is None:
            self.orbitals = solver.mo_coeff
        return solver

    def properties(self) -> tuple[float, float, float]:
        """Parallel and perpendicular polarizability and quadrupole moment, atomic units."""
        rest = self.energy()
        like_ends = self.symbols[0] == self.symbols[1]
        along = self.energy((0.0, 0.0, FIELD))
        against = along if like_ends else self.energy((0.0, 0.0, -FIELD))
        across = self.energy((FIELD, 0.0, 0.0))
        slope = (self.energy(gradient=GRADIENT) - self.energy(gradient=-GRADIENT)) / (2 * GRADIENT)
        nuclei = self.molecule.atom_charges() @ self.molecule.atom_coords()[:, 2] ** 2
        alpha = -np.array([along + against - 2 * rest, 2 * across - 2 * rest]) / FIELD**2
        return *alpha, nuclei - slope
