"""The function of surface.f90, called through ctypes; a C function is called in the same way.

The library is built beside this file:

    gfortran -O2 -shared -fPIC -o libsurface.so surface.f90
"""

import ctypes
from pathlib import Path

import numpy as np

_library = ctypes.CDLL(str(Path(__file__).with_name("libsurface.so")))
_array = np.ctypeslib.ndpointer(dtype=np.float64, ndim=1, flags="C_CONTIGUOUS")
_library.potential.argtypes = [ctypes.c_int, *[_array] * 7]
_library.potential.restype = None


def potential(R, theta_a, theta_b, phi, r_a, r_b):
    """V, hartree; lengths in bohr, angles in radian. The arrays (n,) are contiguous."""
    v = np.empty_like(R)
    _library.potential(R.size, R, theta_a, theta_b, phi, r_a, r_b, v)
    return v
