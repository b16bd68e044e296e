"""The ``surface`` block of a campaign: which keys a kind of surface has, and their limits."""

from typing import Annotated, Any, Literal, Self

from annotated_types import Ge, Le, MinLen
from pydantic import model_validator
from pydantic_core import core_schema

from vibrates.core.model import (
    BLOCK,
    FORM,
    NUMBER,
    WHOLE,
    Model,
    Positive,
    Rule,
    key,
    optional,
)

# Keys of `surface` beside `parameters`, by what the parameters are.
_KEYS = {
    "original": {"beta", "deformation"},
    "modified": {"beta", "deformation"},
    "correlation": {"beta", "deformation"},
    "table": {"configurations", "deformation"},
    "fitted": {"stretch_length_angstrom", "terms"},
    "atom_pairs": {"atom_pair"},
    "sites": {"sites"},
}

_HARDNESS = "Hardness of the repulsive wall"
Slope = tuple[float, float]


class Hardnesses(Model):
    """One value per reference configuration."""

    H: float = key(_HARDNESS, "1", ge=4, le=20)
    X: float = key(_HARDNESS, "1", ge=4, le=20)
    Ta: float = key(_HARDNESS, "1", ge=4, le=20)
    Tb: float = key(_HARDNESS, "1", ge=4, le=20)
    I: float = key(_HARDNESS, "1", ge=4, le=20)


class ImprovedLennardJones(Model):
    """Parameters at one reference configuration."""

    R_m_angstrom: float = key("Distance of the minimum at this configuration", "angstrom", gt=0)
    eps_meV: float = key("Well depth at this configuration", "meV", gt=0)
    beta: float = key("Hardness of the repulsive wall at this configuration", "1", ge=4)


class BondSlopes(Model):
    """Slopes at one reference configuration."""

    dR_m_dr: Slope = key(
        "Slopes of R_m with the bond length of the first and second molecule", "angstrom / angstrom"
    )
    deps_dr: Slope = key(
        "Slopes of eps with the bond length of the first and second molecule", "meV / angstrom"
    )
    dbeta_dr: Slope = key(
        "Slopes of beta with the bond length of the first and second molecule", "1 / angstrom"
    )


_ILJ = ("Parameters at one reference configuration", "see the keys")
_SLOPES = ("Slopes at one reference configuration", "see the keys")


class Configurations(Model):
    """Improved Lennard-Jones parameters of the five reference configurations."""

    H: ImprovedLennardJones = key(*_ILJ)
    X: ImprovedLennardJones = key(*_ILJ)
    Ta: ImprovedLennardJones = key(*_ILJ)
    Tb: ImprovedLennardJones = key(*_ILJ)
    I: ImprovedLennardJones = key(*_ILJ)


class Slopes(Model):
    """Bond-length slopes of the five reference configurations."""

    H: BondSlopes = key(*_SLOPES)
    X: BondSlopes = key(*_SLOPES)
    Ta: BondSlopes = key(*_SLOPES)
    Tb: BondSlopes = key(*_SLOPES)
    I: BondSlopes = key(*_SLOPES)


_Power = Annotated[int, Ge(0), Le(4), WHOLE]


class FittedTerm(Model):
    """Values of one parameter at one pair of powers of the stretches."""

    powers: tuple[_Power, _Power] = key(
        "Powers of the bounded stretches of the first and second molecule", "1"
    )
    values: tuple[float, ...] = key(
        "Values at H, X, Ta, Tb, I, then (powers [0, 0] alone) of the extra harmonics; one value "
        "holds for all orientations",
        "of the parameter, per angstrom and power",
        min_length=1,
        max_length=17,
    )


class FittedTerms(Model):
    """Parameters fitted to ab initio points."""

    R_m_angstrom: tuple[FittedTerm, ...] = key("Distance R_m", "angstrom", min_length=1)
    eps_meV: tuple[FittedTerm, ...] = key("Depth eps", "meV", min_length=1)
    beta: tuple[FittedTerm, ...] = key(
        "Constant part of the exponent n = beta + zeta R/R_m", "1", min_length=1
    )
    zeta: tuple[FittedTerm, ...] = key("Growth of the exponent", "1", min_length=1)


class LongRange(Model):
    """A trained long-range series."""

    file: str = key("Trained series (docs/longrange.md)", "path", min_length=1)
    digest: str = key(
        "Its fingerprint (report.json of the training)", "text", pattern="^[0-9a-f]{64}$"
    )
    switch_angstrom: tuple[Positive, Positive] = key(
        "Where it begins to take over, and where it has", "angstrom"
    )


