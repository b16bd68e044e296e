"""A homonuclear diatom and an atom: one Improved Lennard-Jones function from each atom of the bond.

V = sum over both atoms i of a of eps [6/(n-6) x^-n - n/(n-6) x^-6], x = rho_i/R_m,
n = beta + 4 x^2, rho_i the distance of the partner from atom i (Pirani et al., Chem. Phys. Lett.
394, 37 (2004)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, MEV_TO_HARTREE
from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.kernel_forms import ATOM_PAIRS, KernelTables
from vibrates.potential.lennard_jones import improved_lennard_jones

if TYPE_CHECKING:
    from vibrates.potential.settings import AtomPairSettings


@dataclass(frozen=True)
class AtomPairSurface:
    """``r_m`` (bohr), ``eps`` (hartree), ``beta`` of the function of one pair of atoms."""

    r_m: float
    eps: float
    beta: float
    diatom_a: Diatom

    @classmethod
    def from_settings(
        cls, settings: AtomPairSettings, a: Diatom | Atom, b: Diatom | Atom
    ) -> AtomPairSurface:
        """The surface of a pair of molecules.

        Parameters
        ----------
        settings
            The ``surface`` block.
        a, b
            A diatom of two like atoms, and an atom.

        Raises
        ------
        UserError
            For other molecules.
        """
        if not isinstance(a, Diatom) or not a.like_ends or not isinstance(b, Atom):
            raise UserError(
                f"surface.type: 'atom_pairs' is for a diatom of two like atoms and an atom, "
                f"the pair is {a.name}, {b.name}; name such a pair, or another type"
            )
        row = settings.atom_pair
        return cls(row.R_m_angstrom * ANGSTROM_TO_BOHR, row.eps_meV * MEV_TO_HARTREE, row.beta, a)

    def kernel_tables(self, r_a: NDArray, r_b: NDArray) -> KernelTables:
        """Kernel input on the grid r_a x r_b: tables (points, 4), no quadrupoles."""
        half = (0.5 * r_a * np.ones_like(r_b)).ravel()
        same = np.ones_like(half)
        tables = np.stack([self.r_m * same, self.eps * same, self.beta * same, half], axis=1)
        return KernelTables(ATOM_PAIRS.number, np.ascontiguousarray(tables), np.zeros(half.size))

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
        half = 0.5 * np.asarray(self.diatom_a.r_e if r_a is None else r_a)
        shape = np.broadcast_shapes(*map(np.shape, (distance, c_a, c_b, c_ab, half)))
        distance, cosine = np.asarray(distance), np.asarray(c_a)
        energy = sum(
            improved_lennard_jones(
                np.sqrt(distance**2 + half**2 + sign * 2.0 * distance * half * cosine) / self.r_m,
                self.beta,
            )
            for sign in (-1.0, 1.0)
        )
        return np.broadcast_to(self.eps * energy, shape)
