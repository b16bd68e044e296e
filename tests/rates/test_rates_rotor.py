"""Rates with a quantised rotor, from batches whose rates are known in closed form.

The probability of v = 1 -> 0 with j -> j' depends on translational energy and impact parameter
only, so that k of every channel is a one-dimensional integral, whatever rotors move classically.
"""

import numpy as np
import pytest
from campaigns import campaign
from scipy.integrate import quad

from vibrates.campaign.rounds import later, strata
from vibrates.core.errors import UserError
from vibrates.core.netcdf import write_atomic
from vibrates.core.units import KELVIN_TO_CM
from vibrates.molecules.rotation import rotational_energies
from vibrates.rates import sanity
from vibrates.rates.basis_edge import require_room
from vibrates.rates.coefficients import rate_unit, relative_mass
from vibrates.rates.cross_sections import cross_section_table
from vibrates.rates.reduction import reduce_batches
from vibrates.rates.table import rate_table
from vibrates.trajectories.batch_file import batch_dataset
from vibrates.trajectories.plan import PlannedBatch

HARTREE_TO_CM = 219474.63
LEVELS = {0: (0, 2, 4, 6, 8), 1: (1, 3, 5, 7), 2: (0, 2, 4, 6, 8), 3: (1, 3, 5, 7)}
# Of the channels j' = j, j + 2, ...: relative size, beyond the Landau-Teller form.
SIZES = {0: (1.0, 2.0, 3.0, 4.0, 0.5), 1: (2.0, 1.0, 5.0, 1.0)} | {
    2: (1.0, 1.0, 1.0, 2.0, 1.0),
    3: (3.0, 1.0, 1.0, 2.0),
}


@pytest.fixture(scope="module")
def config():
    return campaign(
        {
            "seed": 7,
            "grid": {
                "states": [[1, 0]],
                "energies_cm": {"geometric": {"first": 300, "last": 30000, "count": 16}},
                "impact_parameter_edges_angstrom": [0.0, 1.0, 2.0, 3.0],
            },
            "sampling": {
                "replicates": 16,
                "rounds": 1,
                "target_relative_error": 0.01,
                "target_temperatures_K": [300, 500],
                "target_transitions": [[-1, 0]],
                "budget": 10**6,
            },
            "rates": {
                "temperatures_K": [200, 300, 500],
                "transitions": {"max_dv": 1, "max_dw": 0},
                "bootstrap": 20,
            },
            "basis": {"N2": {"below": 1, "above": 1, "minimum": 2}},
        },
        {"rotors": {"H2": {"treatment": "quantum", "initial_j": [0, 1, 2, 3], "largest_j": 8}}},
    )


def probability(translational, size):
    return 0.01 * size * np.exp(-((3e6 / np.asarray(translational)) ** (1 / 3)))


def upward(j):
    """Sizes from (0, j) to (1, j') that are in detailed balance with `SIZES`."""
    return [
        SIZES[jp][LEVELS[jp].index(j)] * (2 * jp + 1) / (2 * j + 1) if jp in SIZES else 0.0
        for jp in LEVELS[j]
    ]


def batch(config, j, per_stratum=256, v=1, even=False, factor=1.0):
    """A batch of (v, 0, j) that leads to v' = 0 (or 1 from v = 0) with every j'.

    ``even``: evenly spaced instead of random energies of the translation. ``factor``: of P.
    """
    generator = np.random.default_rng(j)
    edges, finals = config.grid.shell_edges, LEVELS[j]
    energy, shell, index = (
        x.ravel()
        for x in np.meshgrid(
            config.grid.energies, np.arange(3), np.arange(per_stratum), indexing="ij"
        )
    )
    n = len(energy)
    u = (generator.permutation(per_stratum)[index] + 0.5) / per_stratum
    x = np.sqrt(u if even else generator.random(n))  # Beta(2, 1)
    b = np.sqrt(edges[shell] ** 2 + (edges[shell + 1] ** 2 - edges[shell] ** 2)
                * generator.random(n))  # fmt: skip
    p = np.zeros((n, 4, len(finals)))  # v' = 0 to 3
    for column, size in enumerate(SIZES[j] if v else upward(j)):
        p[:, 1 - v, column] = factor * probability(x * energy, size) * np.exp(-((b / 1.2) ** 2))
    p[:, v, finals.index(j)] = 1.0 - p.sum(axis=(1, 2))
    columns = {
        "energy_cm": energy,
        "shell": shell.astype(np.int16),
        "index": index.astype(np.int32),
        "impact_parameter": b,
        "translational_energy": x * energy,
        "weight": np.ones(n),
        "status": np.zeros(n, np.int8),
        "steps": np.full(n, 1000, np.int32),
        "energy_error": np.full(n, 0.1),
        "norm_error": np.full(n, 1e-12),
        "time_step": np.full(n, 0.4),
        "probability_error": np.full(n, 1e-4),
    }
    labels = {
        "vp": np.repeat(range(4), len(finals)),
        "wp": np.zeros(4 * len(finals), int),
        "jp": np.tile(finals, 4),
    }
    return batch_dataset(columns, p, {"v": v, "w": 0, "j": j, "fingerprint": "synthetic"}, labels)


