"""Sites fitted to ab initio points: linear in all but three decays and a damping length."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from vibrates.potential.sites import Radial, SiteSurface


def design(surface: SiteSurface, distance: NDArray, r: NDArray, cosine: NDArray) -> NDArray:
    """Design matrix of a site surface, in whose coefficients V is linear.

    Parameters
    ----------
    surface
        The surface, whose decays and damping are used.
    distance, r : (n,)
        Distance R and bond length, bohr.
    cosine : (n,)
        cos theta of the angle between bond and R.

    Returns
    -------
    NDArray
        (n, coefficients): V is its product with the coefficients of all terms in order.
    """
    z = surface.bond_variable(r)
    columns: list = [0.0] * len(surface.terms)
    for number, h in surface.sites(r):
        rho = np.sqrt(distance**2 + h**2 - 2.0 * distance * h * cosine)
        columns[number] = columns[number] + surface.terms[number].basis(rho, z)
    return np.concatenate(columns, axis=1)


def weights(energies: NDArray, floor: float) -> NDArray:
    """Weights 1/error, with relative errors where |V| is above ``floor``, absolute ones below."""
    return 1.0 / np.hypot(energies, floor)


def _solved(
    surface: SiteSurface,
    points: Sequence[NDArray],
    energies: NDArray,
    weight: NDArray,
    ridge: float,
    kept: Sequence[bool],
) -> tuple[SiteSurface, float]:
    sizes = [one.short.size + one.long.size for one in surface.terms]
    column = np.repeat(kept, sizes)
    matrix = design(surface, *points)[:, column] * weight[:, None]
    scale = np.linalg.norm(matrix, axis=0)
    left, values, right = np.linalg.svd(matrix / scale, full_matrices=False)
    projected = left.T @ (energies * weight)
    found = np.zeros(column.size)
    found[column] = right.T @ (projected * values / (values**2 + ridge**2)) / scale
    parts = np.split(found, np.cumsum(sizes)[:-1])
    nuclei, between, middle = (
        one.with_coefficients(x) for one, x in zip(surface.terms, parts, strict=True)
    )
    residual = energies * weight - matrix @ found[column]
    return replace(surface, terms=(nuclei, between, middle)), float(np.sqrt(np.mean(residual**2)))


def fit(
    settings: Mapping,
    points: Sequence[NDArray],
    energies: NDArray,
    start: SiteSurface | None = None,
    scale: NDArray | None = None,
    kept: Sequence[bool] = (True, True, True),
) -> tuple[SiteSurface, float]:
    """Fit a site surface to points of a diatom with equal ends and an atom.

    Parameters
    ----------
    settings
        powers, bond_powers, long_bond_powers, floor_hartree, ridge, r_0_bohr, length_bohr, and
        start, the initial decays and damping.
    points
        R and r (bohr), and cos theta, each (n,).
    energies : (n,)
        V, hartree.
    start
        Surface whose decays and damping are kept, so that only coefficients are fitted; None to
        fit decays and damping as well.
    scale : (n,)
        Energies relative to which errors are weighted; None for ``energies``.
    kept
        Which of the three functions are part of the fit.

    Returns
    -------
    surface, residual
        The surface, and its weighted root mean square residual.
    """
    weight = weights(energies if scale is None else scale, settings["floor_hartree"])

    short = settings["powers"], settings["bond_powers"]
    long = 2, settings["long_bond_powers"]

    def solved(parameters: Sequence[float] | NDArray) -> tuple[SiteSurface, float]:
        *decays, damping = parameters
        nuclei, between, middle = (
            Radial(decay, damping, np.zeros(short), np.zeros(long)) for decay in decays
        )
        surface = SiteSurface(
            (nuclei, between, middle), settings["r_0_bohr"], settings["length_bohr"]
        )
        return _solved(surface, points, energies, weight, settings["ridge"], kept)

    if start is not None:
        return solved([*(one.decay for one in start.terms), start.terms[0].damping])

    def residual(parameters: NDArray) -> float:
        return solved(parameters)[1]

    found = minimize(
        residual,
        np.asarray(settings["start"], dtype=float),
        method="Nelder-Mead",
        options={"xatol": 1e-3, "fatol": 1e-7, "maxiter": 250},
    )
    return solved(found.x)
