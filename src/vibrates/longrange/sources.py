"""Where the points of a long-range surface come from: levels of theory, and their fingerprints."""

from vibrates.abinitio import atom_diatom, polar
from vibrates.abinitio.models import AtomDiatomLevel, DipoleSpectraSettings, PolarProperties
from vibrates.abinitio.points import PROGRAM
from vibrates.core.code import code_fingerprint
from vibrates.core.fingerprint import fingerprint
from vibrates.core.model import Model
from vibrates.core.tasks import combined
from vibrates.longrange.geometries import geometries
from vibrates.longrange.models import (
    AbInitioSource,
    DipoleSpectra,
    LongRangeTraining,
    PolarMolecule,
)


def _shared(block: Model, model: type[Model]) -> dict:
    """The entries of a block that another model has too."""
    return {name: x for name, x in block.to_mapping().items() if name in model.model_fields}


def level(source: AbInitioSource) -> AtomDiatomLevel:
    """What one point of PySCF needs beside its geometry; also the provenance of the data file."""
    method = (
        "CCSD(T), restricted open-shell orbitals, unrestricted amplitudes, counterpoise-corrected"
    )
    stated = {"method": method, "program": PROGRAM} | _shared(source, AtomDiatomLevel)
    return AtomDiatomLevel.from_mapping(stated, "source")


def block_fingerprints(source: AbInitioSource) -> list[str]:
    """Of the blocks of points, by their numbers: what a rule carries as a parameter."""
    return atom_diatom.STAGE.blocks(geometries(source.geometries), level(source))


def dispersion(source: AbInitioSource, asked: DipoleSpectra) -> DipoleSpectraSettings:
    """What C_6 from dipole spectra needs; also the provenance of its table."""
    stated = _shared(source, DipoleSpectraSettings) | asked.to_mapping()
    return DipoleSpectraSettings.from_mapping(stated, "source.dispersion")


def molecule(asked: PolarMolecule) -> PolarProperties:
    """What the moments and polarizabilities of a polar molecule need; also their provenance."""
    stated = _shared(asked, PolarProperties) | {"method": polar.METHOD, "program": PROGRAM}
    return PolarProperties.from_mapping(stated, "source.molecule")


def molecule_fingerprint(asked: PolarMolecule) -> str:
    """Of the table of moments and polarizabilities."""
    return combined(polar.tasks(molecule(asked)))


def known_fingerprint(described: LongRangeTraining) -> str:
    """Of how points are taken from a known surface; its file counts by its age, as an input."""
    stated = described.to_mapping()
    return fingerprint(
        described={key: stated[key] for key in ("source", "coordinates", "energy_column")},
        code=code_fingerprint("vibrates.longrange.description"),
    )
