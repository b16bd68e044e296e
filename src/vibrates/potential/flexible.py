"""The fitted surface: a Lennard-Jones function whose exponent grows linearly with the distance.

    V = eps [ 6/(n-6) x^-n - n/(n-6) x^-6 ] + Q_a Q_b A^224 / R^5,   x = R/R_m, n = beta + zeta x.

The Improved Lennard-Jones function (Pirani et al., PCCP 10, 5489 (2008)) has n = beta + 4 x^2; the
linear exponent describes both well and wall (docs/surface.md). R_m, eps, beta and zeta depend on
the orientation through their values at the five reference configurations and, at r_e, extra
harmonics, and on the bond lengths through powers of xi = l tanh((r - r_e)/l), which is r - r_e for
small stretches and bounded where no points were computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, MEV_TO_HARTREE
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.electrostatics import quadrupole_product, require_quadrupoles
from vibrates.potential.kernel_forms import FLEXIBLE_LENNARD_JONES, KernelTables
from vibrates.potential.orientation import (
    EXTRA,
    at_orientation,
    coefficients,
    extra_harmonics,
    harmonics,
    quadrupole_angular,
)

if TYPE_CHECKING:
    from vibrates.potential.settings import FittedSettings

# Names in the configuration, in the order of the tables, and their units in atomic units.
PARAMETERS = {
    "R_m_angstrom": ANGSTROM_TO_BOHR,
    "eps_meV": MEV_TO_HARTREE,
    "beta": 1.0,
    "zeta": 1.0,
}
HARMONICS = 5 + EXTRA


def flexible_lennard_jones(x: ArrayLike, beta: ArrayLike, zeta: ArrayLike) -> NDArray:
    """The Lennard-Jones function with n = beta + zeta x, in units of eps.

    Evaluated with n - 6 = d and l = -ln x as x^-6 [6 l (exp(d l) - 1)/(d l) - 1], which is regular
    at n = 6, a distance that only fast collisions reach.

    Parameters
    ----------
    x
        R/R_m.
    beta, zeta
        Parameters of the exponent; all arguments broadcast.
    """
    x = np.asarray(x)
    d, l = np.asarray(beta) + np.asarray(zeta) * x - 6.0, -np.log(x)
    y = np.asarray(d * l)
    small = np.abs(y) < 1e-8
    ratio = np.where(small, 1.0 + 0.5 * y, np.expm1(y) / np.where(small, 1.0, y))
    return x**-6 * (6.0 * l * ratio - 1.0)


def bounded_stretch(r: ArrayLike, r_e: float, length: float) -> NDArray:
    """The bounded stretch xi = l tanh((r - r_e)/l).

    Parameters
    ----------
    r
        Bond lengths, of any shape.
    r_e, length
        Equilibrium bond length and l, in the unit of r.
    """
    return length * np.tanh((np.asarray(r, dtype=float) - r_e) / length)


@dataclass(frozen=True)
class FittedSurface:
    """Surface of a pair of diatoms with parameters fitted to ab initio points.

    ``terms``: for every power (i, j) of the stretches xi_a, xi_b (bohr) a table (4, HARMONICS):
    R_m, eps, beta, zeta (a.u.), each by the five harmonics and the extra ones, which are zero but
    for power (0, 0). ``lengths``: l of a, b.
    """

    terms: Mapping[tuple[int, int], NDArray]
    lengths: tuple[float, float]
    diatom_a: Diatom
    diatom_b: Diatom

    @classmethod
    def from_settings(
        cls, settings: FittedSettings, diatom_a: Diatom | Atom, diatom_b: Diatom | Atom
    ) -> FittedSurface:
        """The surface of a pair of molecules.

        Parameters
        ----------
        settings
            The ``surface`` block. Each list has values at H, X, Ta, Tb, I, then of the extra
            harmonics; a shorter list is completed with zeros, and one value is valid for all
            orientations.
        diatom_a, diatom_b
            The two diatoms.

        Raises
        ------
        UserError
            If a molecule is no diatom or has no quadrupole moment, or if a term with powers of the
            stretches has extra harmonics.
        """
        if not isinstance(diatom_a, Diatom) or not isinstance(diatom_b, Diatom):
            raise UserError(
                f"surface.type: 'fitted' is for two diatoms, the pair is "
                f"{diatom_a.name}, {diatom_b.name}; use atom_pairs for a diatom and an atom"
            )
        require_quadrupoles(diatom_a, diatom_b)
        length_a, length_b = settings.stretch_length_angstrom
        terms: dict[tuple[int, int], NDArray] = {}
        for index, (name, unit) in enumerate(PARAMETERS.items()):
            for row in getattr(settings.terms, name):
                power = row.powers
                if sum(power) and len(row.values) > 5:
                    raise UserError(
                        f"surface.terms.{name}: {len(row.values)} values for powers "
                        f"{list(power)}; extra harmonics do not follow the bond lengths: "
                        "give 5 or 1"
                    )
                table = terms.setdefault(power, np.zeros((len(PARAMETERS), HARMONICS)))
                scale = unit / ANGSTROM_TO_BOHR ** sum(power)
                table[index] = harmonic_coefficients(row.values) * scale
        lengths = length_a * ANGSTROM_TO_BOHR, length_b * ANGSTROM_TO_BOHR
        return cls(terms, lengths, diatom_a, diatom_b)

    def orientation_tables(self, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Harmonic coefficients (4, HARMONICS, ...) of R_m, eps, beta, zeta; r_a, r_b in bohr."""
        r_a, r_b = np.broadcast_arrays(r_a, r_b)
        xi_a = bounded_stretch(r_a, self.diatom_a.r_e, self.lengths[0])
        xi_b = bounded_stretch(r_b, self.diatom_b.r_e, self.lengths[1])
        return sum(
            table[(...,) + (None,) * r_a.ndim] * (xi_a**i * xi_b**j)
            for (i, j), table in self.terms.items()
        )

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> KernelTables:
        """Kernel input on the grid r_a x r_b: tables (points, 20 + 4 EXTRA), Q_a Q_b."""
        tables = self.orientation_tables(r_a, r_b).reshape(4, HARMONICS, -1)
        tables = np.concatenate([*tables[:, :5], *tables[:, 5:]]).T
        quadrupole = np.broadcast_to(self.quadrupole_product(r_a, r_b), (r_a.size, r_b.size))
        return KernelTables(
            FLEXIBLE_LENNARD_JONES.number, np.ascontiguousarray(tables), quadrupole.ravel()
        )

    def quadrupole_product(self, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Q_a(r_a) Q_b(r_b), atomic units."""
        return quadrupole_product(self.diatom_a, self.diatom_b, r_a, r_b)

    def potential(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike,
        c_ab: ArrayLike,
        r_a: ArrayLike | None = None,
        r_b: ArrayLike | None = None,
    ) -> NDArray:
        """V in hartree. Arguments as in `Potential.potential`."""
        r_a = self.diatom_a.r_e if r_a is None else r_a
        r_b = self.diatom_b.r_e if r_b is None else r_b
        shape = np.broadcast_shapes(*map(np.shape, (distance, c_a, c_b, c_ab, r_a, r_b)))
        tables = self.orientation_tables(r_a, r_b)
        angular = all_harmonics(c_a, c_b, c_ab)
        r_m, eps, beta, zeta = at_orientation(tables, angular, len(shape))
        distance = np.asarray(distance)
        return eps * flexible_lennard_jones(distance / r_m, beta, zeta) + (
            self.quadrupole_product(r_a, r_b) * quadrupole_angular(c_a, c_b, c_ab) / distance**5
        )


def all_harmonics(c_a: ArrayLike, c_b: ArrayLike, c_ab: ArrayLike) -> NDArray:
    """The five harmonics and the extra ones, first axis. Arguments as in `harmonics`."""
    return np.concatenate([harmonics(c_a, c_b, c_ab), extra_harmonics(c_a, c_b, c_ab)])


def harmonic_coefficients(values: Sequence[float] | NDArray) -> NDArray:
    """Coefficients (HARMONICS,): from values at five configurations, then the extra harmonics."""
    padded = np.zeros(HARMONICS)
    if len(values) == 1:
        padded[0] = values[0]
        return padded
    padded[: len(values)] = values
    padded[:5] = coefficients(padded[:5])
    return padded
