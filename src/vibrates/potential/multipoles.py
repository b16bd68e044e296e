"""Electrostatic energy of two linear molecules with dipole and quadrupole moments.

    V = mu_a mu_b A112/R^3 + (mu_a Q_b A123 + Q_a mu_b A213)/R^4 + Q_a Q_b A224/R^5

Buckingham, Adv. Chem. Phys. 12, 107 (1967), for linear molecules; the moments are those of the
centres of mass, positive from the first atom to the second. It is the long range of the surface of
two closed shells, without induction and dispersion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.units import ANGSTROM_TO_BOHR
from vibrates.molecules.diatom import BondProperty
from vibrates.potential.orientation import quadrupole_angular

if TYPE_CHECKING:  # Computing without a configuration requires no pydantic.
    from vibrates.molecules.settings import Molecule


def dipole_dipole(c_a: ArrayLike, c_b: ArrayLike, c_ab: ArrayLike) -> NDArray:
    """Angular factor of mu_a mu_b/R^3: n_a.n_b - 3 (n_a.R)(n_b.R). Arguments as in `harmonics`."""
    c_a, c_b, c_ab = (np.asarray(c, dtype=float) for c in (c_a, c_b, c_ab))
    return c_ab - 3.0 * c_a * c_b


def dipole_quadrupole(c_a: ArrayLike, c_b: ArrayLike, c_ab: ArrayLike) -> NDArray:
    """Angular factor of mu_a Q_b/R^4, R from a to b: 3/2 [c_a (5 c_b^2 - 1) - 2 c_b c_ab].

    That of Q_a mu_b/R^4 is the same function of -c_b, -c_a, c_ab. Arguments as in `harmonics`.
    """
    c_a, c_b, c_ab = (np.asarray(c, dtype=float) for c in (c_a, c_b, c_ab))
    return 1.5 * (c_a * (5.0 * c_b**2 - 1.0) - 2.0 * c_b * c_ab)


@dataclass(frozen=True)
class Moments:
    """Dipole and quadrupole moment of a linear molecule as functions of its bond length, a.u."""

    dipole: BondProperty | None
    quadrupole: BondProperty | None

    @classmethod
    def from_molecule(cls, molecule: Molecule) -> Moments:
        """Those of an entry of ``molecules``; absent ones are zero, those of an atom too."""
        stated: Mapping = molecule.to_mapping()
        r_e = float(stated.get("r_e_angstrom", 0.0)) * ANGSTROM_TO_BOHR
        dipole, quadrupole = (
            BondProperty.from_config(stated[name], r_e) if name in stated else None
            for name in ("dipole", "quadrupole")
        )
        return cls(dipole, quadrupole)

    def at(self, r: ArrayLike) -> tuple[NDArray, NDArray]:
        """Dipole and quadrupole moment at bond lengths ``r``, bohr, of any shape."""
        zero = np.zeros(np.shape(r))
        return (
            zero if self.dipole is None else self.dipole(r),
            zero if self.quadrupole is None else self.quadrupole(r),
        )


def electrostatic_energy(
    a: Moments,
    b: Moments,
    distance: ArrayLike,
    c_a: ArrayLike,
    c_b: ArrayLike,
    c_ab: ArrayLike,
    r_a: ArrayLike,
    r_b: ArrayLike,
) -> NDArray:
    """The electrostatic energy, hartree.

    Parameters
    ----------
    a, b
        Moments of the two molecules.
    distance
        R between the centres of mass, bohr.
    c_a, c_b, c_ab
        n_a.R^, n_b.R^ and n_a.n_b, R^ from a to b.
    r_a, r_b
        Bond lengths, bohr; all of these broadcast.
    """
    distance = np.asarray(distance, dtype=float)
    c_a, c_b = np.asarray(c_a, dtype=float), np.asarray(c_b, dtype=float)
    (mu_a, q_a), (mu_b, q_b) = a.at(r_a), b.at(r_b)
    return (
        mu_a * mu_b * dipole_dipole(c_a, c_b, c_ab) / distance**3
        + (
            mu_a * q_b * dipole_quadrupole(c_a, c_b, c_ab)
            + q_a * mu_b * dipole_quadrupole(-c_b, -c_a, c_ab)
        )
        / distance**4
        + q_a * q_b * quadrupole_angular(c_a, c_b, c_ab) / distance**5
    )
