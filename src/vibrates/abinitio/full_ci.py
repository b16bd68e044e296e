"""Full CI of the valence electrons of an atom and a distant diatom in a small basis.

It gives the correlation energy that CCSD(T) lacks.
"""

import numpy as np
from pyscf import fci, gto, lib, mcscf, scf

from vibrates.abinitio.atom_diatom import systems
from vibrates.abinitio.models import AtomDiatomLevel
from vibrates.abinitio.points import Row
from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM


def interaction(row: Row, level: AtomDiatomLevel) -> float:
    """Counterpoise-corrected interaction energy, cm^-1; arguments as of `atom_diatom.point`.

    Raises UserError if an energy does not converge.
    """
    lib.num_threads(1)
    every, diatom, atom = (
        _energy(molecule, count, level.core_orbitals)
        for molecule, count in zip(systems(row, level), (3, 2, 1), strict=True)
    )
    return float((every - diatom - atom) * HARTREE_TO_CM)


def _energy(molecule: gto.Mole, atoms: int, core_orbitals: int) -> float:
    core = atoms * core_orbitals
    electrons = molecule.nelectron - 2 * core
    field = scf.ROHF(molecule).run(conv_tol=1e-13)
    active = mcscf.CASCI(
        field, field.mo_coeff.shape[1] - core, ((electrons + 1) // 2, electrons // 2), ncore=core
    )
    one, rest = active.get_h1eff()
    if electrons == 1:
        return np.linalg.eigvalsh(one)[0] + rest
    solver = fci.direct_spin1.FCI()
    solver.conv_tol, solver.max_cycle = 1e-12, 200
    energy, _ = solver.kernel(one, active.get_h2eff(), active.ncas, active.nelecas)
    if not (field.converged and solver.converged):
        raise UserError(f"full CI did not converge at {molecule.atom}; leave the geometry out")
    return energy + rest
