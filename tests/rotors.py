"""Collisions of the tests of quantised rotors, and a surface without H2's orientation."""

from vibrates.config.surface_block import read_surface
from vibrates.core.units import ANGSTROM_TO_BOHR, CM_TO_HARTREE
from vibrates.molecules.diatom import Diatom
from vibrates.potential.registry import build_surface
from vibrates.trajectories import oracle

RANGE = 8.5  # angstrom: V is switched off before, and trajectories are short
SWITCH = (0.7 * RANGE * ANGSTROM_TO_BOHR, RANGE * ANGSTROM_TO_BOHR)
HIGHEST = 9000.0 * CM_TO_HARTREE


def isotropic(molecules, along=0.0, slope=0.0):
    """N2 + H2 on a surface without H2's orientation and bond: R_m grows by ``along`` c_a^2."""
    n2, h2 = molecules
    rows_ = {
        name: {"R_m_angstrom": 3.6 + along * (name in ("Tb", "I")), "eps_meV": 6.0, "beta": 8.0}
        for name in ("H", "X", "Ta", "Tb", "I")
    }
    nothing = {"coefficients_au": [0.0], "range_angstrom": [0.0, 9.0]}
    n2, h2 = (
        Diatom.from_config(name, oracle.MOLECULES[name] | {"quadrupole": nothing})
        for name in ("N2", "H2")
    )
    slopes = {"dR_m_dr": [slope, 0.0], "deps_dr": [0.0, 0.0], "dbeta_dr": [0.0, 0.0]}
    block = {
        "type": "table",
        "deformation": "fitted",
        "configurations": rows_,
        "slopes": dict.fromkeys(rows_, slopes),
    }
    surface = build_surface(read_surface(block, "the test's surface"), n2, h2)
    return n2, h2, surface
