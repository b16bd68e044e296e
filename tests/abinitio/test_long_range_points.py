"""Points that are there already, and C_6 from dipole spectra where PySCF is."""

import json

import numpy as np
import pandas as pd
import pytest
from test_abinitio import ATOM

from vibrates.abinitio import atom_diatom
from vibrates.core import tables
from vibrates.core.errors import UserError


@pytest.fixture
def files(tmp_path):
    """Three geometries, and a file that holds the first and the last."""
    table = pd.DataFrame(
        {
            "block": 0,
            "group": "sample",
            "R_bohr": [10.0, 11.0, 12.0],
            "r_bohr": 1.4,
            "theta_deg": 90.0,
        }
    )
    table.to_csv(tmp_path / "g.csv", index=False)
    old = table.drop(columns="block").iloc[[0, 2]]
    old = old.assign(E_HF_cm=0.5, E_CCSD_cm=-1.0, E_CCSDT_cm=-old["R_bohr"], seconds=3.0)
    (tmp_path / "old.csv").write_text(f"# {json.dumps(ATOM)}\n{old.to_csv(index=False)}")

    def run(**changes):
        settings = ATOM | {"start": str(tmp_path / "old.csv")} | changes
        (tmp_path / "s.json").write_text(json.dumps(settings))
        names = (str(tmp_path / name) for name in ("g.csv", "s.json"))
        atom_diatom.compute_block(*names, 0, str(tmp_path / "0.csv"))
        return tables.read(tmp_path / "0.csv")[0]

    return run


def test_points_of_the_start_file_are_not_computed_again(files, monkeypatch):
    asked = []

    def point(row, _):
        asked.append(row["R_bohr"])
        return np.array([0.0, 0.0, 7.0])

    monkeypatch.setattr(atom_diatom, "point", point)
    done = files()
    assert asked == [11.0]
    np.testing.assert_array_equal(done["E_CCSDT_cm"], [-10.0, 7.0, -12.0])


def test_a_start_file_of_other_settings_is_refused(files, tmp_path):
    with pytest.raises(
        UserError, match="computed with basis = aug-cc-pvdz, now it is aug-cc-pvtz.*leave"
    ):
        files(basis="aug-cc-pvtz")
    with pytest.raises(UserError, match="none.csv: cannot be read.*name a file of points"):
        files(start=str(tmp_path / "none.csv"))


def test_c_6_of_two_hydrogen_atoms_and_polarizabilities(pyscf):
    """C_6 of two H atoms: 6.499 (Pauling and Beach 1935); H2 at 1.4 bohr has (6.38 + 2 4.58)/3."""
    code = """
import json
from vibrates.abinitio.dispersion import c_6, polarizability, spectrum
from vibrates.abinitio.models import AtomBasis
names = ("aug-cc-pvtz", "aug-cc-pvqz")
small, large = (AtomBasis(basis=name, leave_out={}, diffuse="d") for name in names)
atom = spectrum("H", [0.0], large, 0)
diatom = spectrum("H", [-0.7, 0.7], small, 0)
print(json.dumps([c_6(atom, atom), polarizability(atom), polarizability(diatom), atom.tolist(),
                  diatom.tolist(), c_6(atom, diatom)]))
"""
    both, alone, molecule, atom, diatom, mixed = pyscf(code)
    assert both == pytest.approx(6.499, rel=1e-3)
    assert alone == pytest.approx(4.5, rel=1e-3)
    assert molecule == pytest.approx(5.18, rel=0.01)
    # Casimir and Polder's integral, done numerically.
    node, weight = np.polynomial.legendre.leggauss(60)
    omega, slope = (1.0 + node) / (1.0 - node), 2.0 / (1.0 - node) ** 2

    def alpha(lines):
        gap, strength = np.array(lines).T
        return 2.0 * (strength * gap / (gap**2 + omega[:, None] ** 2)).sum(axis=1)

    assert mixed == pytest.approx(
        3.0 / np.pi * (weight * slope * alpha(atom) * alpha(diatom)).sum(), rel=1e-6
    )


