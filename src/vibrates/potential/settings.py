"""The ``surface`` block of a configuration: one model for every kind of surface, by ``type``.

`vibrates.potential.registry` assigns a model and a surface to every type.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from annotated_types import Ge, Le, MinLen
from pydantic import ConfigDict, model_validator

from vibrates.core.fingerprint import fingerprint
from vibrates.core.model import BLOCK, FORM, NUMBER, WHOLE, Model, Positive, Rule, key, optional
from vibrates.potential.stretch import FORMS, Stretch


class SurfaceSettings(Model):
    """Interaction of the two molecules: what the models of all types have in common.

    The title of a model names its types; messages and config/README.md quote it.
    """

    type: str


def _type() -> Any:
    return key(
        "Kind of surface, and where its parameters come from: the original or the modified surface "
        "of N2 + H2, correlation formulas of the polarizabilities, the `configurations` given "
        "here, `terms` fitted to ab initio points, one function per atom pair, or of sites along "
        "the bond, a function or a table of points of your own",
        "text",
        formerly="parameters",
    )


# --- Improved Lennard-Jones functions of five reference configurations.

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

    R_m_angstrom: float = key(
        "Distance of the minimum at this configuration", "angstrom", ge=1, le=20
    )
    eps_meV: float = key("Well depth at this configuration", "meV", ge=0.05, le=3000)
    beta: float = key("Hardness of the repulsive wall at this configuration", "1", ge=4, le=20)


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


class DeformableSettings(SurfaceSettings):
    """A surface whose R_m, eps and beta follow the bond lengths in a way that is chosen."""

    deformation: Literal["polarizability", "fitted", "none"] = key(
        "How R_m, eps and beta follow the bond lengths", "text"
    )
    slopes: Slopes | None = optional(
        "Bond-length slopes of the five reference configurations (`deformation: fitted`)",
        "see the keys",
    )

    @model_validator(mode="after")
    def _slopes_of_a_fit(self) -> Self:
        stated = f"type: {self.type}, deformation: {self.deformation}"
        if self.deformation == "fitted" and self.slopes is None:
            raise Rule("slopes", f"missing, needed with {stated}; add it")
        if self.deformation != "fitted" and self.slopes is not None:
            raise Rule("slopes", f"not used with {stated}; remove it")
        return self


_Hardness = Annotated[float, Ge(4), Le(20)]


class HardnessSettings(DeformableSettings):
    """R_m and eps of a published table or of correlation formulas; the hardness is given."""

    model_config = ConfigDict(title="original, modified, correlation")

    type: Literal["original", "modified", "correlation"] = _type()
    beta: Annotated[Annotated[_Hardness, NUMBER] | Annotated[Hardnesses, BLOCK], FORM] = key(
        "Hardness of the repulsive wall, one value or one per reference configuration", "1"
    )

    def hardness(self, configuration: str) -> float:
        """Beta of a reference configuration: H, X, Ta, Tb or I."""
        if isinstance(self.beta, Hardnesses):
            return float(getattr(self.beta, configuration))
        return self.beta


class TableSettings(DeformableSettings):
    """All parameters are given."""

    model_config = ConfigDict(title="table")

    type: Literal["table"] = _type()
    configurations: Configurations = key(
        "Improved Lennard-Jones parameters of the five reference configurations", "see the keys"
    )


# --- The fitted surface, and the long-range series that replaces it at large distances.

_Power = Annotated[int, Ge(0), Le(4), WHOLE]


class FittedTerm(Model):
    """Values of one parameter at one pair of powers of the stretches."""

    powers: tuple[_Power, _Power] = key(
        "Powers of the bounded stretches of the first and second molecule", "1"
    )
    values: tuple[float, ...] = key(
        "Values at H, X, Ta, Tb, I, then (powers [0, 0], and for R_m [1, 0], [0, 1], [1, 1]) of "
        "the extra harmonics; one value holds for all orientations",
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


class LongRangeSeries(Model):
    """A trained long-range series."""

    file: str = key("Trained series (docs/longrange.md)", "path", min_length=1)
    digest: str = key(
        "Its fingerprint (report.json of the training)", "text", pattern="^[0-9a-f]{64}$"
    )
    switch_angstrom: tuple[Positive, Positive] = key(
        "Where it begins to take over, and where it has", "angstrom"
    )


_Length = Annotated[float, Ge(0.05), Le(10)]


class StretchFunction(Model):
    """How the parameters follow the bond length of a molecule: one function of s = r - r_e."""

    tanh: _Length | None = optional("Length l of l tanh(s/l)", "angstrom")
    exponential: _Length | None = optional("Length l of l (1 - exp(-s/l))", "angstrom")
    logistic: tuple[_Length, _Length] | None = optional(
        "Limits of a logistic function for the compressed and the stretched bond", "angstrom"
    )
    power: Positive | None = optional(
        "Power p of (2 r_e/p) (r^p - r_e^p)/(r^p + r_e^p)", "1", le=20
    )

    @model_validator(mode="after")
    def _one_function(self) -> Self:
        given = sorted(self.model_fields_set)
        if len(given) != 1:
            raise Rule(
                "",
                f"{', '.join(given) or 'nothing'} given where one function is needed; choose one "
                f"of {', '.join(FORMS)}",
            )
        return self


class WithStretches(Model):
    """A block that names the stretch functions of both molecules."""

    stretch_length_angstrom: tuple[_Length, _Length] | None = optional(
        "Length l of each molecule in its bounded stretch l tanh((r - r_e) / l)", "angstrom"
    )
    stretches: tuple[StretchFunction, StretchFunction] | None = optional(
        "Stretch function of each molecule, where it is not that tanh", "see the keys"
    )

    @model_validator(mode="after")
    def _one_kind_of_stretch(self) -> Self:
        if (self.stretch_length_angstrom is None) == (self.stretches is None):
            state = "missing" if self.stretches is None else "not used together with stretches"
            raise Rule(
                "stretch_length_angstrom",
                f"{state}; give either stretch_length_angstrom or stretches",
            )
        return self

    def stretch_keys(self) -> dict[str, Any]:
        """The key of the stretch functions that is given, as a plain mapping."""
        given = self.to_mapping()
        names = ("stretch_length_angstrom", "stretches")
        return {name: given[name] for name in names if name in given}

    def stretch_functions(self) -> tuple[Stretch, Stretch]:
        """The stretch functions of both molecules, for lengths in angstrom."""
        given = self.stretches or self.stretch_length_angstrom
        assert given is not None  # otherwise the rule above was raised
        a, b = (
            Stretch.from_settings(one) if isinstance(one, StretchFunction) else Stretch.tanh(one)
            for one in given
        )
        return a, b


class FittedSettings(WithStretches, SurfaceSettings):
    """A surface fitted to ab initio points."""

    model_config = ConfigDict(title="fitted")

    type: Literal["fitted"] = _type()
    terms: FittedTerms = key("Parameters fitted to ab initio points", "see the keys")
    long_range: LongRangeSeries | None = optional(
        "Long-range series that takes over from the fitted surface", "see the keys"
    )


# --- A diatom and an atom.


class AtomPairSettings(SurfaceSettings):
    """One function per pair of atoms."""

    model_config = ConfigDict(title="atom_pairs")

    type: Literal["atom_pairs"] = _type()
    atom_pair: ImprovedLennardJones = key(
        "Function of each atom of the diatom and the atom", "see the keys"
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


class SitesSettings(SurfaceSettings):
    """Functions of sites along the bond."""

    model_config = ConfigDict(title="sites")

    type: Literal["sites"] = _type()
    sites: Sites = key(
        "Functions of the atom's distance from places along the bond, written by the fit",
        "see the keys",
    )


# --- Any potential: expanded once, then evaluated as splines.

_Bond = tuple[Positive, Positive]
_OF_FILES = "[^:]+[.]py:[A-Za-z_][A-Za-z0-9_]*"


class Units(Model):
    """Units of what a function takes and returns, or of the columns of a table."""

    length: Literal["bohr", "angstrom"] = key("Unit of R and of the bond lengths", "text")
    angle: Literal["radian", "degree"] = key("Unit of theta_a, theta_b and phi", "text")
    energy: Literal["hartree", "eV", "meV", "cm^-1"] = key("Unit of V", "text")


class ExpandedSettings(SurfaceSettings):
    """A surface that is known by its values alone, and is expanded for trajectories."""

    units: Units = key("Units of the function or the table", "see the keys")
    bonds_angstrom: Annotated[tuple[_Bond, ...], MinLen(1)] = key(
        "Range of bond lengths of each diatom that V is expanded on; it holds all vibrational "
        "grids",
        "angstrom",
        max_length=2,
    )
    highest_energy_cm: float = key(
        "Energy up to which the wall is expanded, at least the largest total energy",
        "cm^-1",
        ge=100,
        le=1e6,
    )
    order: Annotated[int, Ge(0), Le(20), WHOLE] = key(
        "Largest lambda_a + lambda_b of the bipolar harmonics", "1"
    )
    error_limit: float = key(
        "Largest relative rms error of the expansion, of V and of its derivatives", "1", gt=0, le=1
    )
    digest: str | None = optional(
        "Fingerprint of the files; filled in where absent, refused where they changed since",
        "text",
        pattern="^[0-9a-f]{64}$",
    )

    _paths: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_the_files(cls, block: Any) -> Any:
        """The block with the fingerprint of its files, which thus enters all others."""
        if not isinstance(block, Mapping):
            return block
        named: list[Path] = []
        for name in cls._paths:
            given = block.get(name, ())
            for one in (given,) if isinstance(given, str) else given:
                path = Path(str(one).partition(":")[0])
                if not path.is_file():
                    raise Rule(name, f"{path} is no file; name an existing one")
                named.append(path)
        found = fingerprint(files=named)
        if block.get("digest", found) != found:
            raise Rule(
                "digest",
                f"{block['digest']} is not that of {', '.join(map(str, named))}, {found}: a file "
                "changed since; remove the key, and results that were made with the former one",
            )
        return {**block, "digest": found}

    @model_validator(mode="after")
    def _ascending_bonds(self) -> Self:
        for low, high in self.bonds_angstrom:
            if high <= low:
                raise Rule("bonds_angstrom", f"[{low:g}, {high:g}] must ascend; exchange the two")
        return self


class FunctionSettings(ExpandedSettings):
    """A function in Python."""

    model_config = ConfigDict(title="function")
    _paths: ClassVar[tuple[str, ...]] = ("source", "files")

    type: Literal["function"] = _type()
    source: str = key(
        "The function, as file.py:name: V(R, theta_a, theta_b, phi, r_a, r_b) of arrays, for a "
        "diatom and an atom V(R, theta, r)",
        "path",
        pattern=f"^{_OF_FILES}$",
    )
    files: tuple[str, ...] | None = optional(
        "Further files that it reads, such as a compiled library: part of the fingerprint", "path"
    )


class PointsSettings(ExpandedSettings):
    """A table of points."""

    model_config = ConfigDict(title="points")
    _paths: ClassVar[tuple[str, ...]] = ("file",)

    type: Literal["points"] = _type()
    file: str = key(
        "CSV table with the columns R, theta_a, theta_b, phi, r_a, r_b, V, for a diatom and an "
        "atom R, theta, r, V",
        "path",
        min_length=1,
    )
    fit_order: Annotated[int, Ge(0), Le(12), WHOLE] = key(
        "Largest lambda_a + lambda_b of the fit to the points", "1"
    )
    fit_error_limit: float = key(
        "Largest relative rms error of the wall in cross-validation", "1", gt=0, le=1
    )
