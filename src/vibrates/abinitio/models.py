"""Typed settings of ab initio calculations.

`PairPoints` describes points of two diatoms and the fit to them (`config/abinitio/*.yaml`).
`PairLevel`, `AtomDiatomLevel`, `DiatomProperties`, `PolarProperties` and `DipoleSpectraSettings`
are what the programs that run PySCF read as JSON; they are also the provenance of its results.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import ConfigDict, Discriminator, StringConstraints, Tag, model_validator

from vibrates.abinitio.fit_models import BasisIncrement, Draws, MomentTable, MorePoints
from vibrates.core.errors import UserError
from vibrates.core.model import (
    WHOLE,
    Ascending,
    Count,
    Integer,
    Model,
    Natural,
    Positive,
    Rule,
    key,
    optional,
)
from vibrates.molecules.settings import Molecule
from vibrates.potential.points import Source
from vibrates.potential.settings import StretchFunction, WithStretches
from vibrates.potential.stretch import Stretch

_SEE = "see the keys"
Configuration = Literal["H", "X", "Ta", "Tb", "I"]
Element = Annotated[str, StringConstraints(pattern="^[A-Z][a-z]?$")]
Numbers = Annotated[tuple[float, ...], MinLen(1)]
Lengths = Annotated[tuple[Positive, ...], MinLen(1)]
# Beyond these bounds a number is a mistake of the unit.
_Exponents = Annotated[tuple[Annotated[float, Ge(0.005), Le(100)], ...], MinLen(1)]
_Contact = Annotated[float, Ge(0.5), Le(20)]
_Offsets = tuple[Annotated[float, Ge(-10), Le(100)], ...]
_Stretch = Annotated[float, Ge(-0.7), Le(3)]
_Length = Annotated[float, Ge(0.05), Le(10)]
_BondsAngstrom = Annotated[tuple[Annotated[float, Ge(0.2), Le(20)], ...], MinLen(1)]
_Bond = Annotated[float, Ge(0.3), Le(50)]
_Distance = Annotated[float, Ge(0.5), Le(1000)]
_Bonds = Annotated[tuple[_Bond, ...], MinLen(1)]
_Distances = Annotated[tuple[_Distance, ...], MinLen(1)]


class Midbond(Model):
    """Bond functions at the middle of R."""

    s: _Exponents | None = optional("Exponents of the uncontracted functions", "bohr^-2")
    p: _Exponents | None = optional("Exponents of the uncontracted functions", "bohr^-2")
    d: _Exponents | None = optional("Exponents of the uncontracted functions", "bohr^-2")
    f: _Exponents | None = optional("Exponents of the uncontracted functions", "bohr^-2")


class ReferenceGroup(Model):
    """Cuts along R at the reference configurations, bonds at rest or stretched."""

    model_config = ConfigDict(title="reference configurations")

    configurations: Annotated[tuple[Configuration, ...], MinLen(1)] | None = optional(
        "Those of the five configurations that the stretches are computed at; all if missing",
        "text",
    )
    stretches: Annotated[tuple[tuple[_Stretch, _Stretch], ...], MinLen(1)] = key(
        "Stretches of a and b at the configurations, fractions of r_e", "1"
    )
    offsets_angstrom: Annotated[_Offsets, MinLen(1)] = key(
        "R less the contact distance", "angstrom"
    )


class SkewGroup(Model):
    """Skew orientations, from a scrambled Sobol set."""

    model_config = ConfigDict(title="skew orientations")

    count: Count = key("Number of skew orientations", "1")
    seed: Natural = key("Seed of the skew orientations", "1")
    offsets_angstrom: Annotated[_Offsets, MinLen(1)] = key(
        "R less the contact distance", "angstrom"
    )
    stretched_offsets_angstrom: _Offsets = key(
        "Offsets of points with random stretches", "angstrom"
    )
    largest_stretch: float | None = optional(
        "Largest random stretch, fraction of r_e", "1", ge=0, le=0.5
    )
    stretch_ranges: tuple[tuple[_Stretch, _Stretch], tuple[_Stretch, _Stretch]] | None = optional(
        "Ranges of the random stretches of a and of b, instead of it", "1"
    )

    @model_validator(mode="after")
    def _one_range(self) -> Self:
        if (self.largest_stretch is None) == (self.stretch_ranges is None):
            state = "missing" if self.stretch_ranges is None else "not used with stretch_ranges"
            raise Rule("largest_stretch", f"{state}; give either largest_stretch or stretch_ranges")
        for low, high in self.stretch_ranges or ():
            if low >= high:
                raise Rule("stretch_ranges", f"[{low:g}, {high:g}] must ascend; exchange the two")
        return self

    def stretch(self, unit: tuple[float, float]) -> tuple[float, float]:
        """Stretches of a and b from two numbers between 0 and 1."""
        u_a, u_b = unit
        if self.stretch_ranges is None:
            assert self.largest_stretch is not None  # otherwise the rule above was raised
            return self.largest_stretch * (2 * u_a - 1), self.largest_stretch * (2 * u_b - 1)
        (low_a, high_a), (low_b, high_b) = self.stretch_ranges
        return low_a + (high_a - low_a) * u_a, low_b + (high_b - low_b) * u_b


class BondsGroup(Model):
    """Bonds of given lengths, long ones too, at given orientations."""

    model_config = ConfigDict(title="bonds of given lengths")

    configurations: tuple[Configuration, ...] = key("Reference configurations", "text")
    orientations_deg: dict[str, tuple[float, float, float]] = key(
        "Other orientations by name: theta_a, theta_b, phi", "degree"
    )
    bonds_angstrom: Annotated[tuple[tuple[Positive, Positive], ...], MinLen(1)] = key(
        "Lengths of the bonds of a and b", "angstrom"
    )
    offsets_angstrom: Annotated[_Offsets, MinLen(1)] = key(
        "R less the contact distance, which grows with a bond by half its stretch times the square "
        "of the cosine of its angle with R",
        "angstrom",
    )


class ListedGroup(Model):
    """Geometries of a file."""

    model_config = ConfigDict(title="geometries of a file")

    file: str = key(
        "CSV file (relative to the project) whose rows of this group are computed: group, "
        "configuration, angles, R, bond lengths",
        "path",
    )


_FORMS: dict[str, tuple[type[Model], set[str]]] = {
    "<bonds of given lengths>": (BondsGroup, {"bonds_angstrom", "orientations_deg"}),
    "<geometries of a file>": (ListedGroup, {"file"}),
    "<reference configurations>": (ReferenceGroup, {"configurations", "stretches"}),
    "<skew orientations>": (SkewGroup, set()),
}


def _group_form(value: Any) -> str | None:
    """The form of a group: that of its own key, otherwise the one whose keys resemble most."""
    for name, (form, keys) in _FORMS.items():
        if isinstance(value, form) or (isinstance(value, Mapping) and keys & set(value)):
            return name
    if not isinstance(value, Mapping):
        return None
    if not value:
        return "<geometries of a file>"  # the form of one key: what is missing is that

    def alike(name: str) -> tuple[int, bool]:
        fields = list(_FORMS[name][0].model_fields)
        return sum(bool(get_close_matches(str(one), fields)) for one in value), not _FORMS[name][1]

    return max(_FORMS, key=alike)


Group = Annotated[
    Annotated[ReferenceGroup, Tag("<reference configurations>")]
    | Annotated[SkewGroup, Tag("<skew orientations>")]
    | Annotated[BondsGroup, Tag("<bonds of given lengths>")]
    | Annotated[ListedGroup, Tag("<geometries of a file>")],
    Discriminator(_group_form),
]
_GROUPS = ("Groups of geometries; those named held_out are kept from the fit", _SEE)
Groups = Annotated[dict[str, Group], MinLen(1)]


class Contacts(Model):
    """Contact distances."""

    H: _Contact = key("Contact distance of the configuration", "angstrom")
    X: _Contact = key("Contact distance of the configuration", "angstrom")
    Ta: _Contact = key("Contact distance of the configuration", "angstrom")
    Tb: _Contact = key("Contact distance of the configuration", "angstrom")
    I: _Contact = key("Contact distance of the configuration", "angstrom")


class ContactAtoms(Model):
    """Contact distances from the radii of the atoms, at any orientation."""

    radii_angstrom: Annotated[dict[str, _Length], MinLen(1)] = key(
        "Radius of each element: contact is where exp(-(d - both radii)/decay), summed over the "
        "pairs of atoms at their distances d, is one",
        "angstrom",
    )
    decay_angstrom: _Length = key("Decay of the repulsion of two atoms", "angstrom")


class Geometries(Model):
    """Which geometries are computed."""

    contact_angstrom: Contacts | None = optional(
        "Distance that the offsets of a configuration count from", "angstrom"
    )
    contact_atoms: ContactAtoms | None = optional(
        "The same from radii of the atoms, which tells both ends of a molecule apart", _SEE
    )
    block_size: Count = key("Geometries in one job", "1")
    groups: Groups = key(*_GROUPS)

    @model_validator(mode="after")
    def _one_contact(self) -> Self:
        if (self.contact_angstrom is None) == (self.contact_atoms is None):
            state = "missing" if self.contact_atoms is None else "not used with contact_atoms"
            raise Rule(
                "contact_angstrom", f"{state}; give either contact_angstrom or contact_atoms"
            )
        return self


class LargerBasis(Model):
    """Points computed once more in a larger basis."""

    basis: str = key("Basis of the atoms (a name that PySCF knows)", "text")
    points: str = key("Data file of the points (relative to the project)", "path")
    block_size: Count = key("Geometries in one job", "1")
    groups: Groups = key(*_GROUPS)


Method = Literal["ccsd(t)", "nevpt2", "mp2"]


class FurtherSet(Model):
    """One more set of points, in a data file of its own."""

    method: Method = key("Method", "text")
    basis: str = key("Basis of the atoms (a name that PySCF knows)", "text")
    points: str = key("Data file of the points (relative to the project)", "path")
    block_size: Count = key("Geometries in one job", "1")
    seconds: Positive = key("Time of a point, for the forecast of the core hours", "s")
    groups: Groups = key(*_GROUPS)
    pending: tuple[str, ...] | None = optional(
        "Groups that are not in the data file yet, in the order in which to compute them", "text"
    )

    @model_validator(mode="after")
    def _groups_of_the_set(self) -> Self:
        for name in self.pending or ():
            if name not in self.groups:
                raise Rule(
                    "pending",
                    f"'{name}' is no group of the set (there: {', '.join(self.groups)}); name one",
                )
        return self


class PropertyMethods(Model):
    """Bond lengths of each method."""

    ccsd_t: _BondsAngstrom | None = optional("Bond lengths computed", "angstrom", alias="ccsd(t)")
    casscf: _BondsAngstrom | None = optional("Bond lengths computed", "angstrom")

    def by_method(self) -> dict[str, tuple[float, ...]]:
        """Bond lengths (angstrom) by name of the method, of those that are asked for."""
        every = {"ccsd(t)": self.ccsd_t, "casscf": self.casscf}
        return {name: lengths for name, lengths in every.items() if lengths is not None}


class MonomerProperties(Model):
    """How the properties of a molecule are computed."""

    basis: str = key("Basis (a name that PySCF knows)", "text")
    methods: PropertyMethods = key("Bond lengths of each method", "angstrom")


class Weights(Model):
    """Standard deviation ascribed to a point."""

    floor_meV: float = key("Floor", "meV", ge=1e-4, le=10)
    fraction: float = key("Fraction of V", "1", ge=1e-5, le=1)
    high_meV: float = key("Energy from which a point loses weight", "meV", ge=10, le=100000)


_Width = Annotated[float, Ge(1e-3), Le(1e5)]
_WIDTH = ("Standard deviation of the prior", "of the parameter per angstrom and power")


class PriorChange(Model):
    """Widths of the prior of some parameters."""

    R_m_angstrom: _Width | None = optional(*_WIDTH)
    eps_meV: _Width | None = optional(*_WIDTH)
    beta: _Width | None = optional(*_WIDTH)
    zeta: _Width | None = optional(*_WIDTH)


class Prior(Model):
    """Widths of the prior of all parameters."""

    R_m_angstrom: _Width = key(*_WIDTH)
    eps_meV: _Width = key(*_WIDTH)
    beta: _Width = key(*_WIDTH)
    zeta: _Width = key(*_WIDTH)


Term = tuple[Natural, Natural, Annotated[int, Ge(1), Le(17), WHOLE]]
_TERMS = ("Rows [power of the stretch of a, of b, number of values]", "1")


class Candidate(Model):
    """A form of the fit."""

    R_m_angstrom: tuple[Term, ...] = key(*_TERMS)
    eps_meV: tuple[Term, ...] = key(*_TERMS)
    beta: tuple[Term, ...] = key(*_TERMS)
    zeta: tuple[Term, ...] = key(*_TERMS)


class SurfaceFit(WithStretches):
    """Fit of the surface to the points."""

    points: str = key("Data file of the points (relative to the project)", "path")
    more_points: tuple[MorePoints, ...] | None = optional(
        "Further files of points; their held-out groups are kept from the fit too", _SEE
    )
    other_stretches: tuple[tuple[StretchFunction, StretchFunction], ...] | None = optional(
        "Stretch functions that cross-validation compares, leaving out one bond length at a time",
        _SEE,
    )
    increment: BasisIncrement | None = optional("Fit of the increment of the basis set", _SEE)
    draws: Draws | None = optional("Surfaces drawn from the covariance of the fit", _SEE)
    moments: MomentTable | None = optional("Angular moments of the fit and of the points", _SEE)
    weights: Weights = key(
        "Standard deviation ascribed to a point: hypot(floor, fraction |V|), the fraction growing "
        "with V above `high_meV`",
        _SEE,
    )
    prior: Prior = key(
        "Weak prior that keeps what the points do not determine near the start", _SEE
    )
    other_priors: tuple[PriorChange, ...] = key(
        "Changes of the prior that cross-validation compares with it", _SEE
    )
    folds: Integer = key("Folds of the cross-validation", "1", ge=2, le=1000)
    candidates: Annotated[dict[str, Candidate], MinLen(1)] = key(
        "Forms compared by cross-validation: of each parameter the powers of the stretches and the "
        "number of values: 1, 5, with powers [0, 0] up to 17",
        _SEE,
    )
    chosen: str = key("Name of the candidate that is written", "text")

    def sources(self) -> list[Source]:
        """All files of points."""
        further = self.more_points or ()
        return [
            Source(self.points),
            *(Source(one.points, one.floor_meV, one.fraction, one.groups) for one in further),
        ]

    def all_stretches(self) -> list[tuple[dict[str, Any], tuple[Stretch, Stretch]]]:
        """Stretch functions that are compared, the own ones first: their keys, and themselves."""
        found = [(self.stretch_keys(), self.stretch_functions())]
        for a, b in self.other_stretches or ():
            keys = {"stretches": [a.to_mapping(), b.to_mapping()]}
            found.append((keys, (Stretch.from_settings(a), Stretch.from_settings(b))))
        return found

    def record(self) -> dict[str, Any]:
        """What the chosen fit was made with, for the record of its products."""
        names = ("points", "more_points", "weights", "prior", "chosen")
        given = self.to_mapping()
        return {name: given[name] for name in names if name in given} | {
            "form": given["candidates"][self.chosen]
        }

    @model_validator(mode="after")
    def _a_candidate(self) -> Self:
        named = {"chosen": self.chosen}
        if self.moments is not None:
            named["moments.control"] = self.moments.control
        for place, name in named.items():
            if name not in self.candidates:
                raise Rule(
                    place,
                    f"'{name}' is no candidate (there: {', '.join(self.candidates)}); name one "
                    "of them",
                )
        return self


class DesignTarget(Model):
    """Moments of one derivative whose uncertainty is to be lowered."""

    derivative: Literal["V", "dV/dr_a", "dV/dr_b", "d2V/dr_a dr_b"] = key(
        "Derivative with the bond lengths, at r_e", "text"
    )
    orders_b: Annotated[tuple[Natural, ...], MinLen(1)] | None = optional(
        "Orders lambda_b of the moments; all of them if missing", "1"
    )
    distances_angstrom: Lengths = key("R, each a target of its own", "angstrom")
    weight: Positive = key("Weight of the group in the sum that is lowered", "1")


class Quadrature(Model):
    """A product quadrature of the orientations at one R, bonds changed by all pairs of signs."""

    distance_angstrom: Positive = key("R", "angstrom")
    cosines: Count = key("Points of each cosine between 0 and 1", "1")
    dihedrals: Count = key("Points of the dihedral angle", "1")
    steps_angstrom: tuple[Positive, Positive] = key("Changes of the bonds of a and b", "angstrom")


class DesignCandidates(Model):
    """Geometries that the design chooses from."""

    count: Count = key("Number of skew orientations", "1")
    seed: Natural = key("Seed of the skew orientations", "1")
    offsets_angstrom: Annotated[_Offsets, MinLen(1)] = key(
        "R less the contact distance", "angstrom"
    )
    steps_angstrom: tuple[Positive, Positive] = key(
        "Changes of the bonds of a and b: each alone and both, of either sign", "angstrom"
    )
    highest_meV: Positive = key("Highest V", "meV")


class IncrementDesign(Model):
    """Which of the known points to compute once more in a larger basis."""

    points: str = key("Points in the larger basis that are known (relative to the project)", "path")
    form: Candidate = key(
        "Parameters that the larger basis changes: terms of the form of the design, with as many "
        "values or fewer",
        _SEE,
    )
    prior: Prior = key("Expected sizes of the changes", _SEE)
    floor_meV: Positive = key("Least standard deviation of an increment about the form", "meV")
    fraction: Positive = key("The same, fraction of V", "1")
    count: Count = key("Number of points chosen", "1")
    highest_meV: Positive = key("Highest V", "meV")


class DesignSettings(WithStretches):
    """Which points lower the uncertainty of what rates hang on."""

    points: str = key("Points that are known (relative to the project)", "path")
    weights: Weights = key("Standard deviation ascribed to a point", _SEE)
    form: Candidate = key(
        "Form of the fit whose covariance is used; extra harmonics may follow the bond lengths",
        _SEE,
    )
    largest_order: Natural = key("Largest order of the moments", "1")
    targets: Annotated[dict[str, DesignTarget], MinLen(1)] = key("Targets", _SEE)
    candidates: DesignCandidates = key("Geometries to choose from", _SEE)
    quadratures: dict[str, Quadrature] = key(
        "Quadratures that are computed as a whole, by the name of their group; the first one "
        "before the choice, the others later",
        _SEE,
    )
    count: Count = key("Number of points chosen", "1")
    held_out_fraction: float = key("Share of the points kept from the fit", "1", ge=0, lt=1)
    held_out_seed: Natural = key("Seed of their choice", "1")
    increment: IncrementDesign | None = optional("Design of points in a larger basis", _SEE)


class PairPoints(Model):
    """Ab initio points of a pair of diatoms, and the surface fitted to them."""

    name: str = key("Name of the pair", "text", pattern="^[A-Za-z0-9._-]+$")
    results: str = key("Directory that takes the results", "path", min_length=1)
    molecules: str = key("File with the constants of the molecules (relative to this one)", "path")
    pair: tuple[str, str] = key("The two molecules a and b, diatoms", "text")
    elements: tuple[tuple[Element, Element], tuple[Element, Element]] = key(
        "Elements of the atoms of a and of b", "text"
    )
    basis: str = key("Basis of the atoms (a name that PySCF knows)", "text")
    midbond: Midbond = key("Bond functions at the middle of R; an empty block for none", _SEE)
    python: str = key("Interpreter of the environment with PySCF", "path")
    geometries: Geometries = key("Which geometries are computed", _SEE)
    method: Method | None = optional(
        "Method of the points; CCSD(T) without diagnostics if it is missing", "text"
    )
    seconds: Positive | None = optional("Time of a point, for the forecast of the core hours", "s")
    points: str | None = optional(
        "Data file whose points are not computed again (relative to the project); with `method`",
        "path",
    )
    larger_basis: LargerBasis | None = optional("Points computed once more in a larger basis", _SEE)
    design: DesignSettings | None = optional("Design of further points", _SEE)
    further: dict[str, FurtherSet] | None = optional("Further sets of points, by name", _SEE)
    properties: dict[str, MonomerProperties] = key("Monomer properties, by molecule", _SEE)
    campaign: str | None = optional(
        "Campaign that the surface of the points is put into (relative to this file)", "path"
    )
    fit: SurfaceFit | None = optional(
        "Fit of the surface to the points, for two molecules with like ends; without it the points "
        "are those of a surface of another type",
        _SEE,
    )

    @property
    def surface_fit(self) -> SurfaceFit:
        """The block ``fit``; UserError if the description has none."""
        if self.fit is None:
            raise UserError("fit: missing; add the block to the description of the points")
        return self.fit

    @model_validator(mode="after")
    def _method_of_stored_points(self) -> Self:
        if self.points is not None and self.method is None:
            raise Rule("method", "missing, needed with points; add it (ccsd(t))")
        return self

    @model_validator(mode="after")
    def _radii_of_all_elements(self) -> Self:
        atoms = self.geometries.contact_atoms
        absent = atoms and {one for two in self.elements for one in two} - set(atoms.radii_angstrom)
        if absent:
            raise Rule(
                "geometries.contact_atoms.radii_angstrom",
                f"no radius of {', '.join(sorted(absent))}; add it",
            )
        return self

    @model_validator(mode="after")
    def _properties_of_the_pair(self) -> Self:
        for name in self.properties:
            if name not in self.pair:
                raise Rule(
                    f"properties.{name}",
                    f"no molecule of the pair ({', '.join(self.pair)}); name one of them",
                )
        return self


class PairPointSet(Model):
    """One set of points of a pair of diatoms: all that its geometries and energies depend on."""

    pair: tuple[str, str] = key("The two molecules a and b, diatoms", "text")
    elements: tuple[tuple[Element, Element], tuple[Element, Element]] = key(
        "Elements of the atoms of a and of b", "text"
    )
    molecules: dict[str, Molecule] = key("Constants of both molecules", _SEE)
    basis: str = key("Basis of the atoms (a name that PySCF knows)", "text")
    midbond: Midbond = key("Bond functions at the middle of R", _SEE)
    geometries: Geometries = key("Which geometries are computed", _SEE)
    method: Method | None = optional(
        "Method of a further set; CCSD(T) without diagnostics if it is missing", "text"
    )


class HeldOut(Model):
    """Points between the lines of the grid."""

    count: Count = key("Their number", "1")
    seed: Natural = key("Seed of their places", "1")
    distances_bohr: Annotated[tuple[_Distance, _Distance], Ascending()] = key(
        "First and last R", "bohr"
    )
    bonds_bohr: Annotated[tuple[_Bond, _Bond], Ascending()] = key(
        "First and last bond length", "bohr"
    )


class PointSet(Model):
    """A grid of points of a diatom with equal nuclei and an atom, in one basis."""

    basis: str = key("Basis of the atoms", "text")
    angles_deg: tuple[Annotated[float, Ge(0), Le(90)], ...] = key(
        "Angles between the bond and R", "degree", min_length=1
    )
    distances_bohr: _Distances = key("Distances R of the atom from the middle of the bond", "bohr")
    bonds_bohr: _Bonds = key("Bond lengths", "bohr")
    closest_bohr: float = key("Least distance of the atom from a nucleus", "bohr", ge=0, le=10)
    block_size: Count = key("Points of one job", "1")
    held_out: HeldOut = key("Points between the lines of the grid that the fit does not see", _SEE)


_Masses = Annotated[tuple[Positive, ...], MinLen(1), MaxLen(2)]


class PairLevel(Model):
    """What a point of two diatoms, or of a diatom and an atom, needs beside its geometry."""

    pair: tuple[str, str] | None = optional("The two molecules a and b", "text")
    symbols: Annotated[tuple[str, ...], MinLen(3), MaxLen(4)] = key(
        "Elements of a's two atoms, then of b's two or one", "text"
    )
    masses_u: tuple[_Masses, _Masses] = key(
        "Masses of the atoms of a and of b, of which only ratios matter", "u"
    )
    method: str = key("Method, in words", "text")
    basis: str = key("Basis of the atoms (a name that PySCF knows)", "text")
    midbond: dict[str, Numbers] = key("Exponents of the bond functions by letter", "bohr^-2")
    program: str = key("Program and version", "text")


LeftOut = dict[str, tuple[Positive, ...]]
Letters = Annotated[str, StringConstraints(pattern="^[spdf]*$")]
LEAVE_OUT = ("Exponents of functions that are left out of it", "bohr^-2")
DIFFUSE = ("Letters that get one more diffuse function", "text")
_BASIS = ("Basis (a name that PySCF knows)", "text")


class AtomBasis(Model):
    """A named basis, less some of its functions and with more diffuse ones."""

    basis: str = key(*_BASIS)
    leave_out: LeftOut = key(*LEAVE_OUT)
    diffuse: Letters = key(*DIFFUSE)


class BasisChange(Model):
    """What of a basis differs from that of the points."""

    basis: str | None = optional(*_BASIS)
    leave_out: LeftOut | None = optional(*LEAVE_OUT)
    diffuse: Letters | None = optional(*DIFFUSE)


class AtomDiatomLevel(AtomBasis):
    """What a point of an atom and a diatom of one element needs beside its geometry."""

    method: str = key("Method, in words", "text")
    program: str = key("Program and version", "text")
    element: Element = key("Element of all three atoms", "text")
    core_orbitals: Natural = key("Frozen orbitals of each atom", "1")
    tolerance_hartree: float = key("Convergence of CCSD", "hartree", gt=0)
    start: str | None = optional(
        "Points of the same settings, which are not computed again", "path"
    )


class DipoleSpectra(Model):
    """C_6 from dipole spectra."""

    r_bohr: _Bonds = key("Bond lengths", "bohr")
    bases: Annotated[tuple[BasisChange, ...], MinLen(1)] = key(
        "Basis sets: what differs from basis, leave_out, diffuse", _SEE
    )


class DipoleSpectraSettings(AtomBasis):
    """What C_6 of an atom and a diatom of one element from dipole spectra needs."""

    element: Element = key("Element of all three atoms", "text")
    core_orbitals: Natural = key("Frozen orbitals of each atom", "1")
    r_bohr: Lengths = key("Bond lengths", "bohr")
    bases: Annotated[tuple[BasisChange, ...], MinLen(1)] = key(
        "Basis sets: what differs from basis, leave_out, diffuse", _SEE
    )

    def basis_sets(self) -> list[AtomBasis]:
        """The basis of each entry of ``bases``."""
        mine = {name: getattr(self, name) for name in AtomBasis.model_fields}
        return [AtomBasis(**mine | one.model_dump(exclude_none=True)) for one in self.bases]


class DiatomProperties(Model):
    """What polarizabilities and quadrupole moment of a diatom at several bond lengths need."""

    symbols: tuple[Element, Element] = key("The two atoms", "text")
    masses_u: tuple[Positive, Positive] = key("Their masses", "u")
    basis: str = key(*_BASIS)
    methods: PropertyMethods = key("Bond lengths of each method", "angstrom")
    program: str = key("Program and version", "text")


class PolarProperties(Model):
    """What moments and polarizabilities of a polar diatom at several bond lengths need."""

    symbols: tuple[str, str] = key("The two atoms", "text")
    masses_u: tuple[Positive, Positive] = key("Their masses", "u")
    basis: str = key(*_BASIS)
    ecp: dict[str, str] = key("Core potentials by element", "text")
    frozen_orbitals: Natural = key("Frozen orbitals of the molecule", "1")
    r_bohr: Lengths = key("Bond lengths", "bohr")
    method: str = key("Method, in words", "text")
    program: str = key("Program and version", "text")