def test_a_series_that_cannot_go_on_is_a_mistake_of_the_user(pyscf):
    """It ended in a traceback: aug-cc-pvdz of H has two p functions and no d function."""
    code = """
import json
from vibrates.abinitio.atom_diatom import basis
from vibrates.abinitio.models import AtomBasis
from vibrates.core.errors import UserError
chosen = AtomBasis(basis="aug-cc-pvdz", leave_out={}, diffuse="p")
last = basis("H", chosen)[-1]
try:
    basis("H", chosen.changed({"diffuse": "d"}))
except UserError as error:
    print(json.dumps([last[0], last[1][0], str(error)]))
"""
    momentum, exponent, message = pyscf(code)
    assert momentum == 1 and exponent == pytest.approx(0.141**2 / 0.727)
    assert message.startswith("diffuse: 'd': aug-cc-pvdz of H has 0 uncontracted d functions")


def test_dipole_spectra_give_the_polarizability_of_finite_fields(pyscf):
    """Li2 with frozen cores: full CI of two electrons is CCSD; the cores do not relax in either."""
    code = """
import json
from pyscf import cc, gto, scf
from vibrates.abinitio.dispersion import polarizability, spectrum
from vibrates.abinitio.models import AtomBasis
basis = AtomBasis(basis="6-31g", leave_out={}, diffuse="")
molecule = gto.M(atom="Li 0 0 -2.5; Li 0 0 2.5", unit="bohr", basis="6-31g", verbose=0)
field = scf.RHF(molecule).run(conv_tol=1e-13)
dipole = molecule.intor("int1e_r")
def energy(strength, axis):
    solver = cc.CCSD(field, frozen=2)
    integrals = solver.ao2mo()
    c = field.mo_coeff
    integrals.fock = integrals.fock + strength * (c.T @ dipole[axis] @ c)[2:, 2:]
    solver.conv_tol, solver.conv_tol_normt, solver.max_cycle = 1e-13, 1e-9, 200
    solver.kernel(eris=integrals)
    return solver.e_corr, strength, axis
print(json.dumps([polarizability(spectrum("Li", [-2.5, 2.5], basis, 1)),
                  [energy(s, a)[0] for a in (0, 2) for s in (0.0, 0.002, -0.002)]]))
"""
    found, (x_0, x_p, x_m, z_0, z_p, z_m) = pyscf(code)
    across, along = (-(p + m - 2 * o) / 0.002**2 for o, p, m in ((x_0, x_p, x_m), (z_0, z_p, z_m)))
    assert found == pytest.approx((2 * across + along) / 3, rel=0.01)


@pytest.mark.parametrize(
    ("settings", "row", "missing"),
    [
        (
            {"element": "H", "core_orbitals": 0, "basis": "aug-cc-pvdz"},
            {"R_bohr": 13.0, "r_bohr": 1.4},
            (0.010, 0.020),
        ),
        (
            {"element": "Li", "core_orbitals": 1, "basis": "6-31g"},
            {"R_bohr": 22.0, "r_bohr": 5.2},
            (0.08, 0.15),
        ),
    ],
)
def test_what_triples_miss_of_the_dispersion(pyscf, settings, row, missing):
    """Full CI binds more than CCSD(T): by one or two per cent in H + H2, by a tenth in Li + Li2."""
    settings = ATOM | settings | {"tolerance_hartree": 1e-11}
    code = f"""
import json
from vibrates.abinitio.atom_diatom import point
from vibrates.abinitio.full_ci import interaction
from vibrates.abinitio.models import AtomDiatomLevel
row, settings = {row | {"theta_deg": 90.0}!r}, AtomDiatomLevel(**{settings!r})
print(json.dumps([interaction(row, settings), *point(row, settings)]))
"""
    exact, _, doubles, triples = pyscf(code)
    assert exact < triples < doubles < 0.0
    assert missing[0] < 1.0 - triples / exact < missing[1]
