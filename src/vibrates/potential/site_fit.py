"""Sites fitted to ab initio points: linear in all but two decays and a damping length."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from vibrates.potential.sites import Radial, SiteSurface


def design(surface: SiteSurface, distance: NDArray, r: NDArray, cosine: NDArray) -> NDArray:
    """(points, coefficients): V of `surface` is this times its coefficients, nuclei first."""
    z = surface.bond_variable(r)
    rho = [np.sqrt(distance**2 + h**2 - 2.0 * distance * h * cosine) for h in surface.offsets(r)]
    return np.concatenate(
        [surface.nuclei.basis(rho[0], z) + surface.nuclei.basis(rho[1], z),
         surface.middle.basis(rho[2], z)], axis=1
    )  # fmt: skip


def weights(energies: NDArray, floor: float) -> NDArray:
    """1/error wanted: relative where |V| is above ``floor``, absolute below."""
    return 1.0 / np.hypot(energies, floor)


def _solved(surface: SiteSurface, points: Sequence[NDArray], energies: NDArray, weight: NDArray,
            ridge: float) -> tuple[SiteSurface, float]:
    matrix = design(surface, *points) * weight[:, None]
    scale = np.linalg.norm(matrix, axis=0)
    left, values, right = np.linalg.svd(matrix / scale, full_matrices=False)
    projected = left.T @ (energies * weight)
    found = right.T @ (projected * values / (values**2 + ridge**2)) / scale
    size = surface.nuclei.short.size + surface.nuclei.long.size
    nuclei, middle = np.split(found, [size])
    residual = energies * weight - matrix @ found
    return (
        SiteSurface(surface.nuclei.with_coefficients(nuclei),
                    surface.middle.with_coefficients(middle), surface.r_0, surface.length,
                    surface.masses),
        float(np.sqrt(np.mean(residual**2))),
    )  # fmt: skip


def fit(settings: Mapping, points: Sequence[NDArray], energies: NDArray,
        start: SiteSurface | None = None, scale: NDArray | None = None) -> tuple[SiteSurface, float]:
    """The surface and its weighted root mean square residual.

    ``points``: R, r (bohr), cos theta of a bond with equal ends; ``energies``: hartree.
    ``settings``: powers, bond_powers, long_bond_powers, floor_hartree, ridge, r_0_bohr,
    length_bohr, start (decays and damping to begin with). With ``start`` its decays and damping
    stay, and only coefficients are fitted; errors count relative to ``scale``, or to ``energies``.
    """
    weight = weights(energies if scale is None else scale, settings["floor_hartree"])

    def surface(parameters: NDArray) -> SiteSurface:
        decay, middle_decay, damping = parameters
        shapes = [(settings["powers"], settings["bond_powers"]), (2, settings["long_bond_powers"])]
        nuclei, middle = (
            Radial(b, damping, *(np.zeros(shape) for shape in shapes)) for b in (decay, middle_decay)
        )
        return SiteSurface(nuclei, middle, settings["r_0_bohr"], settings["length_bohr"])

    def solved(parameters: NDArray) -> tuple[SiteSurface, float]:
        return _solved(surface(parameters), points, energies, weight, settings["ridge"])

    if start is not None:
        return solved(np.array([start.nuclei.decay, start.middle.decay, start.nuclei.damping]))
    found = minimize(lambda p: solved(p)[1], settings["start"], method="Nelder-Mead",
                     options={"xatol": 1e-3, "fatol": 1e-7, "maxiter": 200})
    return solved(found.x)
