"""Intermolecular potential of two molecules."""

from collections.abc import Mapping

from vibrates.molecules.diatom import Atom, Diatom
from vibrates.potential.atoms import AtomPairSurface
from vibrates.potential.flexible import FittedSurface
from vibrates.potential.joined import JoinedSurface
from vibrates.potential.orientation import REFERENCE_CONFIGURATIONS
from vibrates.potential.sites import SiteSurface
from vibrates.potential.surface import Surface

__all__ = [
    "REFERENCE_CONFIGURATIONS",
    "AtomPairSurface",
    "FittedSurface",
    "JoinedSurface",
    "SiteSurface",
    "Surface",
    "surface_from_config",
]


KINDS = {"fitted": FittedSurface, "atom_pairs": AtomPairSurface, "sites": SiteSurface}


def surface_from_config(
    mapping: Mapping, a: Diatom, b: Diatom | Atom
) -> Surface | FittedSurface | AtomPairSurface | JoinedSurface | SiteSurface:
    """The surface of the ``surface`` entry of a configuration, of the kind it names."""
    surface = KINDS.get(mapping["parameters"], Surface).from_config(mapping, a, b)
    if "long_range" in mapping:
        return JoinedSurface.from_config(mapping["long_range"], surface)
    return surface
