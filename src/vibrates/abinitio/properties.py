"""Polarizabilities and quadrupole moment of a diatom against its bond length, by finite fields.

`python -m vibrates.abinitio.properties SETTINGS OUTPUT`; SETTINGS: JSON with symbols, masses_u,
basis, program, and a list of bond lengths (angstrom) for each method (`abinitio.molecule`). Every
finished bond length is kept beside OUTPUT at once.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from vibrates.abinitio.monomers import main
from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint
from vibrates.core.tasks import Task

COLUMNS = ["alpha_par_au", "alpha_perp_au", "quadrupole_au"]
SETTINGS = ("symbols", "masses_u", "basis", "program")


def at_bond_length(settings: Mapping[str, Any], method: str, r: float) -> dict[str, Any]:
    """A row of the table: method, r_angstrom, and atomic units rounded to 5 decimals."""
    # PySCF is optional: only the values themselves need it.
    from vibrates.abinitio.molecule import Molecule

    molecule = Molecule(settings["symbols"], settings["masses_u"], r, settings["basis"], method)
    values = np.round(molecule.properties(), 5).tolist()
    return {"method": method, "r_angstrom": r} | dict(zip(COLUMNS, values, strict=True))


def tasks(settings: Mapping[str, Any]) -> list[Task]:
    """One of every bond length of every method."""
    common = fingerprint(
        settings={name: settings.get(name) for name in SETTINGS},
        code=code_fingerprint("vibrates.abinitio.properties"),
    )
    return [
        Task(
            f"{method}, r = {r:.10g} angstrom",
            fingerprint(common=common, method=method, r=f"{r:.10g}"),
            partial(at_bond_length, settings, method, r),
        )
        for method, lengths in settings["methods"].items()
        for r in lengths
    ]


if __name__ == "__main__":
    main(tasks, __doc__)
