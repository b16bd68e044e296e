"""Batches with known probabilities in, cross sections, rates and their errors out."""

import numpy as np
import pytest
import xarray as xr
import yaml

from vibrates.core.netcdf import write_atomic
from vibrates.core.units import KELVIN_TO_CM
from vibrates.rates import bootstrap, strata
from vibrates.rates.cross_sections import cross_section_table
from vibrates.rates.layout import shell_area
from vibrates.rates.reduction import reduce_batches
from vibrates.rates.symmetrisation import SCHEMES
from vibrates.rates.table import rate_table
from vibrates.rates.thermal import EnergyGrid
from vibrates.rates.variance import contributions

SYNTHETIC_CASES = [{"tilted": False}, {"tilted": True}]


def row_of(table, v, vp):
    return int(np.flatnonzero((table["v"].values == v) & (table["vp"].values == vp))[0])


@pytest.fixture(scope="module")
def reduce_one(tmp_path_factory):
    """Reduce one batch of a synthetic source."""

    def reduce_(source, seed, **options):
        path = tmp_path_factory.mktemp("batch") / "batch00000.nc"
        source.write(path, seed, **options)
        return reduce_batches([source.planned(path)], source.config, source.v, 0)

    return reduce_


@pytest.mark.parametrize("case", SYNTHETIC_CASES, ids=["plain", "importance"])
def test_cross_sections_and_rates_agree_with_quadrature(synthetic, reduce_one, case):
    """All three symmetrisations within 4 standard errors, which are below 4 %."""
    source = synthetic(**case)
    reduced = reduce_one(source, seed=21, per_stratum=1600)
    sections = cross_section_table([reduced], source.config)
    row = row_of(sections, 1, 0)
    sigma = sections["sigma"].values[row]
    stderr = sections["sigma_stderr"].values[row]
    exact = np.array([source.cross_section(u) for u in sections["energy"].values])
    deviation = (sigma - exact) / stderr
    assert 0.5 < np.sqrt(np.mean(deviation**2)) < 1.5 and np.all(np.abs(deviation) < 5)

    table = rate_table([reduced], source.config)
    row = row_of(table, 1, 0)
    for scheme in SCHEMES:
        k = table[f"k_{scheme}"].values[row]
        error = table[f"k_{scheme}_stderr"].values[row]
        expected = [source.rate(scheme, t) for t in table["temperature"].values]
        assert np.all(np.abs(k - expected) < 4 * error + 2e-3 * k), scheme
        assert np.all(error < 0.04 * k), scheme


def test_opacity_and_sigma_belong_together(synthetic, reduce_one):
    source = synthetic()
    table = cross_section_table([reduce_one(source, seed=2)], source.config)
    bounds = table["impact_parameter_bounds"].values
    area = np.pi * (bounds[:, 1] ** 2 - bounds[:, 0] ** 2)
    np.testing.assert_allclose(table["opacity"].values @ area, table["sigma"].values)
    inner = table["opacity"].isel(impact_parameter=0)
    assert (inner > table["opacity"].isel(impact_parameter=-1)).all()
    np.testing.assert_allclose(table["impact_parameter"], [0.5, 1.5, 2.5])


