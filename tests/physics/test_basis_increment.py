"""The increment of the basis set, errors of points, and drawn surfaces."""

import numpy as np
import pytest

from vibrates.abinitio import settings
from vibrates.core import tables
from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.core.yaml_files import read_layers
from vibrates.potential import basis_set, drawn, fit, points
from vibrates.potential.basis_set import Accuracy

PRIOR = {"R_m_angstrom": 0.3, "eps_meV": 3.0, "beta": 3.0, "zeta": 3.0}
ACCURACY = Accuracy(0.02, 0.005)
SHIFTS = [fit.Term("R_m_angstrom", (0, 0), 1), fit.Term("eps_meV", (0, 0), 5),
          fit.Term("R_m_angstrom", (1, 0), 1)]  # fmt: skip
AMOUNTS = np.array([0.03, -0.2, -0.1, -0.25, -0.15, -0.1, -0.02])


@pytest.fixture(scope="module")
def described(root):
    return settings.load(root / "config" / "abinitio" / "n2h2.yaml")


@pytest.fixture(scope="module")
def table(root, described):
    return points.read(root / described.settings.fit.points)[0]


@pytest.fixture(scope="module")
def prepared(described, table):
    return points.prepare(table, *described.diatoms, [0.5, 0.4])


@pytest.fixture(scope="module")
def found(described, prepared):
    """The fit of the default surface, with its covariance."""
    spec = described.settings.fit
    seen = prepared[~prepared["group"].str.startswith("held_out")].reset_index(drop=True)
    candidate = spec.candidates[spec.chosen].to_mapping()
    weights = fit.Weights(**spec.weights.to_mapping())
    return fit.fit(seen, fit.terms(candidate), weights, spec.prior.to_mapping())


def changed(found, prepared, terms, amounts, noise=0.0):
    """Every seventh point, with the change that known shifts of parameters make."""
    some = prepared.iloc[::7].reset_index(drop=True)
    exact = basis_set.Increment(tuple(terms), amounts, np.zeros((len(amounts),) * 2), 1.0, amounts)
    change = basis_set.energy_change(found, exact, some)
    random = np.random.default_rng(5).normal(size=len(some))
    sigma = ACCURACY.sigma(some["energy_meV"].to_numpy())
    return some.assign(change_meV=change + noise * random * sigma)


def test_an_increment_is_recovered_and_its_covariance_covers_noise(found, prepared):
    exact = changed(found, prepared, SHIFTS, AMOUNTS)
    own = basis_set.fit_increment(found, exact, SHIFTS, ACCURACY, PRIOR)
    np.testing.assert_allclose(own.values, AMOUNTS, rtol=0.1, atol=0.004)
    noisy = changed(found, prepared, SHIFTS, AMOUNTS, noise=1.0)
    own = basis_set.fit_increment(found, noisy, SHIFTS, ACCURACY, PRIOR)
    error = np.sqrt(np.diag(own.covariance))
    assert (np.abs(own.values - AMOUNTS) < 3.5 * error).all()
    assert 0.4 < own.reduced_chi_square < 2.0


def test_left_out_orientations_tell_a_sufficient_form_from_one_that_is_not(found, prepared):
    noisy = changed(found, prepared, SHIFTS, AMOUNTS, noise=0.3)
    sigma = ACCURACY.sigma(noisy["energy_meV"].to_numpy())
    scores = [
        np.sqrt(np.mean((basis_set.left_out(found, noisy, terms, ACCURACY, PRIOR) / sigma) ** 2))
        for terms in (SHIFTS, SHIFTS[:1])
    ]
    assert scores[0] < 1.0 < scores[1]


