"""Conversion between the units of configuration and output and the atomic units of the kernels.

Every conversion factor of the project is defined here and nowhere else (CODATA, from
`scipy.constants`). Multiply by ``X_TO_Y`` to go from X to Y. Atomic units: hartree, bohr,
electron mass, hbar = 1.
"""

from scipy.constants import value

BOHR_TO_ANGSTROM = value("Bohr radius") * 1e10
ANGSTROM_TO_BOHR = 1.0 / BOHR_TO_ANGSTROM

HARTREE_TO_CM = value("hartree-inverse meter relationship") * 1e-2
CM_TO_HARTREE = 1.0 / HARTREE_TO_CM
HARTREE_TO_EV = value("Hartree energy in eV")
EV_TO_HARTREE = 1.0 / HARTREE_TO_EV
MEV_TO_HARTREE = 1e-3 * EV_TO_HARTREE
HARTREE_TO_MEV = 1e3 * HARTREE_TO_EV
KELVIN_TO_HARTREE = value("kelvin-hartree relationship")
KELVIN_TO_CM = KELVIN_TO_HARTREE * HARTREE_TO_CM

AMU_TO_ME = value("atomic mass constant") / value("electron mass")

AU_TO_FS = value("atomic unit of time") * 1e15
FS_TO_AU = 1.0 / AU_TO_FS

BOHR2_TO_ANGSTROM2 = BOHR_TO_ANGSTROM**2
BOHR3_TO_ANGSTROM3 = BOHR_TO_ANGSTROM**3

# A rate coefficient in atomic units (bohr^3 per atomic unit of time) in cm^3 s^-1.
RATE_AU_TO_CM3_S = (value("Bohr radius") * 1e2) ** 3 / value("atomic unit of time")

__all__ = [name for name in dir() if name.isupper()]