@pytest.mark.slow
def test_error_bars_cover_the_spread_of_repeats(synthetic, reduce_one):
    """Bootstrap errors match the scatter of 40 independent campaigns, noise of P included."""
    source = synthetic(noise=1.0)
    source.change(rates={"bootstrap": 100, "temperatures_K": [300, 2000]})
    k, stderr, sigma, sigma_stderr = [], [], [], []
    for seed in range(40):
        reduced = reduce_one(source, seed=100 + seed, per_stratum=64)
        table = rate_table([reduced], source.config)
        k.append(table["k"].values[row_of(table, 1, 0)])
        stderr.append(table["k_monte_carlo_stderr"].values[row_of(table, 1, 0)])
        sections = cross_section_table([reduced], source.config)
        sigma.append(sections["sigma"].values[row_of(sections, 1, 0)])
        sigma_stderr.append(sections["sigma_stderr"].values[row_of(sections, 1, 0)])
    # The standard deviation of 40 values is itself uncertain by 11 %.
    ratio = np.sqrt(np.mean(np.square(stderr), axis=0)) / np.std(k, axis=0, ddof=1)
    assert np.all((ratio > 0.7) & (ratio < 1.4)), ratio
    ratio = np.sqrt(np.mean(np.square(sigma_stderr), axis=0)) / np.std(sigma, axis=0, ddof=1)
    assert 0.85 < np.sqrt(np.mean(ratio**2)) < 1.2, ratio
    exact = np.array([source.rate("translational", t) for t in (300, 2000)])
    bias = (np.mean(k, axis=0) - exact) / (np.std(k, axis=0) / np.sqrt(40))
    assert np.all(np.abs(bias) < 4), bias


def test_standard_error_falls_like_one_over_root_n(synthetic, reduce_one):
    source = synthetic(noise=1.0)
    errors = []
    for number in (64, 1024):
        table = rate_table([reduce_one(source, seed=3, per_stratum=number)], source.config)
        row = row_of(table, 1, 0)
        errors.append(np.mean(table["k_monte_carlo_stderr"].values[row] / table["k"].values[row]))
    assert 2.6 < errors[0] / errors[1] < 6.0


def test_constant_probability_gives_the_mean_speed_times_area(synthetic, reduce_one):
    """P = const: S(U) is flat, so that only the thermal weight and its threshold are tested."""
    source = synthetic(constant=0.3)
    table = rate_table([reduce_one(source, seed=4, per_stratum=1600)], source.config)
    row = row_of(table, 1, 0)
    expected = [source.rate("translational", t) for t in table["temperature"].values]
    np.testing.assert_allclose(table["k"].values[row], expected, rtol=0.03)


def test_both_directions_obey_detailed_balance(synthetic, reduce_one):
    source = synthetic()
    table = rate_table([reduce_one(source, seed=5)], source.config)
    down, up = row_of(table, 1, 0), row_of(table, 0, 1)
    assert list(table["direction"].values[[down, up]]) == ["computed", "detailed_balance"]
    ratio = table["k"].values[up] / table["k"].values[down]
    kT = table["temperature"].values * KELVIN_TO_CM
    # r_e^2 <1/r^2> of N2(0) and N2(1): the higher level has more rotational states in reach.
    np.testing.assert_allclose(
        ratio / np.exp(-source.difference() / kT), 0.995035 / 0.985077, rtol=1e-6
    )
    assert table["rotational_ratio"].values[down] == pytest.approx(0.995035 / 0.985077, rel=1e-6)
    assert table["rotational_ratio"].values[up] == 1 / table["rotational_ratio"].values[down]
    # The relative standard error is that of the computed direction.
    relative = table["k_stderr"].values / table["k"].values
    np.testing.assert_allclose(relative[up], relative[down])


def test_only_transitions_with_an_exothermic_source_are_listed(synthetic, reduce_one):
    """(1,0)->(2,0) needs (2,0) in the campaign; with it, the two estimates of it agree."""
    first, second = synthetic(), synthetic(v=2)
    alone = rate_table([reduce_one(first, seed=6)], first.config)
    assert set(zip(alone["v"].values.tolist(), alone["vp"].values.tolist(), strict=True)) == {
        (1, 0),
        (0, 1),
    }
    assert np.isnan(alone["k_direct"].values).all()
    pair = [reduce_one(first, seed=6, per_stratum=800), reduce_one(second, seed=7, per_stratum=800)]
    both = rate_table(pair, first.config)
    up = row_of(both, 1, 2)
    assert both["direction"].values[up] == "detailed_balance"
    direct, error = both["k_direct"].values[up], both["k_direct_stderr"].values[up]
    combined = np.hypot(error, both["k_stderr"].values[up])
    assert np.all(np.abs(direct - both["k"].values[up]) < 4 * combined)


