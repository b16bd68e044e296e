"""Dipole, quadrupole, polarizabilities of a polar diatom against bond length, by finite fields.

`python -m vibrates.abinitio.polar SETTINGS OUTPUT`; SETTINGS: JSON with symbols, masses_u, basis,
ecp, frozen_orbitals, program, method and r_bohr (`abinitio.polar_molecule`). Every finished bond
length is kept beside OUTPUT at once.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from vibrates.abinitio.monomers import main
from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint
from vibrates.core.tasks import Task

METHOD = "CCSD(T), finite fields"
SETTINGS = ("symbols", "masses_u", "basis", "ecp", "frozen_orbitals", "program")


def at_bond_length(settings: Mapping[str, Any], r: float) -> dict[str, float]:
    """A row of the table: r_bohr, and atomic units rounded to 5 decimals."""
    # PySCF is optional: only the values themselves need it.
    from vibrates.abinitio.polar_molecule import PolarMolecule

    values = PolarMolecule(settings, r).properties()
    return {"r_bohr": r} | {name: round(float(value), 5) for name, value in values.items()}


def tasks(settings: Mapping[str, Any]) -> list[Task]:
    """One of every bond length, ascending."""
    common = fingerprint(
        settings={name: settings.get(name) for name in SETTINGS},
        code=code_fingerprint("vibrates.abinitio.polar"),
    )
    return [
        Task(
            f"r = {r:.10g} bohr",
            fingerprint(common=common, r=f"{r:.10g}"),
            partial(at_bond_length, settings, r),
        )
        for r in sorted(settings["r_bohr"])
    ]


if __name__ == "__main__":
    main(tasks, __doc__)
