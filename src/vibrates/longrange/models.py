"""The description of a long-range surface, `config/longrange/*.yaml`: points, networks, report."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from annotated_types import Ge, Le, MinLen
from pydantic import ConfigDict, Discriminator, Tag, model_validator

from vibrates.abinitio.models import DIFFUSE, LEAVE_OUT, DipoleSpectra, LeftOut, Letters
from vibrates.core.model import (
    WHOLE,
    Ascending,
    Count,
    Integer,
    Model,
    Natural,
    Rule,
    Unique,
    key,
    optional,
)
from vibrates.molecules.settings import Mass

_SEE = "see the keys"
Range = tuple[float, float]
# Bohr: beyond these bounds a length is a mistake of the unit.
_Distance = Annotated[float, Ge(2), Le(1000)]
_Bond = Annotated[float, Ge(0.3), Le(50)]
Distances = Annotated[tuple[_Distance, _Distance], Ascending()]
Bonds = Annotated[tuple[_Bond, _Bond], Ascending()]
Lengths = Annotated[tuple[_Distance, ...], MinLen(1)]
_Power = Annotated[int, Ge(1), Le(20), WHOLE]
_Floor = Annotated[float, Ge(1e-4), Le(10)]
Neurons = Annotated[tuple[Count, ...], MinLen(1)]


class Training(Model):
    """How the networks are trained."""

    hidden: Neurons = key("Neurons of every hidden layer", "1")
    iterations: Integer = key("Steps at most", "1", ge=1, le=1000000)
    test_share: float = key("Share of the points that stops the training", "1", ge=0, lt=1)
    patience: Count = key("Steps without a better test error before it stops", "1")
    restarts: Integer = key("Random starts of which the best stays", "1", ge=1, le=1000)
    relative_floor_cm: _Floor | None = key(
        "Points weigh as 1/max(|u|, floor); null for equal weights", "cm^-1"
    )
    seed: Natural = key("Seed of the first member", "1")
    single: bool | None = optional(
        "Normal equations in single precision (of many weights: half the time)", "1"
    )


class Cut(Model):
    """A cut along R."""

    r_bohr: _Bond = key("Bond length", "bohr")
    theta_deg: float = key("Angle", "degree", ge=0, le=180)
    R_bohr: Lengths = key("Distances", "bohr")


class SobolGeometries(Model):
    """Sobol points, and a cut."""

    count: Count = key("Points", "1")
    seed: Natural = key("Seed of their scrambling", "1")
    R_bohr: Distances = key("Range of R", "bohr")
    r_bohr: Bonds = key("Range of r", "bohr")
    block_size: Count = key("Points in one job", "1")
    cut: Cut = key("A cut along R for the figure, kept from the fit", _SEE)


class AbInitioSource(Model):
    """Points that PySCF computes."""

    model_config = ConfigDict(title="ab initio")

    python: str = key("Interpreter of the environment with PySCF", "path")
    element: str = key("Element of all three atoms", "text", pattern="^[A-Z][a-z]?$")
    core_orbitals: Integer = key("Frozen orbitals of each atom", "1", ge=0, le=50)
    basis: str = key("Basis (a name that PySCF knows)", "text")
    leave_out: LeftOut = key(*LEAVE_OUT)
    diffuse: Letters = key(*DIFFUSE)
    tolerance_hartree: float = key("Convergence of CCSD", "hartree", ge=1e-12, le=1e-7)
    start: str | None = optional(
        "Points of the same settings, which are not computed again", "path"
    )
    geometries: SobolGeometries = key(
        "Sobol points in (ln R, r, cos theta), and a cut along R", _SEE
    )
    dispersion: DipoleSpectra | None = optional(
        "C_6 from dipole spectra (target `dispersion`), beside which the fitted one stands", _SEE
    )


class PolarMolecule(Model):
    """How the table of properties is computed."""

    python: str = key("Interpreter of the environment with PySCF", "path")
    symbols: tuple[str, str] = key("The two atoms", "text")
    masses_u: tuple[Mass, Mass] = key("Their masses", "u")
    basis: str = key("Basis (a name that PySCF knows)", "text")
    ecp: dict[str, str] = key("Core potentials by element", "text")
    frozen_orbitals: Integer = key("Frozen orbitals of the molecule", "1", ge=0, le=100)
    r_bohr: tuple[_Bond, ...] = key("Bond lengths", "bohr", min_length=3)


class AnalyticSource(Model):
    """Points of polar molecules, in closed form."""

    model_config = ConfigDict(title="analytic")

    properties: str = key("Table of moments and polarizabilities of the diatom against r", "path")
    excitation_hartree: float = key("London's mean excitation energy", "hartree", ge=0.01, le=10)
    count: Count = key("Points", "1")
    seed: Natural = key("Seed", "1")
    R_bohr: Distances = key("Range of R", "bohr")
    molecule: PolarMolecule | None = optional(
        "How the target `properties` computes that table, CCSD(T) in weak fields", _SEE
    )


class TailSource(Model):
    """Points of a fitted surface."""

    model_config = ConfigDict(title="tail")

    surface: str = key(
        "Configuration whose fitted surface gives u without its electrostatic part", "path"
    )
    pair: tuple[str, str] = key("The two molecules", "text")
    count: Count = key("Points", "1")
    seed: Natural = key("Seed", "1")
    R_bohr: Distances = key("Range of R", "bohr")


# The form is that which has most of the keys given, so that one mistake does not change it.
_FORMS: dict[str, type[Model]] = {
    "<ab initio>": AbInitioSource,
    "<analytic>": AnalyticSource,
    "<tail>": TailSource,
}


def _source_form(value: Any) -> str | None:
    if isinstance(value, Model):
        return next((tag for tag, form in _FORMS.items() if isinstance(value, form)), None)
    if not isinstance(value, Mapping):
        return None
    shared = {
        tag: len(set(form.model_fields) & set(value)) / len(form.model_fields)
        for tag, form in _FORMS.items()
    }
    return max(shared, key=shared.__getitem__) if any(shared.values()) else None


Source = Annotated[
    Annotated[AbInitioSource, Tag("<ab initio>")]
    | Annotated[AnalyticSource, Tag("<analytic>")]
    | Annotated[TailSource, Tag("<tail>")],
    Discriminator(_source_form),
]


class InternalCoordinate(Model):
    """An internal coordinate."""

    column: str = key("Column of the data file", "text", pattern="(_bohr|_deg)$")
    range: Range = key("Its range", "as the column")
    even: bool | None = optional("Whether C_m is even about the middle of the range", "1")
    cosine: bool | None = optional("Whether the network sees the cosine of the angle", "1")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.range
        least, most = (0.3, 50.0) if self.column.endswith("_bohr") else (-360.0, 360.0)
        if not least <= low < high <= most:
            raise Rule(
                "range",
                f"[{low:g}, {high:g}] is not ascending within the limits {least:g} and {most:g} of "
                f"{self.column}; correct it",
            )
        return self


class HoldOut(Model):
    """Trained below a distance, tested beyond."""

    R_bohr: _Distance = key("The distance", "bohr")
    hidden: Neurons = key("Neurons of both networks", "1")


class PublishedQuality(Model):
    """Figures of Hong, Huang, Zhang 2024."""

    rmse_cm: float | None = optional("RMSE", "cm^-1", ge=0)
    within_1_percent: float | None = optional(
        "Share of the points within 1 per cent", "per cent", ge=0, le=100
    )
    within_10_percent: float | None = optional(
        "Share of the points within 10 per cent", "per cent", ge=0, le=100
    )


class IsotropicC6(Model):
    """A published isotropic C_6."""

    r_bohr: _Bond = key("Bond length", "bohr")
    value: float | None = optional("Published C_6", "hartree bohr^6", gt=0)
    source: str | None = optional("Where it is published", "text")


class Report(Model):
    """What the results stand beside."""

    published: PublishedQuality = key("Figures of Hong, Huang, Zhang 2024", _SEE)
    response_C6: str | None = optional(
        "Data file of C_6 from dipole spectra: r_bohr, basis, C6_au", "path"
    )
    isotropic_C6: tuple[IsotropicC6, ...] | None = optional(
        "Bond lengths at which the isotropic C_6 is given, and published values", _SEE
    )


class LongRangeTraining(Model):
    """A long-range surface of networks for C_m."""

    name: str = key("Name of the system", "text", pattern="^[A-Za-z0-9._-]+$")
    title: str = key("Name of the system in figures", "text")
    results: str = key("Directory that takes the results", "path", min_length=1)
    points: str = key("Data file of the points", "path", min_length=1)
    source: Source = key("How the points are made", _SEE)
    energy_column: str = key("Column of u in the data file (ends in _cm)", "text", pattern="_cm$")
    powers: Annotated[tuple[_Power, ...], MinLen(1), Unique()] = key("The m of the series", "1")
    coordinates: tuple[InternalCoordinate, ...] = key(
        "Internal coordinates: column of the data file (ends in _bohr or _deg), range, whether the "
        "network sees the cosine of the angle, and whether C_m is even about the middle",
        _SEE,
        min_length=1,
    )
    training: Training = key("How the networks are trained", _SEE)
    threads: Integer | None = optional("Cores of one member", "1", ge=1, le=1000)
    ensemble: Integer = key("Members", "1", ge=1, le=1000)
    holdout: HoldOut = key(
        "Trained below a distance, tested beyond, beside a plain network of (R, x) with as many "
        "weights",
        _SEE,
    )
    cut: Annotated[tuple[float, ...], MinLen(1)] = key(
        "Internal coordinates of the cut along R in the figure, in the units of their columns",
        "as the columns",
    )
    report: Report = key("What the results stand beside", _SEE)

    @model_validator(mode="after")
    def _cut_of_all_coordinates(self) -> Self:
        if len(self.cut) != len(self.coordinates):
            raise Rule(
                "cut",
                f"{len(self.cut)} values for {len(self.coordinates)} coordinates; give one for "
                "each",
            )
        for i, (value, one) in enumerate(zip(self.cut, self.coordinates, strict=True)):
            low, high = one.range
            if not low <= value <= high:
                raise Rule(
                    f"cut[{i}]",
                    f"{value:g} is not within the range of {one.column}, {low:g} to {high:g}; "
                    "correct it",
                )
        return self

    @model_validator(mode="after")
    def _distances_of_the_points(self) -> Self:
        source, at = self.source, self.holdout.R_bohr
        inner, outer = (
            source.geometries.R_bohr if isinstance(source, AbInitioSource) else source.R_bohr
        )
        if not inner < at < outer:
            raise Rule(
                "holdout.R_bohr",
                f"{at:g} is not within the distances of the points, {inner:g} to {outer:g}; "
                "correct it",
            )
        return self
