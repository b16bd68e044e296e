"""CASSCF and NEVPT2 interaction energies of two diatoms, counterpoise-corrected.

Strongly contracted NEVPT2: Angeli, Cimiraglia, Evangelisti, Leininger and Malrieu, J. Chem. Phys.
114, 10252 (2001). Active space of a molecule: the orbitals that its bond is made of (N2: six
electrons in the six of the 2p; H2: two in the two of the 1s); that of the pair is the sum of both.
Each molecule is solved alone in its own functions, then in those of the pair, and the pair starts
from the orbitals of both: the active space is the same at every distance and bond length.
"""

from collections.abc import Sequence

import numpy as np
from pyscf import fci, gto, lib, mcscf, mrpt, scf

from vibrates.abinitio.energies import (
    Level,
    core_orbitals,
    hartree_fock,
    molecules,
    not_converged,
)

# Atomic orbitals that the bond of a diatom of this element is made of: label, number of electrons
# and of orbitals of the molecule.
BONDING = {"H": ("1s", 2, 2), "N": ("2p", 6, 6)}
# Convergence of CASSCF, hartree: roughly, then by second order. The energy of NEVPT2 is not
# stationary: an error of the orbitals enters in first order.
_ROUGH, _FINE = (1e-8, 1e-4), (1e-11, 2e-6)


def interaction(
    symbols: Sequence[str], xyz: np.ndarray, level: Level
) -> tuple[np.ndarray, np.ndarray]:
    """CASSCF and NEVPT2 interaction energies, and diagnostics of the pair.

    Parameters
    ----------
    symbols : sequence of str
        Elements of a's two atoms, then of b's; both of a diatom are alike, and in `BONDING`.
    xyz : array, (5, 3)
        Nuclei and the middle of R, angstrom, from `energies.positions`.
    level : Level
        Basis and bond functions.

    Returns
    -------
    energies : array, (2,)
        Hartree.
    diagnostics : array, (4,)
        Weight of the leading determinant, natural occupations of the two active orbitals around
        the Fermi level, least singular value of the overlap of the active orbitals of the pair
        with those of the two molecules.

    Raises
    ------
    UserError
        If HF or CASSCF does not converge.
    """
    lib.num_threads(1)
    systems = molecules(symbols, xyz, level)
    integrals = systems[0].intor("int2e", aosym="s8")  # the three share one basis
    overlap = systems[0].intor("int1e_ovlp")
    owned = (slice(0, 2), slice(2, 4))
    alone = []
    for system, atoms, element in zip(systems[1:], owned, symbols[::2], strict=True):
        isolated = _isolated(system, atoms, element)
        start = _completed(_embedded(isolated, system, atoms), overlap)
        alone.append(_casscf(_field(system, integrals), *BONDING[element][1:], start))
    inactive = [one.mo_coeff[:, : one.ncore] for one in alone]
    active = [one.mo_coeff[:, one.ncore : one.ncore + one.ncas] for one in alone]
    occupied = _orthonormal(np.hstack([*inactive, *active]), overlap)
    electrons, orbitals = np.sum([BONDING[element][1:] for element in symbols[::2]], axis=0)
    pair = _casscf(
        _field(systems[0], integrals), int(electrons), int(orbitals), _completed(occupied, overlap)
    )
    energies = np.array([(one.e_tot, one.e_tot + _second_order(one)) for one in (pair, *alone)])
    return energies[0] - energies[1] - energies[2], _diagnostics(pair, occupied, overlap)


def _field(molecule: gto.Mole, integrals: np.ndarray) -> scf.hf.RHF:
    """Carries molecule and integrals; CASSCF needs no solution of Hartree-Fock."""
    field = scf.RHF(molecule)
    field._eri = integrals
    return field


def _isolated(system: gto.Mole, atoms: slice, element: str):
    """CASSCF of the molecule of ``system`` that has these atoms, in their own functions."""
    places = zip([element] * 2, system.atom_coords()[atoms], strict=True)
    basis = {element: system._basis[element]}
    molecule = gto.M(atom=list(places), basis=basis, unit="bohr", verbose=0)
    label, electrons, orbitals = BONDING[element]
    field = hartree_fock(molecule)
    start = _bonding_orbitals(field, element, label)
    return _roughly(field, electrons, orbitals, start)


def _bonding_orbitals(field, element: str, label: str) -> np.ndarray:
    """Orbitals of Hartree-Fock, the active ones those that overlap most with atomic ``label``.

    Occupied and empty orbitals are rotated separately, as in the atomic valence active space
    (Sayfutyarova, Sun, Chan and Knizia, J. Chem. Theory Comput. 13, 4063 (2017)); columns: inactive
    first, then active, then empty.
    """
    molecule = field.mol
    places = zip([element] * 2, molecule.atom_coords(), strict=True)
    minimal = gto.M(atom=list(places), basis="minao", unit="bohr", verbose=0)
    chosen = [i for i, name in enumerate(minimal.ao_labels()) if name.split()[2][:2] == label]
    between = gto.intor_cross("int1e_ovlp", molecule, minimal)[:, chosen]
    among = minimal.intor("int1e_ovlp")[np.ix_(chosen, chosen)]

    def by_weight(orbitals: np.ndarray) -> np.ndarray:
        part = orbitals.T @ between
        return orbitals @ np.linalg.eigh(part @ np.linalg.solve(among, part.T))[1]

    full = field.mo_occ > 0
    return np.hstack([by_weight(field.mo_coeff[:, full]),
                      by_weight(field.mo_coeff[:, ~full])[:, ::-1]])  # fmt: skip


