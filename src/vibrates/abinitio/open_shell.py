"""CCSD(T) of a few valence electrons over restricted open-shell orbitals, with much less work.

The wave function is that of PySCF's UCCSD(T) on an ROHF reference (Knowles, Hampel, Werner, JCP 99,
5219 (1993), unrestricted amplitudes; semicanonical orbitals for the triples). With one to three
correlated electrons the transformation of all integrals would be nearly the whole cost: here the
particle-particle ladder is an exchange build with integrals over atomic orbitals, and only
integrals with an occupied orbital are transformed.
"""

from functools import reduce

import numpy as np
from numpy.typing import NDArray
from pyscf import ao2mo, gto, scf
from pyscf.cc import uccsd
from pyscf.scf.hf import dot_eri_dm

from vibrates.core.errors import UserError


class FewElectrons(uccsd.UCCSD):
    """UCCSD without integrals of four virtual orbitals; ``_scf._eri`` holds those over AOs."""

    def ao2mo(self, mo_coeff=None):
        eris = uccsd._ChemistsERIs()
        eris._common_init_(self, mo_coeff)
        integrals = self._scf._eri
        orbitals = eris.mo_coeff
        for spin, (occupied, letters) in enumerate(zip(self.nocc, ("ov", "OV"), strict=True)):
            for other, (also, others) in enumerate(zip(self.nocc, ("ov", "OV"), strict=True)):
                first, second = orbitals[spin], orbitals[other]
                block = ao2mo.general(
                    integrals, (first[:, :occupied], first, second, second), compact=False
                ).reshape(occupied, first.shape[1], second.shape[1], second.shape[1])
                parts = {"o": slice(None, occupied), "v": slice(occupied, None)}
                same = {"o": slice(None, also), "v": slice(also, None)}
                for name in ("oooo", "ooov", "ovoo", "ovov", "oovv", "ovvo", "ovvv"):
                    key = "".join(
                        dict(zip("ov", letters if k < 2 else others, strict=True))[x]
                        for k, x in enumerate(name)
                    )
                    part = block[:, parts[name[1]]][:, :, same[name[2]]][..., same[name[3]]]
                    setattr(eris, key, np.ascontiguousarray(part))
        return eris

    def _add_vvvv(self, t1, t2, eris, out=None, with_ovvv=False, t2sym=None):
        """sum_cd (ac|bd) tau_ij^cd as exchange matrices of the amplitudes over AOs."""
        tau = t2 if t1 is None else uccsd.make_tau(t2, t1, t1)
        virtual = [c[:, n:] for c, n in zip(eris.mo_coeff, self.nocc, strict=True)]
        found = []
        for amplitudes, (s_1, s_2) in zip(tau, ((0, 0), (0, 1), (1, 1)), strict=True):
            n_1, n_2 = amplitudes.shape[:2]
            # Of like spins only i < j is independent.
            pairs = [(i, j) for i in range(n_1) for j in range(n_2) if s_1 != s_2 or i < j]
            ladder = np.zeros_like(amplitudes)
            if pairs:
                over_ao = [
                    reduce(np.dot, (virtual[s_1], amplitudes[p], virtual[s_2].T)) for p in pairs
                ]
                exchange = dot_eri_dm(self._scf._eri, np.array(over_ao), hermi=0, with_j=False)[1]
                for (i, j), matrix in zip(pairs, exchange, strict=True):
                    ladder[i, j] = reduce(np.dot, (virtual[s_1].T, matrix, virtual[s_2]))
                    if s_1 == s_2:
                        ladder[j, i] = -ladder[i, j]
            found.append(ladder)
        return tuple(found)


