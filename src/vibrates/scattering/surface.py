"""The description of a surface of sites, `config/quantum/heh2.yaml`: its points and its fit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from vibrates.abinitio import blocks
from vibrates.abinitio.atom_geometries import atom_diatom_geometries
from vibrates.abinitio.models import PairLevel, PointSet
from vibrates.abinitio.points import PROGRAM
from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_CM, MEV_TO_HARTREE
from vibrates.core.yaml_files import read_yaml
from vibrates.potential import points as point_tables
from vibrates.potential import site_fit
from vibrates.potential.sites import Radial, SiteSurface
from vibrates.scattering.models import SiteFit, SiteSurfacePoints

# A bond with equal ends, and an atom; only ratios matter.
MASSES = ((1.0, 1.0), (4.0,))
# What the large basis adds is smooth, a few per cent of V: two functions with few powers are
# enough. It leaves the dispersion alone, which its few points cannot tell.
_CORRECTION = {"powers": 3, "bond_powers": 2, "long_bond_powers": 0, "floor_hartree": 1e-4}
_CORRECTED = (True, False, True)


def load(path: str | Path) -> SiteSurfacePoints:
    """Read a description; raises UserError, one line, if it is missing or breaks a rule."""
    return SiteSurfacePoints.from_mapping(read_yaml(path), str(path))


def level(described: SiteSurfacePoints, points: PointSet) -> PairLevel:
    """What one point of a set needs beside its geometry; also the provenance of the data file."""
    return PairLevel(
        symbols=described.symbols,
        masses_u=MASSES,
        method="CCSD(T), counterpoise-corrected",
        basis=points.basis,
        midbond=described.midbond,
        program=PROGRAM,
    )


def fingerprints(described: SiteSurfacePoints, points: PointSet) -> list[str]:
    """Of the blocks of one set of points, by their numbers: what a rule carries as a parameter."""
    return blocks.STAGE.blocks(atom_diatom_geometries(points), level(described, points))


def read_points(path: str | Path) -> pd.DataFrame:
    """Points with columns distance, r (bohr), cosine, energy (hartree) and group.

    Raises UserError if the file is missing or damaged.
    """
    points, _ = point_tables.read(path)
    return pd.DataFrame(
        {
            "group": points["group"],
            "distance": points["R_angstrom"] * ANGSTROM_TO_BOHR,
            "r": points["r_a_angstrom"] * ANGSTROM_TO_BOHR,
            "cosine": np.cos(np.radians(points["theta_a_deg"])),
            "energy": points[point_tables.ENERGY] * MEV_TO_HARTREE,
        }
    )


def fitted_to_small(settings: SiteFit, small: pd.DataFrame) -> SiteSurface:
    """The surface of the small basis."""
    return site_fit.fit(settings.to_mapping(), *_grid(small))[0]


def fitted(settings: SiteFit, small: pd.DataFrame, large: pd.DataFrame) -> SiteSurface:
    """The surface: a fit to ``small``, plus one to what ``large`` adds to it; grids only.

    ``small``, ``large``: as `read_points` returns them.
    """
    first = fitted_to_small(settings, small)
    points, energies = _grid(large)
    beyond = energies - value(first, points)
    form = settings.to_mapping() | _CORRECTION
    addition, _ = site_fit.fit(form, points, beyond, start=first, scale=energies, kept=_CORRECTED)
    return _sum(first, addition)


# Ranges of V in cm^-1 in which errors are stated.
RANGES_CM = (-np.inf, 100.0, 1000.0, 10000.0, 30000.0)


def errors(surface: SiteSurface, points: pd.DataFrame) -> pd.DataFrame:
    """Root mean square errors, cm^-1 and relative, of grid and held-out points in ranges of V."""
    energies = points["energy"].to_numpy()
    fit = value(surface, tuple(points[name].to_numpy() for name in ("distance", "r", "cosine")))
    table = pd.DataFrame({
        "group": points["group"],
        "V_cm": pd.cut(energies * HARTREE_TO_CM, RANGES_CM, right=False),
        "square_cm": ((fit - energies) * HARTREE_TO_CM) ** 2,
        "square_relative": (fit / energies - 1.0) ** 2,
    }).dropna()  # fmt: skip
    grouped = table.groupby(["group", "V_cm"], observed=True)
    result = pd.DataFrame(np.sqrt(grouped[["square_cm", "square_relative"]].mean()))
    result = result.rename(columns={"square_cm": "rms_cm", "square_relative": "rms_relative"})
    return result.assign(points=grouped.size()).reset_index()


def value(surface: SiteSurface, points: tuple) -> np.ndarray:
    """V (n,) of the surface at (R, r, cos theta), each (n,)."""
    distance, r, cosine = points
    return surface.potential(distance, cosine, r_a=r)


def _grid(points: pd.DataFrame) -> tuple[tuple, np.ndarray]:
    grid = points[points["group"] == "grid"]
    return tuple(grid[name].to_numpy() for name in ("distance", "r", "cosine")), grid[
        "energy"
    ].to_numpy()


def _sum(a: SiteSurface, b: SiteSurface) -> SiteSurface:
    """Coefficients added; those that ``b`` lacks count as zero."""

    def add(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        result = x.copy()
        result[: y.shape[0], : y.shape[1]] += y
        return result

    nuclei, between, middle = (
        Radial(x.decay, x.damping, add(x.short, y.short), add(x.long, y.long))
        for x, y in zip(a.terms, b.terms, strict=True)
    )
    return replace(a, terms=(nuclei, between, middle))
