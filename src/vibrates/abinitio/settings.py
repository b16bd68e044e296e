"""The description of a set of ab initio points, `config/abinitio/*.yaml`, and derived values."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from vibrates.abinitio import blocks, coupled_cluster, multireference, properties, second_order
from vibrates.abinitio.geometries import geometries
from vibrates.abinitio.models import DiatomProperties, PairLevel, PairPoints, PairPointSet
from vibrates.abinitio.points import PROGRAM, Stage
from vibrates.core.errors import UserError
from vibrates.core.tasks import combined
from vibrates.core.yaml_files import read_layers, read_yaml
from vibrates.molecules.diatom import Diatom
from vibrates.molecules.settings import Molecule

_COUPLED = "CCSD(T), counterpoise-corrected, 1s (and 2s 2p) cores frozen"
# Of every method: what computes its points, and the method in words. None: the points of the fit.
METHODS: dict[str | None, tuple[Stage, str]] = {
    None: (blocks.STAGE, _COUPLED),
    "ccsd(t)": (coupled_cluster.STAGE, _COUPLED),
    "mp2": (
        second_order.STAGE,
        "MP2, counterpoise-corrected, 1s (and 2s 2p) cores frozen",
    ),
    "nevpt2": (
        multireference.STAGE,
        "strongly contracted NEVPT2 on CASSCF of the bonding orbitals of both molecules, "
        "counterpoise-corrected, 1s cores frozen",
    ),
}


@dataclass(frozen=True)
class PairDescription:
    """A description, and the constants of its two molecules by name."""

    settings: PairPoints
    molecules: dict[str, Molecule]

    @cached_property
    def diatoms(self) -> tuple[Diatom, Diatom]:
        """The molecules a and b."""
        a, b = (
            Diatom.from_config(name, self.molecules[name].to_mapping())
            for name in self.settings.pair
        )
        return a, b

    @cached_property
    def points(self) -> PairPointSet:
        """The points of the fit."""
        return self._points({})

    @cached_property
    def larger_basis(self) -> PairPointSet:
        """The points that are computed once more, in the larger basis."""
        larger = self.settings.larger_basis.to_mapping()
        geometries = {name: larger[name] for name in ("groups", "block_size")}
        kept = self.settings.geometries.to_mapping()
        return self._points({"basis": larger["basis"], "geometries": kept | geometries})

    @cached_property
    def further(self) -> dict[str, PairPointSet]:
        """The further sets of points, by name."""
        kept = self.settings.geometries.to_mapping()
        out = {}
        for name, one in (self.settings.further or {}).items():
            stated = one.to_mapping()
            geometries = {key: stated[key] for key in ("groups", "block_size")}
            changes = {key: stated[key] for key in ("basis", "method")}
            out[name] = self._points(changes | {"geometries": kept | geometries})
        return out

    def _points(self, changes: dict) -> PairPointSet:
        stated = self.settings.to_mapping()
        names = set(PairPointSet.model_fields) - {"molecules", "method"}
        mine = {name: stated[name] for name in stated if name in names}
        molecules = {name: one.to_mapping() for name, one in self.molecules.items()}
        return PairPointSet.from_mapping(mine | {"molecules": molecules} | changes, "points")


def load(path: str | Path) -> PairDescription:
    """Read a description and the file of molecules that it names.

    Raises UserError, one line, if a file is missing or breaks a rule, or a molecule of the pair is
    not in that file or is an atom.
    """
    path = Path(path)
    settings = PairPoints.from_mapping(read_yaml(path), str(path))
    place = path.parent / settings.molecules
    given = read_layers(place).get("molecules", {})
    molecules = {}
    for name in settings.pair:
        if name not in given:
            raise UserError(
                f"{path}: pair: '{name}' has no entry in {settings.molecules} (there: "
                f"{', '.join(given)}); add it"
            )
        molecules[name] = Molecule.from_mapping(given[name], str(place), f"molecules.{name}")
        _bond_length(name, molecules[name])
    return PairDescription(settings, molecules)


def _bond_length(name: str, molecule: Molecule) -> float:
    """At equilibrium, angstrom."""
    if molecule.r_e_angstrom is None:
        raise UserError(f"pair: '{name}' is an atom (one mass); name a diatom")
    return molecule.r_e_angstrom


def geometry_table(points: PairPointSet) -> pd.DataFrame:
    """The list of geometries, as `geometries.geometries` makes it."""
    a, b = (_bond_length(name, points.molecules[name]) for name in points.pair)
    (a_1, a_2), (b_1, b_2) = points.elements
    return geometries(points.geometries, (a, b), (a_1 == a_2, b_1 == b_2))


def level(points: PairPointSet) -> PairLevel:
    """What one point needs beside its geometry; also the provenance of the data file."""
    a, b = (points.molecules[name] for name in points.pair)
    return PairLevel(
        pair=points.pair,
        symbols=(*points.elements[0], *points.elements[1]),
        masses_u=(a.masses_u, b.masses_u),
        method=METHODS[points.method][1],
        basis=points.basis,
        midbond={letter: tuple(x) for letter, x in points.midbond.to_mapping().items()},
        program=PROGRAM,
    )


def fingerprints(points: PairPointSet) -> list[str]:
    """Of the blocks of points, by their numbers: what a rule carries as a parameter."""
    return stage(points).blocks(geometry_table(points), level(points))


def stage(points: PairPointSet) -> Stage:
    """What computes the points of a set."""
    return METHODS[points.method][0]


def program(points: PairPointSet) -> str:
    """The module of this package that computes the points of a set."""
    return stage(points).module.rpartition(".")[2]


def forecast(described: PairDescription, name: str) -> str:
    """How many points of a further set are not in its data file, and their core hours; or "".

    Raises UserError if the data file is damaged or holds points of another level.
    """
    if name not in described.further:
        return ""
    chosen, stated = described.further[name], (described.settings.further or {})[name]
    table = geometry_table(chosen)
    known = stage(chosen).known(stated.points)(level(chosen))
    missing = sum(stage(chosen).key(row) not in known for _, row in table.iterrows())
    hours = missing * stated.seconds / 3600.0
    return (
        f"{name}: {len(table)} points, {missing} of them not in {stated.points}: "
        f"{hours:.2f} core hours at {stated.seconds:g} s a point"
    )


def monomer(described: PairDescription, name: str) -> DiatomProperties:
    """What the properties of the molecule ``name`` of the pair need.

    Raises UserError if the description does not ask for them.
    """
    asked = described.settings.properties
    if name not in asked:
        raise UserError(f"properties: no entry for '{name}' (there: {', '.join(asked)}); add it")
    first, second = described.molecules[name].masses_u
    return DiatomProperties(
        symbols=described.settings.elements[described.settings.pair.index(name)],
        masses_u=(first, second),
        basis=asked[name].basis,
        methods=asked[name].methods,
        program=PROGRAM,
    )


def monomer_fingerprint(described: PairDescription, name: str) -> str:
    """Of the properties of the molecule ``name``. Raises UserError as `monomer` does."""
    return combined(properties.tasks(monomer(described, name)))
