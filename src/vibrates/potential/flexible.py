"""The fitted surface: a Lennard-Jones function whose exponent grows linearly with the distance.

    V = eps [ 6/(n-6) x^-n - n/(n-6) x^-6 ] + Q_a Q_b A^224 / R^5,   x = R/R_m, n = beta + zeta x.

The Improved Lennard-Jones function (Pirani et al., PCCP 10, 5489 (2008)) has n = beta + 4 x^2; the
linear exponent describes both well and wall (docs/surface.md). R_m, eps, beta and zeta depend on
the orientation through their values at the five reference configurations and extra harmonics
(those of R_m may follow the bond lengths), and on the bond lengths through powers of a stretch
function xi, by default l tanh((r - r_e)/l), which is r - r_e for small stretches and bounded where
no points were computed (`stretch`).
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
from vibrates.potential.kernel_forms import (
    FLEXIBLE_LENNARD_JONES,
    FOLLOWING_LENNARD_JONES,
    KernelTables,
)
from vibrates.potential.orientation import (
    EXTRA,
    at_orientation,
    coefficients,
    extra_harmonics,
    harmonics,
    quadrupole_angular,
)
from vibrates.potential.stretch import Stretch

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
# Powers of the stretches with which extra harmonics of R_m may be multiplied.
FOLLOWING = ((1, 0), (0, 1), (1, 1))


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


@dataclass(frozen=True)
class FittedSurface:
    """Surface of a pair of diatoms with parameters fitted to ab initio points.

    ``terms``: for every power (i, j) of the stretches xi_a, xi_b (bohr) a table (4, HARMONICS):
    R_m, eps, beta, zeta (a.u.), each by the five harmonics and the extra ones, which are zero but
    for power (0, 0), and for R_m of the powers `FOLLOWING`. ``stretches``: the stretch functions of
    a, b, for lengths in bohr.
    """

    terms: Mapping[tuple[int, int], NDArray]
    stretches: tuple[Stretch, Stretch]
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
            orientations (`require_count`).
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
        terms: dict[tuple[int, int], NDArray] = {}
        for index, (name, unit) in enumerate(PARAMETERS.items()):
            for row in getattr(settings.terms, name):
                power = row.powers
                require_count(f"surface.terms.{name}", name, power, len(row.values))
                table = terms.setdefault(power, np.zeros((len(PARAMETERS), HARMONICS)))
                scale = unit / ANGSTROM_TO_BOHR ** sum(power)
                table[index] = harmonic_coefficients(row.values) * scale
        a, b = (stretch.scaled(ANGSTROM_TO_BOHR) for stretch in settings.stretch_functions())
        return cls(terms, (a, b), diatom_a, diatom_b)

    def orientation_tables(self, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Harmonic coefficients (4, HARMONICS, ...) of R_m, eps, beta, zeta; r_a, r_b in bohr."""
        r_a, r_b = np.broadcast_arrays(r_a, r_b)
        xi_a = self.stretches[0](r_a, self.diatom_a.r_e)
        xi_b = self.stretches[1](r_b, self.diatom_b.r_e)
        return sum(
            table[(...,) + (None,) * r_a.ndim] * (xi_a**i * xi_b**j)
            for (i, j), table in self.terms.items()
        )

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> KernelTables:
        """Kernel input on the grid r_a x r_b: tables of either kernel form, and Q_a Q_b."""
        tables = self.orientation_tables(r_a, r_b).reshape(4, HARMONICS, -1)
        if self.follows:
            # What follows has columns of its own, the rest is that of both bonds at r_e.
            tables[0, 5:] = self.terms.get((0, 0), np.zeros((4, HARMONICS)))[0, 5:, None]
        tables = np.concatenate([*tables[:, :5], *tables[:, 5:]]).T
        form = FLEXIBLE_LENNARD_JONES
        if self.follows:
            form, tables = FOLLOWING_LENNARD_JONES, np.hstack([tables, self._following(r_a, r_b)])
        quadrupole = np.broadcast_to(self.quadrupole_product(r_a, r_b), (r_a.size, r_b.size))
        return KernelTables(form.number, np.ascontiguousarray(tables), quadrupole.ravel())

    @property
    def follows(self) -> bool:
        """Whether extra harmonics of R_m follow the bond lengths."""
        return any(self.terms[p][0, 5:].any() for p in FOLLOWING if p in self.terms)

    def _following(self, r_a: NDArray, r_b: NDArray) -> NDArray:
        """xi_a, xi_b, xi_a xi_b of every point, and what they are multiplied by (points, 39)."""
        xi = (f(r, m.r_e) for f, r, m in zip(
            self.stretches, np.broadcast_arrays(r_a, r_b), (self.diatom_a, self.diatom_b),
            strict=True,
        ))  # fmt: skip
        xi_a, xi_b = (each.ravel() for each in xi)
        stretches = np.stack([xi_a, xi_b, xi_a * xi_b], axis=1)
        zero = np.zeros((4, HARMONICS))
        factors = np.concatenate([self.terms.get(power, zero)[0, 5:] for power in FOLLOWING])
        return np.hstack([stretches, np.broadcast_to(factors, (len(xi_a), factors.size))])

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


def require_count(key: str, parameter: str, powers: tuple[int, int], count: int) -> None:
    """UserError, naming ``key``, if a term has more values than it can have.

    Parameters
    ----------
    key
        Place of the term in the configuration.
    parameter, powers, count
        Name of its parameter, powers of xi_a and xi_b, and number of values.
    """
    if not sum(powers) or count <= 5 or (parameter == "R_m_angstrom" and powers in FOLLOWING):
        return
    raise UserError(
        f"{key}: {count} values for powers {list(powers)}; extra harmonics do not follow the bond "
        f"lengths, but for those of R_m_angstrom with powers "
        f"{', '.join(str(list(p)) for p in FOLLOWING)}: give 5 or 1"
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
