"""Quadrupole moments of a pair of molecules, for the electrostatic energy."""

from numpy.typing import ArrayLike, NDArray

from vibrates.core.errors import UserError
from vibrates.molecules.diatom import Atom, BondProperty, Diatom


def quadrupole_product(
    a: Diatom | Atom, b: Diatom | Atom, r_a: ArrayLike, r_b: ArrayLike
) -> NDArray:
    """Product of the quadrupole moments, Q_a(r_a) Q_b(r_b).

    Parameters
    ----------
    a, b
        The two molecules.
    r_a, r_b
        Bond lengths in bohr, broadcast against each other.

    Returns
    -------
    NDArray
        The product in atomic units.

    Raises
    ------
    UserError
        A molecule has no quadrupole moment.
    """
    return _quadrupole(a, r_a) * _quadrupole(b, r_b)


def require_quadrupoles(*molecules: Diatom | Atom) -> None:
    """UserError unless every molecule has a quadrupole moment, which may be zero."""
    for molecule in molecules:
        _quadrupole(molecule, molecule.r_e)


def _quadrupole(molecule: Diatom | Atom, r: ArrayLike) -> NDArray:
    if isinstance(molecule, Atom):
        return molecule.quadrupole(r)
    moment: BondProperty | None = molecule.quadrupole
    if moment is None:
        raise UserError(
            f"molecules.{molecule.name}.quadrupole is missing; give its polynomial, or "
            "coefficients_au [0.0] for a molecule without a quadrupole"
        )
    return moment(r)