def test_trajectories_of_both_levels_give_one_rate(synthetic, reduce_one):
    """P of the translational energy alone, the same trajectories from above and from below.

    The rotors keep their angular momenta then, and microscopic reversibility holds exactly.
    """
    first, second = synthetic(), synthetic(v=2)
    both = rate_table([reduce_one(first, seed=15), reduce_one(second, seed=15)], first.config)
    up = row_of(both, 1, 2)
    np.testing.assert_allclose(both["k_direct"].values[up], both["k"].values[up], rtol=1e-10)


def test_layout_of_the_products(synthetic, reduce_one, tmp_path):
    source = synthetic()
    reduced = reduce_one(source, seed=8)
    write_atomic(rate_table([reduced], source.config), tmp_path / "rates.nc")
    write_atomic(cross_section_table([reduced], source.config), tmp_path / "cross_sections.nc")
    with xr.open_dataset(tmp_path / "rates.nc") as rates:
        assert rates["k"].dims == rates["k_stderr"].dims == ("transition", "temperature")
        assert rates["k"].attrs["units"] == "cm^3 s^-1"
        assert all(rates[name].dims == ("transition",) for name in ("v", "w", "vp", "wp"))
        assert all(name in rates.coords for name in ("v", "w", "vp", "wp", "temperature"))
        np.testing.assert_array_equal(rates["temperature"], source.config.rates.temperatures_K)
        assert rates.attrs["symmetrisation"] == "translational"
        assert yaml.safe_load(rates.attrs["configuration"]) == source.config.to_mapping()
        np.testing.assert_array_equal(rates["k"], rates["k_translational"])
    with xr.open_dataset(tmp_path / "cross_sections.nc") as sections:
        assert sections["sigma"].dims == ("transition", "energy")
        assert sections["opacity"].dims == ("transition", "energy", "impact_parameter")
        assert sections["sigma"].attrs["units"] == "angstrom^2"


def test_configured_symmetrisation_is_k(synthetic, reduce_one):
    source = synthetic()
    source.change(rates={"symmetrisation": "total"})
    table = rate_table([reduce_one(source, seed=9)], source.config)
    np.testing.assert_array_equal(table["k"], table["k_total"])
    assert np.all(table["k_total"] > table["k_initial"])


def test_errors_depend_on_seed_and_state_alone():
    shape = (4, 3, 16)
    draws = bootstrap.draw(7, 1, 0, 50, shape)
    np.testing.assert_array_equal(draws, bootstrap.draw(7, 1, 0, 50, shape))
    assert not np.array_equal(draws, bootstrap.draw(7, 2, 0, 50, shape))
    assert (draws.sum(axis=-1) == 16).all()


def test_resampled_cross_sections_equal_a_plain_loop():
    generator = np.random.default_rng(1)
    sums = generator.random((2, 3, 4, 5, 6))
    count = generator.integers(1, 9, (4, 5, 6))
    area, draws = generator.random(5), bootstrap.draw(1, 1, 0, 7, (4, 5, 6))
    fast = bootstrap.cross_sections(sums, count, area, draws)
    assert fast.shape == (2, 3, 7, 4)
    for b in range(7):
        mean = (sums * draws[b]).sum(axis=-1) / (count * draws[b]).sum(axis=-1)
        np.testing.assert_allclose(fast[:, :, b], mean @ area)


def test_interpolation_error_on_the_default_grid_is_below_a_tenth_of_a_percent():
    """Landau-Teller cross section at 16 energies, 500 to 60000 cm^-1, against 400 energies."""
    kT = np.array([100, 300, 1000, 3000]) * KELVIN_TO_CM

    def cross_section(energy):
        return 30 * np.exp(-((3e7 / energy) ** (1 / 3)))

    for scheme in ("translational", "total"):
        rates = []
        for energies in (np.geomspace(500, 60000, 16), np.geomspace(590, 400000, 400)):
            usable = energies[energies > 2330 / 4]
            grid = EnergyGrid.build(usable, 2330.0)
            weights = grid.thermal_weights(scheme, 2330.0, kT)
            rates.append(weights @ grid.interpolate(cross_section(usable)))
        np.testing.assert_allclose(rates[0], rates[1], rtol=1e-3)