class SiteFunction(Model):
    """Function of the distance from one kind of site."""

    decay: float = key("Decay b of exp(-b rho)", "1/bohr", gt=0)
    damping: float = key("Length d that damps the dispersion series", "bohr", gt=0)
    short: tuple[Annotated[tuple[float, ...], MinLen(1)], ...] = key(
        "Coefficients of exp(-b rho) rho^k: a row per power of rho, a column per power of the "
        "stretch variable",
        "atomic units",
        min_length=1,
    )
    long: tuple[tuple[float, ...], tuple[float, ...]] = key(
        "Coefficients of -1/(rho^2 + d^2)^3 and -1/(rho^2 + d^2)^4, a column per power of the "
        "stretch variable",
        "atomic units",
    )


class Sites(Model):
    """Functions of the atom's distance from places along the bond."""

    r_0: float = key("Bond length at which the stretch is zero", "bohr", gt=0)
    length: float = key("Stretch at which the stretch coordinate levels off", "bohr", gt=0)
    nuclei: SiteFunction = key("Function of the distances from both nuclei", "atomic units")
    between: SiteFunction = key(
        "Function of the distances from two places within the bond", "atomic units"
    )
    middle: SiteFunction = key(
        "Function of the distance from the middle of the bond", "atomic units"
    )


_Hardness = Annotated[float, Ge(4), Le(20)]


class SurfaceBlock(Model):
    """Interaction of the two molecules."""

    parameters: Literal[
        "original", "modified", "table", "correlation", "fitted", "atom_pairs", "sites"
    ] = key(
        "Where the parameters come from: the original or the modified surface of N2 + H2, the "
        "`configurations` given here, correlation formulas of the polarizabilities, `terms` fitted "
        "to ab initio points, or one function per atom pair, or of sites along the bond",
        "text",
    )
    deformation: Literal["polarizability", "fitted", "none"] | None = optional(
        "How R_m, eps and beta follow the bond lengths", "text"
    )
    beta: Annotated[Annotated[_Hardness, NUMBER] | Annotated[Hardnesses, BLOCK], FORM] | None = (
        optional(
            "Hardness of the repulsive wall, one value or one per reference configuration", "1"
        )
    )
    configurations: Configurations | None = optional(
        "Improved Lennard-Jones parameters of the five reference configurations "
        "(`parameters: table`)",
        "see the keys",
    )
    slopes: Slopes | None = optional(
        "Bond-length slopes of the five reference configurations (`deformation: fitted`)",
        "see the keys",
    )
    stretch_length_angstrom: tuple[Positive, Positive] | None = optional(
        "Length l of each molecule in its bounded stretch l tanh((r - r_e) / l) "
        "(`parameters: fitted`)",
        "angstrom",
    )
    terms: FittedTerms | None = optional(
        "Parameters fitted to ab initio points (`parameters: fitted`)", "see the keys"
    )
    long_range: LongRange | None = optional(
        "Long-range series that takes over from the fitted surface (`parameters: fitted`)",
        "see the keys",
    )
    sites: Sites | None = optional(
        "Functions of the atom's distance from places along the bond (`parameters: sites`), "
        "written by the fit",
        "see the keys",
    )
    atom_pair: ImprovedLennardJones | None = optional(
        "Function of each atom of the diatom and the atom (`parameters: atom_pairs`)",
        "see the keys",
    )

    @model_validator(mode="after")
    def _keys_of_its_kind(self) -> Self:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        needed = {"parameters"} | _KEYS[self.parameters]
        if self.deformation == "fitted":
            needed |= {"slopes"}
        stated = f"parameters: {self.parameters}" + (
            f", deformation: {self.deformation}" if self.deformation else ""
        )
        for name in sorted(needed - given):
            raise Rule(name, f"missing, needed with {stated}; add it")
        optional_keys = {"long_range"} if self.parameters == "fitted" else set()
        for name in sorted(given - needed - optional_keys):
            raise Rule(name, f"not used with {stated}; remove it")
        return self


class PlainSurface:
    """Annotates a plain mapping that is validated as a `SurfaceBlock`, numbers as floats."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            lambda block: block.to_mapping() if isinstance(block, SurfaceBlock) else block,
            handler.generate_schema(SurfaceBlock),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value),
        )
