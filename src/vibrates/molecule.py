"""Diatomic molecules: spectroscopic constants, level energies, Morse curve, properties of r."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike, NDArray

from vibrates.basis import MorseWell, Podvr
from vibrates.errors import UserError
from vibrates.units import AMU_TO_ME, ANGSTROM_TO_BOHR, CM_TO_HARTREE, EV_TO_HARTREE


@dataclass(frozen=True)
class BondProperty:
    """A monomer property as a polynomial of the bond length, held constant outside its range.

    ``coefficients``: ascending powers of (r - r_e) / bohr, in atomic units.
    ``lower``, ``upper``: range of r in bohr on which the polynomial was fitted.
    """

    # ASSUME: outside the range of the fit a property keeps the value at the end of the range.
    coefficients: tuple[float, ...]
    r_e: float
    lower: float
    upper: float

    @classmethod
    def from_config(cls, mapping: Mapping, r_e: float) -> "BondProperty":
        """From ``coefficients_au`` (powers of angstrom) and ``range_angstrom``; ``r_e`` in bohr."""
        coefficients = tuple(
            float(c) / ANGSTROM_TO_BOHR**power
            for power, c in enumerate(mapping["coefficients_au"])
        )
        lower, upper = (float(r) * ANGSTROM_TO_BOHR for r in mapping["range_angstrom"])
        return cls(coefficients, r_e, lower, upper)

    def __call__(self, r: ArrayLike) -> NDArray:
        """Value in atomic units at bond length ``r`` (bohr, any shape)."""
        return polyval(np.clip(r, self.lower, self.upper) - self.r_e, self.coefficients)


@dataclass(frozen=True)
class Diatom:
    """A diatomic molecule; everything in atomic units.

    Level energies are spectroscopic,
    E(v) = w_e (v + 1/2) - w_e x_e (v + 1/2)^2 + w_e y_e (v + 1/2)^3,
    while wavefunctions are those of the Morse curve D_e (t^2 - 2 t), t = exp(-beta_e (r - r_e))
    (Hong et al. 2023, section 2.1 and Table 1).
    """

    # ASSUME: vibrational wavefunctions are Morse functions; they do not depend on rotation.
    name: str
    reduced_mass: float  # electron masses
    total_mass: float  # electron masses
    omega_e: float  # hartree
    x_e: float
    y_e: float
    r_e: float  # bohr
    beta_e: float  # 1/bohr
    well_depth: float  # D_e, hartree
    effective_electrons: float
    quadrupole: BondProperty | None
    polarizability_parallel: BondProperty | None
    polarizability_perpendicular: BondProperty | None

    @classmethod
    def from_config(cls, name: str, mapping: Mapping) -> "Diatom":
        """From one entry of ``molecules`` of the configuration."""
        m_1, m_2 = (float(m) * AMU_TO_ME for m in mapping["masses_u"])
        r_e = float(mapping["r_e_angstrom"]) * ANGSTROM_TO_BOHR

        def bond_property(key: str) -> BondProperty | None:
            return BondProperty.from_config(mapping[key], r_e) if key in mapping else None

        return cls(
            name=name,
            reduced_mass=m_1 * m_2 / (m_1 + m_2),
            total_mass=m_1 + m_2,
            omega_e=float(mapping["omega_e_cm"]) * CM_TO_HARTREE,
            x_e=float(mapping["x_e"]),
            y_e=float(mapping["y_e"]),
            r_e=r_e,
            beta_e=float(mapping["beta_e_per_angstrom"]) / ANGSTROM_TO_BOHR,
            well_depth=float(mapping["D_e_eV"]) * EV_TO_HARTREE,
            effective_electrons=float(mapping["effective_electrons"]),
            quadrupole=bond_property("quadrupole"),
            polarizability_parallel=bond_property("polarizability_parallel"),
            polarizability_perpendicular=bond_property("polarizability_perpendicular"),
        )

    def level_energy(self, v: ArrayLike) -> NDArray:
        """Energy of level ``v`` above the minimum of the well, hartree."""
        x = np.asarray(v, dtype=float) + 0.5
        return self.omega_e * (x - self.x_e * x**2 + self.y_e * x**3)

    @property
    def morse_levels(self) -> int:
        """Number of bound levels of the Morse curve."""
        return int(np.floor(np.sqrt(2.0 * self.reduced_mass * self.well_depth) / self.beta_e + 0.5))

    def basis(self, levels: range) -> Podvr:
        """PODVR basis of some consecutive Morse states with spectroscopic energies."""
        if levels.stop > self.morse_levels:
            raise UserError(
                f"basis of {self.name}: levels up to {levels.stop - 1} asked for, its Morse curve "
                f"holds {self.morse_levels}; lower basis.{self.name}.above or the initial level"
            )
        well = MorseWell(self.reduced_mass, self.r_e, self.beta_e, self.well_depth)
        r, states = well.states(levels.stop)
        return Podvr.build(r, states[:, levels.start :], self.level_energy(levels))


@dataclass(frozen=True)
class Atom:
    """A structureless partner: one level, no rotation, no multipole moments; atomic units."""

    name: str
    total_mass: float  # electron masses
    r_e: float = 1.0
    reduced_mass: float = np.inf  # of its rotation: 1/(mu r^2) = 0

    def basis(self, levels: range = range(1)) -> Podvr:
        """One point with energy zero."""
        if levels != range(1):
            raise UserError(f"basis of {self.name}: {levels} asked for, an atom has level 0 only")
        return Podvr(np.ones(1), np.ones((1, 1)), np.zeros(1))

    def quadrupole(self, r: ArrayLike) -> NDArray:
        """Zero, in the shape of ``r``."""
        return np.zeros(np.shape(r))


def pair_reduced_mass(a: Diatom | Atom, b: Diatom | Atom) -> float:
    """Reduced mass of the relative motion of two molecules, electron masses."""
    return a.total_mass * b.total_mass / (a.total_mass + b.total_mass)
