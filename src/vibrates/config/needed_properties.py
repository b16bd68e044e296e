"""Properties of the molecules that a surface is made from: what is missing, all at once."""

from collections.abc import Mapping, Sequence

from vibrates.core.errors import UserError
from vibrates.molecules.recipes import missing
from vibrates.molecules.settings import Molecule
from vibrates.potential.settings import DeformableSettings, FittedSettings, SurfaceSettings

_POLARIZABILITIES = ("polarizability_parallel", "polarizability_perpendicular")


def needed(surface: SurfaceSettings) -> tuple[str, ...]:
    """Keys of a diatom, beyond its constants, that a surface of these settings is made from."""
    if isinstance(surface, FittedSettings):
        return ("quadrupole",)
    if isinstance(surface, DeformableSettings):
        follows = surface.type == "correlation" or surface.deformation == "polarizability"
        return (*(_POLARIZABILITIES if follows else ()), "quadrupole")
    return ()


def check(surface: SurfaceSettings, pair: Sequence[str], molecules: Mapping[str, Molecule]) -> None:
    """UserError, one line with all properties that are missing and a recipe for each.

    Parameters
    ----------
    surface
        The ``surface`` block.
    pair
        Names of both molecules.
    molecules
        Their constants, by name.
    """
    absent = {
        name: [key for key in needed(surface) if getattr(molecules[name], key) is None]
        for name in pair
        if not molecules[name].is_atom
    }
    absent = {name: keys for name, keys in absent.items() if keys}
    if not absent:
        return
    every = [key for key in needed(surface) if any(key in keys for keys in absent.values())]
    places = ", ".join(f"molecules.{name}" for name in absent)
    if all(keys == every for keys in absent.values()):
        raise UserError(f"{places}: {missing(every)}; surface.type {surface.type} needs them")
    shares = ", ".join(f"molecules.{name}: {', '.join(keys)}" for name, keys in absent.items())
    raise UserError(f"{shares}: {missing(every)}; surface.type {surface.type} needs them")
