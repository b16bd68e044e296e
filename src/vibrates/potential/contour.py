"""The distances at which a potential reaches given energies, from outside, in many orientations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import BOHR_TO_ANGSTROM, HARTREE_TO_CM
from vibrates.potential.expansion import PotentialFunction

_OUTSIDE, _INSIDE, _FACTOR = 30.0, 1.0, 0.98  # bohr; ratio of successive distances
_BISECTIONS = 25


@dataclass(frozen=True)
class Contour:
    """V(R) (q,) at orientations c_a, c_b, c_ab (q,), with both bonds at ``r_e`` (bohr)."""

    potential: PotentialFunction
    orientation: tuple[NDArray, NDArray, NDArray]
    r_e: tuple[float, float]

    def __call__(self, distance: NDArray) -> NDArray:
        r_a, r_b = (np.array(r) for r in self.r_e)
        return self.potential(distance, *self.orientation, r_a, r_b)

    def refuse(self, number: int, distance: float, value: float, fault: str) -> NoReturn:
        """Raise UserError that names a geometry and the value there.

        Parameters
        ----------
        number
            Number of the orientation.
        distance, value
            R (bohr) and V (hartree) there.
        fault
            What is wrong with it, the end of the message.
        """
        c_a, c_b, c_ab = (float(c[number]) for c in self.orientation)
        raise UserError(
            f"surface: V at R = {distance * BOHR_TO_ANGSTROM:.4g} angstrom, cos theta_a = "
            f"{c_a:.3f}, cos theta_b = {c_b:.3f}, n_a.n_b = {c_ab:.3f}, bonds at r_e, is "
            f"{value * HARTREE_TO_CM:.4g} cm^-1, {fault}"
        )


def contour_distances(at: Contour, energy: float) -> NDArray:
    """Outermost R (q,) at which V has reached ``energy`` (hartree), bohr.

    Raises UserError if V does not reach it in one of the orientations.
    """
    count = len(at.orientation[0])
    outside, inside = np.full(count, _OUTSIDE), np.full(count, np.nan)
    distance = _OUTSIDE
    while np.isnan(inside).any():
        distance *= _FACTOR
        if distance < _INSIDE:
            number = int(np.argmax(np.isnan(inside)))
            value = float(at(np.full(count, _INSIDE))[number])
            at.refuse(
                number, _INSIDE, value,
                f"and nowhere outside {energy * HARTREE_TO_CM:.0f} cm^-1: there is no wall; "
                "correct the function or its units",
            )  # fmt: skip
        open_ = np.isnan(inside)
        reached = open_ & (at(np.full(count, distance)) >= energy)
        inside[reached] = distance
        outside[open_ & ~reached] = distance
    for _ in range(_BISECTIONS):
        middle = 0.5 * (inside + outside)
        reached = at(middle) >= energy
        inside, outside = np.where(reached, middle, inside), np.where(reached, outside, middle)
    return 0.5 * (inside + outside)
