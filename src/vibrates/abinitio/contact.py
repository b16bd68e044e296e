"""Contact distances of two diatoms, which tell both ends of a molecule apart.

The distance R at which sum_ij exp(-(d_ij - rho_i - rho_j)/l) = 1 over the pairs of an atom of a and
an atom of b: a repulsion of atoms that decays with l. With rho = 0.83 van der Waals radii (Bondi,
J. Phys. Chem. 68, 441 (1964)) and l = 0.286 angstrom it is, for N2 + H2, within 0.2 angstrom of the
distances where CCSD(T) gives 50 meV.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RADIUS_FRACTION, DECAY_ANGSTROM = 0.83, 0.286
_DISTANCES = np.arange(20.0, 0.49, -0.05)  # angstrom


@dataclass(frozen=True)
class Partners:
    """Both diatoms: elements and masses (of which ratios matter) of their atoms; r_e, angstrom."""

    elements: tuple[tuple[str, str], tuple[str, str]]
    masses: tuple[Sequence[float], Sequence[float]]
    r_e: tuple[float, float]

    @property
    def like_ends(self) -> tuple[bool, bool]:
        """Whether the two atoms of a, of b are the same isotope: V is then even about the centre.

        R joins centres of mass: two isotopes of one element are unlike ends.
        """
        a, b = (
            first == second and m_1 == m_2
            for (first, second), (m_1, m_2) in zip(self.elements, self.masses, strict=True)
        )
        return a, b


def contact_distance(
    partners: Partners, radii: Mapping[str, float], decay: float, cosines: ArrayLike
) -> NDArray:
    """The contact distance at given orientations, both bonds at r_e.

    Parameters
    ----------
    partners
        The two diatoms.
    radii
        rho of each element, angstrom.
    decay
        l, angstrom.
    cosines : (3, n)
        c_a, c_b, c_ab (`orientation.cosines`).

    Returns
    -------
    array, (n,)
        Angstrom; the largest distance at which the sum reaches one.
    """
    c_a, c_b, c_ab = np.asarray(cosines, dtype=float)[..., None]

    def excess(distance: NDArray) -> NDArray:
        """Logarithm of the sum at distances that broadcast with (n, 1)."""
        total: NDArray | float = 0.0
        for s, first in _places(partners, 0):
            for t, second in _places(partners, 1):
                square = (
                    distance**2 + s**2 + t**2 + 2.0 * distance * (t * c_b - s * c_a)
                    - 2.0 * s * t * c_ab
                )  # fmt: skip
                apart = np.sqrt(np.maximum(square, 0.0)) - radii[first] - radii[second]
                total = total + np.exp(-apart / decay)
        return np.log(total)

    reached = excess(_DISTANCES[None, :]) >= 0.0
    first = np.where(reached.any(axis=1), reached.argmax(axis=1), len(_DISTANCES) - 1)
    low = _DISTANCES[first][:, None]
    high = _DISTANCES[np.maximum(first - 1, 0)][:, None]
    for _ in range(30):
        middle = 0.5 * (low + high)
        inside = excess(middle) >= 0.0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return 0.5 * (low + high)[:, 0]


def _places(partners: Partners, which: int) -> list[tuple[float, str]]:
    """Places of the atoms along the bond from the centre of mass (angstrom), and their elements."""
    m_1, m_2 = partners.masses[which]
    r, (first, second) = partners.r_e[which], partners.elements[which]
    return [(-r * m_2 / (m_1 + m_2), first), (r * m_1 / (m_1 + m_2), second)]
