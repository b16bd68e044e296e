"""A molecule whose electrons feel a weak uniform field and a weak field gradient along z."""

from collections.abc import Sequence

import numpy as np
from pyscf import gto, scf


def mean_field(molecule: gto.Mole, field: Sequence[float], gradient: float) -> scf.hf.RHF:
    """Hartree-Fock, not yet solved, in a field (3,) and a gradient: atomic units.

    The potential of the electrons is F r + g (3 z^2 - r^2)/2.
    """
    dipole = molecule.intor("int1e_r")
    second = molecule.intor("int1e_rr").reshape(3, 3, *dipole.shape[1:])
    quadrupole = 0.5 * (2.0 * second[2, 2] - second[0, 0] - second[1, 1])
    solver = scf.RHF(molecule)
    core = solver.get_hcore() + np.tensordot(field, dipole, 1) + gradient * quadrupole
    solver.get_hcore = lambda *_: core
    solver.conv_tol = 1e-12
    return solver