def test_edge_fractions_tell_where_the_grid_is_too_short(synthetic, reduce_one):
    source = synthetic()
    source.change(rates={"temperatures_K": [300, 1000, 20000]})
    table = rate_table([reduce_one(source, seed=10, per_stratum=320)], source.config)
    row = row_of(table, 1, 0)
    edge = table["k_edge_fraction"].values[row]
    outside = table["k_extrapolated_fraction"].values[row]
    assert edge[1] < 0.02 and edge[2] > 0.3
    assert np.all(outside <= edge) and outside[2] > 0.1


def test_contributions_add_up_to_a_little_more_than_the_bootstrap_error(synthetic, reduce_one):
    source = synthetic(noise=0.7)
    source.change(rates={"bootstrap": 1000})
    reduced = reduce_one(source, seed=11, per_stratum=320)
    temperatures = [300, 1000, 5000]
    parts = contributions(reduced, temperatures, [(-1, 0), (-2, 0)])
    assert parts.sizes["transition"] == 1
    predicted = np.sqrt(parts["variance"].sum(("energy", "shell")).values[0])
    table = rate_table([reduced], source.config).sel(temperature=temperatures)
    row = row_of(table, 1, 0)
    found = table["k_monte_carlo_stderr"].values[row] / table["k"].values[row]
    assert np.all(predicted > 0.8 * found) and np.all(predicted < 2 * found)
    assert (parts["n"] == 320).all() and (parts["cost"] == 1000).all()
    # Where the Boltzmann factor is negligible nothing is gained by more trajectories.
    cold = parts["variance"].sel(temperature=300).sum("shell").values[0]
    assert cold[-1] < 1e-12 * cold.max()


def test_neyman_allocation_lowers_the_error(synthetic, reduce_one):
    """Spending by contributions beats equal numbers: the point of `contributions`."""
    parts = contributions(reduce_one(synthetic(noise=1.0), seed=12), [1000], [(-1, 0)])
    single = (parts["variance"] * parts["n"]).values[0, 0]
    budget = float(parts["n"].sum())
    best = np.sqrt(single) / np.sqrt(single).sum() * budget
    equal = np.full(single.shape, budget / single.size)
    spent = [np.sum(single[n > 0] / n[n > 0]) for n in (best, equal)]
    assert spent[0] < 0.5 * spent[1]


def test_lucky_strata_get_trajectories_too(synthetic, reduce_one):
    """A stratum whose few trajectories show no spread is judged by its neighbours in energy."""
    reduced = reduce_one(synthetic(noise=1.0), seed=14)
    row = int(np.flatnonzero(reduced["vp"].values == 0)[0])
    spread = contributions(reduced, [1000], [(-1, 0)])["variance"].values[0, 0]
    energy, shell = np.unravel_index(spread.argmax(), spread.shape)
    for name in ("thermal_sum", "probability_sum"):
        cell = reduced[name].values[row, ..., energy, shell, :]
        cell[:] = cell.mean(axis=-1, keepdims=True)
    lucky = contributions(reduced, [1000], [(-1, 0)])["variance"].values[0, 0]
    assert lucky[energy, shell] > 0.1 * spread[energy, shell]


def test_replicate_spread_is_the_variance_of_the_mean():
    generator = np.random.default_rng(3)
    values = generator.exponential(size=(4000, 1, 1, 16, 4))
    sums, count = values.sum(axis=-1), np.full((1, 1, 16), 4)
    estimate = strata.mean_variance(sums, count).mean()
    assert estimate == pytest.approx(np.var(strata.means(sums, count)), rel=0.1)
    assert estimate == pytest.approx(1 / 64, rel=0.05)


def test_shell_areas_fill_the_disc(synthetic, reduce_one):
    area = shell_area(reduce_one(synthetic(), seed=13))
    assert area.sum() == pytest.approx(np.pi * 9)
