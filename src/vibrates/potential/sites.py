"""A diatom and an atom: functions of the distance of the atom from five sites along the bond.

    V = F(rho_1; r) + F(rho_2; r) + B(rho_3; r) + B(rho_4; r) + M(rho_5; r)
    F, B, M = exp(-b rho) sum_k a_k(r) rho^k - c_6(r)/(rho^2 + d^2)^3 - c_8(r)/(rho^2 + d^2)^4

F belongs to the nuclei, which have the same charge, M to the middle of the bond, and B to the sites
at 0.6 of the distance from there to either nucleus. Coefficients are polynomials in
tanh((r - r_0)/length), which is bounded outside the computed bond lengths. The orientation enters
only through the distances, and the masses only through the position of the centre of mass on the
bond: isotopologues have the same surface. Atomic units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.polynomial.polynomial import polyval, polyvander
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.kernel_forms import SITES, KernelTables

if TYPE_CHECKING:
    from vibrates.potential.settings import Sites, SitesSettings

# Positions of the sites: fraction of the distance from the middle of the bond to a nucleus.
TERMS = {"nuclei": 1.0, "between": 0.6, "middle": 0.0}


@dataclass(frozen=True)
class Radial:
    """F, B or M: decay b, damping d; coefficients ``short`` (n_k, n_z), ``long`` (2, n_z)."""

    decay: float
    damping: float
    short: NDArray
    long: NDArray

    def at(self, z: NDArray) -> NDArray:
        """a_k and c_n (n_k + 2, ...) at the variable ``z`` of the bond length."""
        return np.concatenate([polyval(z, self.short.T), polyval(z, self.long.T)])

    def basis(self, rho: NDArray, z: NDArray) -> NDArray:
        """Basis functions (points, n), those of short range first: V is linear in coefficients."""
        short = np.exp(-self.decay * rho)[:, None] * rho[:, None] ** np.arange(len(self.short))
        long = -((rho**2 + self.damping**2)[:, None] ** np.array([-3.0, -4.0]))
        return np.concatenate(
            [_products(short, z, self.short), _products(long, z, self.long)], axis=1
        )

    def with_coefficients(self, values: NDArray) -> Radial:
        """The same function with other coefficients, in the order of `basis`."""
        short, long = np.split(values, [self.short.size])
        return Radial(
            self.decay, self.damping, short.reshape(self.short.shape), long.reshape(self.long.shape)
        )

    def __call__(self, rho: NDArray, z: NDArray) -> NDArray:
        """Value of the function; arguments broadcast."""
        *short, c_6, c_8 = self.at(z)
        inverse = 1.0 / (rho**2 + self.damping**2)
        series = sum(a * rho**k for k, a in enumerate(short))
        return np.exp(-self.decay * rho) * series - inverse**3 * (c_6 + c_8 * inverse)


def _products(radial: NDArray, z: NDArray, coefficients: NDArray) -> NDArray:
    """radial (points, n) times powers of z, (points, coefficients.size)."""
    if not coefficients.size:
        return np.zeros((len(z), 0))
    bond = polyvander(z, coefficients.shape[1] - 1)
    return (radial[:, :, None] * bond[:, None, :]).reshape(len(z), coefficients.size)


@dataclass(frozen=True)
class SiteSurface:
    """``terms``: F, B and M; ``r_0``, ``length`` of the variable of the bond length, bohr.

    ``masses``: of the two nuclei, any unit. cos theta = 1 where the second one points at the atom.
    """

    terms: tuple[Radial, Radial, Radial]
    r_0: float
    length: float
    masses: tuple[float, float] = (1.0, 1.0)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], masses: Sequence[float]) -> SiteSurface:
        """As `from_sites`, from the plain mapping that `to_mapping` gives; UserError if wrong."""
        # pydantic is required only for reading a configuration.
        from vibrates.potential.settings import Sites

        return cls.from_sites(Sites.from_mapping(mapping, "surface of sites"), masses)

    @classmethod
    def from_sites(cls, sites: Sites, masses: Sequence[float]) -> SiteSurface:
        """The functions of ``sites`` for an isotope whose nuclei have these ``masses``."""
        nuclei, between, middle = (
            Radial(row.decay, row.damping, np.array(row.short), np.array(row.long))
            for row in (getattr(sites, name) for name in TERMS)
        )
        m_1, m_2 = masses
        return cls((nuclei, between, middle), sites.r_0, sites.length, (m_1, m_2))

    @classmethod
    def from_settings(
        cls, settings: SitesSettings, a: Diatom | Atom, b: Diatom | Atom
    ) -> SiteSurface:
        """The surface of a pair of molecules.

        Parameters
        ----------
        settings
            The ``surface`` block.
        a, b
            A diatom and an atom.

        Raises
        ------
        UserError
            For other molecules.
        """
        if not isinstance(a, Diatom) or not isinstance(b, Atom):
            raise UserError(
                f"surface.type: 'sites' is for a diatom and an atom, the pair is "
                f"{a.name}, {b.name}; name such a pair, or another type"
            )
        # The lighter nucleus is the first; rates do not depend on this choice.
        half = 0.5 * a.total_mass
        apart = np.sqrt(max(half**2 - a.reduced_mass * a.total_mass, 0.0))
        return cls.from_sites(settings.sites, (half - apart, half + apart))

    def to_mapping(self) -> dict[str, Any]:
        """The content of ``surface.sites``."""
        return {"r_0": float(self.r_0), "length": float(self.length)} | {
            name: {"decay": float(one.decay), "damping": float(one.damping),
                   "short": one.short.tolist(), "long": one.long.tolist()}
            for name, one in zip(TERMS, self.terms, strict=True)
        }  # fmt: skip

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> KernelTables:
        """Kernel input on the grid r_a x r_b: tables (points, 3 n + 17), no quadrupoles."""
        r = (r_a * np.ones_like(r_b)).ravel()
        z, same = self.bond_variable(r), np.ones_like(r)
        columns = [place for _, place in self.sites(r)]
        for one in self.terms:
            columns += [one.decay * same, one.damping**2 * same, *one.at(z)]
        tables = np.ascontiguousarray(np.stack(columns, axis=1))
        return KernelTables(SITES.number, tables, np.zeros(r.size))

    def bond_variable(self, r: ArrayLike) -> NDArray:
        """tanh((r - r_0)/length)."""
        return np.tanh((np.asarray(r, float) - self.r_0) / self.length)

    def sites(self, r: ArrayLike) -> list[tuple[int, NDArray]]:
        """Number of the function and place along the bond, from the centre of mass, of all five."""
        m_1, m_2 = self.masses
        half = 0.5 * np.asarray(r, float)
        middle = half * (m_1 - m_2) / (m_1 + m_2)
        return [
            (number, middle + side * fraction * half)
            for number, fraction in enumerate(TERMS.values())
            for side in ((-1.0, 1.0) if fraction else (0.0,))
        ]

    def potential(
        self,
        distance: ArrayLike,
        c_a: ArrayLike,
        c_b: ArrayLike = 0.0,
        c_ab: ArrayLike = 0.0,
        r_a: ArrayLike | None = None,
        r_b: ArrayLike | None = None,
    ) -> NDArray:
        """V in hartree, which does not depend on c_b, c_ab and r_b.

        Arguments as in `Potential.potential`.
        """
        distance, cosine = np.asarray(distance, float), np.asarray(c_a, float)
        r = np.asarray(self.r_0 if r_a is None else r_a, float)
        z = self.bond_variable(r)
        energy = np.zeros(())
        for number, h in self.sites(r):
            rho = np.sqrt(distance**2 + h**2 - 2.0 * distance * h * cosine)
            energy = energy + self.terms[number](rho, z)
        return np.broadcast_to(
            energy, np.broadcast_shapes(energy.shape, np.shape(c_b), np.shape(c_ab))
        )
