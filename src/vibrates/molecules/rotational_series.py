"""Rotational energies of a vibrational level from spectroscopic constants.

F_w(j) = B_w x - D_w x^2 + H_w x^3 - ..., x = j(j + 1), is summed as the Pade approximant

    F = x (B + a x)/(1 + b x),   b = H/D,   a = b B - D,

which has these three terms and, unlike the polynomial, rises with j to any j (sums over states of
thermal populations need that). Its next term, -H^2/D x^4, is for H2 the measured one, 5.2e-8 cm^-1.
B_w, D_w and H_w are polynomials in w + 1/2 (Herzberg, Spectra of Diatomic Molecules, 1950, III).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import CM_TO_HARTREE


@dataclass(frozen=True)
class RotationalSeries:
    """B_w, D_w and H_w: coefficients of powers of w + 1/2, hartree; H may be empty."""

    B: tuple[float, ...]
    D: tuple[float, ...]
    H: tuple[float, ...] = ()

    @classmethod
    def from_config(cls, mapping: Mapping[str, Sequence[float]]) -> "RotationalSeries":
        """From the entry ``rotation_cm`` of a molecule, in cm^-1."""
        return cls(
            *(tuple(c * CM_TO_HARTREE for c in mapping.get(name) or ()) for name in ("B", "D", "H"))
        )

    def energies(self, level: int, j: ArrayLike) -> NDArray:
        """F_w(j) of rotational levels ``j`` above j = 0, hartree, in their shape.

        Parameters
        ----------
        level : int
            The vibrational level w.
        j : array
            Rotational levels.

        Raises
        ------
        UserError
            The constants give no positive B_w and D_w.
        """
        B, D = (float(polyval(level + 0.5, series)) for series in (self.B, self.D))
        if B <= 0.0 or D <= 0.0:
            raise UserError(
                f"rotation_cm: B = {B / CM_TO_HARTREE:.3g} and D = {D / CM_TO_HARTREE:.3g} cm^-1 "
                f"of level {level} are not both positive; give constants that hold to this level"
            )
        H = float(polyval(level + 0.5, self.H)) if self.H else 0.0
        # Without H, or with a smaller one, F = B x/(1 + D x/B), so that energies rise with j.
        b = max(H / D, D / B)
        x = np.asarray(j) * (np.asarray(j) + 1.0)
        return x * (B + (b * B - D) * x) / (1.0 + b * x)
