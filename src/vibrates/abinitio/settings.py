"""The description of a set of ab initio points, `config/abinitio/*.yaml`, and derived values."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from vibrates.abinitio import (
    blocks,
    coupled_cluster,
    multireference,
    polar,
    properties,
    second_order,
)
from vibrates.abinitio.contact import Partners
from vibrates.abinitio.geometries import geometries
from vibrates.abinitio.models import (
    DiatomProperties,
    PairLevel,
    PairPoints,
    PairPointSet,
    PolarProperties,
)
from vibrates.abinitio.points import PROGRAM, Stage
from vibrates.core.errors import UserError
from vibrates.core.tasks import combined
from vibrates.core.units import ANGSTROM_TO_BOHR
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
        """The points that are computed once more, in the larger basis; UserError if none are."""
        if self.settings.larger_basis is None:
            raise UserError("larger_basis: missing; add the block to the description of the points")
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
        names = set(PairPointSet.model_fields) - {"molecules"}
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
        if settings.fit is not None and len(set(molecules[name].masses_u)) > 1:
            raise UserError(
                f"{path}: fit: its harmonics do not tell the ends of {name} apart; remove the "
                "block, and use the points as a surface of another type"
            )
    return PairDescription(settings, molecules)


def _bond_length(name: str, molecule: Molecule) -> float:
    """At equilibrium, angstrom."""
    if molecule.r_e_angstrom is None:
        raise UserError(f"pair: '{name}' is an atom (one mass); name a diatom")
    return molecule.r_e_angstrom


def partners(points: PairPointSet) -> Partners:
    """The two molecules, as the geometries see them."""
    a, b = (points.molecules[name] for name in points.pair)
    lengths = (_bond_length(points.pair[0], a), _bond_length(points.pair[1], b))
    return Partners(points.elements, (a.masses_u, b.masses_u), lengths)


def geometry_table(points: PairPointSet) -> pd.DataFrame:
    """The list of geometries, as `geometries.geometries` makes it."""
    return geometries(points.geometries, partners(points))


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
    """How many points of a set are not in its data file, and their core hours; or "".

    Of the points of the fit, ``points``, and of further sets, where their description states the
    seconds of a point. Raises UserError if the data file is damaged or holds points of another
    level.
    """
    if name == "points":
        chosen, seconds = described.points, described.settings.seconds
        stored = described.settings.points
    elif name in described.further:
        stated = (described.settings.further or {})[name]
        chosen, stored, seconds = described.further[name], stated.points, stated.seconds
    else:
        return ""
    if seconds is None:
        return ""
    table = geometry_table(chosen)
    known = stage(chosen).known(stored)(level(chosen))
    missing = sum(stage(chosen).key(row) not in known for _, row in table.iterrows())
    where = f", {missing} of them not in {stored}:" if stored else ","
    return (
        f"{name}: {len(table)} points{where} "
        f"{missing * seconds / 3600.0:.2f} core hours at {seconds:g} s a point"
    )


def monomer(described: PairDescription, name: str) -> DiatomProperties | PolarProperties:
    """What the properties of the molecule ``name`` of the pair need; unlike ends have a dipole.

    Raises UserError if the description does not ask for them, or asks for a method that the
    properties of unlike ends are not computed with.
    """
    asked = described.settings.properties
    if name not in asked:
        raise UserError(f"properties: no entry for '{name}' (there: {', '.join(asked)}); add it")
    first, second = described.molecules[name].masses_u
    one, two = described.settings.elements[described.settings.pair.index(name)]
    if one == two:
        return DiatomProperties(
            symbols=(one, two),
            masses_u=(first, second),
            basis=asked[name].basis,
            methods=asked[name].methods,
            program=PROGRAM,
        )
    lengths = asked[name].methods.by_method()
    if set(lengths) != {"ccsd(t)"}:
        raise UserError(
            f"properties.{name}.methods: {', '.join(lengths) or 'none'}: those of unlike ends are "
            "computed by ccsd(t) alone; give bond lengths of it, and no other method"
        )
    return PolarProperties(
        symbols=(one, two),
        masses_u=(first, second),
        basis=asked[name].basis,
        ecp={},
        frozen_orbitals=core_orbitals((one, two)),
        r_bohr=tuple(round(r * ANGSTROM_TO_BOHR, 4) for r in lengths["ccsd(t)"]),
        method=polar.METHOD,
        program=PROGRAM,
    )


def monomer_program(described: PairDescription, name: str) -> str:
    """Which table of `monomers` the properties of the molecule ``name`` are."""
    return "polar" if isinstance(monomer(described, name), PolarProperties) else "properties"


def monomer_fingerprint(described: PairDescription, name: str) -> str:
    """Of the properties of the molecule ``name``. Raises UserError as `monomer` does."""
    asked = monomer(described, name)
    if isinstance(asked, PolarProperties):
        return combined(polar.tasks(asked))
    return combined(properties.tasks(asked))


def core_orbitals(symbols: Sequence[str]) -> int:
    """Number of frozen orbitals of atoms up to argon: `energies.CORE_ORBITALS`, without PySCF."""
    second, third = "Li Be B C N O F Ne", "Na Mg Al Si P S Cl Ar"
    return sum(1 if s in second.split() else 5 if s in third.split() else 0 for s in symbols)
