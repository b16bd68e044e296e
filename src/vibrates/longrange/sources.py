"""Where the points of a long-range surface come from: levels of theory, and their fingerprints."""

from typing import Any

from vibrates.abinitio import atom_diatom, polar
from vibrates.abinitio.points import PROGRAM
from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint
from vibrates.core.tasks import combined
from vibrates.longrange.geometries import geometries


def level(described: dict[str, Any]) -> dict[str, Any]:
    """What one point of PySCF needs beside its geometry; also the provenance of the data file."""
    elsewhere = ("geometries", "python", "dispersion")
    source = {key: value for key, value in described["source"].items() if key not in elsewhere}
    return {
        "method": "CCSD(T), restricted open-shell orbitals, unrestricted amplitudes, "
        "counterpoise-corrected",
        "program": PROGRAM,
    } | source


def block_fingerprints(described: dict[str, Any]) -> list[str]:
    """Of the blocks of points, by their numbers: what a rule carries as a parameter."""
    table = geometries(described["source"]["geometries"])
    return atom_diatom.STAGE.blocks(table, level(described))


def molecule(described: dict[str, Any]) -> dict[str, Any]:
    """What the moments and polarizabilities of a polar molecule need; also their provenance."""
    asked = {k: v for k, v in described["source"]["molecule"].items() if k != "python"}
    return asked | {"method": polar.METHOD, "program": PROGRAM}


def molecule_fingerprint(described: dict[str, Any]) -> str:
    """Of the table of moments and polarizabilities."""
    return combined(polar.tasks(molecule(described)))


def known_fingerprint(described: dict[str, Any]) -> str:
    """Of how points are taken from a known surface; its file counts by its age, as an input."""
    keys = ("source", "coordinates", "energy_column")
    return fingerprint(
        described={key: described[key] for key in keys},
        code=code_fingerprint("vibrates.longrange.description"),
    )
