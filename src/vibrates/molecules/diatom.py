"""Diatomic molecules: spectroscopic constants, level energies, Morse curve, properties of r."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import AMU_TO_ME, ANGSTROM_TO_BOHR, CM_TO_HARTREE, EV_TO_HARTREE
from vibrates.molecules.podvr import MorseWell, Podvr
from vibrates.molecules.rotational_series import RotationalSeries

if TYPE_CHECKING:  # Computing without a configuration requires no pydantic.
    from vibrates.molecules.settings import Molecule


def reduced_mass(m_1: float, m_2: float) -> float:
    """m_1 m_2/(m_1 + m_2), in the unit of both masses."""
    return m_1 * m_2 / (m_1 + m_2)


@dataclass(frozen=True)
class BondProperty:
    """A monomer property of the bond length: a polynomial in a bounded variable, atomic units.

    ``coefficients``: ascending powers of tanh((r - r_e)/length), which goes smoothly to the value
    of the separated atoms. With infinite ``length`` they are powers of r - r_e, and the property is
    constant outside ``lower`` to ``upper``. Lengths in bohr.
    """

    coefficients: tuple[float, ...]
    r_e: float
    length: float = np.inf
    lower: float = 0.0
    upper: float = np.inf

    @classmethod
    def from_config(cls, mapping: Mapping, r_e: float) -> "BondProperty":
        """From the entry of a property in the constants of a molecule.

        Parameters
        ----------
        mapping
            ``coefficients_au`` and either ``length_angstrom`` or ``range_angstrom``; with a range
            the coefficients are of powers of (r - r_e)/angstrom.
        r_e
            Equilibrium bond length, bohr.

        Raises
        ------
        UserError
            If length and range are both given, or neither.
        """
        coefficients = mapping["coefficients_au"]
        if ("length_angstrom" in mapping) == ("range_angstrom" in mapping):
            raise UserError(
                f"coefficients_au {coefficients}: give either length_angstrom (powers of "
                "tanh((r - r_e)/length)) or range_angstrom (powers of r - r_e)"
            )
        if "length_angstrom" in mapping:
            return cls(tuple(coefficients), r_e, mapping["length_angstrom"] * ANGSTROM_TO_BOHR)
        in_bohr = tuple(c / ANGSTROM_TO_BOHR**power for power, c in enumerate(coefficients))
        lower, upper = (r * ANGSTROM_TO_BOHR for r in mapping["range_angstrom"])
        return cls(in_bohr, r_e, lower=lower, upper=upper)

    def __call__(self, r: ArrayLike) -> NDArray:
        """Value in atomic units at bond length ``r`` (bohr, any shape)."""
        if np.isfinite(self.length):
            return polyval(np.tanh((np.asarray(r) - self.r_e) / self.length), self.coefficients)
        return polyval(np.clip(r, self.lower, self.upper) - self.r_e, self.coefficients)


@dataclass(frozen=True)
class Diatom:
    """A diatomic molecule; everything in atomic units.

    Level energies are spectroscopic,
    E(v) = w_e (v + 1/2) - w_e x_e (v + 1/2)^2 + w_e y_e (v + 1/2)^3,
    while wavefunctions are those of the Morse curve D_e (t^2 - 2 t), t = exp(-beta_e (r - r_e))
    (Hong et al. 2023, section 2.1 and Table 1). ``rotation`` are rotational energies where the
    rotation is quantised (`molecules.rotation`); classical rotors have those of the Morse curve.
    """

    # ASSUME: vibrational wavefunctions are Morse functions; they do not depend on rotation.
    name: str
    reduced_mass: float  # electron masses
    total_mass: float  # electron masses
    like_ends: bool
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
    rotation: RotationalSeries | None = None

    @classmethod
    def from_config(cls, name: str, mapping: Mapping) -> "Diatom":
        """From constants as in an entry of ``molecules``; properties may be missing.

        Raises
        ------
        UserError
            If a property has no length or range of its variable, or both.
        """
        m_1, m_2 = (float(m) * AMU_TO_ME for m in mapping["masses_u"])
        r_e = float(mapping["r_e_angstrom"]) * ANGSTROM_TO_BOHR

        def bond_property(key: str) -> BondProperty | None:
            return BondProperty.from_config(mapping[key], r_e) if key in mapping else None

        return cls(
            name=name,
            reduced_mass=reduced_mass(m_1, m_2),
            total_mass=m_1 + m_2,
            like_ends=m_1 == m_2,
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
            rotation=(
                RotationalSeries.from_config(mapping["rotation_cm"])
                if mapping.get("rotation_cm")
                else None
            ),
        )

    def level_energy(self, v: ArrayLike) -> NDArray:
        """Energy of level ``v`` above the minimum of the well, hartree."""
        x = np.asarray(v, dtype=float) + 0.5
        return self.omega_e * (x - self.x_e * x**2 + self.y_e * x**3)

    @property
    def morse_levels(self) -> int:
        """Number of bound levels of the Morse curve."""
        return int(np.floor(np.sqrt(2.0 * self.reduced_mass * self.well_depth) / self.beta_e + 0.5))

    @property
    def _well(self) -> MorseWell:
        return MorseWell(self.reduced_mass, self.r_e, self.beta_e, self.well_depth)

    def rotational_constant(self, v: int) -> float:
        """B_v = <1/(2 mu r^2)> of level ``v``, hartree: a rotor at L has the energy B_v L^2.

        This is the converged mean over the Morse state. The dynamics uses the mean on the grid of
        its basis, which in the default campaign agrees to 5e-5 (H2(1): 3e-4; N2(40), seven levels
        beyond: 5e-4). The converged mean does not depend on the basis: initial conditions are the
        same in another basis, and those of both directions of a transition belong to one rotor.

        Raises
        ------
        UserError
            For a level above the highest one of the Morse curve.
        """
        if not 0 <= v < self.morse_levels:
            raise UserError(
                f"level {v} of {self.name}: its Morse curve holds levels 0 to "
                f"{self.morse_levels - 1}; lower the level"
            )
        return self._well.inverse_square(int(v)) / (2.0 * self.reduced_mass)

    def basis(self, levels: range) -> Podvr:
        """PODVR basis of some consecutive Morse states with spectroscopic energies.

        Raises
        ------
        UserError
            If the Morse curve does not hold all of ``levels``.
        """
        if levels.stop > self.morse_levels:
            raise UserError(
                f"basis of {self.name}: levels up to {levels.stop - 1} asked for, its Morse curve "
                f"holds {self.morse_levels}; lower basis.{self.name}.above or the initial level"
            )
        r, states = self._well.states(levels.stop)
        return Podvr.build(r, states[:, levels.start :], self.level_energy(levels))


@dataclass(frozen=True)
class Atom:
    """A structureless partner: one level, no multipole moments; atomic units.

    It has a finite moment of inertia, mu r_e^2: a spectator rotor, on which no torque acts. The
    energy and phase space of this rotor enter as those of a rotating molecule and cancel in every
    canonical average, so that all stages treat atoms like diatoms.
    """

    # ASSUME: an atom's spectator rotor takes part in U; rates do not depend on it.
    name: str
    total_mass: float  # electron masses
    r_e: float = 1.0
    reduced_mass: float = np.inf  # of its rotation: 1/(mu r^2) = 0
    like_ends: bool = True
    morse_levels: int = 1

    @classmethod
    def from_config(cls, name: str, mapping: Mapping) -> "Atom":
        """From an entry of ``molecules`` with a single mass."""
        mass = float(mapping["masses_u"][0]) * AMU_TO_ME
        return cls(name, mass, reduced_mass=mass)

    def level_energy(self, v: ArrayLike) -> NDArray:
        """Zero, in the shape of ``v``."""
        return np.zeros(np.shape(v))

    def rotational_constant(self, v: int = 0) -> float:
        """1/(2 mu r_e^2) of the spectator rotor, hartree."""
        return 1.0 / (2.0 * self.reduced_mass * self.r_e**2)

    def basis(self, levels: range = range(1)) -> Podvr:
        """One point with energy zero; UserError for other ``levels`` than level 0."""
        if levels != range(1):
            raise UserError(f"basis of {self.name}: {levels} asked for, an atom has level 0 only")
        return Podvr(np.ones(1), np.ones((1, 1)), np.zeros(1))

    def quadrupole(self, r: ArrayLike) -> NDArray:
        """Zero, in the shape of ``r``."""
        return np.zeros(np.shape(r))


def molecule_from_config(name: str, molecule: "Molecule") -> Diatom | Atom:
    """An atom or a diatom, as the entry of ``molecules`` describes one or the other."""
    kind = Atom if molecule.is_atom else Diatom
    return kind.from_config(name, molecule.to_mapping())