def test_the_sum_is_a_surface_of_the_same_form_with_both_covariances(found, prepared):
    exact = changed(found, prepared, SHIFTS, AMOUNTS)
    own = basis_set.fit_increment(found, exact, SHIFTS, ACCURACY, PRIOR)
    both = basis_set.summed(found, own)
    known = fit.Design(exact, found.terms).energy(found.values) + exact["change_meV"]
    made = fit.Design(exact, both.terms).energy(both.values)
    np.testing.assert_allclose(made, known, rtol=2e-3, atol=0.01)
    assert [t.powers for t in both.terms] == [t.powers for t in found.terms]  # no new terms here
    jacobian = fit.Design(exact, both.terms).jacobian(both.values)
    alone = basis_set.summed(found, basis_set.Increment(
        own.terms, own.values, 0.0 * own.covariance, 1.0, own.residual_meV))  # fmt: skip
    with_it = np.einsum("ni,ij,nj->n", jacobian, both.covariance, jacobian)
    without = np.einsum("ni,ij,nj->n", jacobian, alone.covariance, jacobian)
    assert (with_it > without).all()
    beyond = basis_set.summed(found, own, beyond=0.1 * own.values).covariance
    assert np.trace(beyond) > np.trace(both.covariance)
    np.linalg.cholesky(both.covariance)


def test_an_increment_may_bring_terms_that_the_fit_does_not_have(found, prepared):
    more = [fit.Term("zeta", (1, 0), 1), fit.Term("beta", (0, 0), 17)]
    amounts = np.concatenate([[0.4], np.zeros(5), np.full(12, 0.05)])
    exact = changed(found, prepared, more, amounts)
    both = basis_set.summed(
        found, basis_set.fit_increment(found, exact, more, ACCURACY, PRIOR | {"beta": 0.3})
    )
    assert fit.Term("zeta", (1, 0), 1) in both.terms and fit.Term("beta", (0, 0), 17) in both.terms
    known = fit.Design(exact, found.terms).energy(found.values) + exact["change_meV"]
    made = fit.Design(exact, both.terms).energy(both.values)
    np.testing.assert_allclose(made, known, rtol=1e-2, atol=0.03)


def test_changes_extrapolate_the_correlation_energy_alone(table):
    large = table.iloc[:4].assign(
        E_HF_meV=lambda t: t["E_HF_meV"] - 1.0, E_CCSDT_meV=lambda t: t["E_CCSDT_meV"] - 5.0
    )
    pairs = basis_set.changes(table, large, factor=1.5)
    np.testing.assert_allclose(pairs["change_meV"], -1.0 - 1.5 * 4.0, rtol=1e-9)
    np.testing.assert_allclose(pairs["extrapolated_meV"], -2.0, rtol=1e-9)
    assert len(pairs) == 4
    with pytest.raises(UserError, match="none is a point of the fit"):
        basis_set.changes(table, large.assign(R_angstrom=99.0))
    with pytest.raises(UserError, match="no column of E_CCSDT_meV"):
        basis_set.changes(table, large.drop(columns="E_CCSDT_meV"))


def test_the_changes_of_the_committed_points_are_those_of_the_data(root, described, table):
    large, _ = points.read(root / described.settings.larger_basis.points)
    pairs = basis_set.changes(table, large)
    keys = [*points.COORDINATES]
    both = large.merge(table, on=keys, suffixes=("_large", ""))
    np.testing.assert_allclose(
        pairs["change_meV"], both["E_CCSDT_meV_large"] - both["E_CCSDT_meV"], rtol=1e-9
    )
    assert len(pairs) == len(large)


def test_stated_errors_of_points_weaken_them_in_the_fit(prepared):
    seen = prepared[(prepared["xi_a"] == 0) & (prepared["xi_b"] == 0)].reset_index(drop=True)
    terms = [fit.Term(name, (0, 0), 5) for name in fit.PARAMETERS]
    weights = fit.Weights(0.05, 0.02, 1000.0)
    prior = dict.fromkeys(fit.PARAMETERS, 100.0)
    values = fit.start(terms)
    wrong = np.arange(len(seen)) % 9 == 0
    made = fit.Design(seen, terms).energy(values) * np.where(wrong, 1.3, 1.0)
    seen = seen.assign(energy_meV=made)
    trusting = fit.fit(seen, terms, weights, prior)
    doubtful = fit.fit(seen.assign(error_meV=np.where(wrong, 1e4, 0.0)), terms, weights, prior)
    assert np.abs(doubtful.values - values).max() < 0.05 * np.abs(trusting.values - values).max()