def written(directory, config, j, **options):
    path = directory / f"j{j}_{len(options)}.nc"
    write_atomic(batch(config, j, **options), path)
    return [PlannedBatch(path, "synthetic")]


@pytest.fixture(scope="module")
def reduced(config, tmp_path_factory):
    directory = tmp_path_factory.mktemp("batches")
    return [reduce_batches(written(directory, config, j), config, 1, 0, j) for j in range(4)]


@pytest.fixture(scope="module")
def rates(config, reduced):
    return rate_table(reduced, config)


def rotational_energy(config, j):
    return rotational_energies(config.partners[1], 0, np.array([j]))[0] * HARTREE_TO_CM


def exact(config, j, jp, size, temperature):
    """k(1, 0, j -> 0, 0, j'), cm^3/s."""
    n2 = config.partners[0]
    kT = temperature * KELVIN_TO_CM
    d = float(n2.level_energy(1) - n2.level_energy(0)) * HARTREE_TO_CM
    d += rotational_energy(config, j) - rotational_energy(config, jp)
    area = np.pi * 1.2**2 * (1 - np.exp(-((3.0 / 1.2) ** 2)))

    def integrand(e):
        shifted = e - d / 2 + d**2 / (16 * e)  # of either sign of d
        return e / kT * np.exp(-shifted / kT) * (1 - d**2 / (16 * e**2)) / kT * probability(e, size)

    points = abs(d) / 4 + kT * np.array([0, 2, 5, 10, 20, 40, 80])
    total = sum(
        quad(integrand, lo, hi, epsabs=0, epsrel=1e-8, limit=200)[0]
        for lo, hi in zip(points[:-1], points[1:], strict=True)
    )
    return rate_unit(temperature, relative_mass(config)) * area * total


def test_every_channel_has_the_rate_of_its_own_energy_defect(config, rates):
    """Exothermic and endothermic ones: j = 0 -> 8 lacks 1700 cm^-1."""
    checked = 0
    for channel in range(rates.sizes["channel"]):
        one = rates.isel(channel=channel)
        j, jp = int(one["channel_j"]), int(one["channel_jp"])
        size = SIZES[j][LEVELS[j].index(jp)]
        if one["channel_vp"] != 0:
            continue
        for temperature in (300.0, 500.0):
            at = one.sel(temperature=temperature)
            expected = exact(config, j, jp, size, temperature)
            assert abs(float(at["k_channel"]) - expected) < max(
                4.0 * float(at["k_channel_stderr"]), 0.02 * expected
            ), (j, jp, temperature)
            checked += 1
    assert checked == 2 * 18


