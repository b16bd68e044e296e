"""ln k between the temperatures of a table.

ln k is a nearly linear function of T^(-1/3) where Landau and Teller's law holds (Millikan & White
1963), and smooth in it elsewhere. A monotone piecewise cubic (PCHIP; Fritsch & Carlson 1980) in
that variable passes through every value and adds no extremum to those of the values. An endothermic
transition is interpolated without its Boltzmann factor exp(D/kT), D < 0, so that detailed balance,
which holds at the temperatures of the table, also holds between them.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

from vibrates.core.units import KELVIN_TO_CM


@dataclass(frozen=True)
class LogInterpolant:
    """ln k(T) and the relative standard deviation of k(T).

    Parameters
    ----------
    temperature : (n,) K, ascending, at least two.
    log_k : (n,) natural logarithm of k.
    log_std : (n,) its standard deviation.
    energy_defect : cm^-1, energy of the initial minus that of the final state.
    """

    temperature: NDArray
    log_k: NDArray
    log_std: NDArray
    energy_defect: float = 0.0

    @cached_property
    def _nodes(self) -> tuple[NDArray, NDArray]:
        smooth = self.log_k - self._boltzmann(self.temperature)
        return _abscissa(self.temperature)[::-1], smooth[::-1]

    @cached_property
    def _curve(self) -> PchipInterpolator:
        return PchipInterpolator(*self._nodes)

    def _boltzmann(self, temperature: ArrayLike) -> NDArray:
        """ln of the Boltzmann factor of an endothermic transition, 0 of an exothermic one."""
        kT = KELVIN_TO_CM * np.asarray(temperature, dtype=float)
        return min(self.energy_defect, 0.0) / kT

    def value(self, temperature: ArrayLike) -> NDArray:
        """ln k at temperatures (K) within the table, of their shape."""
        smooth = np.asarray(self._curve(_abscissa(temperature)))
        return smooth + self._boltzmann(temperature)

    def deviation(self, temperature: ArrayLike) -> NDArray:
        """Standard deviation of ln k: of the values and of the interpolation, in quadrature.

        Errors at neighbouring temperatures have the same origin and are strongly correlated;
        therefore they are interpolated linearly.
        """
        x, known = _abscissa(temperature), _abscissa(self.temperature)[::-1]
        return np.hypot(
            np.interp(x, known, self.log_std[::-1]), self.interpolation_error(temperature)
        )

    def interpolation_error(self, temperature: ArrayLike) -> NDArray:
        """The part of `deviation` that interpolation adds, zero at the temperatures of the table.

        It is half of the difference from straight lines between the values. docs/method.md says how
        many rates that were computed between the temperatures of a table are within one and two
        such deviations (validation/interpolation.py).
        """
        x = _abscissa(temperature)
        return np.abs(np.asarray(self._curve(x)) - np.interp(x, *self._nodes)) / 2.0


def _abscissa(temperature: ArrayLike) -> NDArray:
    return np.asarray(temperature, dtype=float) ** (-1.0 / 3.0)
