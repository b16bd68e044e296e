"""Common parts of thermal averages of cross sections: mean speed, interpolation in energy.

k(T) = sqrt(8 kT/pi mu) <sigma>, with <sigma> the mean over the thermal distribution of the energy
that sigma depends on: in quantum scattering the collision energy (`vibrates.scattering.thermal`),
for trajectories the symmetrised total classical energy (`vibrates.rates.thermal`).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator


def mean_speed(kT: ArrayLike, reduced_mass: float) -> NDArray:
    """Mean relative speed sqrt(8kT/pi mu) in atomic units; kT (hartree) any shape, mu (m_e)."""
    return np.sqrt(8 * np.asarray(kT) / (np.pi * reduced_mass))


def interpolate_log(log_energy: NDArray, log_values: NDArray, at: NDArray) -> NDArray:
    """Logarithm of a cross section between energies at which it is known; constant outside.

    Monotone cubics (PCHIP) through log S against log E do not overshoot between noisy points. For
    Landau-Teller cross sections given at 16 energies from 500 to 60000 cm^-1 the error is below
    0.05 % of k at 100-5000 K inside the grid; straight lines in log-log give 1-4 %. With one energy
    the cross section is constant.

    Parameters
    ----------
    log_energy : (n,)
        Logarithms of the energies, increasing.
    log_values : (..., n)
        Logarithms of the cross section there.
    at : (q,)
        Logarithms of the energies of the result.

    Returns
    -------
    NDArray
        (..., q)
    """
    if len(log_energy) == 1:
        return np.repeat(log_values, len(at), axis=-1)
    # ASSUME: outside the energy grid the cross section keeps its end value.
    inside = np.clip(at, log_energy[0], log_energy[-1])
    return PchipInterpolator(log_energy, log_values, axis=-1)(inside)