def _embedded(isolated, system: gto.Mole, atoms: slice) -> np.ndarray:
    """Inactive and active orbitals of the isolated molecule in the functions of ``system``."""
    ranges = system.aoslice_by_atom()[atoms]
    rows = slice(ranges[0, 2], ranges[-1, 3])
    count = isolated.ncore + isolated.ncas
    out = np.zeros((system.nao, count))
    out[rows] = isolated.mo_coeff[:, :count]
    return out


def _orthonormal(orbitals: np.ndarray, overlap: np.ndarray) -> np.ndarray:
    """Symmetrically (Loewdin) orthonormalised orbitals."""
    values, vectors = np.linalg.eigh(orbitals.T @ overlap @ orbitals)
    return orbitals @ (vectors / np.sqrt(values)) @ vectors.T


def _completed(orbitals: np.ndarray, overlap: np.ndarray) -> np.ndarray:
    """Orthonormal ``orbitals`` (n, k) and an orthonormal basis of all others: (n, n)."""
    values, vectors = np.linalg.eigh(overlap)
    root = (vectors * np.sqrt(values)) @ vectors.T
    inverse = (vectors / np.sqrt(values)) @ vectors.T
    _, _, rows = np.linalg.svd((root @ orbitals).T)
    return np.hstack([orbitals, inverse @ rows[orbitals.shape[1] :].T])


def _roughly(field, electrons: int, orbitals: int, start: np.ndarray):
    """CASSCF of the lowest singlet, the orbitals not yet converged."""
    solver = mcscf.CASSCF(field, orbitals, electrons)
    solver.fcisolver = fci.direct_spin0.FCI(field.mol)
    solver.fcisolver.conv_tol = 1e-12
    solver.max_cycle_macro, solver.canonicalization, solver.verbose = 100, False, 0
    solver.conv_tol, solver.conv_tol_grad = _ROUGH
    solver.kernel(start)
    return solver


def _casscf(field, electrons: int, orbitals: int, start: np.ndarray):
    """Converged CASSCF of the lowest singlet, its orbitals natural and canonical."""
    solver = _roughly(field, electrons, orbitals, start)
    second = solver.newton()
    second.conv_tol, second.conv_tol_grad = _FINE
    second.kernel(solver.mo_coeff, solver.ci)
    if not second.converged:
        raise not_converged("CASSCF", field.mol)
    solver.e_tot = second.e_tot
    solver.mo_coeff, solver.ci, solver.mo_energy = solver.canonicalize(
        second.mo_coeff, second.ci, cas_natorb=True, sort=True, verbose=0
    )
    return solver


def _second_order(solver) -> float:
    """The NEVPT2 energy without excitations of the atoms' cores, hartree.

    The cores leave the orbitals and enter the one-electron Hamiltonian.
    """
    cores = core_orbitals(solver.mol)
    field, orbitals = solver._scf, solver.mo_coeff
    hamiltonian = field.get_hcore()
    if cores:
        density = 2.0 * orbitals[:, :cores] @ orbitals[:, :cores].T
        hamiltonian = hamiltonian + field.get_veff(solver.mol, density)
    reference = mcscf.CASCI(field, solver.ncas, solver.nelecas, ncore=solver.ncore - cores)
    reference.get_hcore = lambda *_: hamiltonian
    reference.fcisolver, reference.ci, reference.verbose = solver.fcisolver, solver.ci, 0
    reference.mo_coeff, reference.mo_energy = orbitals[:, cores:], solver.mo_energy[cores:]
    perturbation = mrpt.NEVPT(reference)
    perturbation.get_hcore = reference.get_hcore
    return perturbation.kernel()


def _diagnostics(pair, occupied: np.ndarray, overlap: np.ndarray) -> np.ndarray:
    active = slice(pair.ncore, pair.ncore + pair.ncas)
    density = pair.fcisolver.make_rdm1(pair.ci, pair.ncas, pair.nelecas)
    occupations = np.sort(np.linalg.eigvalsh(density))[::-1]
    half = sum(pair.nelecas) // 2
    common = np.linalg.svd(
        occupied[:, active].T @ overlap @ pair.mo_coeff[:, active], compute_uv=False
    )
    weight = np.abs(pair.ci).max() ** 2
    return np.array([weight, occupations[half - 1], occupations[half], common.min()])
