"""Angular moments of a fit and of points, with their errors."""

import numpy as np
import pandas as pd
import pytest

from vibrates.abinitio import settings
from vibrates.abinitio.geometries import skew_orientations
from vibrates.core.units import ANGSTROM_TO_BOHR, BOHR_TO_ANGSTROM, HARTREE_TO_MEV
from vibrates.potential import fit, moment_estimates, points
from vibrates.potential.expansion import Expansion
from vibrates.potential.flexible import FittedSurface
from vibrates.potential.settings import FittedSettings

EXPANSION = Expansion(4, 4, 4, True, True)
STRETCHES = (0.5, 0.4)
WEIGHTS = fit.Weights(1.0, 0.02, 1000.0)


@pytest.fixture(scope="module")
def molecules(root):
    return settings.load(root / "config" / "abinitio" / "n2h2.yaml").diatoms


def form(following: float) -> fit.FitResult:
    """Slopes of R_m, one of them by the extra harmonic of fourth order of b."""
    terms = [fit.Term(name, (0, 0), 5) for name in fit.PARAMETERS]
    terms += [fit.Term("R_m_angstrom", (1, 0), 17), fit.Term("R_m_angstrom", (0, 1), 5),
              fit.Term("R_m_angstrom", (1, 1), 1)]  # fmt: skip
    slopes = np.concatenate([[0.2, 0.3, 0.35, 0.3, 0.4], np.zeros(12)])
    slopes[6] = following
    values = np.concatenate([fit.start(terms[:4]), slopes, [0.25, 0.3, 0.5, 0.1, 0.3], [-0.1]])
    random = np.random.default_rng(3).normal(size=(len(values),) * 2)
    scale = 0.002 * np.maximum(np.abs(values), 0.1)
    covariance = np.outer(scale, scale) * (np.eye(len(values)) + 0.1 * (random + random.T) / 2)
    covariance = covariance @ covariance.T / np.outer(scale, scale)  # positive
    return fit.FitResult(tuple(terms), values, covariance, 1.0)


def surface(found: fit.FitResult, molecules, values=None) -> FittedSurface:
    block = {"type": "fitted", "stretch_length_angstrom": list(STRETCHES),
             "terms": found.rows(values)}  # fmt: skip
    return FittedSurface.from_settings(FittedSettings.from_mapping(block, "test"), *molecules)


def by_differences(potential, molecules, distance):
    """Moments (4, terms) in meV and angstrom, by quadrature and other differences."""
    h = 0.004 * ANGSTROM_TO_BOHR
    r = np.array([m.r_e for m in molecules])
    pairs = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)]
    r_a, r_b = r[:, None] + h * np.array(pairs).T
    at = np.array([distance * ANGSTROM_TO_BOHR])
    c = EXPANSION.coefficients(potential, at, r_a, r_b)[0] * HARTREE_TO_MEV
    d = 2.0 * h * BOHR_TO_ANGSTROM
    return np.stack([c[:, 0], (c[:, 1] - c[:, 2]) / d, (c[:, 3] - c[:, 4]) / d,
                     (c[:, 5] + c[:, 6] - c[:, 7] - c[:, 8]) / d**2])  # fmt: skip


def test_moments_of_a_fit_are_those_of_its_surface(molecules):
    found = form(0.3)
    own = moment_estimates.of_fit(EXPANSION, found, molecules, STRETCHES, [2.5, 3.2])
    for row, distance in enumerate((2.5, 3.2)):
        expected = by_differences(surface(found, molecules).potential, molecules, distance)
        largest = np.abs(expected).max(axis=1, keepdims=True)
        assert (np.abs(own.values[:, row] - expected) < 2e-3 * largest).all()


def test_errors_of_moments_are_the_spread_over_drawn_surfaces(molecules):
    found = form(0.3)
    own = moment_estimates.of_fit(EXPANSION, found, molecules, STRETCHES, [2.7])
    random = np.random.default_rng(8)
    drawn = random.multivariate_normal(found.values, found.covariance, size=60)
    samples = np.array([
        by_differences(surface(found, molecules, values).potential, molecules, 2.7)
        for values in drawn
    ])  # fmt: skip
    spread = samples.std(axis=0, ddof=1)
    # Smaller ones are of second order in the values, which is not what errors are for.
    large = spread > 2e-2 * spread.max(axis=1, keepdims=True)
    ratio = own.errors[:, 0][large] / spread[large]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.1)
    assert ((ratio > 0.6) & (ratio < 1.6)).all()


