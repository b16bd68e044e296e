"""The description of a set of ab initio points and of the fit to them, `config/abinitio/*.yaml`."""

from typing import Annotated, Literal, Self

from annotated_types import Ge, Le, MinLen
from pydantic import StringConstraints, model_validator

from vibrates.core.model import WHOLE, Count, Integer, Model, Natural, Positive, Rule, key, optional

_SEE = "see the keys"
Configuration = Literal["H", "X", "Ta", "Tb", "I"]
Element = Annotated[str, StringConstraints(pattern="^[A-Z][a-z]?$")]
Numbers = Annotated[tuple[float, ...], MinLen(1)]
Lengths = Annotated[tuple[Positive, ...], MinLen(1)]
Power = Annotated[int, Ge(0), Le(4), WHOLE]


class Midbond(Model):
    """Bond functions at the middle of R."""

    s: Numbers | None = optional("Exponents of the uncontracted functions", "bohr^-2")
    p: Numbers | None = optional("Exponents of the uncontracted functions", "bohr^-2")
    d: Numbers | None = optional("Exponents of the uncontracted functions", "bohr^-2")
    f: Numbers | None = optional("Exponents of the uncontracted functions", "bohr^-2")


class Group(Model):
    """A group of geometries."""

    offsets_angstrom: Numbers = key("R less the contact distance", "angstrom")
    configurations: Annotated[tuple[Configuration, ...], MinLen(1)] | None = optional(
        "Those of the five configurations that the stretches are computed at; all if missing",
        "text",
    )
    stretches: Annotated[tuple[tuple[float, float], ...], MinLen(1)] | None = optional(
        "Stretches of a and b at the five configurations, fractions of r_e", "1"
    )
    count: Count | None = optional("Number of skew orientations", "1")
    seed: Natural | None = optional("Seed of the skew orientations", "1")
    stretched_offsets_angstrom: tuple[float, ...] | None = optional(
        "Offsets of points with random stretches", "angstrom"
    )
    largest_stretch: float | None = optional(
        "Largest random stretch, fraction of r_e", "1", ge=0, le=0.5
    )


_GROUPS = ("Groups of geometries; those named held_out are kept from the fit", _SEE)
Groups = Annotated[dict[str, Group], MinLen(1)]


class Contacts(Model):
    """Contact distances."""

    H: Positive = key("Contact distance of the configuration", "angstrom")
    X: Positive = key("Contact distance of the configuration", "angstrom")
    Ta: Positive = key("Contact distance of the configuration", "angstrom")
    Tb: Positive = key("Contact distance of the configuration", "angstrom")
    I: Positive = key("Contact distance of the configuration", "angstrom")


class Geometries(Model):
    """Which geometries are computed."""

    contact_angstrom: Contacts = key(
        "Distance that the offsets of a configuration count from", "angstrom"
    )
    block_size: Count = key("Geometries in one job", "1")
    groups: Groups = key(*_GROUPS)


class LargerBasis(Model):
    """Points computed once more in a larger basis."""

    basis: str = key("Basis of the atoms (a name that PySCF knows)", "text")
    points: str = key("Data file of the points (relative to the project)", "path")
    block_size: Count = key("Geometries in one job", "1")
    groups: Groups = key(*_GROUPS)


class PropertyMethods(Model):
    """Bond lengths of each method."""

    ccsd_t: Lengths | None = optional("Bond lengths computed", "angstrom", alias="ccsd(t)")
    casscf: Lengths | None = optional("Bond lengths computed", "angstrom")


class MonomerProperties(Model):
    """How the properties of a molecule are computed."""

    basis: str = key("Basis (a name that PySCF knows)", "text")
    methods: PropertyMethods = key("Bond lengths of each method", "angstrom")


class Weights(Model):
    """Standard deviation ascribed to a point."""

    floor_meV: float = key("Floor", "meV", gt=0)
    fraction: float = key("Fraction of V", "1", gt=0)
    high_meV: float = key("Energy from which a point loses weight", "meV", gt=0)


_WIDTH = ("Standard deviation of the prior", "of the parameter per angstrom and power")


class PriorChange(Model):
    """Widths of the prior of some parameters."""

    R_m_angstrom: float | None = optional(*_WIDTH, gt=0)
    eps_meV: float | None = optional(*_WIDTH, gt=0)
    beta: float | None = optional(*_WIDTH, gt=0)
    zeta: float | None = optional(*_WIDTH, gt=0)


class Prior(Model):
    """Widths of the prior of all parameters."""

    R_m_angstrom: float = key(*_WIDTH, gt=0)
    eps_meV: float = key(*_WIDTH, gt=0)
    beta: float = key(*_WIDTH, gt=0)
    zeta: float = key(*_WIDTH, gt=0)


Term = tuple[Natural, Natural, Annotated[int, Ge(1), Le(17), WHOLE]]
_TERMS = ("Rows [power of the stretch of a, of b, number of values]", "1")


class Candidate(Model):
    """A form of the fit."""

    R_m_angstrom: tuple[Term, ...] = key(*_TERMS)
    eps_meV: tuple[Term, ...] = key(*_TERMS)
    beta: tuple[Term, ...] = key(*_TERMS)
    zeta: tuple[Term, ...] = key(*_TERMS)


class SurfaceFit(Model):
    """Fit of the surface to the points."""

    points: str = key("Data file of the points (relative to the project)", "path")
    stretch_length_angstrom: Numbers = key(
        "Length l of the bounded stretch of a and of b", "angstrom"
    )
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
    folds: Integer = key("Folds of the cross-validation", "1", ge=2)
    candidates: Annotated[dict[str, Candidate], MinLen(1)] = key(
        "Forms compared by cross-validation: of each parameter the powers of the stretches and the "
        "number of values: 1, 5, with powers [0, 0] up to 17",
        _SEE,
    )
    chosen: str = key("Name of the candidate that is written", "text")

    @model_validator(mode="after")
    def _a_candidate(self) -> Self:
        if self.chosen not in self.candidates:
            raise Rule(
                "chosen",
                f"'{self.chosen}' is no candidate (there: {', '.join(self.candidates)}); name one "
                "of them",
            )
        return self


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
    larger_basis: LargerBasis = key("Points computed once more in a larger basis", _SEE)
    properties: dict[str, MonomerProperties] = key("Monomer properties, by molecule", _SEE)
    fit: SurfaceFit = key("Fit of the surface to the points", _SEE)
