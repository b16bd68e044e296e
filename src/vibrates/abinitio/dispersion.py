"""C_6 of an atom and a homonuclear diatom of one element from dipole spectra (Casimir-Polder).

One or two valence electrons: full CI over the orbitals above the cores. The spectrum of the dipole
operator comes from the Lanczos recursion that begins with z|0>: its Gauss quadrature gives the
polarizability at all imaginary frequencies, and with it (3/pi) int alpha_a(iw) alpha_b(iw) dw. No
interaction energy enters, so that it judges the C_6 of a fit to such energies.

`python -m vibrates.abinitio.dispersion SETTINGS OUTPUT`
"""

import argparse
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyscf
from numpy.typing import NDArray
from pyscf import ao2mo, gto, lib, mcscf, scf
from scipy.linalg import eigh_tridiagonal

from vibrates.abinitio.atom_diatom import basis
from vibrates.abinitio.models import AtomBasis, DipoleSpectraSettings
from vibrates.abinitio.points import read_settings
from vibrates.core.errors import UserError
from vibrates.core.scripts import run
from vibrates.core.tables import write

STEPS = 60  # of the Lanczos recursion: twice what ten digits want
Operator = Callable[[NDArray], NDArray]


def spectrum(
    element: str, places: Sequence[float], chosen: AtomBasis, core_orbitals: int
) -> NDArray:
    """Excitation energies and |<n|z|0>|^2 averaged over x, y, z: (lines, 2), hartree and bohr^2.

    ``places``: of the one or two nuclei along z, bohr; ``core_orbitals``: of each atom. Raises
    UserError unless one or two valence electrons are left.
    """
    count = len(places)
    molecule = gto.M(
        atom=[(element, (0.0, 0.0, z)) for z in places], unit="bohr", verbose=0,
        basis={element: basis(element, chosen)}, spin=count % 2,
    )  # fmt: skip
    core = core_orbitals * count
    electrons = molecule.nelectron - 2 * core
    if electrons not in (1, 2):
        raise UserError(
            f"dispersion: {element} has {electrons} valence electrons; one or two can be done"
        )
    field = (scf.ROHF if count % 2 else scf.RHF)(molecule)
    field.conv_tol = 1e-12
    field.kernel()
    valence = field.mo_coeff[:, core:]
    hamiltonian, diagonal = _hamiltonian(field, core, electrons)
    start = np.zeros_like(diagonal)
    start[0] = 1.0
    energy, ground = lib.davidson(hamiltonian, start, diagonal, tol=1e-13, max_cycle=200)
    lines = []
    for dipole in molecule.intor("int1e_r"):
        moved = _one_body(valence.T @ dipole @ valence, electrons)(ground)
        moved -= (ground @ moved) * ground
        levels, parts = _lanczos(hamiltonian, moved)
        lines.append(np.stack([levels - energy, moved @ moved * parts / 3.0], axis=1))
    return np.concatenate(lines)


def _one_body(matrix: NDArray, electrons: int) -> Operator:
    """On a vector over the orbitals of one electron, or over pairs of them."""
    if electrons == 1:
        return lambda vector: matrix @ vector

    def act(vector: NDArray) -> NDArray:
        pairs = vector.reshape(matrix.shape)
        return (matrix @ pairs + pairs @ matrix.T).ravel()

    return act


def _hamiltonian(field: scf.hf.SCF, core: int, electrons: int) -> tuple[Operator, NDArray]:
    """Of the valence electrons above frozen cores, and its diagonal."""
    orbitals = field.mo_coeff.shape[1] - core
    active = mcscf.CASCI(field, orbitals, (1, electrons - 1), ncore=core)
    one, _ = active.get_h1eff()
    alone = _one_body(one, electrons)
    if electrons == 1:
        return alone, np.diag(one).copy()
    # (i k | j l) as a matrix from the pair (k, l) to the pair (i, j).
    repulsion = ao2mo.restore(1, active.get_h2eff(), orbitals).transpose(0, 2, 1, 3)
    repulsion = repulsion.reshape(orbitals**2, orbitals**2)
    diagonal = np.add.outer(np.diag(one), np.diag(one)).ravel() + np.diag(repulsion)
    return lambda vector: alone(vector) + repulsion @ vector, diagonal


def _lanczos(hamiltonian: Operator, start: NDArray) -> tuple[NDArray, NDArray]:
    """Eigenvalues and squared first components of the recursion, reorthogonalised at each step."""
    vectors = np.zeros((min(STEPS, start.size), start.size))
    vectors[0] = start / np.linalg.norm(start)
    diagonal, beside = [], []
    for k in range(len(vectors)):
        new = hamiltonian(vectors[k])
        diagonal.append(vectors[k] @ new)
        for _ in range(2):
            new = new - vectors[: k + 1].T @ (vectors[: k + 1] @ new)
        beside.append(np.linalg.norm(new))
        if beside[-1] < 1e-8 or k == len(vectors) - 1:
            break
        vectors[k + 1] = new / beside[-1]
    levels, parts = eigh_tridiagonal(diagonal, beside[:-1])
    return levels, parts[0] ** 2


def polarizability(lines: NDArray) -> float:
    """Static, averaged over directions, bohr^3."""
    return float(2.0 * (lines[:, 1] / lines[:, 0]).sum())


def c_6(a: NDArray, b: NDArray) -> float:
    """Isotropic C_6, hartree bohr^6, of two systems with spectra (lines, 2)."""
    return float(6.0 * (np.outer(a[:, 1], b[:, 1]) / np.add.outer(a[:, 0], b[:, 0])).sum())


def _name(chosen: AtomBasis) -> str:
    more, fewer = chosen.diffuse, "".join(chosen.leave_out)
    return chosen.basis + (f" + {more}" if more else "") + (f" - {fewer}" if fewer else "")


def compute(settings: str, output: str) -> None:
    """Write a table of r_bohr and basis: polarizabilities of atom and diatom, and C_6.

    ``settings``: a JSON file of `DipoleSpectraSettings`, which is also the provenance. Raises
    UserError if it holds others.
    """
    lib.num_threads(1)
    chosen = read_settings(DipoleSpectraSettings, settings)
    rows = []
    for here in chosen.basis_sets():
        atom = spectrum(chosen.element, [0.0], here, chosen.core_orbitals)
        for r in chosen.r_bohr:
            diatom = spectrum(chosen.element, [-0.5 * r, 0.5 * r], here, chosen.core_orbitals)
            rows.append({
                "basis": _name(here), "r_bohr": r, "alpha_atom_au": polarizability(atom),
                "alpha_diatom_au": polarizability(diatom), "C6_au": c_6(atom, diatom),
            })  # fmt: skip
    provenance = {
        "method": "full CI of the valence electrons, Lanczos",
        "program": f"PySCF {pyscf.__version__}",
    }
    write(output, pd.DataFrame(rows).round(4), provenance | chosen.to_mapping())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("settings")
    parser.add_argument("output")
    run(compute, **vars(parser.parse_args()))
