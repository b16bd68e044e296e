"""Stretch functions of the fitted surface, and their choice by cross-validation."""

import numpy as np
import pandas as pd
import pytest

from vibrates.abinitio import settings
from vibrates.abinitio.geometries import REFERENCE_ANGLES
from vibrates.config.surface_block import read_surface
from vibrates.core.errors import UserError
from vibrates.core.units import ANGSTROM_TO_BOHR
from vibrates.core.yaml_files import read_layers
from vibrates.potential import cross_validation, fit, points
from vibrates.potential.registry import build_surface
from vibrates.potential.stretch import Stretch

R_E = 1.1
FUNCTIONS = [
    Stretch.tanh(0.5),
    Stretch("exponential", (0.6,)),
    Stretch("logistic", (0.3, 0.7)),
    Stretch("power", (2.0,)),
]


@pytest.fixture(scope="module")
def molecules(root):
    return settings.load(root / "config" / "abinitio" / "n2h2.yaml").diatoms


@pytest.mark.parametrize("stretch", FUNCTIONS, ids=lambda stretch: stretch.form)
def test_a_stretch_is_that_of_the_bond_near_r_e_and_bounded_beyond(stretch):
    step = 1e-4
    near = stretch(R_E + np.array([-step, 0.0, step]), R_E)
    assert near[1] == pytest.approx(0.0, abs=1e-15)
    assert (near[2] - near[0]) / (2.0 * step) == pytest.approx(1.0, rel=1e-6)
    r = np.linspace(0.3, 6.0, 400)
    xi = stretch(r, R_E)
    assert (np.diff(xi) > 0.0).all()
    assert (xi < stretch.limit(R_E)).all()
    assert stretch(1e4, R_E) == pytest.approx(stretch.limit(R_E), rel=1e-3)
    # Lengths in bohr: the same function.
    scaled = stretch.scaled(ANGSTROM_TO_BOHR)(r * ANGSTROM_TO_BOHR, R_E * ANGSTROM_TO_BOHR)
    np.testing.assert_allclose(scaled, xi * ANGSTROM_TO_BOHR, rtol=1e-12, atol=1e-14)


def test_the_logistic_function_has_tanh_and_the_morse_variable_as_its_limits():
    r = np.linspace(0.6, 2.5, 40)
    equal = Stretch("logistic", (0.5, 0.5))(r, R_E)
    np.testing.assert_allclose(equal, Stretch.tanh(0.5)(r, R_E), rtol=1e-12, atol=1e-15)
    open_ = Stretch("logistic", (1e9, 0.5))(r, R_E)
    np.testing.assert_allclose(open_, Stretch("exponential", (0.5,))(r, R_E), rtol=1e-7, atol=1e-9)


def test_the_default_surface_may_be_written_with_either_key(root, molecules):
    block = dict(read_layers(root / "config" / "surfaces" / "fitted.yaml")["surface"])
    given = build_surface(read_surface(block, "one"), *molecules)
    block["stretches"] = [{"tanh": length} for length in block.pop("stretch_length_angstrom")]
    other = build_surface(read_surface(block, "other"), *molecules)
    r_a = np.array([1.0, 1.1, 1.7]) * ANGSTROM_TO_BOHR
    assert np.array_equal(
        given.potential(5.0, 0.3, 0.2, 0.1, r_a, 1.6), other.potential(5.0, 0.3, 0.2, 0.1, r_a, 1.6)
    )


@pytest.mark.parametrize(
    ("stretches", "said"),
    [
        (None, "surface.stretch_length_angstrom: missing; give either"),
        ([{"tanh": 0.5}, {"tanh": 0.4, "power": 2}], "power, tanh given where one function"),
        ([{"tanh": 0.5}, {}], "nothing given where one function"),
        ([{"tanh": -0.5}, {"power": 2}], "surface.stretches"),
    ],
)
def test_wrong_stretches_are_refused_in_one_line(root, stretches, said):
    block = dict(read_layers(root / "config" / "surfaces" / "fitted.yaml")["surface"])
    del block["stretch_length_angstrom"]
    if stretches is not None:
        block["stretches"] = stretches
    with pytest.raises(UserError, match=said) as caught:
        read_surface(block, "c.yaml")
    assert "\n" not in str(caught.value)


def long_points(molecules, stretches, terms, values):
    """Points at five configurations with N2 at six lengths, V from a form with ``stretches``."""
    rows = [
        ("made", name, *angles, R, r_a, 0.741)
        for name, angles in REFERENCE_ANGLES.items()
        for r_a in (0.9, 1.098, 1.2, 1.3, 1.45, 1.6, 1.75)
        for R in (2.5, 2.8, 3.1, 3.6, 4.5)
    ]
    columns = ["group", "configuration", *points.COORDINATES]
    table = pd.DataFrame(rows, columns=columns).assign(E_CCSDT_meV=0.0)
    made = points.prepare(table, *molecules, stretches)
    return table.assign(E_CCSDT_meV=fit.Design(made, terms).energy(values))


def test_points_at_long_bonds_choose_their_stretch_function(molecules):
    """Each length left out: the function that the points were made with has the lowest score."""
    terms = [fit.Term(name, (0, 0), 5) for name in fit.PARAMETERS]
    terms += [fit.Term("R_m_angstrom", (1, 0), 5), fit.Term("R_m_angstrom", (2, 0), 1)]
    values = np.concatenate([fit.start(terms[:4]), [0.3, 0.4, 0.3, 0.6, 0.7], [-0.2]])
    weights = fit.Weights(0.05, 0.02, 1000.0)
    prior = {"R_m_angstrom": 1.0, "eps_meV": 30.0, "beta": 30.0, "zeta": 30.0}
    scores = {}
    h2 = Stretch.tanh(0.4)
    candidates = [Stretch.tanh(0.5), Stretch("exponential", (0.45,)), Stretch("power", (3.0,))]
    table = long_points(molecules, [candidates[1], h2], terms, values)
    for candidate in candidates:
        prepared = points.prepare(table, *molecules, [candidate, h2])
        folds = cross_validation.folds_by_length(prepared, *molecules)
        assert len(folds) == 3  # 1.45, 1.6, 1.75: more than 21 % from r_e
        error = cross_validation.cross_validate(prepared, terms, weights, prior, folds)
        known = prepared["energy_meV"].to_numpy()
        left = np.isfinite(error)
        scores[candidate.form] = np.sqrt(np.mean((error / weights.sigma(known))[left] ** 2))
    assert scores["exponential"] < 0.2 * min(scores["tanh"], scores["power"])