def test_strength_of_orders_is_signed_for_one_projection_and_a_norm_for_several():
    expansion = Expansion(2, 2, 2, True, True)  # 000, 020, 200, 220, 221, 222
    values = np.array([[[1.0, -2.0, 3.0, 2.0, -1.0, 2.0]]])
    covariance = np.diag([1.0, 4.0, 9.0, 1.0, 1.0, 1.0])[None, None]
    found = moment_estimates.by_orders(expansion, moment_estimates.Estimate(values, covariance))
    assert found[0, 2][:, 0, 0] == pytest.approx([-2.0, 2.0])
    assert found[2, 0][:, 0, 0] == pytest.approx([3.0, 3.0])
    assert found[2, 2][:, 0, 0] == pytest.approx([3.0, 1.0])


def made_points(found, molecules, orientations):
    """Points at skew orientations with and without stretches, V from a fit."""
    rows = []
    random = np.random.default_rng(12)
    for index, angles in enumerate(skew_orientations(orientations, 3, True, True)):
        for distance in (2.4, 2.7, 3.0, 3.4):
            rows.append(("made", f"skew{index}", *angles, distance, 1.098, 0.741))
        for s_a, s_b in random.uniform(-1.0, 1.0, (4, 2)):
            bonds = 1.098 + 0.2 * s_a, 0.741 + 0.14 * s_b
            rows.append(("made", f"skew{index}", *angles, 2.7, *bonds))
    table = pd.DataFrame(rows, columns=["group", "configuration", *points.COORDINATES])
    made = points.prepare(table.assign(E_CCSDT_meV=0.0), *molecules, STRETCHES)
    return made.assign(energy_meV=fit.Design(made, found.terms).energy(found.values))


@pytest.fixture(scope="module")
def estimated(molecules):
    """Moments of made points by regression around a poor fit, and the exact ones."""
    found = form(0.4)
    made = made_points(found, molecules, 40)
    poor = [fit.Term(name, (0, 0), 1) for name in fit.PARAMETERS]
    poor += [fit.Term("R_m_angstrom", power, 1) for power in ((1, 0), (0, 1))]
    prior = {"R_m_angstrom": 1.0, "eps_meV": 30.0, "beta": 30.0, "zeta": 30.0}
    control = fit.fit(made, poor, WEIGHTS, prior)
    learned = moment_estimates.regression(Expansion(6, 6, 6, True, True), control, made, WEIGHTS)
    own = moment_estimates.of_points(EXPANSION, learned, molecules, STRETCHES, [2.7])
    exact = moment_estimates.of_fit(EXPANSION, found, molecules, STRETCHES, [2.7])
    return own, exact, learned


def test_moments_of_points_are_right_to_their_errors(estimated):
    own, exact, learned = estimated
    deviation = (own.values - exact.values) / own.errors
    assert np.sqrt(np.mean(deviation**2)) < 1.6
    assert (np.abs(deviation) < 4.0).mean() > 0.97
    assert np.sqrt(np.mean(learned.standardised**2)) == pytest.approx(1.0, abs=0.5)


def test_points_show_a_moment_that_the_poor_fit_lacks(estimated):
    """dV/dr_a by four units of b, which the control does not have at all."""
    own, exact, _ = estimated
    term = EXPANSION.terms.index((0, 4, 0))
    value, error = own.values[1, 0, term], own.errors[1, 0, term]
    assert abs(value) > 4.0 * error
    assert value == pytest.approx(exact.values[1, 0, term], abs=3.0 * error)


def test_extra_harmonics_that_follow_the_bond_hold_a_moment_that_others_cannot(molecules):
    found = form(0.4)
    made = made_points(found, molecules, 32)
    weights = fit.Weights(0.05, 0.02, 1000.0)
    prior = {"R_m_angstrom": 3.0, "eps_meV": 30.0, "beta": 30.0, "zeta": 30.0}
    rigid = [t if t.count != 17 else fit.Term(t.parameter, t.powers, 5) for t in found.terms]
    exact = moment_estimates.of_fit(EXPANSION, found, molecules, STRETCHES, [2.7]).values[1, 0]
    term = EXPANSION.terms.index((0, 4, 0))
    off = {}
    for name, terms in (("following", list(found.terms)), ("rigid", rigid)):
        own = fit.fit(made, terms, weights, prior)
        value = moment_estimates.of_fit(EXPANSION, own, molecules, STRETCHES, [2.7]).values[
            1, 0, term
        ]
        off[name] = abs(value / exact[term] - 1.0)
    assert off["following"] < 0.02 < 0.5 < off["rigid"]
