"""Ab initio points of an atom and a homonuclear diatom of one element, far apart.

`python -m vibrates.abinitio.atom_diatom GEOMETRIES SETTINGS BLOCK OUTPUT`

Every finished point is kept beside OUTPUT at once, and a job that died takes them from there.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from vibrates.abinitio import points
from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM

COORDINATES = ["R_bohr", "r_bohr", "theta_deg"]
ENERGIES = ["E_HF_cm", "E_CCSD_cm", "E_CCSDT_cm"]
STAGE = points.Stage(
    COORDINATES,
    ("element", "core_orbitals", "basis", "leave_out", "diffuse", "tolerance_hartree", "program"),
    ENERGIES,
    7,
    "vibrates.abinitio.atom_diatom",
)


def basis(element: str, settings: Mapping) -> list:
    """The named basis in PySCF's format, without and with functions as ``settings`` say.

    ``leave_out``: exponents (bohr^-2) of functions that are left out, by letter; ``diffuse``:
    letters that get one more diffuse function, its exponent the next of the even-tempered series.
    """
    from pyscf import gto

    shells = []
    for shell in gto.basis.load(settings["basis"], element):
        letter = "spdfgh"[shell[0]]
        dropped = settings["leave_out"].get(letter, [])
        if not any(len(shell) == 2 and np.isclose(shell[1][0], x) for x in dropped):
            shells.append(shell)
    for letter in settings["diffuse"]:
        momentum = "spdfgh".index(letter)
        exponents = sorted(s[1][0] for s in shells if s[0] == momentum and len(s) == 2)
        shells.append([momentum, [exponents[0] ** 2 / exponents[1], 1.0]])
    return shells


def systems(row: Mapping, settings: Mapping) -> list:
    """PySCF's molecules: all three atoms, diatom, atom, each with the functions of all.

    R joins the atom and the middle of the bond; theta is the angle between R and the bond.
    """
    from pyscf import gto

    theta, element = np.radians(row["theta_deg"]), settings["element"]
    half = 0.5 * row["r_bohr"] * np.array([np.sin(theta), 0.0, np.cos(theta)])
    places = (-half, half, np.array([0.0, 0.0, row["R_bohr"]]))
    functions = basis(element, settings)

    def system(real: tuple[bool, bool, bool]) -> gto.Mole:
        names = [element if here else f"ghost-{element}" for here in real]
        return gto.M(
            atom=list(zip(names, places, strict=True)), unit="bohr", verbose=0,
            basis={name: functions for name in names},  # noqa: C420 - keeps the code fingerprint
            spin=sum(real) % 2,
        )  # fmt: skip

    return [system(real) for real in ((True,) * 3, (True, True, False), (False, False, True))]


def point(row: Mapping, settings: Mapping) -> np.ndarray:
    """Counterpoise-corrected ROHF, CCSD, CCSD(T) interaction energies (3,) of a geometry, cm^-1."""
    # PySCF is optional: only the point itself needs it.
    from pyscf import lib

    from vibrates.abinitio.open_shell import energies, restricted, spin_densities

    lib.num_threads(1)
    every, diatom, atom = systems(row, settings)
    # The three share one basis, and so the integrals.
    integrals = every.intor("int2e", aosym="s8")
    fields = [restricted(one, integrals, None) for one in (diatom, atom)]
    fields.append(restricted(every, integrals, sum(map(spin_densities, fields))))
    core, tolerance = settings["core_orbitals"], settings["tolerance_hartree"]
    e_diatom, e_atom, e_all = (
        energies(field, count * core, tolerance)
        for field, count in zip(fields, (2, 1, 3), strict=True)
    )
    return (e_all - e_diatom - e_atom) * HARTREE_TO_CM


def computed_already(settings: Mapping) -> dict[str, dict]:
    """Energies and seconds by key, of the file that ``settings`` name as ``start``, if any.

    UserError if that file was computed with other settings.
    """
    path = settings.get("start")
    if path is None:
        return {}
    columns = [*COORDINATES, *ENERGIES, "seconds"]
    table, provenance = tables.read(path, columns, "a file of points, or leave source.start out")
    for name, value in settings.items():
        if name != "start" and provenance.get(name) != value:
            raise UserError(
                f"{path}: computed with {name} = {provenance.get(name)}, now it is {value}; "
                "leave source.start out"
            )
    return {
        STAGE.key(row): {
            "energies": row[ENERGIES].to_numpy(dtype=float), "seconds": float(row["seconds"]),
        }
        for _, row in table.iterrows()
    }  # fmt: skip


def compute_block(
    geometries: str, settings: str, block: int, output: str, expected: str | None = None
) -> None:
    """Compute the points of ``block`` that are not yet stored; write ``output``."""
    known = computed_already(json.loads(Path(settings).read_text(encoding="utf-8")))
    STAGE.compute_block(point, geometries, settings, block, output, expected, known)


if __name__ == "__main__":
    points.main(compute_block, __doc__)