def triples_energy(cluster: FewElectrons, eris: uccsd._ChemistsERIs) -> float:
    """(T) of electrons i, j of one spin and K of the other: a single array over a, b, C.

    Raghavachari et al., CPL 157, 479 (1989), for spin orbitals, with the occupied-virtual elements
    of the Fock matrix that an open shell keeps (Watts, Gauss, Bartlett, JCP 98, 8718 (1993)).

    Parameters
    ----------
    cluster : FewElectrons
        Converged amplitudes of two electrons of one spin and one of the other.
    eris
        Its integrals, as `FewElectrons.ao2mo` returns them.

    Returns
    -------
    float
        Energy, hartree.

    Raises
    ------
    UserError
        For another number of electrons.
    """
    if cluster.nocc != (2, 1):
        raise UserError(
            f"(T) is for two electrons and one, not for {cluster.nocc}; use PySCF's own"
        )
    (t_a, t_b), (t_aa, t_ab, _) = cluster.t1, cluster.t2
    fock_a, fock_b = eris.focka[:2, 2:], eris.fockb[0, 1:]
    t_k = t_ab[:, 0]  # (i, a, C)
    connected = np.einsum("ae,cbe->abc", t_aa[0, 1], eris.OVvv[0], optimize=True)
    disconnected = np.einsum("c,ab->abc", t_b[0], eris.ovov[0, :, 1])
    disconnected += 0.5 * np.einsum("c,ab->abc", fock_b, t_aa[0, 1])
    for i, j, sign in ((0, 1, 1.0), (1, 0, -1.0)):
        terms = (
            ("be,ace->abc", t_k[j], eris.ovVV[i]),
            ("ec,abe->abc", t_k[j], eris.ovvv[i]),
            ("bc,a->abc", t_k[i], eris.ovOO[j, :, 0, 0]),
            ("mbc,ma->abc", -t_k, eris.ovoo[i, :, :, j].T),
            ("mab,mc->abc", -0.5 * t_aa[i], eris.ooOV[:, j, 0]),
        )
        for path, amplitudes, integrals in terms:
            connected += sign * np.einsum(path, amplitudes, integrals, optimize=True)
        disconnected += sign * np.einsum("a,bc->abc", t_a[i], eris.ovOV[j, :, 0])
        disconnected += sign * np.einsum("a,bc->abc", fock_a[i], t_k[j])
    connected -= connected.transpose(1, 0, 2)
    disconnected -= disconnected.transpose(1, 0, 2)
    (e_a, e_b) = eris.mo_energy
    gaps = e_a[:2].sum() + e_b[0] - np.add.outer(np.add.outer(e_a[2:], e_a[2:]), e_b[1:])
    return float(0.5 * np.sum(connected * (connected + disconnected) / gaps))


def semicanonical(field: scf.rohf.ROHF, core: int) -> scf.uhf.UHF:
    """The same determinant; orbitals of each spin diagonalise the blocks of its Fock matrix."""
    both = field.to_uhf()
    focks = both.get_fock(dm=both.make_rdm1())
    orbitals, energies = [], []
    for coefficients, occupation, fock in zip(both.mo_coeff, both.mo_occ, focks, strict=True):
        occupied = int(occupation.sum())
        turned, levels = coefficients.copy(), np.zeros(coefficients.shape[1])
        for block in (slice(0, core), slice(core, occupied), slice(occupied, None)):
            part = coefficients[:, block]
            if part.shape[1]:
                levels[block], vectors = np.linalg.eigh(part.T @ fock @ part)
                turned[:, block] = part @ vectors
        orbitals.append(turned)
        energies.append(levels)
    both.mo_coeff, both.mo_energy = np.array(orbitals), np.array(energies)
    both._eri = field._eri
    return both


def restricted(molecule: gto.Mole, integrals: NDArray, guess: NDArray | None) -> scf.rohf.ROHF:
    """Converged ROHF field.

    Parameters
    ----------
    molecule : gto.Mole
        The molecule.
    integrals : array
        Its two-electron integrals over atomic orbitals, with eightfold symmetry.
    guess : array, (2, n, n), or None
        Density matrices of both spins to start from.

    Raises
    ------
    UserError
        If the field does not converge.
    """
    field = scf.ROHF(molecule)
    field._eri = integrals
    field.conv_tol, field.conv_tol_grad, field.max_cycle = 1e-13, 1e-8, 200
    field.kernel(dm0=guess)
    if not field.converged:
        raise UserError(
            f"ROHF did not converge at {molecule.atom}; leave the geometry out of the list"
        )
    return field


def spin_densities(field: scf.rohf.ROHF) -> NDArray:
    """Density matrices (2, n, n) of both spins."""
    return np.asarray(field.to_uhf().make_rdm1())


def energies(field: scf.rohf.ROHF, core: int, tolerance: float) -> NDArray:
    """Total ROHF, UCCSD and UCCSD(T) energies.

    Parameters
    ----------
    field : scf.rohf.ROHF
        Converged field, as `restricted` returns it.
    core : int
        Lowest orbitals that are frozen.
    tolerance : float
        Convergence of the UCCSD energy, hartree.

    Returns
    -------
    array, (3,)
        Energies, hartree; all of them ROHF where fewer than two electrons are correlated.

    Raises
    ------
    UserError
        If UCCSD does not converge.
    """
    reference = semicanonical(field, core)
    if sum(field.mol.nelec) - 2 * core < 2:
        return np.full(3, field.e_tot)
    cluster = FewElectrons(reference, frozen=core or None)
    cluster.conv_tol, cluster.conv_tol_normt = tolerance, 1e3 * tolerance
    cluster.max_cycle, cluster.diis_space = 200, 12
    integrals = cluster.ao2mo()
    cluster.kernel(eris=integrals)
    if not cluster.converged:
        raise UserError(
            f"UCCSD did not converge at {field.mol.atom}; leave the geometry out of the list"
        )
    triples = triples_energy(cluster, integrals) if sum(cluster.nocc) > 2 else 0.0
    return np.array([field.e_tot, cluster.e_tot, cluster.e_tot + triples])
