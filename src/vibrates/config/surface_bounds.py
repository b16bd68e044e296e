"""An interaction that cannot be one: no wall, an absurd well, forces where it is switched off."""

import numpy as np

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_EV
from vibrates.potential.protocol import Potential

# Neutral pairs: helium with H2 is bound by 1.2 meV, hydrogen bonds reach 0.3 eV.
_SHALLOWEST_EV, _DEEPEST_EV = 5e-5, 3.0
# At this distance of the centres of mass closed shells of any pair repel each other.
_CONTACT_ANGSTROM, _WALL_EV, _FARTHEST_ANGSTROM = 1.2, 0.1, 12.0
_LARGEST_AT_RANGE_EV = 0.02
_DISTANCES = np.geomspace(_CONTACT_ANGSTROM, _FARTHEST_ANGSTROM, 40) * ANGSTROM_TO_BOHR
# H, X, Ta, Tb and one between: n_a.R, n_b.R, n_a.n_b
_ORIENTATIONS = {
    "H (parallel)": (0.0, 0.0, 1.0),
    "X (crossed)": (0.0, 0.0, 0.0),
    "Ta": (1.0, 0.0, 0.0),
    "Tb": (0.0, 1.0, 0.0),
    "I (linear)": (1.0, 1.0, 1.0),
    "skew (both at 60 degrees)": (0.5, 0.5, 0.25),
}


def check(surface: Potential, interaction_range_angstrom: float) -> None:
    """Refuse a surface that no pair of molecules has, with bonds at their equilibrium lengths.

    Parameters
    ----------
    surface
        The surface.
    interaction_range_angstrom
        Distance at which the campaign switches it off.

    Raises
    ------
    UserError
        One line with orientation, value and limit.
    """
    far = interaction_range_angstrom * ANGSTROM_TO_BOHR
    depths = []
    for name, cosines in _ORIENTATIONS.items():
        with np.errstate(all="ignore"):
            energy = surface.potential(_DISTANCES, *cosines) * HARTREE_TO_EV
            (at_range,) = surface.potential(np.array([far]), *cosines) * HARTREE_TO_EV
        if not np.isfinite(energy[1:]).all() or not np.isfinite(at_range):
            raise UserError(f"surface: V is no finite number at orientation {name}; correct it")
        if energy[0] < _WALL_EV and energy[1] < _WALL_EV:
            raise UserError(
                f"surface: V at orientation {name} and {_CONTACT_ANGSTROM:g} angstrom is "
                f"{energy[0]:.3g} eV, below the limit {_WALL_EV:g} of a repulsive wall; correct "
                "the distances or depths, or their unit"
            )
        if abs(at_range) > _LARGEST_AT_RANGE_EV:
            raise UserError(
                f"dynamics.interaction_range_angstrom: V at orientation {name} is {at_range:.3g} "
                f"eV at {interaction_range_angstrom:g} angstrom, beyond the limit "
                f"{_LARGEST_AT_RANGE_EV:g}; raise the range, or correct the surface"
            )
        depths.append(-float(energy.min()))
    if max(depths) <= 0.0:
        raise UserError(
            f"surface: V has no well within {_FARTHEST_ANGSTROM:g} angstrom at any orientation; "
            "correct the distances or depths, or their unit"
        )
    if not _SHALLOWEST_EV <= max(depths) <= _DEEPEST_EV:
        raise UserError(
            f"surface: its deepest well has {1e3 * max(depths):.3g} meV, not within the limits "
            f"{1e3 * _SHALLOWEST_EV:g} and {1e3 * _DEEPEST_EV:g}; correct the depths or their unit"
        )
