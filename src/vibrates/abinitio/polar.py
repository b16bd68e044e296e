"""Dipole, quadrupole, polarizabilities of a polar diatom against bond length, by finite fields.

`python -m vibrates.abinitio.monomers polar SETTINGS OUTPUT`; SETTINGS: `models.PolarProperties`.
"""

from functools import partial

from vibrates.abinitio.models import PolarProperties
from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint
from vibrates.core.tasks import Task

METHOD = "CCSD(T), finite fields"
SETTINGS = ("symbols", "masses_u", "basis", "ecp", "frozen_orbitals", "program")


def at_bond_length(settings: PolarProperties, r: float) -> dict[str, float]:
    """A row of the table at the bond length ``r``, bohr.

    r_bohr, and moments and polarizabilities in atomic units, rounded to 5 decimals. Raises
    UserError if an energy does not converge.
    """
    # PySCF is optional: only the values themselves need it.
    from vibrates.abinitio.polar_molecule import PolarMolecule

    values = PolarMolecule(settings, r).properties()
    return {"r_bohr": r} | {name: round(float(value), 5) for name, value in values.items()}


def tasks(settings: PolarProperties) -> list[Task]:
    """One of every bond length, ascending."""
    stated = settings.to_mapping()
    common = fingerprint(
        settings={name: stated.get(name) for name in SETTINGS},
        code=code_fingerprint("vibrates.abinitio.polar"),
    )
    return [
        Task(
            f"r = {r:.10g} bohr",
            fingerprint(common=common, r=f"{r:.10g}"),
            partial(at_bond_length, settings, r),
        )
        for r in sorted(settings.r_bohr)
    ]