def test_rates_are_sums_over_final_and_averages_over_initial_levels(config, rates):
    """Of j by Boltzmann within para and ortho, of these by nuclear-spin weights."""
    row = int(np.flatnonzero((rates["v"] == 1) & (rates["vp"] == 0))[0])
    T = rates["temperature"].values
    of_j = {}
    for j in range(4):
        mine = (rates["channel_j"] == j) & (rates["channel_vp"] == 0)
        of_j[j] = rates["k_channel"].values[mine.values].sum(axis=0)
        found = rates["k_initial_j"].sel(initial_j=j).isel(transition=row)
        np.testing.assert_allclose(found, of_j[j], rtol=1e-12)
    weight = {
        j: (2 * j + 1) * np.exp(-rotational_energy(config, j) / (KELVIN_TO_CM * T))
        for j in range(4)
    }
    para = (weight[0] * of_j[0] + weight[2] * of_j[2]) / (weight[0] + weight[2])
    ortho = (weight[1] * of_j[1] + weight[3] * of_j[3]) / (weight[1] + weight[3])
    k = rates["k_species"].isel(transition=row)
    np.testing.assert_allclose(k.sel(species="para"), para, rtol=1e-6)
    np.testing.assert_allclose(k.sel(species="ortho"), ortho, rtol=1e-6)
    np.testing.assert_allclose(k.sel(species="normal"), 0.25 * para + 0.75 * ortho, rtol=1e-6)
    np.testing.assert_array_equal(k.sel(species="normal"), rates["k"].isel(transition=row))
    q = [sum((2 * j + 1) * np.exp(-rotational_energy(config, j) / (KELVIN_TO_CM * T))
             for j in range(first, 16, 2)) for first in (0, 1)]  # fmt: skip
    share = q[0] / (q[0] + 3 * q[1])
    np.testing.assert_allclose(
        k.sel(species="equilibrium"), share * para + (1 - share) * ortho, rtol=1e-6
    )
    population = rates["initial_population"].isel(transition=row).sum("initial_j")
    np.testing.assert_allclose(population, 1.0, rtol=1e-12)


def test_levels_that_were_not_run_are_an_error_of_k(config, rates):
    """At 500 K 3 % of ortho hydrogen is in j = 5 and above, and 10 % of para in j = 4."""
    row = int(np.flatnonzero(rates["direction"] == "computed")[0])
    at = rates.isel(transition=row)
    relative = (at["k_rotational_error"] / at["k"]).values
    assert relative[0] < 0.004 and 0.02 < relative[2] < 0.15
    parts = ("k_monte_carlo_stderr", "k_interpolation_error", "k_edge_error", "k_rotational_error")
    total = sum(at[name].values ** 2 for name in parts)
    # The two ends are in quadrature in the edge error: exact.
    np.testing.assert_allclose(at["k_stderr"].values ** 2, total, rtol=1e-9)


def test_the_reverse_is_in_detailed_balance_and_old_readers_find_their_variables(config, rates):
    assert rates.sizes["transition"] == 2
    assert sanity.tables.detailed_balance(rates)["status"] == "passed"
    down, up = (int(np.flatnonzero(rates["v"] == v)[0]) for v in (1, 0))
    n2 = config.partners[0]
    kT = rates["temperature"].values * KELVIN_TO_CM
    d = float(n2.level_energy(1) - n2.level_energy(0)) * HARTREE_TO_CM
    ratio = n2.rotational_constant(0) / n2.rotational_constant(1)
    for k in (rates["k"], rates["k_species"].sel(species="para")):
        np.testing.assert_allclose(
            k.isel(transition=up), k.isel(transition=down) * ratio * np.exp(-d / kT), rtol=1e-5
        )
    assert rates["k"].dims == ("transition", "temperature")
    for name, variable in rates.variables.items():
        assert {"units", "long_name"} <= set(variable.attrs), name
    assert rates.attrs["mixture"] == "normal"


def test_a_transition_with_certainty_has_the_collision_rate(config, tmp_path):
    """P = 1 in all: the sum of the channels is the flux, symmetrised by each defect."""
    one = batch(config, 0, per_stratum=512, even=True)
    p = np.zeros_like(one["probability"].values)
    p[:, 1] = 1.0  # v' = 0, j' = 2
    one["probability"] = (("trajectory", "final"), p, one["probability"].attrs)
    path = tmp_path / "certain.nc"
    write_atomic(one, path)
    found = reduce_batches([PlannedBatch(path, "synthetic")], config, 1, 0, 0)

    table = rate_table([found, *_others(config, tmp_path)], config)
    channel = (table["channel_j"] == 0) & (table["channel_jp"] == 2)
    at = np.flatnonzero(channel.values & (table["channel_vp"] == 0).values)[0]
    k = table["k_channel"].values[at]
    area = np.pi * 9.0
    n2 = config.partners[0]
    d = float(n2.level_energy(1) - n2.level_energy(0)) * HARTREE_TO_CM
    d -= rotational_energy(config, 2)
    for value, temperature in zip(k, table["temperature"].values, strict=True):
        kT = temperature * KELVIN_TO_CM
        # int dEbar/kT (E/kT) exp(-Ebar/kT) with E of Ebar: the flux at the mean velocity.
        flux = quad(
            lambda e, kT=kT: e / kT**2 * (1 - d**2 / (16 * e**2))
            * np.exp(-(e - d / 2 + d**2 / (16 * e)) / kT),
            d / 4, d / 4 + 60 * kT, epsrel=1e-10,
        )[0]  # fmt: skip
        expected = rate_unit(temperature, relative_mass(config)) * area * flux
        assert value == pytest.approx(expected, rel=0.005)


