"""Constants that cannot belong to one molecule: a wrong unit, a misplaced point.

Without these rules they would give wrong rates without a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vibrates.core.model import Rule
from vibrates.core.units import CM_TO_HARTREE, HARTREE_TO_CM
from vibrates.molecules.diatom import BondProperty, Diatom

if TYPE_CHECKING:
    from vibrates.molecules.settings import Molecule

# Constants of one Morse curve fulfil omega_e = beta_e sqrt(2 D_e/mu) and x_e = omega_e/(4 D_e).
# The first relation defines beta_e, and only rounding breaks it (D_0 in the place of D_e would by
# 3 % for H2); real curves deviate from the
# second (N2 by 17 %).
MORSE_FACTOR, ANHARMONICITY_FACTOR, CUBIC_SHARE = 1.05, 2.0, 0.1
# Bond lengths, in units of r_e, at which properties are judged, and their largest ratio there.
_BONDS, _PROPERTY_FACTOR = np.array([0.85, 0.9, 1.0, 1.1, 1.2, 1.3]), 10.0
_POLARIZABILITY, _QUADRUPOLE, _DIPOLE = (1.0, 2000.0), 100.0, 10.0  # bohr^3; e bohr^2; e bohr
# Sums of the coefficients of tanh, which belong to the separated atoms: ratio of the two
# polarizabilities, which are one there; moments, zero but for those of a P state.
_SEPARATED_FACTOR, _SEPARATED_QUADRUPOLE, _SEPARATED_DIPOLE = 1.1, 1.0, 0.05


def check(molecule: Molecule) -> None:
    """Raise Rule if the constants of a diatom contradict one another; atoms have none."""
    if not molecule.is_atom:
        diatom = Diatom.from_config("", molecule.to_mapping())
        _morse(molecule, diatom)
        _properties(diatom)
        _dipole(molecule, diatom)
        _separated(molecule)


def _morse(molecule: Molecule, diatom: Diatom) -> None:
    """The constants are those of about one Morse curve."""
    stated, (m_1, m_2) = molecule.to_mapping(), molecule.masses_u
    omega, depth = stated["omega_e_cm"], stated["D_e_eV"]
    morse = diatom.beta_e * np.sqrt(2.0 * diatom.well_depth / diatom.reduced_mass) * HARTREE_TO_CM
    if not _within(morse, omega, MORSE_FACTOR):
        raise Rule(
            "omega_e_cm",
            f"{omega:g}, but beta_e_per_angstrom {stated['beta_e_per_angstrom']:g}, D_e_eV "
            f"{depth:g} and the reduced mass {m_1 * m_2 / (m_1 + m_2):.6g} u give {morse:.5g} "
            f"(beta_e sqrt(2 D_e/mu)), which is not within the limit, a factor of "
            f"{MORSE_FACTOR:g}; correct the wrong one",
        )
    anharmonicity = omega * CM_TO_HARTREE / (4.0 * diatom.well_depth)
    if diatom.x_e and not _within(diatom.x_e, anharmonicity, ANHARMONICITY_FACTOR):
        raise Rule(
            "x_e",
            f"{diatom.x_e:g}, but omega_e_cm {omega:g} and D_e_eV {depth:g} give "
            f"{anharmonicity:.3g} (omega_e/(4 D_e)), which is not within the limit, a factor of "
            f"{ANHARMONICITY_FACTOR:g}; correct it, or give 0",
        )
    if abs(diatom.y_e) > (limit := CUBIC_SHARE * diatom.x_e):
        raise Rule(
            "y_e",
            f"{diatom.y_e:g} is beyond the limit {CUBIC_SHARE:g} x_e, {limit:.3g}; correct it, "
            "or give 0",
        )


def _properties(diatom: Diatom) -> None:
    """Polarizabilities and quadrupole moment near r_e are those of a molecule."""
    bonds = diatom.r_e * _BONDS
    for name in ("polarizability_parallel", "polarizability_perpendicular"):
        function = getattr(diatom, name)
        if function is None:
            continue
        values, (at_rest,) = function(bonds), function([diatom.r_e])
        lowest, highest = _POLARIZABILITY
        if not lowest <= at_rest <= highest:
            raise Rule(
                f"{name}.coefficients_au",
                f"a polarizability of {at_rest:.4g} bohr^3 at r_e is not within the limits "
                f"{lowest:g} and {highest:g}; correct the unit (1 angstrom^3 is 6.748 bohr^3)",
            )
        for bond, value in zip(_BONDS, values, strict=True):
            if not _within(value, at_rest, _PROPERTY_FACTOR):
                raise Rule(
                    f"{name}.coefficients_au",
                    f"a polarizability of {value:.4g} bohr^3 at {bond:g} r_e, and of "
                    f"{at_rest:.4g} at r_e: not within the limit, a factor of "
                    f"{_PROPERTY_FACTOR:g}; correct the coefficients",
                )
    if diatom.quadrupole is not None:
        largest = max(diatom.quadrupole(bonds), key=abs)
        if abs(largest) > _QUADRUPOLE:
            raise Rule(
                "quadrupole.coefficients_au",
                f"a quadrupole moment of {largest:.4g} e bohr^2 near r_e is beyond the limit "
                f"{_QUADRUPOLE:g}; correct the unit",
            )


def _dipole(molecule: Molecule, diatom: Diatom) -> None:
    """A dipole moment near r_e that a molecule can have; none for like ends."""
    if molecule.dipole is None:
        return
    if diatom.like_ends:
        raise Rule("dipole", "given, but both atoms have the same mass; remove it")
    function = BondProperty.from_config(molecule.dipole.to_mapping(), diatom.r_e)
    largest = max(function(diatom.r_e * _BONDS), key=abs)
    if abs(largest) > _DIPOLE:
        raise Rule(
            "dipole.coefficients_au",
            f"a dipole moment of {largest:.4g} e bohr near r_e is beyond the limit {_DIPOLE:g}; "
            "correct the unit (1 debye is 0.3934 e bohr)",
        )


def _separated(molecule: Molecule) -> None:
    """The sums of coefficients of tanh are values of separated atoms."""
    sums = {
        name: sum(given.coefficients_au)
        for name in ("polarizability_parallel", "polarizability_perpendicular", "quadrupole",
                     "dipole")
        if (given := getattr(molecule, name)) is not None and given.length_angstrom is not None
    }  # fmt: skip
    parallel, perpendicular = (
        sums.get(f"polarizability_{way}") for way in ("parallel", "perpendicular")
    )
    if (parallel is not None and perpendicular is not None) and not (
        min(parallel, perpendicular) > 0.0 and _within(parallel, perpendicular, _SEPARATED_FACTOR)
    ):
        raise Rule(
            "polarizability_parallel.coefficients_au",
            f"their sum, {parallel:.5g} bohr^3, and that of polarizability_perpendicular, "
            f"{perpendicular:.5g}, are both the polarizability of the separated atoms, but not "
            f"within the limit, a factor of {_SEPARATED_FACTOR:g}; correct the last coefficient of "
            "one",
        )
    for name, limit, unit in (
        ("quadrupole", _SEPARATED_QUADRUPOLE, "e bohr^2"),
        ("dipole", _SEPARATED_DIPOLE, "e bohr"),
    ):
        if abs(sums.get(name, 0.0)) > limit:
            raise Rule(
                f"{name}.coefficients_au",
                f"their sum, {sums[name]:.4g} {unit}, is the moment of the separated atoms, beyond "
                f"the limit {limit:g}; correct the last coefficient so that it vanishes",
            )


def _within(value: float, other: float, factor: float) -> bool:
    """Whether two positive numbers differ by no more than a factor."""
    return bool(other / factor <= value <= other * factor)
