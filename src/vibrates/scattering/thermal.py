"""Rate coefficients from cross sections."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibrates.collisions.thermal import interpolate_log, mean_speed


@dataclass(frozen=True, eq=False)
class RateCoefficient:
    """``k`` (T,) in atomic units; shares (T,) of it that rest on extrapolation in energy.

    ``below``: from collision energies below the first one at which sigma is known (above the
    threshold); ``beyond``: from those beyond the last one.
    """

    k: NDArray
    below: NDArray
    beyond: NDArray


def rate_coefficient(
    energies: NDArray, sigma: NDArray, reduced_mass: float, k_t: NDArray
) -> RateCoefficient:
    """From sigma (n,) at collision energies (n,) ascending, at temperatures k_t (T,); atomic units.

    k = sqrt(8 kT/pi mu) int sigma(E) E exp(-E/kT) dE/(kT)^2 (Mihalik et al. 2024, eq. 9). sigma is
    interpolated in log-log form, and held constant below the first energy and beyond the last.
    """
    x = np.log(np.geomspace(1e-4 * k_t.min(), 60.0 * k_t.max(), 6001))
    e = np.exp(x)
    values = np.exp(interpolate_log(np.log(energies), np.log(np.maximum(sigma, 1e-300)), x))
    integrand = e**2 * np.exp(-e / k_t[:, None]) / k_t[:, None] ** 2 * values
    whole = np.trapezoid(integrand, x, axis=1)
    below = np.trapezoid(np.where(e < energies[0], integrand, 0.0), x, axis=1)
    beyond = np.trapezoid(np.where(e > energies[-1], integrand, 0.0), x, axis=1)
    return RateCoefficient(mean_speed(k_t, reduced_mass) * whole, below / whole, beyond / whole)
