"""Counterpoise-corrected CCSD(T) interaction energies of two diatoms, with midbond functions.

Boys and Bernardi, Mol. Phys. 19, 553 (1970): both monomers are computed in the basis of the pair.
Bond functions at the middle of R: Tao and Pan, J. Chem. Phys. 97, 4989 (1992).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyscf import cc, gto, lib, scf

from vibrates.core.errors import UserError

# 1s of the second row, 1s 2s 2p of the third.
CORE_ORBITALS = {
    **dict.fromkeys(("Li Be B C N O F Ne").split(), 1),  # noqa: SIM905 - keeps the code fingerprint
    **dict.fromkeys(("Na Mg Al Si P S Cl Ar").split(), 5),  # noqa: SIM905 - as above
}
MIDBOND = "ghost-X"
ENERGIES = ["E_HF_hartree", "E_CCSD_hartree", "E_CCSDT_hartree"]


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


def _energies(symbols: Sequence[str], xyz: np.ndarray, level: Level) -> tuple[float, float, float]:
    """Total HF, CCSD, CCSD(T) energies, hartree; symbols that begin with ghost carry no charge."""
    basis = {s: level.midbond_functions() if s == MIDBOND else level.basis for s in symbols}
    atoms = list(zip(symbols, xyz, strict=True))
    molecule = gto.M(atom=atoms, basis=basis, unit="angstrom", verbose=0)
    field = scf.RHF(molecule)
    field.conv_tol = 1e-10
    field.kernel()
    cluster = cc.CCSD(field, frozen=sum(CORE_ORBITALS.get(s, 0) for s in symbols) or None)
    cluster.conv_tol, cluster.conv_tol_normt = 2e-8, 1e-4
    integrals = cluster.ao2mo()  # once for singles and doubles and for triples
    cluster.kernel(eris=integrals)
    if not (field.converged and cluster.converged):
        raise UserError(
            f"{'HF' if not field.converged else 'CCSD'} did not converge for {symbols} at "
            f"{np.round(xyz, 4).tolist()} angstrom; leave the geometry out of the list"
        )
    triples = cluster.ccsd_t(eris=integrals) if molecule.nelectron > 2 else 0.0
    return field.e_tot, cluster.e_tot, cluster.e_tot + triples


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
    lib.num_threads(1)
    ghosts = [f"ghost-{s}" for s in symbols]
    middle = [MIDBOND] if level.midbond else []
    xyz = xyz[: len(symbols) + len(middle)]
    pair = _energies([*symbols, *middle], xyz, level)
    a = _energies([*symbols[:2], *ghosts[2:], *middle], xyz, level)
    b = _energies([*ghosts[:2], *symbols[2:], *middle], xyz, level)
    return np.array(pair) - a - b
