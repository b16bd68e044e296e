"""Counterpoise-corrected CCSD(T) interaction energies of two diatoms, with midbond functions.

Boys and Bernardi, Mol. Phys. 19, 553 (1970): both monomers are computed in the basis of the pair.
Bond functions at the middle of R: Tao and Pan, J. Chem. Phys. 97, 4989 (1992).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pyscf import cc, gto, lib, mp, scf

from vibrates.core.errors import UserError

# 1s of the second row, 1s 2s 2p of the third.
CORE_ORBITALS = {
    **dict.fromkeys(("Li Be B C N O F Ne").split(), 1),  # noqa: SIM905 - keeps the code fingerprint
    **dict.fromkeys(("Na Mg Al Si P S Cl Ar").split(), 5),  # noqa: SIM905 - as above
}
MIDBOND = "ghost-X"


@dataclass(frozen=True)
class Level:
    """``basis``: name of a PySCF basis; ``midbond``: exponents of each letter, e.g. {s: [0.9]}."""

    basis: str
    midbond: Mapping[str, Sequence[float]]

    def midbond_functions(self) -> list:
        """In PySCF's format: [angular momentum, [exponent, coefficient]] for each function."""
        return [
            ["spdfgh".index(letter), [exponent, 1.0]]
            for letter, exponents in self.midbond.items()
            for exponent in exponents
        ]


def positions(
    masses: Sequence[Sequence[float]],
    angles_deg: Sequence[float],
    distance: float,
    bonds: tuple[float, float],
) -> np.ndarray:
    """Nuclei of a, of b, and the middle of R.

    Parameters
    ----------
    masses : sequence of two sequences
        Masses of a's and of b's atoms, of which only ratios matter: two for a diatom, one for an
        atom, whose angle and bond have no effect.
    angles_deg : sequence of float
        theta_a, theta_b, phi, degree; R joins the centres of mass and points from a to b.
    distance : float
        R, angstrom.
    bonds : tuple of two floats
        Bond lengths of a and b, angstrom.

    Returns
    -------
    array, (nuclei + 1, 3)
        Positions, angstrom.
    """
    theta_a, theta_b, phi = np.radians(angles_deg)
    directions = (
        np.array([np.sin(theta_a), 0.0, np.cos(theta_a)]),
        np.array([np.sin(theta_b) * np.cos(phi), np.sin(theta_b) * np.sin(phi), np.cos(theta_b)]),
    )
    centres = (np.zeros(3), np.array([0.0, 0.0, distance]))
    nuclei = []
    for mass, direction, centre, bond in zip(masses, directions, centres, bonds, strict=True):
        if len(mass) == 1:
            nuclei.append(centre)
            continue
        m_1, m_2 = mass
        nuclei += [centre - direction * bond * m_2 / (m_1 + m_2),
                   centre + direction * bond * m_1 / (m_1 + m_2)]  # fmt: skip
    return np.array([*nuclei, 0.5 * centres[1]])


class CoupledCluster(NamedTuple):
    """Total energies of one system, hartree, and diagnostics of its singles amplitudes."""

    hartree_fock: float
    mp2: float
    ccsd: float
    ccsd_t: float
    t1: float  # Lee and Taylor, Int. J. Quantum Chem. 36 (S23), 199 (1989)
    d1: float  # Janssen and Nielsen, Chem. Phys. Lett. 290, 423 (1998)


def molecules(symbols: Sequence[str], xyz: np.ndarray, level: Level) -> list[gto.Mole]:
    """The pair, a alone and b alone, each with the functions of all.

    Parameters
    ----------
    symbols : sequence of str
        Elements of a's two atoms, then of b's two or one.
    xyz : array, (len(symbols) + 1, 3)
        Nuclei and the middle of R, angstrom, from `positions`.
    level : Level
        Basis and bond functions.
    """
    ghosts = [f"ghost-{s}" for s in symbols]
    middle = [MIDBOND] if level.midbond else []
    xyz = xyz[: len(symbols) + len(middle)]

    def molecule(names: Sequence[str]) -> gto.Mole:
        basis = {s: level.midbond_functions() if s == MIDBOND else level.basis for s in names}
        atoms = list(zip(names, xyz, strict=True))
        return gto.M(atom=atoms, basis=basis, unit="angstrom", verbose=0)

    return [
        molecule([*symbols, *middle]),
        molecule([*symbols[:2], *ghosts[2:], *middle]),
        molecule([*ghosts[:2], *symbols[2:], *middle]),
    ]


