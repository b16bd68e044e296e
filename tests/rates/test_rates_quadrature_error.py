"""Stated errors of the thermal integral against cross sections whose integral is known."""

from functools import cache

import numpy as np
import pytest

from vibrates.core.units import KELVIN_TO_CM
from vibrates.rates.quadrature_error import QuadratureError, halves
from vibrates.rates.reduction import reduce_batches
from vibrates.rates.table import EDGE_LIMIT, rate_table
from vibrates.rates.thermal import EnergyGrid

KT = np.array([100, 200, 300, 1000, 3000, 5000, 10000]) * KELVIN_TO_CM
GRIDS = [(500, 60000, 18), (500, 60000, 9), (1000, 27000, 6), (2000, 60000, 10), (500, 9000, 6)]
SHAPES = {
    "Landau-Teller, fast": lambda u: np.exp(-((3e6 / u) ** (1 / 3))),
    "Landau-Teller": lambda u: np.exp(-((3e7 / u) ** (1 / 3))),
    "Landau-Teller, slow": lambda u: np.exp(-((3e8 / u) ** (1 / 3))),
    "capture": lambda u: u**-0.5,
    "resonant": lambda u: 1 / (1 + (u / 2000) ** 2) + 1e-7 * u,
    "saturating": lambda u: (u / 5000) ** 3 / (1 + (u / 5000) ** 3),
    "structured": lambda u: (
        np.exp(-((3e6 / u) ** (1 / 3))) * (1 + 3 * np.exp(-(np.log(u / 3000) ** 2) / 0.1))
    ),
}


@cache
def weighted_grid(difference, scheme, first, last, count):
    energies = np.geomspace(first, last, count)
    grid = EnergyGrid.build(energies[energies > difference / 4], difference)
    return grid, grid.thermal_weights(scheme, difference, KT)


def errors(shape, difference, scheme, grid):
    """True error of k, the stated ones and the edge fraction, relative to the true k; (T,)."""
    fine, weights = weighted_grid(difference, scheme, 1.01 * difference / 4, 1e6, 300)
    exact = weights @ fine.interpolate(shape(fine.energies))
    coarse, weights = weighted_grid(difference, scheme, *grid)
    values = shape(coarse.energies)
    integrand = coarse.interpolate(values) * weights
    found = QuadratureError.of(coarse, values[None], weights)
    k = integrand.sum(axis=-1)
    parts = np.abs([found.interpolation, found.lower, found.upper]) / exact
    return np.abs(k / exact - 1), parts, integrand[:, coarse.edge].sum(axis=-1) / k


@pytest.fixture(scope="module")
def survey():
    """(true, stated, edge fraction) (3, N) of all shapes, grids, gaps and temperatures."""
    rows = []
    for shape in SHAPES.values():
        for difference in (50.0, 2330.0, 7000.0):
            for scheme in ("translational", "total"):
                for grid in GRIDS:
                    true, parts, edge = errors(shape, difference, scheme, grid)
                    rows.append([true, np.sqrt((parts**2).sum(axis=0)), edge])
    return np.concatenate(rows, axis=1)


def test_stated_errors_cover_the_true_ones(survey):
    true, stated, _ = survey[:, survey[0] > 1e-3]
    assert true.size > 400
    assert np.mean(true < 1.001 * stated) > 0.95 and np.mean(true < 2 * stated) > 0.98


def test_errors_of_a_fine_grid_are_small(survey):
    """Stated errors say something: little where the grid is fine and reaches far enough."""
    true, parts, edge = errors(SHAPES["Landau-Teller"], 2330.0, "translational", GRIDS[0])
    stated = np.sqrt((parts**2).sum(axis=0))
    inside = edge < 0.05
    assert inside.sum() >= 4 and np.all(stated[inside] < 0.01)
    _, stated, edge = survey
    assert np.median(stated[edge < 0.05]) < 0.01


def test_below_the_limit_of_the_flag_the_ends_do_little_harm(survey):
    true, _, edge = survey
    assert np.all(true[edge <= EDGE_LIMIT] < 0.15)
    assert np.max(true[edge > EDGE_LIMIT]) > 1


@pytest.mark.parametrize("end", ["lower", "upper"])
def test_each_end_has_its_own_error(end):
    grid = (2000, 60000, 10) if end == "lower" else (500, 9000, 6)
    true, (_, lower, upper), _ = errors(SHAPES["Landau-Teller"], 2330.0, "translational", grid)
    worst = np.argmax(true)
    own, other = (lower, upper) if end == "lower" else (upper, lower)
    assert true[worst] > 0.05 and own[worst] >= true[worst] and other[worst] < 0.01 * own[worst]


def test_halves_keep_both_ends():
    even, odd = (list(part) for part in halves(6))
    assert even == [0, 2, 4, 5] and odd == [0, 1, 3, 5]
    assert [list(part) for part in halves(3)] == [[0, 2]]
    assert halves(2) == halves(1) == []


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_energies_tell_nothing(count):
    energies = np.geomspace(2000, 20000, count)
    grid = EnergyGrid.build(energies, 0.0)
    weights = grid.thermal_weights("total", 0.0, KT[3:4])
    found = QuadratureError.of(grid, np.ones((1, count)), weights)
    assert found.interpolation == pytest.approx(weights.sum())


@pytest.fixture
def table(synthetic, tmp_path):
    """rates.nc of v = 1 with noise, at temperatures up to where the grid is too short."""
    source = synthetic(noise=1.0)
    source.change(rates={"temperatures_K": [200, 300, 1000, 3000, 20000], "bootstrap": 100})
    path = source.write(tmp_path / "batch00000.nc", 31, per_stratum=320)
    return rate_table([reduce_batches([source.planned(path)], source.config, 1, 0)], source.config)


def test_error_of_k_is_the_sum_of_its_parts(table):
    parts = ("k_monte_carlo_stderr", "k_interpolation_error", "k_edge_error")
    for name in parts:
        assert table[name].dims == table["k"].dims and table[name].attrs["units"] == "cm^3 s^-1"
    total = np.sqrt(sum(table[name].values ** 2 for name in parts))
    np.testing.assert_allclose(table["k_stderr"].values, total, rtol=1e-12)
    np.testing.assert_allclose(table["k_translational_stderr"].values, total, rtol=1e-12)
    # Where the grid is long enough, trajectories make up the error; where it is too short, it does.
    share = (table["k_monte_carlo_stderr"] / table["k_stderr"]).values
    assert np.all(share[:, :4] > 0.8) and np.all(share[:, 4] < 0.6)


def test_a_rate_that_rests_on_the_edge_is_flagged(table):
    flag = table["k_rests_on_edge"]
    assert flag.dims == ("transition", "temperature") and flag.dtype == np.int8
    assert flag.attrs["edge_fraction_limit"] == EDGE_LIMIT
    np.testing.assert_array_equal(flag.values, table["k_edge_fraction"].values > EDGE_LIMIT)
    assert flag.values[:, :4].sum() == 0 and flag.values[:, 4].all()


def test_correlation_is_that_of_the_whole_error(table):
    """A correlation matrix, with the error of the upper end shared by high temperatures alone."""
    correlation = table["k_error_correlation"].values
    np.testing.assert_allclose(np.diagonal(correlation, axis1=1, axis2=2), 1, atol=1e-12)
    assert np.linalg.eigvalsh(correlation).min() > -1e-12
    assert np.all(np.abs(correlation[:, 0, 4]) < 0.2) and np.all(correlation[:, 0, 1] > 0.3)
