"""Stretch functions xi(r): what the parameters of the fitted surface follow instead of r - r_e.

Near r_e all are r - r_e to first order. All increase with r, are infinitely smooth, and tend to a
limit for the separated atoms, so that a polynomial in xi stays bounded where no points were
computed. With s = r - r_e:

    tanh         l tanh(s/l)
    exponential  l (1 - exp(-s/l)), the variable of a Morse function
    logistic     (1 - exp(-k s)) / (1/u + exp(-k s)/c), k = 1/u + 1/c: from -c (compressed) to u;
                 c = u = l is tanh, c without limit is exponential
    power        (2 r_e/p) (r^p - r_e^p)/(r^p + r_e^p) (Surkus et al., Chem. Phys. Lett. 105, 291
                 (1984)): from -2 r_e/p to 2 r_e/p, algebraically
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from vibrates.potential.settings import StretchFunction

FORMS = ("tanh", "exponential", "logistic", "power")


@dataclass(frozen=True)
class Stretch:
    """A stretch function.

    ``form``: one of `FORMS`; ``values``: its length l, its limits (c, u), or its power p. Lengths
    are in the unit of the bond lengths.
    """

    form: str
    values: tuple[float, ...]

    @classmethod
    def tanh(cls, length: float) -> Stretch:
        """The bounded stretch l tanh((r - r_e)/l)."""
        return cls("tanh", (length,))

    @classmethod
    def from_settings(cls, settings: StretchFunction) -> Stretch:
        """The function of a block of the configuration, with lengths in angstrom."""
        form = next(name for name in FORMS if getattr(settings, name) is not None)
        value = getattr(settings, form)
        return cls(form, tuple(value) if isinstance(value, tuple) else (value,))

    def scaled(self, unit: float) -> Stretch:
        """The same function of bond lengths in another unit, of which ``unit`` make the present."""
        if self.form == "power":
            return self
        return Stretch(self.form, tuple(value * unit for value in self.values))

    def __call__(self, r: ArrayLike, r_e: float) -> NDArray:
        """The stretch xi.

        Parameters
        ----------
        r
            Bond lengths, of any shape.
        r_e
            Equilibrium bond length, in the unit of r.

        Returns
        -------
        NDArray
            xi, in the unit of r.
        """
        r = np.asarray(r, dtype=float)
        if self.form == "tanh":
            (length,) = self.values
            return length * np.tanh((r - r_e) / length)
        if self.form == "exponential":
            (length,) = self.values
            return -length * np.expm1(-(r - r_e) / length)
        if self.form == "logistic":
            compressed, stretched = self.values
            decay = np.exp(-(1.0 / stretched + 1.0 / compressed) * (r - r_e))
            return (1.0 - decay) / (1.0 / stretched + decay / compressed)
        (power,) = self.values
        return (2.0 * r_e / power) * np.tanh(0.5 * power * np.log(r / r_e))

    def limit(self, r_e: float) -> float:
        """The value of xi for the separated atoms, in the unit of r_e."""
        return 2.0 * r_e / self.values[0] if self.form == "power" else self.values[-1]


def as_stretch(given: Stretch | float) -> Stretch:
    """A stretch function; a number is the length of a tanh."""
    return given if isinstance(given, Stretch) else Stretch.tanh(float(given))
