"""Electrostatic energies of dipoles and quadrupoles, compared with those of point charges."""

import numpy as np
import pytest

from vibrates.core.units import ANGSTROM_TO_BOHR, HARTREE_TO_MEV
from vibrates.molecules import table
from vibrates.molecules.diatom import BondProperty
from vibrates.potential import multipoles
from vibrates.potential.multipoles import Moments
from vibrates.potential.orientation import cosines

# theta_b: V, meV, of HF + H2 with F towards H2 and away from it.
COMPUTED = {0.0: (-0.23227, 0.33794), 90.0: (0.08642, -0.20996)}
SPACING = 0.1  # bohr: moments of higher order are small


def charges(dipole, quadrupole):
    """(charge, place along the bond) of three charges with these moments and no net charge."""
    first = 0.5 * (quadrupole / SPACING**2 + dipole / SPACING)
    second = 0.5 * (quadrupole / SPACING**2 - dipole / SPACING)
    return [(first, SPACING), (second, -SPACING), (-(first + second), 0.0)]


def coulomb(a, b, distance, theta_a, theta_b, phi):
    """Energy of point charges; the quadrupole of charges q at z along the axis is sum q z^2."""
    n_a = np.array([np.sin(theta_a), 0.0, np.cos(theta_a)])
    n_b = np.array([np.sin(theta_b) * np.cos(phi), np.sin(theta_b) * np.sin(phi), np.cos(theta_b)])
    along = np.array([0.0, 0.0, distance])
    return sum(q * p / np.linalg.norm(along + t * n_b - s * n_a) for q, s in a for p, t in b)


def constant(dipole, quadrupole):
    return Moments(BondProperty((dipole,), 1.0), BondProperty((quadrupole,), 1.0))


@pytest.mark.parametrize(
    ("a", "b"), [((0.7, 0.0), (0.4, 0.0)), ((0.7, 0.0), (0.0, 0.5)), ((0.0, -1.5), (0.4, 0.0)),
                 ((0.0, -1.5), (0.0, 0.5)), ((0.7, 1.7), (-0.45, 2.7))],
)  # fmt: skip
def test_every_term_is_that_of_point_charges(a, b):
    """At 30 bohr, charges 0.1 bohr apart: what higher moments add is of the order of 1e-5 of it."""
    random = np.random.default_rng(2)
    for theta_a, theta_b, phi in random.random((20, 3)) * [np.pi, np.pi, 2.0 * np.pi]:
        exact = coulomb(charges(*a), charges(*b), 30.0, theta_a, theta_b, phi)
        found = multipoles.electrostatic_energy(
            constant(*a), constant(*b), 30.0, *cosines(theta_a, theta_b, phi), 1.0, 1.0
        )
        assert found == pytest.approx(exact, rel=1e-3, abs=1e-9)


def test_turning_a_molecule_round_changes_the_sign_of_its_dipole_alone():
    hf, h2 = (Moments.from_molecule(table.find(name).molecule()) for name in ("HF", "H2"))
    orientation = cosines(0.4, 1.1, 0.3)
    turned = (-orientation[0], orientation[1], -orientation[2])
    one, other = (
        multipoles.electrostatic_energy(hf, h2, 12.0, *each, 1.7325, 1.4)
        for each in (orientation, turned)
    )
    mirrored = Moments(BondProperty(tuple(-x for x in hf.dipole.coefficients), hf.dipole.r_e,
                                    hf.dipole.length), hf.quadrupole)  # fmt: skip
    again = multipoles.electrostatic_energy(mirrored, h2, 12.0, *turned, 1.7325, 1.4)
    assert one == pytest.approx(float(again)) and abs(one - other) > 0.1 * abs(one)


def test_a_molecule_without_moments_has_no_energy():
    n2 = Moments.from_molecule(table.find("N2").molecule())
    bare = Moments.from_molecule(table.find("O2").molecule())
    at = (10.0, *cosines(0.3, 0.5, 0.0), 2.07, 2.28)
    assert multipoles.electrostatic_energy(bare, bare, *at) == 0.0
    assert multipoles.electrostatic_energy(n2, bare, *at) == 0.0


def test_the_far_tail_of_coupled_cluster_points_is_the_dipole_with_the_quadrupole():
    """HF + H2 at 9 angstrom, CCSD(T)/aug-cc-pVDZ, difference of both ends of HF, which is odd.

    Half of it is the energy of the dipole of HF with the quadrupole of H2, which is 0.406 in this
    basis (0.457 in large ones), and 4 % of it that of the octupole of HF, which is left out here.
    Points: PySCF 2.14.0, `abinitio.blocks.point`, meV.
    """
    in_this_basis = 0.40616
    hf, h2 = Moments.from_molecule(table.find("HF").molecule()), constant(0.0, in_this_basis)
    for theta_b, (towards, away) in COMPUTED.items():
        energies = [
            HARTREE_TO_MEV
            * multipoles.electrostatic_energy(
                hf, h2, 9.0 * ANGSTROM_TO_BOHR, *cosines(np.radians(theta_a), np.radians(theta_b),
                0.0), 0.916808 * ANGSTROM_TO_BOHR, 0.74144 * ANGSTROM_TO_BOHR,
            )
            for theta_a in (0.0, 180.0)
        ]  # fmt: skip
        assert energies[0] - energies[1] == pytest.approx(towards - away, rel=0.07)
