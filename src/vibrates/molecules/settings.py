"""Constants of a molecule in a configuration, the entries of ``molecules``."""

from typing import Annotated, Self

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import model_validator

from vibrates.core.model import Model, Positive, Rule, key, optional
from vibrates.molecules.recipes import missing

NonNegative = Annotated[float, Ge(0)]
Mass = Annotated[float, Ge(1), Le(300)]

# What every diatom has, and what only some surfaces need.
_CONSTANTS = (
    "omega_e_cm",
    "x_e",
    "y_e",
    "r_e_angstrom",
    "beta_e_per_angstrom",
    "D_e_eV",
    "effective_electrons",
)
PROPERTIES = ("polarizability_parallel", "polarizability_perpendicular", "quadrupole", "dipole")


class BondPolynomial(Model):
    """A monomer property as a function of the bond length."""

    coefficients_au: tuple[float, ...] = key(
        "Coefficients in ascending powers of tanh((r - r_e) / length_angstrom), or of "
        "(r - r_e) / angstrom with range_angstrom",
        "atomic units",
        min_length=1,
    )
    length_angstrom: float | None = optional(
        "Length on which the property goes over to that of the separated atoms, the sum of the "
        "coefficients",
        "angstrom",
        ge=0.05,
        le=10,
    )
    range_angstrom: tuple[Positive, Positive] | None = optional(
        "Bond lengths between which the polynomial holds; beyond them r is held at the end",
        "angstrom",
    )

    @model_validator(mode="after")
    def _one_variable(self) -> Self:
        if (self.length_angstrom is None) == (self.range_angstrom is None):
            raise Rule(
                "coefficients_au",
                f"{list(self.coefficients_au)}: give either length_angstrom (powers of "
                "tanh((r - r_e)/length)) or range_angstrom (powers of r - r_e)",
            )
        if self.range_angstrom is not None and self.range_angstrom[0] >= self.range_angstrom[1]:
            raise Rule(
                "range_angstrom", f"{list(self.range_angstrom)} is not ascending; exchange them"
            )
        return self


_Series = Annotated[tuple[float, ...], MinLen(1)]


class RotationalConstants(Model):
    """Rotational constants of all vibrational levels, as polynomials in w + 1/2."""

    B: _Series = key("B_e, -alpha_e, gamma_e, ...: F = B x - D x^2 + H x^3, x = j(j + 1)", "cm^-1")
    D: _Series = key("D_e, beta_e, ... of the centrifugal distortion", "cm^-1")
    H: _Series | None = optional("H_e, ... of its next order", "cm^-1")

    @model_validator(mode="after")
    def _positive(self) -> Self:
        for name, series in (("B", self.B), ("D", self.D)):
            if series[0] <= 0.0:
                raise Rule(name, f"{list(series)} does not begin with a positive constant; correct")
        return self


class Molecule(Model):
    """Constants of a diatom, or the mass of an atom."""

    masses_u: Annotated[tuple[Mass, ...], MinLen(1), MaxLen(2)] = key(
        "Masses of the two atoms of a diatom, which needs the spectroscopic constants and "
        "effective_electrons too; one mass for an atom, which has no other key",
        "u",
    )
    omega_e_cm: float | None = optional("Harmonic wavenumber", "cm^-1", ge=10, le=5000)
    x_e: float | None = optional(
        "First anharmonicity; within a factor of 2 of omega_e/(4 D_e), or 0", "1", ge=0, lt=1
    )
    y_e: float | None = optional("Second anharmonicity; at most a tenth of x_e", "1")
    r_e_angstrom: float | None = optional("Equilibrium bond length", "angstrom", ge=0.5, le=6)
    beta_e_per_angstrom: float | None = optional(
        "Steepness of the Morse curve; beta_e sqrt(2 D_e/mu) within a factor of 1.05 of omega_e",
        "angstrom^-1",
        ge=0.1,
        le=10,
    )
    D_e_eV: float | None = optional("Depth of the Morse curve", "eV", ge=0.01, le=15)
    effective_electrons: float | None = optional(
        "Effective number of polarizable electrons in the correlation formula of C6",
        "1",
        ge=0.5,
        le=200,
    )
    polarizability_parallel: BondPolynomial | None = optional(
        "Polarizability along the bond, where the surface is made from it", "bohr^3"
    )
    polarizability_perpendicular: BondPolynomial | None = optional(
        "Polarizability across the bond, where the surface is made from it", "bohr^3"
    )
    quadrupole: BondPolynomial | None = optional(
        "Quadrupole moment at the centre of mass, where the surface has an electrostatic energy",
        "e bohr^2",
    )
    dipole: BondPolynomial | None = optional(
        "Dipole moment, positive from the first atom to the second, where they differ", "e bohr"
    )
    spin_weights: tuple[NonNegative, NonNegative] | None = optional(
        "Nuclear-spin weights of even and odd j, needed where a rotor with like ends is quantised",
        "1",
    )

    rotation_cm: RotationalConstants | None = optional(
        "Rotational energies where its rotation is quantised; if absent those of the Morse curve",
        "cm^-1",
    )

    @property
    def is_atom(self) -> bool:
        """Whether it is an atom, of one mass."""
        return len(self.masses_u) == 1

    @model_validator(mode="after")
    def _atom_or_diatom(self) -> Self:
        given = [name for name in (*_CONSTANTS, *PROPERTIES) if getattr(self, name) is not None]
        if self.is_atom and given:
            raise Rule(
                "",
                f"key '{given[0]}' belongs to a diatom, masses_u has one mass; remove the key or "
                "give two masses",
            )
        absent = [name for name in _CONSTANTS if name not in given]
        if not self.is_atom and absent:
            raise Rule("", f"{missing(absent)}, or give one mass for an atom")
        for name in ("spin_weights", "rotation_cm"):
            if getattr(self, name) is not None and self.is_atom:
                raise Rule("", f"key '{name}' belongs to a diatom; remove it or give two masses")
        if self.spin_weights is not None and not any(self.spin_weights):
            raise Rule("spin_weights", "[0, 0] leave no level; give the weights of even and odd j")
        return self

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        # Importing this module requires no SciPy.
        from vibrates.molecules import plausibility

        plausibility.check(self)
        return self