def _others(config, directory):
    return [
        reduce_batches(written(directory, config, j, per_stratum=64), config, 1, 0, j)
        for j in (1, 2, 3)
    ]


@pytest.mark.parametrize(("factor", "status"), [(1.0, "passed"), (10.0, "warning")])
def test_reversibility_is_tested_level_by_level(config, reduced, tmp_path, factor, status):
    """Upward trajectories, too many of them with the factor, against downward ones."""
    back = [
        reduce_batches(
            written(tmp_path, config, j, per_stratum=64, v=0, factor=factor), config, 0, 0, j
        )
        for j in (0, 1)
    ]
    rates = rate_table([*reduced, *back], config)
    found = sanity.tables.reversibility(rates)
    assert found["status"] == status, found
    assert "(0,0," in found["message"]
    # The sum over few initial levels says nothing of the reverse direction.
    assert np.isnan(rates["k_direct"]).all()


def test_cross_sections_are_those_of_the_mixture(config, reduced):
    table = cross_section_table(reduced, config)
    assert sanity.tables.cross_sections(table)["status"] == "passed"
    # To v' = 0 and 2; nothing is known of the latter.
    assert table.sizes["transition"] == 2 and table.sizes["channel"] == 36
    assert table.attrs["rotational_temperature_K"] == 300.0
    of_j = {
        j: table["sigma_channel"]
        .values[((table["channel_j"] == j) & (table["channel_vp"] == 0)).values]
        .sum(axis=0)
        for j in range(4)
    }
    sigma = table["sigma"].values[0]
    low, high = np.min(list(of_j.values()), axis=0), np.max(list(of_j.values()), axis=0)
    assert ((low <= sigma) & (sigma <= high)).all()
    weight = {
        j: (2 * j + 1) * np.exp(-rotational_energy(config, j) / (KELVIN_TO_CM * 300.0))
        for j in range(4)
    }
    para = (weight[0] * of_j[0] + weight[2] * of_j[2]) / (weight[0] + weight[2])
    ortho = (weight[1] * of_j[1] + weight[3] * of_j[3]) / (weight[1] + weight[3])
    np.testing.assert_allclose(sigma, 0.25 * para + 0.75 * ortho, rtol=1e-6)


def test_a_crowded_largest_j_stops_the_campaign(config, reduced):
    require_room(reduced, config)
    crowded = [one.copy(deep=True) for one in reduced]
    crowded[2]["edge_population_j"][:] = 0.3
    with pytest.raises(UserError, match=r"largest j of H2: 0.3 .*\(1,0,2\).*j = 8.*largest_j"):
        require_room(crowded, config)
    found = sanity.trajectories.edge_population(crowded, config)
    assert found["status"] == "failed" and "largest j of H2" in found["message"]


def test_every_initial_level_is_run_for_its_share_of_k(config, tmp_path):
    """The next round: with the relative error of each j at target / sqrt(share), k meets it."""
    batches = {(1, 0, j): written(tmp_path, config, j, per_stratum=64) for j in range(4)}
    path = tmp_path / "strata.nc"
    data = strata(config, batches)
    write_atomic(data, path)
    plan, report = later(config, 1, [path])
    assert list(plan.columns[:4]) == ["batch", "v", "w", "j"]
    assert sorted(plan["j"].unique()) == [0, 1, 2, 3]
    assert set(report["j"]) == {0, 1, 2, 3}
    added = (plan["stop"] - plan["start"]).groupby(plan["j"]).sum()
    # At 300 K j = 1 carries most of k, j = 3 a tenth of it at most.
    assert added[1] > 2 * added[3]


def test_batches_of_another_level_are_refused(config, tmp_path):
    with pytest.raises(UserError, match=r"holds state \(1, 0, 2\), not \(1, 0, 0\)"):
        reduce_batches(written(tmp_path, config, 2, per_stratum=16), config, 1, 0, 0)


def test_a_species_without_a_level_is_named(config, reduced):
    with pytest.raises(UserError, match="ortho-H2: no initial level of .* rotors.H2.initial_j"):
        rate_table([reduced[0], reduced[2]], config)
