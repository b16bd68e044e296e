"""The design of further points: what it predicts is what fits then reach."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from vibrates.abinitio import settings
from vibrates.abinitio.design import (
    STRETCHES,
    LinearisedFit,
    design_increment,
    quadrature_orientations,
    targets,
)
from vibrates.abinitio.models import Quadrature
from vibrates.core.columns import ANGLES, COORDINATES
from vibrates.core.errors import UserError
from vibrates.potential import fit as fitting
from vibrates.potential import points as point_tables
from vibrates.potential.design import Target, choose, with_points
from vibrates.potential.expansion import Expansion
from vibrates.potential.moments import Moments, at_corners, compared, least_squares

EXPANSION = Expansion(4, 4, 2, True, True)


@pytest.fixture(scope="module")
def described(root):
    return settings.load(root / "config" / "abinitio" / "n2h2.yaml")


@pytest.fixture(scope="module")
def known(root, described):
    return point_tables.read(root / described.settings.design.points)[0]


@pytest.fixture(scope="module")
def linear():
    """A linear fit of 12 values: covariance before, 60 candidates, two targets."""
    random = np.random.default_rng(4)
    root = random.normal(size=(12, 12))
    jacobian, sigma = random.normal(size=(60, 12)), random.uniform(0.2, 1.0, 60)
    aims = [Target("first", random.normal(size=(2, 12)), 1.0),
            Target("second", random.normal(size=(1, 12)), 4.0, 2.0)]  # fmt: skip
    return root @ root.T, jacobian, sigma, aims


def test_the_covariance_is_that_of_the_normal_equations(linear):
    before, jacobian, sigma, _ = linear
    weighted = jacobian / sigma[:, None]
    expected = np.linalg.inv(np.linalg.inv(before) + weighted.T @ weighted)
    np.testing.assert_allclose(with_points(before, jacobian, sigma), expected, atol=1e-10)


def test_the_choice_knows_what_it_reaches_and_beats_chance(linear):
    before, jacobian, sigma, aims = linear
    choice = choose(before, jacobian, sigma, np.ones(60), aims, 8)
    assert len(set(choice.order)) == 8
    for count in (1, 4, 8):
        chosen = list(choice.order[:count])
        after = with_points(before, jacobian[chosen], sigma[chosen])
        expected = [one.uncertainty(after) for one in aims]
        np.testing.assert_allclose(choice.uncertainty[count - 1], expected, rtol=1e-8)

    def goal(covariance):
        return sum(one.weight * one.uncertainty(covariance) ** 2 for one in aims)

    random = np.random.default_rng(1)
    by_chance = [
        goal(with_points(before, jacobian[some], sigma[some]))
        for some in (random.permutation(60)[:8] for _ in range(200))
    ]
    assert goal(choice.covariance) < np.quantile(by_chance, 0.02)


def test_costly_points_are_chosen_only_where_they_are_worth_it(linear):
    before, jacobian, sigma, aims = linear
    first = choose(before, jacobian, sigma, np.ones(60), aims, 1).order[0]
    dear = np.where(np.arange(60) == first, 100.0, 1.0)
    assert first not in choose(before, jacobian, sigma, dear, aims, 5).order


def test_more_points_than_candidates_are_refused(linear):
    before, jacobian, sigma, aims = linear
    with pytest.raises(UserError, match="61 points asked for, 60 candidates; give more"):
        choose(before, jacobian, sigma, np.ones(60), aims, 61)


def test_chosen_points_lower_the_error_of_a_synthetic_fit_as_predicted(described, known):
    """Points of a known surface with noise, fitted before and after: errors of a moment."""
    spec = described.settings.design
    small = {"R_m_angstrom": [[0, 0, 9], [1, 0, 9]], "eps_meV": [[0, 0, 5], [1, 0, 5]],
             "beta": [[0, 0, 1]], "zeta": [[0, 0, 5]]}  # fmt: skip
    changes = {"form": small, "largest_order": 4,
               "targets": {"rotation": spec.targets["rotation"].to_mapping()}}  # fmt: skip
    design = spec.to_mapping() | changes
    smaller = dataclasses.replace(
        described,
        settings=type(described.settings).from_mapping(
            described.settings.to_mapping() | {"design": design}, "test"
        ),
    )
    training = known[~known["group"].str.startswith("held_out")].reset_index(drop=True)
    truth = LinearisedFit(smaller, training)
    (aim,) = targets(smaller, truth)[:1]
    table = _stretched(training, truth)
    more = _candidates(truth)
    exact = np.concatenate([truth.energy(table), truth.energy(more)])
    sigma = truth.weights.sigma(exact)
    prior = described.settings.fit.prior.to_mapping()
    weighted = truth.jacobian(table) / sigma[: len(table), None]
    widths = fitting._prior_widths(truth.terms, prior)
    before = np.linalg.inv(weighted.T @ weighted + np.diag(widths**-2.0))
    jacobian = truth.jacobian(more)
    choice = choose(before, jacobian, sigma[len(table) :], np.ones(len(more)), [aim], 20)
    predicted = [aim.uncertainty(before), float(choice.uncertainty[-1, 0])]
    assert predicted[1] < 0.5 * predicted[0]

    prepared = [truth.prepared(one) for one in (table, more.iloc[list(choice.order)])]
    rows = np.concatenate([np.arange(len(table)), len(table) + np.array(choice.order)])
    random, errors = np.random.default_rng(3), []
    for _ in range(12):
        noisy = exact[rows] + sigma[rows] * random.normal(size=len(rows))
        reached = []
        for count in (1, 2):
            points = pd.concat(prepared[:count], ignore_index=True)
            points["energy_meV"] = noisy[: len(points)]
            found = fitting.fit(points, truth.terms, truth.weights, prior)
            reached.append(aim.gradient @ (found.values - truth.found.values))
        errors.append(reached)
    rms = np.sqrt(np.mean(np.sum(np.square(errors), axis=2), axis=0) / aim.size)
    np.testing.assert_allclose(rms, predicted, rtol=0.35)


def _stretched(points, fit):
    lengths = zip(("r_a_angstrom", "r_b_angstrom"), STRETCHES, fit.rest, strict=True)
    columns = {stretch: points[length] - rest for length, stretch, rest in lengths}
    return points[[*ANGLES, "R_angstrom"]].assign(**columns)


def _candidates(fit):
    orientations = quadrature_orientations(
        Quadrature(distance_angstrom=2.6, cosines=3, dihedrals=3, steps_angstrom=(0.1, 0.1))
    )
    rows = [
        (*angles, distance, stretch, 0.0)
        for angles in orientations
        for distance in (2.6, 3.0)
        for stretch in (-0.2, 0.2)
    ]
    columns = [*ANGLES, "R_angstrom", *STRETCHES]
    table = pd.DataFrame(rows, columns=columns)
    return table[fit.energy(table) < 1500.0].reset_index(drop=True)


def test_the_stored_design_lowers_what_it_was_chosen_for(root, described, known):
    stored = pd.read_csv(root / "data" / "n2h2_design.csv", comment="#")
    fit = LinearisedFit(described, known)
    aims = targets(described, fit)
    before = [one.uncertainty(fit.found.covariance) for one in aims]
    seen = _stretched(stored[stored["group"].isin(["quadrature", "chosen"])], fit)
    after = with_points(fit.found.covariance, fit.jacobian(seen), fit.sigma(fit.energy(seen)))
    ratio = {one.name.split(",")[0]: one.uncertainty(after) / was
             for one, was in zip(aims, before, strict=True)}  # fmt: skip
    assert ratio["rotation"] < 0.15 and ratio["exchange"] < 0.5 and ratio["relaxation"] < 0.25


def test_no_orientation_held_out_is_known_at_another_distance(root):
    stored = pd.read_csv(root / "data" / "n2h2_design.csv", comment="#")
    square = stored["group"].str.contains("quadrature")
    hidden = stored["group"].str.startswith("held_out")
    orientations = {
        name: {tuple(row) for row in stored.loc[rows, ANGLES].to_numpy()}
        for name, rows in (("hidden", square & hidden), ("seen", ~hidden))
    }
    assert len(orientations["hidden"]) == 4
    assert not orientations["hidden"] & orientations["seen"]
    assert 0.1 < hidden.mean() < 0.2


def test_quadrature_orientations_are_blind_to_the_first_orders_left_out():
    """Nodes of P_6 in both cosines, of cos 3 phi in the dihedral angle."""
    chosen = Quadrature(distance_angstrom=2.6, cosines=3, dihedrals=3, steps_angstrom=(0.1, 0.1))
    angles = quadrature_orientations(chosen)
    assert angles.shape == (27, 3)
    whole = Expansion(6, 6, 3, True, True)
    functions = whole.functions(*np.radians(angles).T)
    for (a, b, mu), values in zip(whole.terms, functions, strict=True):
        blind = (a == 6 and mu == 0) or (b == 6 and mu == 0) or mu == 3
        assert (np.abs(values).max() < 1e-5) == blind


def test_moments_from_points_are_those_put_in():
    angles = quadrature_orientations(
        Quadrature(distance_angstrom=2.6, cosines=3, dihedrals=3, steps_angstrom=(0.1, 0.1))
    )
    amounts = np.arange(1.0, 1.0 + len(EXPANSION.terms))
    values = amounts @ EXPANSION.functions(*np.radians(angles).T)
    found, errors, scatter = least_squares(EXPANSION, angles, values)
    np.testing.assert_allclose(found, amounts, rtol=1e-9)
    assert errors.max() < 1e-9 and scatter < 1e-9
    with pytest.raises(UserError, match="17 orientations for 17 terms"):
        least_squares(EXPANSION, angles[:17], values[:17])


def test_standard_errors_of_moments_cover_the_noise():
    angles = quadrature_orientations(
        Quadrature(distance_angstrom=2.6, cosines=3, dihedrals=3, steps_angstrom=(0.1, 0.1))
    )
    random = np.random.default_rng(2)
    pulls = []
    for _ in range(100):
        found, errors, _ = least_squares(EXPANSION, angles, random.normal(size=len(angles)))
        pulls.append(found / errors)
    assert np.std(pulls) == pytest.approx(1.0, rel=0.2)  # Student's t of ten degrees of freedom


def _corners(function):
    angles = quadrature_orientations(
        Quadrature(distance_angstrom=2.6, cosines=3, dihedrals=3, steps_angstrom=(0.1, 0.1))
    )
    rows = [(*one, 2.6, 1.1 + i, 0.74 + j)
            for one in angles for i in (0.1, -0.1) for j in (0.1, -0.1)]  # fmt: skip
    columns = [*ANGLES, "R_angstrom", "r_a_angstrom", "r_b_angstrom"]
    table = pd.DataFrame(rows, columns=columns).round(4)
    shape = EXPANSION.functions(*np.radians(table[ANGLES].to_numpy()).T)
    x, y = table["r_a_angstrom"] - 1.1, table["r_b_angstrom"] - 0.74
    return table, function(shape, x.to_numpy(), y.to_numpy())


def test_derivatives_at_corners_and_their_moments():
    """V = 3 F_0 + 5 x F_1 + 7 y F_2 + 11 x y F_3: one moment of each derivative."""
    table, energy = _corners(
        lambda f, x, y: 3 * f[0] + 5 * x * f[1] + 7 * y * f[2] + 11 * x * y * f[3]
    )
    found = compared(table, energy, 2.0 * energy, EXPANSION)
    for number, (name, size) in enumerate(
        {"V": 3, "dV/dr_a": 5, "dV/dr_b": 7, "d2V/dr_a dr_b": 11}.items()
    ):
        values = found[found["derivative"] == name]
        expected = np.where(np.arange(len(values)) == number, size, 0.0)
        np.testing.assert_allclose(values["points"], expected, atol=1e-9)
        np.testing.assert_allclose(values["surface"], 2.0 * expected, atol=1e-9)
    with pytest.raises(UserError, match="not all four corners"):
        at_corners(table[1:], energy[1:])


def test_moments_of_a_function_by_quadrature():
    expansion = Expansion(2, 2, 2, True, True)

    def function(table):
        shape = expansion.functions(*np.radians(table[ANGLES].to_numpy()).T)
        x, y = table["stretch_a_angstrom"].to_numpy(), table["stretch_b_angstrom"].to_numpy()
        return (2.0 + x) * shape[0] + x * y * table["R_angstrom"].to_numpy() * shape[2]

    for derivative, expected in (("V", [2, 0, 0]), ("dV/dr_a", [1, 0, 0]), ("dV/dr_b", [0, 0, 0]),
                                 ("d2V/dr_a dr_b", [0, 0, 2.5])):  # fmt: skip
        found = Moments(expansion, derivative, 2.5).of(function)
        np.testing.assert_allclose(found[:3], expected, atol=1e-9)
    with pytest.raises(UserError, match="'dV/dx' is no derivative"):
        Moments(expansion, "dV/dx", 2.5)


def test_points_for_the_larger_basis_are_known_ones_that_lower_its_uncertainty(
    root, described, known
):
    larger, _ = point_tables.read(root / described.settings.design.increment.points)
    found = design_increment(described, known, larger)
    stored = pd.read_csv(root / "data" / "n2h2_design_tz.csv", comment="#")
    asked = described.settings.design.increment
    assert len(found.geometries) == len(stored) == asked.count
    for table in (found.geometries, stored):
        own = table.merge(known, on=COORDINATES, suffixes=("", "_known"))
        assert len(own) == asked.count
        assert not own["group_known"].str.startswith("held_out").any()
        assert not len(table.merge(larger, on=COORDINATES))
    before, after = (found.report["uncertainty"][name]
                     for name in ("known points", "with the chosen points"))  # fmt: skip
    assert all(after[name] < 0.85 * before[name] for name in before)


def test_an_increment_of_more_values_than_the_form_has_is_refused(described, known):
    content = described.settings.to_mapping()
    content["design"]["increment"]["form"]["zeta"] = [[0, 0, 5], [1, 0, 5]]
    changed = dataclasses.replace(
        described, settings=type(described.settings).from_mapping(content, "test")
    )
    with pytest.raises(UserError, match=r"form\.zeta: 5 values with powers \[1, 0\], the form of"):
        design_increment(changed, known, known[:6])
