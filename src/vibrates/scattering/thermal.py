"""Rate coefficients from cross sections."""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator


def rate_coefficient(
    energies: NDArray, sigma: NDArray, reduced_mass: float, k_t: NDArray
) -> tuple[NDArray, NDArray]:
    """k (T,) from sigma (n,) at collision energies (n,) ascending, and the share of k from beyond
    the last energy; atomic units.

    k = sqrt(8 kT/pi mu) int sigma(E) E exp(-E/kT) dE/(kT)^2 (Mihalik et al. 2024, eq. 9). sigma is
    interpolated in log-log form, and held constant below the first energy and beyond the last.
    """
    curve = PchipInterpolator(np.log(energies), np.log(np.maximum(sigma, 1e-300)))
    x = np.log(np.geomspace(1e-4 * k_t.min(), 60.0 * k_t.max(), 6001))
    e = np.exp(x)
    values = np.exp(curve(np.clip(x, np.log(energies[0]), np.log(energies[-1]))))
    integrand = e**2 * np.exp(-e / k_t[:, None]) / k_t[:, None] ** 2 * values
    whole = np.trapezoid(integrand, x, axis=1)
    beyond = np.trapezoid(np.where(e > energies[-1], integrand, 0.0), x, axis=1)
    return np.sqrt(8.0 * k_t / (np.pi * reduced_mass)) * whole, beyond / whole
