"""The descriptions of quantum scattering and of a surface of sites, `config/quantum/*.yaml`."""

from typing import Annotated, Literal, Self

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import model_validator

from vibrates.abinitio.models import PointSet
from vibrates.core.model import (
    Ascending,
    Count,
    Integer,
    Model,
    Natural,
    Rule,
    key,
    optional,
)
from vibrates.molecules.settings import Mass

_SEE = "see the keys"
# Beyond these bounds a number is a mistake of the unit.
_Bond = Annotated[float, Ge(0.3), Le(50)]
_Distance = Annotated[float, Ge(0.5), Le(10000)]
_Width = Annotated[float, Ge(0.001), Le(5)]
_Energy = Annotated[float, Ge(1e-6), Le(1e5)]
_Temperature = Annotated[float, Ge(1e-3), Le(100000)]
Exponents = Annotated[tuple[Annotated[float, Ge(0.005), Le(100)], ...], MinLen(1)]
Bonds = Annotated[tuple[_Bond, ...], MinLen(1), Ascending()]
Sectors = tuple[tuple[_Distance, _Width], ...]
METHOD = ("coupled_states (l = J) or close_coupling", "text")
SECTORS = (
    "Sectors of the propagator: pairs of a distance and the width of sectors from there on; "
    "the last width is of no meaning",
    "bohr",
)


def check_sectors(sectors: Sectors) -> None:
    """Rule unless their distances ascend."""
    places = [place for place, _ in sectors]
    if places != sorted(set(places)):
        raise Rule("sectors_bohr", f"distances {places} do not ascend; order them")


class ScatteringDiatom(Model):
    """The diatom."""

    name: str = key("Its name", "text")
    masses_u: tuple[Mass, Mass] = key("Masses of its nuclei", "u")
    curve: str = key("Its potential curve, CSV with r_bohr and E_hartree", "path")
    nuclear_spin: float | None = optional(
        "Spin I of each nucleus, for two like nuclei and only there: gives the weights of even and "
        "odd j in averages over j (Sigma_g^+ state)",
        "hbar",
        ge=0,
        le=10,
    )
    vibrations: Integer = key(
        "Points of the vibrational grid, a PODVR of so many states", "1", ge=1, le=100
    )

    @model_validator(mode="after")
    def _spin_of_like_nuclei(self) -> Self:
        (first, second), spin = self.masses_u, self.nuclear_spin
        if first == second and spin is None:
            raise Rule(
                "nuclear_spin",
                f"missing, though both nuclei have {first:g} u and their spin decides how even and "
                "odd j are populated; give it in units of hbar, 0.5 for H, 1 for D or N",
            )
        if first != second and spin is not None:
            raise Rule(
                "nuclear_spin",
                f"{spin:g} has no effect where the nuclei differ ({first:g} and {second:g} u); "
                "remove it",
            )
        if spin is not None and not (2 * spin).is_integer():
            raise Rule("nuclear_spin", f"{spin:g} is no spin; give a multiple of 0.5, 0 or more")
        return self


class ScatteringAtom(Model):
    """The atom."""

    name: str = key("Its name", "text")
    mass_u: Mass = key("Its mass", "u")


class WantedLevels(Model):
    """Levels between which rates are wanted."""

    v_max: Integer = key("Highest vibrational level", "1", ge=0, le=100)
    j_max: Integer = key("Highest rotational level", "1", ge=0, le=500)


class CoupledLevels(Model):
    """Levels that are coupled."""

    j_max: tuple[Natural, ...] = key("Highest j for v = 0, 1, 2, ...", "1", min_length=1)
    closed_cm: float = key(
        "Levels up to so far above the total energy take part", "cm^-1", ge=0, le=1e5
    )


class Energies(Model):
    """Energies at which cross sections are computed."""

    near_cm: Annotated[tuple[_Energy, ...], MinLen(1), Ascending()] = key(
        "Collision energies above the threshold of every level", "cm^-1"
    )
    spacing_cm: float = key(
        "Spacing of the total energies that all levels share", "cm^-1", ge=1, le=1e5
    )
    highest_cm: float = key("Highest collision energy", "cm^-1", ge=1, le=1e5)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, value in (("near_cm", self.near_cm[-1]), ("spacing_cm", self.spacing_cm)):
            if value > self.highest_cm:
                raise Rule(
                    name, f"{value:g} is above the highest energy, {self.highest_cm:g}; lower it"
                )
        return self


class Waves(Model):
    """Partial waves."""

    reach_bohr: float = key(
        "Impact parameter beyond which nothing changes its state", "bohr", ge=0.5, le=200
    )
    extra: Integer = key("Partial waves beyond it", "1", ge=0, le=1000)
    every: Count = key(
        "After J the next one computed is J + max(1, J // every); as large as J to compute all", "1"
    )


