"""The table of diatoms of the package, `data/diatoms.yaml`, and what follows from its entries."""

from functools import cache
from importlib.resources import files
from math import gcd, sqrt
from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Le, MinLen
from pydantic import StringConstraints

from vibrates.core.errors import UserError
from vibrates.core.model import Model, Natural, Positive, key, optional
from vibrates.core.units import AMU_TO_ME, ANGSTROM_TO_BOHR, CM_TO_HARTREE, EV_TO_HARTREE
from vibrates.core.yaml_files import read_yaml
from vibrates.molecules.settings import BondPolynomial, Mass, Molecule

_SEE = "see the keys"
_Element = Annotated[str, StringConstraints(pattern="^[A-Z][a-z]?$")]
_Spin = Annotated[float, Ge(0), Le(10)]


class TabulatedAtom(Model):
    """An element."""

    polarizability_au: Positive = key("Static polarizability of the free atom", "bohr^3")
    radius_angstrom: Positive = key("Van der Waals radius", "angstrom")


class Properties(Model):
    """Properties of a diatom as functions of its bond length."""

    polarizability_parallel: BondPolynomial = key("Polarizability along the bond", "bohr^3")
    polarizability_perpendicular: BondPolynomial = key("Polarizability across the bond", "bohr^3")
    quadrupole: BondPolynomial = key("Quadrupole moment", "e bohr^2")
    dipole: BondPolynomial | None = optional("Dipole moment; unlike ends have one", "e bohr")


class TabulatedDiatom(Model):
    """A diatom in its electronic ground state."""

    elements: tuple[_Element, _Element] = key("Its atoms", "text")
    isotopes: tuple[str, str] = key("Their isotopes", "text")
    masses_u: tuple[Mass, Mass] = key("Their masses", "u")
    nuclear_spins: tuple[_Spin, _Spin] = key("Their nuclear spins", "hbar")
    state: str = key("Term symbol of the ground state", "text", pattern=r"^\d(Sigma|Pi|Delta)")
    omega_e_cm: Positive = key("Harmonic wavenumber", "cm^-1")
    omega_e_x_e_cm: Positive = key("First anharmonicity", "cm^-1")
    omega_e_y_e_cm: float = key("Second anharmonicity", "cm^-1")
    B_e_cm: Positive = key("Rotational constant at equilibrium", "cm^-1")
    alpha_e_cm: Positive = key("Its decrease with v", "cm^-1")
    r_e_angstrom: Positive = key("Equilibrium bond length", "angstrom")
    D_0_eV: Positive = key("Dissociation energy of the lowest level", "eV")
    valence_electrons: Natural = key("Electrons of the outer shells", "1")
    bonding_electrons: Natural = key("Two times the bond order", "1")
    source: str = key("Source of the spectroscopic constants", "text")
    properties: Properties | None = optional("Properties that are known", _SEE)

    @property
    def like_ends(self) -> bool:
        """Whether both atoms are the same isotope."""
        return self.isotopes[0] == self.isotopes[1]

    @property
    def closed_shell(self) -> bool:
        """Whether the ground state is a singlet Sigma state."""
        return self.state.startswith("1Sigma")

    @property
    def D_e_eV(self) -> float:
        """Depth of the well: D_0 and the zero-point energy of the tabulated series."""
        zero_point = (
            self.omega_e_cm / 2.0 - self.omega_e_x_e_cm / 4.0 + self.omega_e_y_e_cm / 8.0
        ) * CM_TO_HARTREE
        return self.D_0_eV + zero_point / EV_TO_HARTREE

    @property
    def beta_e_per_angstrom(self) -> float:
        """Steepness of the Morse curve, omega_e sqrt(mu/(2 D_e))."""
        m_1, m_2 = self.masses_u
        reduced = AMU_TO_ME * m_1 * m_2 / (m_1 + m_2)
        depth = self.D_e_eV * EV_TO_HARTREE
        return self.omega_e_cm * CM_TO_HARTREE * sqrt(reduced / (2.0 * depth)) * ANGSTROM_TO_BOHR

    @property
    def effective_electrons(self) -> float:
        """N (1 - N_b N_n/N^2) of N valence electrons, N_b bonding and N_n not (`recipes`)."""
        every, bonding = self.valence_electrons, self.bonding_electrons
        return every * (1.0 - bonding * (every - bonding) / every**2)

    @property
    def spin_weights(self) -> tuple[int, int] | None:
        """Nuclear-spin weights of even and odd j (of N for triplets); None for unlike ends.

        Two nuclei of spin I have (2I+1)(I+1) symmetric and (2I+1)I antisymmetric states. Sigma_g^+
        combines symmetric ones with even j where the nuclei are bosons and with odd j where they
        are fermions; Sigma_g^- is the other way round.
        """
        if not self.like_ends:
            return None
        twice = round(2.0 * self.nuclear_spins[0])
        symmetric, antisymmetric = twice + 2, twice  # times (2I + 1)/2
        even_is_symmetric = (twice % 2 == 0) == self.state.endswith("+")
        even, odd = (symmetric, antisymmetric) if even_is_symmetric else (antisymmetric, symmetric)
        return even // gcd(even, odd), odd // gcd(even, odd)

    def molecule(self) -> Molecule:
        """Its entry of ``molecules``; without properties where none are known."""
        stated = {
            "masses_u": list(self.masses_u),
            "omega_e_cm": self.omega_e_cm,
            "x_e": float(f"{self.omega_e_x_e_cm / self.omega_e_cm:.6g}"),
            "y_e": float(f"{self.omega_e_y_e_cm / self.omega_e_cm:.4g}"),
            "r_e_angstrom": self.r_e_angstrom,
            "beta_e_per_angstrom": round(self.beta_e_per_angstrom, 4),
            "D_e_eV": round(self.D_e_eV, 4),
            "effective_electrons": round(self.effective_electrons, 3),
        }
        if self.spin_weights is not None:
            stated["spin_weights"] = list(self.spin_weights)
        if self.properties is not None:
            stated |= self.properties.to_mapping()
        return Molecule.from_mapping(stated, "the table of diatoms")


class Table(Model):
    """The file."""

    atoms: Annotated[dict[str, TabulatedAtom], MinLen(1)] = key("Elements", _SEE)
    diatoms: Annotated[dict[str, TabulatedDiatom], MinLen(1)] = key("Diatoms", _SEE)


def path() -> Path:
    """Where the package keeps the table."""
    return Path(str(files("vibrates") / "data" / "diatoms.yaml"))


@cache
def table() -> Table:
    """The table of the package."""
    return Table.from_mapping(read_yaml(path()), str(path()))


def find(name: str) -> TabulatedDiatom:
    """The diatom of this name; UserError with the known ones and what is to be added for others."""
    known = table().diatoms
    if name not in known:
        raise UserError(
            f"'{name}' is not in the table of diatoms ({', '.join(known)}); name one of these, or "
            "write a configuration with its masses_u, omega_e_cm, x_e, y_e, r_e_angstrom, "
            "beta_e_per_angstrom, D_e_eV and effective_electrons under molecules "
            "(docs/tutorials/own_pair.md)"
        )
    return known[name]
