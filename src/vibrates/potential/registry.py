"""The surfaces that ``surface.type`` of a configuration selects: settings, builder, kernel forms.

The modules of the surfaces are imported when one is built: reading a configuration requires neither
these modules nor SciPy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vibrates.potential import kernel_forms
from vibrates.potential.kernel_forms import KernelForm
from vibrates.potential.settings import (
    AtomPairSettings,
    ExpandedSettings,
    FittedSettings,
    FunctionSettings,
    HardnessSettings,
    PointsSettings,
    SitesSettings,
    SurfaceSettings,
    TableSettings,
)

if TYPE_CHECKING:
    from vibrates.molecules.diatom import Atom, Diatom
    from vibrates.potential.protocol import PotentialSurface


@dataclass(frozen=True)
class RegisteredSurface:
    """One type of surface.

    ``settings``: the model of its block of the configuration; ``build``: a function that makes the
    surface, in NumPy, from such a block and both molecules; ``forms``: possible kernel forms of its
    tables, each with its number and the width of the tables.
    """

    settings: type[SurfaceSettings]
    build: Callable[[Any, Diatom | Atom, Diatom | Atom], PotentialSurface]
    forms: tuple[KernelForm, ...]


def _improved_lennard_jones(
    settings: HardnessSettings | TableSettings, a: Diatom | Atom, b: Diatom | Atom
) -> PotentialSurface:
    from vibrates.potential.lennard_jones import ImprovedLennardJonesSurface

    return ImprovedLennardJonesSurface.from_settings(settings, a, b)


def _fitted(settings: FittedSettings, a: Diatom | Atom, b: Diatom | Atom) -> PotentialSurface:
    from vibrates.potential.flexible import FittedSurface
    from vibrates.potential.joined import JoinedSurface

    fitted = FittedSurface.from_settings(settings, a, b)
    if settings.long_range is None:
        return fitted
    return JoinedSurface.from_settings(settings.long_range, fitted)


def _atom_pairs(settings: AtomPairSettings, a: Diatom | Atom, b: Diatom | Atom) -> PotentialSurface:
    from vibrates.potential.atom_pairs import AtomPairSurface

    return AtomPairSurface.from_settings(settings, a, b)


def _sites(settings: SitesSettings, a: Diatom | Atom, b: Diatom | Atom) -> PotentialSurface:
    from vibrates.potential.sites import SiteSurface

    return SiteSurface.from_settings(settings, a, b)


def _function(settings: FunctionSettings, a: Diatom | Atom, b: Diatom | Atom) -> PotentialSurface:
    from vibrates.potential.function_surface import FunctionSurface

    return FunctionSurface.from_settings(settings, a, b)


def _points(settings: PointsSettings, a: Diatom | Atom, b: Diatom | Atom) -> PotentialSurface:
    from vibrates.potential import point_surface

    return point_surface.from_settings(settings, a, b)


_LENNARD_JONES = (kernel_forms.IMPROVED_LENNARD_JONES,)
SURFACES = {
    "original": RegisteredSurface(HardnessSettings, _improved_lennard_jones, _LENNARD_JONES),
    "modified": RegisteredSurface(HardnessSettings, _improved_lennard_jones, _LENNARD_JONES),
    "correlation": RegisteredSurface(HardnessSettings, _improved_lennard_jones, _LENNARD_JONES),
    "table": RegisteredSurface(TableSettings, _improved_lennard_jones, _LENNARD_JONES),
    "fitted": RegisteredSurface(
        FittedSettings,
        _fitted,
        (
            kernel_forms.FLEXIBLE_LENNARD_JONES,
            kernel_forms.JOINED,
            kernel_forms.FOLLOWING_LENNARD_JONES,
            kernel_forms.FOLLOWING_JOINED,
        ),
    ),
    "atom_pairs": RegisteredSurface(AtomPairSettings, _atom_pairs, (kernel_forms.ATOM_PAIRS,)),
    "sites": RegisteredSurface(SitesSettings, _sites, (kernel_forms.SITES,)),
    "function": RegisteredSurface(FunctionSettings, _function, (kernel_forms.SPLINES,)),
    "points": RegisteredSurface(PointsSettings, _points, (kernel_forms.SPLINES,)),
}


def build_surface(
    settings: SurfaceSettings,
    a: Diatom | Atom,
    b: Diatom | Atom,
    store: str | Path | None = None,
) -> PotentialSurface:
    """The surface of a checked ``surface`` block.

    Parameters
    ----------
    settings
        The block (`vibrates.config.surface_block` reads one).
    a, b
        The two molecules.
    store
        Directory in which a surface that has to be expanded keeps its expansion; None for none.

    Raises
    ------
    UserError
        If the type is not suited to these molecules, a molecule lacks a required property, or a
        file of the block is missing or has another fingerprint.
    """
    surface = SURFACES[settings.type].build(settings, a, b)
    if store is not None and isinstance(settings, ExpandedSettings):
        from vibrates.potential.function_surface import FunctionSurface

        assert isinstance(surface, FunctionSurface)  # what these settings build
        return surface.stored_in(Path(store))
    return surface