class ScatteringJobs(Model):
    """Size of one job."""

    energies: Count = key("Total energies of one block", "1")
    chunks: Integer = key(
        "Jobs into which the partial waves of one block are shared out", "1", ge=1, le=10000
    )
    ranks: Integer = key(
        "MPI ranks of one job, which share its projections Omega", "1", ge=1, le=10000
    )


class Scattering(Model):
    """Quantum scattering of a vibrating rotor and an atom."""

    name: str = key("Name of the calculation", "text", pattern="^[A-Za-z0-9_-]+$")
    results: str = key("Directory of the products", "path")
    molecule: ScatteringDiatom = key("The diatom", _SEE)
    atom: ScatteringAtom = key("The atom", _SEE)
    surface: str = key(
        "The interaction potential: a file whose surface is of the type `sites` or `function`",
        "path",
    )
    method: Literal["coupled_states", "close_coupling"] = key(*METHOD)
    levels: WantedLevels = key("Levels between which rates are wanted", _SEE)
    basis: CoupledLevels = key("Levels that are coupled", _SEE)
    legendre_terms: Integer = key("Legendre terms of the potential", "1", ge=1, le=60)
    sectors_bohr: Sectors = key(*SECTORS, min_length=2)
    energies: Energies = key("Energies at which cross sections are computed", _SEE)
    waves: Waves = key(
        "Partial waves J: all up to reach k + extra, of which those far apart from zero are "
        "interpolated",
        _SEE,
    )
    jobs: ScatteringJobs = key("Size of one job", _SEE)
    temperatures_K: Annotated[tuple[_Temperature, ...], MinLen(2), Ascending()] = key(
        "Temperatures of the rate coefficients", "K"
    )

    @model_validator(mode="after")
    def _levels_in_basis(self) -> Self:
        v_max, j_max, tops = self.levels.v_max, self.levels.j_max, list(self.basis.j_max)
        if len(tops) <= v_max or min(tops[: v_max + 1]) < j_max:
            raise Rule(
                "basis.j_max",
                f"{tops} does not hold levels up to v = {v_max}, j = {j_max}; give at least "
                f"{v_max + 1} entries of {j_max} or more",
            )
        if len(tops) > self.molecule.vibrations:
            raise Rule(
                "molecule.vibrations",
                f"{self.molecule.vibrations} is less than the {len(tops)} levels of basis.j_max; "
                "raise it",
            )
        check_sectors(self.sectors_bohr)
        return self


class PointSets(Model):
    """Both sets of points."""

    small: PointSet = key("Points that give the shape", _SEE)
    large: PointSet = key("Points that give what the larger basis adds", _SEE)


class DiatomCurve(Model):
    """Potential curve of the diatom."""

    basis: str = key("Basis of the atoms", "text")
    bonds_bohr: Bonds = key("Bond lengths", "bohr")


class PointFiles(Model):
    """Files of computed points."""

    small: str = key("Points in the small basis", "path")
    large: str = key("Points in the large basis", "path")
    curve: str = key("Curve of the diatom", "path")


class SiteFit(Model):
    """Form and weights of the fit."""

    powers: Integer = key("Powers of the distance in the short part", "1", ge=1, le=10)
    bond_powers: Integer = key("Powers of the bond variable in the short part", "1", ge=1, le=10)
    long_bond_powers: Integer = key(
        "Powers of the bond variable in the dispersion", "1", ge=1, le=10
    )
    r_0_bohr: _Bond = key("Bond length where the bond variable is zero", "bohr")
    length_bohr: float = key("Length of the bond variable", "bohr", ge=0.05, le=50)
    floor_hartree: float = key(
        "Energy above which relative errors count, below absolute ones", "hartree", ge=1e-9, le=0.1
    )
    ridge: float = key(
        "Singular values of the scaled design matrix below this are damped", "1", ge=0, le=1
    )
    start: Annotated[tuple[Annotated[float, Ge(0.1), Le(20)], ...], MinLen(4), MaxLen(4)] = key(
        "Decays of the three functions (1/bohr) and damping length (bohr) that the fit begins with",
        "see the description",
    )


class SiteSurfacePoints(Model):
    """Ab initio points of a diatom with equal nuclei and an atom, and the fit to them."""

    name: str = key("Name of the surface", "text")
    results: str = key("Directory of the products", "path")
    symbols: tuple[str, str, str] = key("Elements: both of the diatom, the atom", "text")
    python: str = key("Interpreter that has PySCF (make abinitio)", "path")
    midbond: dict[str, Exponents] = key("Exponents of the bond functions by letter", "1/bohr^2")
    sets: PointSets = key("A grid in a small basis, and fewer points in a large one", _SEE)
    curve: DiatomCurve = key("Potential curve of the diatom", _SEE)
    data: PointFiles = key("Files of computed points that the fit reads", "path")
    fit: SiteFit = key("Form and weights of the fit", _SEE)