def test_a_surface_and_its_covariance_survive_the_file(found, tmp_path):
    known = drawn.KnownSurface(found, {"stretch_length_angstrom": [0.5, 0.4]})
    write_atomic(known.dataset({"points": "some.csv"}, ["some.csv"]), tmp_path / "fit.nc")
    again = drawn.read(tmp_path / "fit.nc")
    assert again.found.terms == found.terms
    assert np.array_equal(again.found.values, found.values)
    assert np.array_equal(again.found.covariance, found.covariance)
    assert again.block() == known.block()
    (tmp_path / "other.nc").write_bytes((tmp_path / "fit.nc").read_bytes()[:-100])
    with pytest.raises(UserError, match=r"other\.nc: damaged"):
        drawn.read(tmp_path / "other.nc")


def test_draws_have_the_covariance_of_the_fit_and_do_not_depend_on_their_number(found):
    known = drawn.KnownSurface(found, {"stretch_length_angstrom": [0.5, 0.4]})
    factor = np.linalg.cholesky(found.covariance)

    def values(number):
        terms = known.drawn(7, number)["terms"]
        order = [(t.parameter, list(t.powers)) for t in found.terms]
        rows = {(name, tuple(row["powers"])): row["values"]
                for name, own in terms.items() for row in own}  # fmt: skip
        return np.concatenate([rows[name, tuple(powers)] for name, powers in order])

    normal = np.array([np.linalg.solve(factor, values(n) - found.values) for n in range(1, 41)])
    # Independent standard normal numbers: 40 x 99 of them.
    assert normal.mean() == pytest.approx(0.0, abs=4.0 / np.sqrt(normal.size))
    assert normal.std() == pytest.approx(1.0, abs=0.1)
    assert np.array_equal(values(3), values(3)) and not np.array_equal(values(3), values(4))
    assert known.drawn(7, 3) != known.drawn(8, 3)


def test_the_committed_covariance_is_that_of_the_default_surface(root):
    path = root / "data" / "n2h2_surface_sum.nc"
    known = drawn.read(path)
    block = read_layers(root / "config" / "surfaces" / "fitted.yaml")["surface"]
    drawn.require_same(known, block, path)
    terms = {**block["terms"], "zeta": [{"powers": [0, 0], "values": [10.0] * 5}]}
    with pytest.raises(UserError, match=r"another surface .*surface\.terms differs"):
        drawn.require_same(known, block | {"terms": terms}, path)


def test_points_of_several_files_are_one_table(root, described, table, tmp_path):
    path = root / described.settings.fit.points
    alone = points.read_all([points.Source(path)])
    assert alone.equals(table)
    more = table.iloc[:3].assign(R_angstrom=lambda t: t["R_angstrom"] + 0.01, T1=0.02)
    tables.write(tmp_path / "more.csv", more, {})
    both = points.read_all([points.Source(path), points.Source(tmp_path / "more.csv", 0.5, 0.03)])
    assert len(both) == len(table) + 3 and "T1" not in both
    assert (both["error_meV"].iloc[: len(table)] == 0.0).all()
    expected = np.hypot(0.5, 0.03 * more[points.ENERGY])
    np.testing.assert_allclose(both["error_meV"].iloc[len(table) :], expected)
    some = points.read_all([points.Source(path, groups=("held_out", "cuts"))])
    assert some.equals(table[table["group"].isin(["held_out", "cuts"])].reset_index(drop=True))
    with pytest.raises(UserError, match=r"no points of the group absent; .*cuts") as caught:
        points.read_all([points.Source(path, groups=("cuts", "absent"))])
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="is there twice") as caught:
        points.read_all([points.Source(path), points.Source(path)])
    assert "\n" not in str(caught.value)