def core_orbitals(molecule: gto.Mole) -> int:
    """Number of orbitals of the cores, which are not correlated; ghosts have none."""
    return sum(
        CORE_ORBITALS.get(molecule.atom_pure_symbol(i), 0)
        for i in range(molecule.natm)
        if molecule.atom_charge(i)
    )


def hartree_fock(molecule: gto.Mole, integrals: np.ndarray | None = None) -> scf.hf.RHF:
    """Converged Hartree-Fock; ``integrals``: those of the basis, if they are known."""
    field = scf.RHF(molecule)
    field.conv_tol = 1e-10
    if integrals is not None:
        field._eri = integrals
    field.kernel()
    if not field.converged:
        raise not_converged("HF", molecule)
    return field


def not_converged(what: str, molecule: gto.Mole) -> UserError:
    """The error for a calculation that does not converge."""
    names = [molecule.atom_symbol(i) for i in range(molecule.natm)]
    places = np.round(molecule.atom_coords(unit="angstrom"), 4).tolist()
    return UserError(
        f"{what} did not converge for {names} at {places} angstrom; leave the geometry out of the "
        "list"
    )


def coupled_cluster(molecule: gto.Mole) -> CoupledCluster:
    """HF, MP2, CCSD, CCSD(T) of one system, cores frozen.

    Raises UserError if HF or CCSD does not converge.
    """
    field = hartree_fock(molecule)
    cluster = cc.CCSD(field, frozen=core_orbitals(molecule) or None)
    cluster.conv_tol, cluster.conv_tol_normt = 2e-8, 1e-4
    integrals = cluster.ao2mo()  # once for singles and doubles and for triples
    cluster.kernel(eris=integrals)
    if not cluster.converged:
        raise not_converged("CCSD", molecule)
    triples = cluster.ccsd_t(eris=integrals) if molecule.nelectron > 2 else 0.0
    return CoupledCluster(
        field.e_tot,
        field.e_tot + cluster.emp2,
        cluster.e_tot,
        cluster.e_tot + triples,
        cluster.get_t1_diagnostic(),
        cluster.get_d1_diagnostic(),
    )


def diagnosed_interaction(
    symbols: Sequence[str], xyz: np.ndarray, level: Level
) -> tuple[np.ndarray, np.ndarray]:
    """HF, MP2, CCSD and CCSD(T) interaction energies, counterpoise-corrected, with diagnostics.

    Arguments and errors as of `interaction_energies`.

    Returns
    -------
    energies : array, (4,)
        Hartree.
    diagnostics : array, (2,)
        T1 and D1 of the pair.
    """
    lib.num_threads(1)
    pair, a, b = (np.array(coupled_cluster(one)) for one in molecules(symbols, xyz, level))
    return (pair - a - b)[:4], pair[4:]


def second_order_interaction(symbols: Sequence[str], xyz: np.ndarray, level: Level) -> np.ndarray:
    """HF and MP2 interaction energies (2,), hartree, counterpoise-corrected.

    Arguments and errors as of `interaction_energies`.
    """
    lib.num_threads(1)
    systems = molecules(symbols, xyz, level)
    integrals = systems[0].intor("int2e", aosym="s8")  # the three share one basis
    totals = []
    for system in systems:
        field = hartree_fock(system, integrals)
        correlation = mp.MP2(field, frozen=core_orbitals(system) or None)
        correlation.kernel(with_t2=False)
        totals.append((field.e_tot, correlation.e_tot))
    pair, a, b = np.array(totals)
    return pair - a - b


def interaction_energies(symbols: Sequence[str], xyz: np.ndarray, level: Level) -> np.ndarray:
    """HF, CCSD and CCSD(T) interaction energies, counterpoise-corrected.

    Parameters
    ----------
    symbols : sequence of str
        Elements of a's two atoms, then of b's two or one.
    xyz : array, (len(symbols) + 1, 3)
        Nuclei and the middle of R, angstrom, from `positions`.
    level : Level
        Basis and bond functions.

    Returns
    -------
    array, (3,)
        Energies, hartree.

    Raises
    ------
    UserError
        If HF or CCSD does not converge.
    """
    energies, _ = diagnosed_interaction(symbols, xyz, level)
    return energies[[0, 2, 3]]
