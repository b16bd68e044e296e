"""Ab initio points of an atom and a homonuclear diatom of one element, far apart.

`python -m vibrates.abinitio.atom_diatom GEOMETRIES SETTINGS BLOCK OUTPUT`

Every finished point is kept beside OUTPUT at once, and a job that died takes them from there.
"""

import numpy as np
import pandas as pd

from vibrates.abinitio import points
from vibrates.abinitio.models import AtomBasis, AtomDiatomLevel
from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM

COORDINATES = ["R_bohr", "r_bohr", "theta_deg"]
ENERGIES = ["E_HF_cm", "E_CCSD_cm", "E_CCSDT_cm"]
STAGE = points.Stage(
    AtomDiatomLevel,
    COORDINATES,
    ("element", "core_orbitals", "basis", "leave_out", "diffuse", "tolerance_hartree", "program"),
    ENERGIES,
    7,
    "vibrates.abinitio.atom_diatom",
)


def basis(element: str, chosen: AtomBasis) -> list:
    """The basis of an element in PySCF's format, a list per shell.

    A letter of ``chosen.diffuse`` gets one more diffuse function, its exponent the next of the
    even-tempered series. Raises UserError if the basis has fewer than two functions of the letter.
    """
    from pyscf import gto

    shells = []
    for shell in gto.basis.load(chosen.basis, element):
        letter = "spdfgh"[shell[0]]
        dropped = chosen.leave_out.get(letter, ())
        if not any(len(shell) == 2 and np.isclose(shell[1][0], x) for x in dropped):
            shells.append(shell)
    for letter in chosen.diffuse:
        momentum = "spdfgh".index(letter)
        exponents = sorted(s[1][0] for s in shells if s[0] == momentum and len(s) == 2)
        if len(exponents) < 2:
            raise UserError(
                f"diffuse: '{letter}': {chosen.basis} of {element} has {len(exponents)} "
                f"uncontracted {letter} functions, at least 2 needed to go on from; take it out"
            )
        shells.append([momentum, [exponents[0] ** 2 / exponents[1], 1.0]])
    return shells


def systems(row: points.Row, level: AtomDiatomLevel) -> list:
    """PySCF's molecules: all three atoms, diatom, atom, each with the functions of all.

    ``row``: R_bohr joins the atom and the middle of the bond of length r_bohr, theta_deg is the
    angle between R and the bond.
    """
    from pyscf import gto

    theta, element = np.radians(row["theta_deg"]), level.element
    half = 0.5 * row["r_bohr"] * np.array([np.sin(theta), 0.0, np.cos(theta)])
    places = (-half, half, np.array([0.0, 0.0, row["R_bohr"]]))
    functions = basis(element, level)

    def system(real: tuple[bool, bool, bool]) -> gto.Mole:
        names = [element if here else f"ghost-{element}" for here in real]
        return gto.M(
            atom=list(zip(names, places, strict=True)), unit="bohr", verbose=0,
            basis={name: functions for name in names},  # noqa: C420 - keeps the code fingerprint
            spin=sum(real) % 2,
        )  # fmt: skip

    return [system(real) for real in ((True,) * 3, (True, True, False), (False, False, True))]


def point(row: points.Row, level: AtomDiatomLevel) -> np.ndarray:
    """Counterpoise-corrected ROHF, CCSD, CCSD(T) interaction energies (3,) of a geometry, cm^-1.

    ``row``: as in `systems`. Raises UserError if an energy does not converge.
    """
    # PySCF is optional: only the point itself needs it.
    from pyscf import lib

    from vibrates.abinitio.open_shell import energies, restricted, spin_densities

    lib.num_threads(1)
    every, diatom, atom = systems(row, level)
    # The three share one basis, and so the integrals.
    integrals = every.intor("int2e", aosym="s8")
    fields = [restricted(one, integrals, None) for one in (diatom, atom)]
    apart = spin_densities(fields[0]) + spin_densities(fields[1])
    fields.append(restricted(every, integrals, apart))
    core, tolerance = level.core_orbitals, level.tolerance_hartree
    e_diatom, e_atom, e_all = (
        energies(field, count * core, tolerance)
        for field, count in zip(fields, (2, 1, 3), strict=True)
    )
    return (e_all - e_diatom - e_atom) * HARTREE_TO_CM


def computed_already(level: AtomDiatomLevel) -> dict[str, dict]:
    """Energies (3,), cm^-1, and seconds by key, of the file that ``level.start`` names, if any.

    Raises UserError if that file was computed with other settings.
    """
    path = level.start
    if path is None:
        return {}
    columns = [*COORDINATES, *ENERGIES, "seconds"]
    table, provenance = tables.read(path, columns, "a file of points, or leave source.start out")
    for name, value in level.to_mapping().items():
        if name != "start" and provenance.get(name) != value:
            raise UserError(
                f"{path}: computed with {name} = {provenance.get(name)}, now it is {value}; "
                "leave source.start out"
            )

    def stored(row: pd.Series) -> dict:
        energies = row[ENERGIES].to_numpy(dtype=float)
        return {"energies": energies, "seconds": float(row["seconds"])}

    return {STAGE.key(row): stored(row) for _, row in table.iterrows()}


def compute_block(
    geometries: str, settings: str, block: int, output: str, expected: str | None = None
) -> None:
    """Compute the points of ``block`` that are not yet stored; write ``output``."""
    STAGE.compute_block(point, geometries, settings, block, output, expected, computed_already)


if __name__ == "__main__":
    points.main(compute_block, __doc__)
