"""Change of R_m, eps and beta of each reference configuration with the two bond lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR, BOHR3_TO_ANGSTROM3, MEV_TO_HARTREE
from vibrates.molecules.diatom import Atom, BondProperty, Diatom
from vibrates.potential.orientation import REFERENCE_CONFIGURATIONS

if TYPE_CHECKING:
    from vibrates.potential.settings import Slopes


class Deformation(Protocol):
    """Changes the parameters at equilibrium, (3, 5): R_m, eps, beta at H, X, Ta, Tb, I (a.u.)."""

    def apply(self, parameters: NDArray, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Parameters at given bond lengths.

        Parameters
        ----------
        parameters : (3, 5)
            R_m, eps, beta at the configurations H, X, Ta, Tb, I with both bonds at r_e.
        r_a, r_b
            Bond lengths in bohr, broadcast against each other.

        Returns
        -------
        NDArray
            Parameters (3, 5, ...) in the same units.
        """
        ...


class Rigid:
    """No dependence on the bond lengths."""

    def apply(self, parameters: NDArray, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Deformed parameters (3, 5, ...). Arguments as in `Deformation.apply`."""
        shape = np.broadcast_shapes(np.shape(r_a), np.shape(r_b))
        return np.broadcast_to(parameters.reshape((3, 5) + (1,) * len(shape)), (3, 5) + shape)


@dataclass(frozen=True)
class Polarizability:
    """R_m and eps scale with the correlation formulas of the monomers' polarizabilities.

    R_m = 1.767 (a_a^(1/3) + a_b^(1/3)) / (a_a a_b)^0.095 (angstrom, a in angstrom^3),
    C6 = 15.7e3 a_a a_b / (sqrt(a_a/N_a) + sqrt(a_b/N_b)), eps = 0.72 C6 / R_m^6
    (Cambi et al., JCP 95, 1852 (1991); Cappelletti et al., PCCP 10, 4281 (2008)), taken as ratios
    to their values at the equilibrium bond lengths. Each configuration uses the component of the
    polarizability along R: parallel if the bond is parallel to R, perpendicular otherwise.
    """

    diatom_a: Diatom | Atom
    diatom_b: Diatom | Atom

    def __post_init__(self) -> None:
        for molecule in (self.diatom_a, self.diatom_b):
            _polarizabilities(molecule)

    def _correlation(self, r_a: ArrayLike, r_b: ArrayLike) -> tuple[NDArray, NDArray]:
        r_m, eps = [], []
        parallel_a, perpendicular_a, electrons_a = _polarizabilities(self.diatom_a)
        parallel_b, perpendicular_b, electrons_b = _polarizabilities(self.diatom_b)
        for c_a, c_b, _ in REFERENCE_CONFIGURATIONS.values():
            alpha_a = (parallel_a if c_a else perpendicular_a)(r_a) * BOHR3_TO_ANGSTROM3
            alpha_b = (parallel_b if c_b else perpendicular_b)(r_b) * BOHR3_TO_ANGSTROM3
            distance = (np.cbrt(alpha_a) + np.cbrt(alpha_b)) / (alpha_a * alpha_b) ** 0.095
            dispersion = (alpha_a * alpha_b) / (
                np.sqrt(alpha_a / electrons_a) + np.sqrt(alpha_b / electrons_b)
            )
            r_m.append(distance)
            eps.append(dispersion / distance**6)
        return np.array(r_m), np.array(eps)

    def apply(self, parameters: NDArray, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Deformed parameters (3, 5, ...). Arguments as in `Deformation.apply`."""
        r_a, r_b = np.broadcast_arrays(r_a, r_b)
        out = np.array(Rigid().apply(parameters, r_a, r_b))
        r_m, eps = self._correlation(r_a, r_b)
        r_m_e, eps_e = self._correlation(self.diatom_a.r_e, self.diatom_b.r_e)
        expand = (slice(None),) + (None,) * r_a.ndim
        out[0] *= r_m / r_m_e[expand]
        out[1] *= eps / eps_e[expand]
        return out


def _polarizabilities(molecule: Diatom | Atom) -> tuple[BondProperty, BondProperty, float]:
    """Polarizabilities parallel and perpendicular to the bond, and effective number of electrons.

    Raises UserError if one of them is missing.
    """
    if isinstance(molecule, Diatom):
        parallel, perpendicular = (
            molecule.polarizability_parallel,
            molecule.polarizability_perpendicular,
        )
        if parallel is not None and perpendicular is not None:
            return parallel, perpendicular, molecule.effective_electrons
    raise UserError(
        f"molecules.{molecule.name}: the surface follows polarizabilities, but "
        "polarizability_parallel or polarizability_perpendicular is missing; give "
        "both, or use atom_pairs with an atom"
    )


@dataclass(frozen=True)
class Fitted:
    """R_m, eps and beta change linearly with both bond lengths, by slopes per configuration.

    ``slopes_a``, ``slopes_b`` (3, 5): d(R_m, eps, beta)/dr of each molecule, atomic units.
    """

    slopes_a: NDArray
    slopes_b: NDArray
    r_e_a: float
    r_e_b: float

    @classmethod
    def from_settings(
        cls, slopes: Slopes, diatom_a: Diatom | Atom, diatom_b: Diatom | Atom
    ) -> Fitted:
        """The deformation of the block ``surface.slopes``.

        Parameters
        ----------
        slopes
            The block: dR_m_dr, deps_dr, dbeta_dr of both bonds, for each configuration.
        diatom_a, diatom_b
            The two molecules.
        """
        per_bohr = 1.0 / ANGSTROM_TO_BOHR
        factors = {
            "dR_m_dr": ANGSTROM_TO_BOHR * per_bohr,
            "deps_dr": MEV_TO_HARTREE * per_bohr,
            "dbeta_dr": per_bohr,
        }
        table = np.array(
            [
                [getattr(getattr(slopes, name), key) for name in REFERENCE_CONFIGURATIONS]
                for key in factors
            ],
            dtype=float,
        )
        table *= np.array(list(factors.values()))[:, None, None]
        return cls(table[..., 0], table[..., 1], diatom_a.r_e, diatom_b.r_e)

    def apply(self, parameters: NDArray, r_a: ArrayLike, r_b: ArrayLike) -> NDArray:
        """Deformed parameters (3, 5, ...). Arguments as in `Deformation.apply`."""
        r_a, r_b = np.broadcast_arrays(r_a, r_b)
        expand = (...,) + (None,) * r_a.ndim
        return (
            parameters[expand]
            + self.slopes_a[expand] * (r_a - self.r_e_a)
            + self.slopes_b[expand] * (r_b - self.r_e_b)
        )


def correlation(diatom_a: Diatom | Atom, diatom_b: Diatom | Atom) -> list[tuple[float, float]]:
    """(R_m / angstrom, eps / meV) at H, X, Ta, Tb, I from the polarizabilities at r_e alone.

    The absolute values of the formulas of `Polarizability`, for pairs without published parameters;
    they are accurate to about 5 % in R_m and 20 % in eps (Cambi et al. 1991).
    """
    reduced = Polarizability(diatom_a, diatom_b)._correlation(diatom_a.r_e, diatom_b.r_e)
    r_m = 1.767 * reduced[0]
    eps = 0.72 * 15.7e3 * reduced[1] * reduced[0] ** 6 / r_m**6
    return list(zip(r_m, eps, strict=True))
