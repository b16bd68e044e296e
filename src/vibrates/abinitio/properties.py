"""Polarizabilities and quadrupole moment of a diatom against its bond length, by finite fields.

`python -m vibrates.abinitio.monomers properties SETTINGS OUTPUT`; SETTINGS:
`models.DiatomProperties`.
"""

from functools import partial
from typing import Any

import numpy as np

from vibrates.abinitio.models import DiatomProperties
from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint
from vibrates.core.tasks import Task

COLUMNS = ["alpha_par_au", "alpha_perp_au", "quadrupole_au"]
SETTINGS = ("symbols", "masses_u", "basis", "program")


def at_bond_length(settings: DiatomProperties, method: str, r: float) -> dict[str, Any]:
    """A row of the table at the bond length ``r``, angstrom.

    method (one of `PropertyMethods`), r_angstrom, and atomic units rounded to 5 decimals. Raises
    UserError if an energy does not converge.
    """
    # PySCF is optional: only the values themselves need it.
    from vibrates.abinitio.molecule import Molecule

    molecule = Molecule(settings.symbols, settings.masses_u, r, settings.basis, method)
    values = np.round(molecule.properties(), 5).tolist()
    return {"method": method, "r_angstrom": r} | dict(zip(COLUMNS, values, strict=True))


def tasks(settings: DiatomProperties) -> list[Task]:
    """One of every bond length of every method."""
    stated = settings.to_mapping()
    common = fingerprint(
        settings={name: stated.get(name) for name in SETTINGS},
        code=code_fingerprint("vibrates.abinitio.properties"),
    )
    return [
        Task(
            f"{method}, r = {r:.10g} angstrom",
            fingerprint(common=common, method=method, r=f"{r:.10g}"),
            partial(at_bond_length, settings, method, r),
        )
        for method, lengths in settings.methods.by_method().items()
        for r in lengths
    ]
