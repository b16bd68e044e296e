"""A campaign with H2's rotation quantised: from its configuration to rates."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from campaign_project import Project
from campaigns import campaign

from vibrates import config as configuration
from vibrates import open_rates
from vibrates.campaign import rotor_cost, stages
from vibrates.config import Campaign
from vibrates.config import crossover as crossovers
from vibrates.core import netcdf
from vibrates.core.errors import UserError
from vibrates.core.units import HARTREE_TO_CM, KELVIN_TO_CM
from vibrates.molecules.rotation import partition_function, rovibrational_energies
from vibrates.rates.crossover import differences
from vibrates.rates.reduction import reduce_batches
from vibrates.rates.table import rate_table
from vibrates.summary import summary_text
from vibrates.trajectories import batch_file, plan
from vibrates.trajectories.quantum_rotor import work as quantum_rotor
from vibrates.trajectories.quantum_rotor.expansion import DEFAULT_ORDERS
from vibrates.trajectories.quantum_rotor.levels import rotational_levels
from vibrates.trajectories.quantum_rotor.orientation import OrientationGrid, degree_for
from vibrates.trajectories.work import BatchWork, joined

QUANTUM = {"treatment": "quantum", "initial_j": [0, 1], "largest_j": 7}
NOTHING = {"coefficients_au": [0.0], "range_angstrom": [0.1, 9.0]}
CONFIGURATIONS = ("H", "X", "Ta", "Tb", "I")


def isotropic(rotors: dict) -> Campaign:
    """N2 + H2 on a surface that depends on N2's bond, and on no orientation."""
    config = campaign(
        {
            "grid": {
                "states": [[1, 0]],
                "energies_cm": {"geometric": {"first": 1500, "last": 20000, "count": 6}},
                "impact_parameter_edges_angstrom": [0.0, 1.5, 3.0],
                "start_distance_angstrom": 8.5,
            },
            "basis": {
                "N2": {"below": 1, "above": 1, "minimum": 3},
                "H2": {"below": 0, "above": 0, "minimum": 1},
            },
            "dynamics": {"interaction_range_angstrom": 8.5, "accuracy": 0.02},
            "sampling": {
                "replicates": 8,
                "pilot": 32,
                "importance_fraction": 0.5,
                "target_temperatures_K": [1000, 2000],
                "target_transitions": [[-1, 0]],
            },
            "rates": {
                "temperatures_K": [1000, 2000],
                "transitions": {"max_dv": 1, "max_dw": 0},
                "bootstrap": 50,
                "edge_population_limit": 1,
            },
        },
        {
            "surface": {
                "type": "table",
                "deformation": "fitted",
                "configurations": dict.fromkeys(
                    CONFIGURATIONS, {"R_m_angstrom": 3.9, "eps_meV": 5.5, "beta": 6.0}
                ),
                "slopes": dict.fromkeys(
                    CONFIGURATIONS,
                    {"dR_m_dr": [0.45, 0.0], "deps_dr": [0.0, 0.0], "dbeta_dr": [0.0, 0.0]},
                ),
            },
            "rotors": rotors,
        },
    )
    mapping = config.to_mapping()
    for name in ("N2", "H2"):
        mapping["molecules"][name]["quadrupole"] = NOTHING
    return Campaign.from_mapping(mapping, "the test's campaign")


def rates_of(config: Campaign, directory):
    """rates.nc of a campaign from its pilot, by the stages' functions."""
    reduced = []
    for batch, rows in plan.into_batches(plan.pilot(config), 10**6).groupby("batch"):
        work = BatchWork(config, rows)
        columns = joined(work.compute(piece) for piece in range(len(work.pieces)))
        assert (columns["status"] == 0).all()
        attributes = {**work.state, "fingerprint": work.fingerprint}
        dataset = batch_file.batch_dataset(
            columns, columns.pop("probability"), attributes, work.final_labels
        )
        path = directory / f"{batch}.nc"
        netcdf.write_atomic(dataset, path)
        planned = plan.PlannedBatch(path, work.fingerprint)
        reduced.append(reduce_batches([planned], config, *work.state.values()))
    return rate_table(reduced, config)


@pytest.fixture(scope="module")
def spectators(tmp_path_factory):
    """Rates on the isotropic surface: of classical rotors, and with H2's quantised."""
    small = {"treatment": "quantum", "initial_j": [0, 1], "largest_j": 3, "orders": [2, 2, 2]}
    return [
        rates_of(isotropic(rotors), tmp_path_factory.mktemp("isotropic"))
        for rotors in ({}, {"H2": small})
    ]


def row_of(rates, v, vp):
    return rates.isel(transition=int(np.flatnonzero((rates["v"] == v) & (rates["vp"] == vp))[0]))


@pytest.mark.slow
def test_without_anisotropy_j_is_a_spectator_through_all_stages(spectators):
    rates = spectators[1]
    changes = (rates["channel_j"] != rates["channel_jp"]).values
    k = rates["k_channel"].values
    kept = k[~changes & (rates["channel_vp"] == 0).values]
    assert len(kept) == 2 and k[changes].max() < 1e-8 * kept.min()
    # Of every j the same rate, but for its random numbers.
    down = row_of(rates, 1, 0)
    error = np.hypot(*down["k_initial_j_stderr"].values)
    one, other = down["k_initial_j"].values
    assert (np.abs(one - other) < 3.0 * error).all() and (error < 0.3 * one).all()
    for species in rates["species"].values:
        found = down["k_species"].sel(species=species)
        assert (np.abs(found - 0.5 * (one + other)) < 3.0 * error).all()


@pytest.mark.slow
def test_without_anisotropy_k_is_that_of_classical_rotors(spectators):
    """Two measures of U, with two rotors and with one, of one cross section of E_tr."""
    classical, quantum = (row_of(rates, 1, 0) for rates in spectators)
    # That many j are not run, j = 0 and 1 alone, does not matter where all rates are the same.
    own = np.sqrt(quantum["k_stderr"] ** 2 - quantum["k_rotational_error"] ** 2)
    error = np.hypot(classical["k_stderr"], own)
    assert (error < 0.25 * classical["k"]).all()
    assert (np.abs(classical["k"] - quantum["k"]) < 3.0 * error).all()


SMALL = {
    "results": "results",
    "grid": {
        "states": [[1, 0], [2, 0], [3, 0]],
        "energies_cm": [1000, 4000, 16000],
        "impact_parameter_edges_angstrom": [0, 2],
        "start_distance_angstrom": 8,
    },
    "basis": {
        "N2": {"below": 15, "above": 1, "minimum": 3},
        "H2": {"below": 0, "above": 0, "minimum": 1},
    },
    "rotors": {"H2": QUANTUM},
    "dynamics": {"interaction_range_angstrom": 8, "accuracy": 0.05},
    "sampling": {
        "replicates": 2,
        "pilot": 4,
        "rounds": 0,
        "budget": 400,
        "target_temperatures_K": [300, 500],
        "target_transitions": [[-1, 0]],
    },
    "rates": {"temperatures_K": [300, 500], "edge_population_limit": 0.5},
    "jobs": {"trajectories_per_batch": 40, "ranks": 1, "minutes": 5, "memory_mb": 1000},
    "figures": {"opacity_energies_cm": [4000]},
}


@pytest.mark.slow
def test_a_campaign_runs_from_one_key_to_its_rates(tmp_path, root, tiny_path):
    project = Project(tmp_path, root, configuration.load(tiny_path, SMALL))
    ran = project.run("results/rates.nc", "results/cross_sections.nc")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "v=1 w=0 j=1: 12 trajectories, 0 failed" in ran.stdout + ran.stderr
    reduced = {path.name for path in (project.results / "reduced").iterdir()}
    assert reduced == {f"v{v}_w0_j{j}.nc" for v in (1, 2, 3) for j in (0, 1)}
    rates = netcdf.read_product(project.results / "rates.nc")
    computed = rates.isel(transition=np.flatnonzero(rates["direction"] == "computed"))
    assert computed.sizes["transition"] == 3 and (computed["k"] > 0).all()
    assert (computed["n_trajectories"] == 24).all()
    # Vibrational energy goes into j' = j + 4 and j + 6 as well as into translation.
    assert set(rates["channel_jp"].values.tolist()) == set(range(8))
    again = project.run("-n", "results/rates.nc")
    assert "Nothing to be done" in again.stderr + again.stdout
    status = project.vibrates("status")
    assert status.returncode == 0 and "6 of 6 batches, 72 of 72" in status.stdout
    check = project.vibrates("check")
    assert "initial states 6" in check.stdout and "j (largest of the basis)" in check.stdout


def test_runners_of_all_levels_share_one_expansion():
    config = with_rotors({"H2": QUANTUM}, basis={"H2": {"above": 0, "minimum": 1}})
    one, other = (quantum_rotor.runner(config, 1, 0, j).collision for j in (0, 1))
    assert one.expansion is other.expansion and one.levels != other.levels
    assert quantum_rotor.shared_expansion(config, 2, 0) is not one.expansion


def test_labels_of_final_states_follow_the_quantised_molecule():
    """The rotor's level first, then (w, j): vp is that of the molecule named first in the pair."""
    collision = SimpleNamespace(levels_a=range(3, 5), levels_b=[(0, 1), (0, 3), (1, 1), (1, 3)])
    for position, rotor, quantum in ((1, "vp", "wp"), (0, "wp", "vp")):
        config = SimpleNamespace(quantised=SimpleNamespace(position=position))
        found = quantum_rotor.final_labels(collision, config)
        assert found[rotor].tolist() == [3] * 4 + [4] * 4
        assert found[quantum].tolist() == [0, 0, 1, 1] * 2
        assert found["jp"].tolist() == [1, 3] * 4


# Mistakes, one line each.


def with_rotors(rotors: dict, **changes) -> Campaign:
    states = {"grid": {"states": [[1, 0], [2, 0], [3, 0]]}, "sampling": {"budget": 10**7}}
    low = {
        "rates": {"temperatures_K": [200, 300]},
        "sampling": {"budget": 10**8, "target_temperatures_K": [300]},
    }
    return campaign(states).changed(low).changed({"rotors": rotors}).changed(changes)


def test_a_heavy_molecule_is_quantised_only_if_that_is_meant():
    config = with_rotors({"N2": "quantum"})
    with pytest.raises(UserError, match=r"rotors.N2: quantum: 20 initial levels j = 0 to 19 .*core "
                       r"hours .*heavy: true below rotors.N2") as caught:  # fmt: skip
        rotor_cost.check(config)
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="the finest has 47; lower the largest j"):
        rotor_cost.check(with_rotors({"N2": {"treatment": "quantum", "heavy": True}}))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"degree": 15, "largest_j": 8}, "degree 15 .* too coarse for j up to 8; raise it to 16"),
        ({"degree": 16}, "degree 16 .* choose one of 3, 5"),
        ({"largest_j": 30, "heavy": True}, "the finest has 47; lower the largest j"),
        ({"orders": [4, 2, 2], "initial_j": [0, 1]}, "of its anisotropy.*raise the orders"),
    ],
)
def test_grids_and_orders_too_low_are_found_before_trajectories_are_run(settings, words):
    config = with_rotors({"H2": {"treatment": "quantum", **settings}})
    with pytest.raises(UserError, match=words) as caught:
        rotor_cost.check(config)
    assert "\n" not in str(caught.value)


def test_levels_are_chosen_by_temperature():
    """Hydrogen at 300 K has 1.6 % of para in j = 4, and hardly any ortho in j = 5."""

    def levels(temperature, **settings):
        chosen = {"H2": {"treatment": "quantum", **settings}}
        rates = {"temperatures_K": [temperature]}
        sampling = {"target_temperatures_K": [temperature]}
        config = with_rotors(chosen, rates=rates, sampling=sampling)
        return [j for v, _, j in config.states if v == 1], config.quantised

    assert levels(77)[0] == [0, 1]
    assert levels(300)[0] == [0, 1, 2, 3]
    assert levels(300, population_limit=0.01)[0] == [0, 1, 2, 3, 4]
    at_1000, rotor = levels(1000)
    assert at_1000 == list(range(8))
    # N2's quantum, 2330 cm^-1, takes hydrogen from j = 0 to 6 and thermal energy to 8.
    assert rotor.largest_j((1, 0), 0) == 8 and rotor.largest_j((1, 0), 7) == 11


@pytest.mark.parametrize(("largest", "j", "alike"), [(8, 2, True), (11, 7, True), (7, 0, False)])
def test_the_cost_model_knows_the_grids_of_the_trajectories(largest, j, alike):
    unlike = {"masses_u": [1.00782503, 2.01410178], "omega_e_cm": 3816.3, "spin_weights": [1, 1]}
    molecule = {} if alike else {"molecules": {"H2": unlike}}
    rotor = {"treatment": "quantum", "largest_j": largest, "initial_j": sorted({0, 1, j})}
    config = with_rotors({"H2": rotor}, basis={"H2": {"above": 0, "minimum": 1}}, **molecule)
    levels = rotational_levels(config.partners[1], largest, j)
    grid = OrientationGrid.build(levels, degree_for(levels[-1], j, DEFAULT_ORDERS[1]), alike)
    vibrational = len(config.levels("N2", 1))
    assert rotor_cost.sizes(config, 1, 0, j) == (len(grid.n), vibrational, len(grid.j))


def test_few_trajectories_of_a_stratum_cost_more_each():
    numbers = np.array([8, 32, 256, 257])
    each = rotor_cost.with_idle_lanes(numbers) / numbers
    assert each[0] > 2.0 * each[2] and each[1] > 1.3 * each[2] and each[3] > each[2] > 1.0


def test_both_treatments_of_the_cost_model_are_hours_of_the_same_order():
    """A quantised rotor costs a few times as much as a classical one, for each initial j."""
    quantum = with_rotors({"H2": QUANTUM}, basis={"H2": {"above": 0, "minimum": 1}})
    U = np.array([500.0, 2000.0, 8000.0])
    seconds = rotor_cost.trajectory_seconds(quantum, 1, 0, 0, U)
    assert ((0.001 < seconds) & (seconds < 0.02)).all()
    larger = with_rotors({"H2": QUANTUM | {"largest_j": 11}})
    assert (rotor_cost.trajectory_seconds(larger, 1, 0, 0, U) > 2.0 * seconds).all()


# Quantised at low temperatures, classical above.

CROSSING = SMALL | {
    "rotors": {
        "H2": QUANTUM
        | {
            "up_to_K": 400,
            "basis": {"below": 0, "above": 0, "minimum": 1},
            "energies_cm": [800, 3000, 9000],
            "budget": 300,
        }
    },
    "basis": {
        "N2": {"below": 15, "above": 1, "minimum": 3},
        "H2": {"below": 0, "above": 1, "minimum": 2},
    },
    "sampling": SMALL["sampling"] | {"rounds": 1, "budget": 120, "target_relative_error": 0.001},
    "rates": {
        "temperatures_K": [200, 300, 400, 500, 700, 1000],
        "edge_population_limit": 0.5,
    },
}


def test_parts_have_what_their_temperatures_need(tiny_path):
    config = configuration.load(tiny_path, CROSSING)
    quantum, classical = config.parts["quantum"], config.parts["classical"]
    # Each has the temperatures next to the crossover, and its targets there if they lie beyond.
    assert quantum.rates.temperatures_K == (200, 300, 400, 500)
    assert classical.rates.temperatures_K == (300, 400, 500, 700, 1000)
    assert quantum.sampling.target_temperatures_K == (300, 500)
    assert quantum.grid.energies.tolist() == [800, 3000, 9000]
    assert classical.grid.energies.tolist() == [1000, 4000, 16000]
    assert len(quantum.levels("H2", 0)) == 1 and len(classical.levels("H2", 0)) == 2
    assert len(quantum.states) == 6 and len(classical.states) == 3
    assert (quantum.sampling.budget, classical.sampling.budget) == (300, 120)
    assert quantum.crossover_K is None and classical.quantised is None
    # Of a grid that reaches far, energies that low temperatures do not need are left out.
    wide = CROSSING | {"grid": SMALL["grid"] | {"energies_cm": [20, 1000, 4000, 16000, 60000]}}
    assert len(configuration.load(tiny_path, wide).parts["classical"].grid.energies) == 3


@pytest.mark.parametrize(
    ("crossover", "low", "high"),
    [
        (400, 4, [300, 400, 500, 700]),
        (450, 4, [400, 500, 700]),
        (200, 2, [200, 300, 400, 500, 700]),
    ],
)
def test_both_parts_have_the_temperatures_next_to_the_crossover(crossover, low, high):
    every = (200.0, 300.0, 400.0, 500.0, 700.0)
    quantum, classical = crossovers.temperatures(every, crossover)
    assert quantum == every[:low] and list(classical) == high


@pytest.mark.parametrize(
    ("rotor", "words"),
    [
        ({"up_to_K": 1000}, "up_to_K: 1000 is not among the temperatures, 200 to below 1000 K"),
        ({"up_to_K": 100}, "up_to_K: 100 is not among the temperatures"),
        ({"budget": 10}, "up_to_K: its quantum part: sampling.budget: 10 trajectories do not"),
        ({"up_to_K": None}, "basis: belongs to a rotor that is quantised up to a temperature; add"),
        ({"treatment": "classical"}, "up_to_K: belongs to a rotor .*; make it quantum"),
        ({"pilot": 3}, "3 is no multiple of sampling.replicates, 2"),
    ],
)
def test_mistakes_of_a_crossover_are_one_line(tiny_path, rotor, words):
    own = {k: v for k, v in (CROSSING["rotors"]["H2"] | rotor).items() if v is not None}
    with pytest.raises(UserError, match=words) as caught:
        configuration.load(tiny_path, CROSSING | {"rotors": {"H2": own}})
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def crossed(tmp_path_factory, root, tiny_path):
    """A campaign with a crossover that has run to its checks."""
    one_state = CROSSING | {
        "grid": CROSSING["grid"] | {"states": [[1, 0]]},
        "sampling": CROSSING["sampling"] | {"rounds": 0},
        "learning": "none",
        "figures": {"transitions": [[1, 0, 0, 0]], "opacity_energies_cm": [4000]},
    }
    config = configuration.load(tiny_path, one_state)
    project = Project(tmp_path_factory.mktemp("crossed"), root, config)
    ran = project.run("results/checks.json")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return project


@pytest.mark.slow
def test_one_configuration_runs_both_treatments_to_one_table(crossed):
    rates = netcdf.read_product(crossed.results / "rates.nc")
    parts = {name: netcdf.read_product(crossed.results / name / "rates.nc")
             for name in ("quantum", "classical")}  # fmt: skip
    T = rates["temperature"].values.tolist()
    assert T == [200, 300, 400, 500, 700, 1000]
    assert rates["treatment"].values.tolist() == [1, 1, 1, 0, 0, 0]
    assert rates["treatment"].attrs["flag_meanings"] == "classical quantum"
    for t, flag in zip(T, rates["treatment"].values, strict=True):
        own = parts["quantum" if flag else "classical"].sel(temperature=t)
        for name in ("k", "k_stderr", "k_total", "k_edge_fraction"):
            assert rates[name].sel(temperature=t).values.tolist() == own[name].values.tolist()
    # Both where they meet, and neither where it has not run.
    both = np.isfinite(rates["k_quantum"] + rates["k_classical"]).all("transition").values
    assert both.tolist() == [False, True, True, True, False, False]
    assert np.isnan(rates["k_species"].sel(temperature=[700, 1000])).all()
    for name in ("n_trajectories", "n_failed"):
        sums = parts["quantum"][name].values + parts["classical"][name].values
        assert rates[name].values.tolist() == sums.tolist()
    correlation = rates["k_error_correlation"].values
    assert (correlation[:, :3, 3:] == 0).all() and (correlation[:, 3, 4] != 0).any()
    # Readers of k take it as any table of rates.
    table = open_rates(crossed.results / "rates.nc")
    assert np.isfinite(table.k([250.0, 800.0], v=1, dv=-1)).all()


@pytest.mark.slow
def test_summary_checks_and_status_know_both_treatments(crossed):
    summary = summary_text(crossed.results)
    assert "H2 quantised (normal) to 400 K" in summary
    line = next(line for line in summary.splitlines() if "(1,0)->(0,0): 300 K" in line)
    found = differences(netcdf.read_product(crossed.results / "rates.nc"))
    assert found["T_K"].unique().tolist() == [300, 400, 500]
    first = found[(found["v"] == 1) & (found["T_K"] == 400)].iloc[0]
    assert f"400 K {first.ratio:.2f} ({100 * first.error:.0f} %)" in line
    checks = json.loads((crossed.results / "checks.json").read_text())["checks"]
    names = [check["name"] for check in checks]
    assert "crossover" in names
    assert {"quantum: positive_rates", "classical: positive_rates"} <= set(names)
    status = crossed.vibrates("status")
    assert status.returncode == 0, status.stderr
    assert "quantum, round 0: 2 of 2 batches" in status.stdout
    assert "classical, round 0: 1 of 1 batches" in status.stdout
    again = crossed.run("-n", "results/checks.json")
    assert "Nothing to be done" in again.stderr + again.stdout


@pytest.mark.slow
def test_a_changed_part_leaves_the_other_as_it_is(crossed, tmp_path, root):
    """Fingerprints of a part are those of its own settings."""
    config = configuration.load(crossed.directory / "config" / "config.yaml")
    changed = config.changed({"rotors": {"H2": {"orders": [16, 6, 2]}}})
    for stage in ("plan", "reduced", "rates"):
        assert stages.fingerprint(config, "rates") != stages.fingerprint(changed, "rates")
        quantum, classical = (
            [stages.fingerprint(one.parts[part], stage) for one in (config, changed)]
            for part in ("quantum", "classical")
        )
        assert quantum[0] != quantum[1] and classical[0] == classical[1]
    # A lost batch of one part is computed again, and its products; the other's stay.
    project = Project(tmp_path, root, config)
    project.copy_results(crossed)
    before = (project.results / "classical" / "rates.nc").stat().st_mtime_ns
    k = netcdf.read_product(project.results / "rates.nc")["k"].values
    lost = project.results / "quantum" / "trajectories" / "round0" / "batch00001.nc"
    lost.unlink()
    # Rates that exist do not ask for their batches; those ask for themselves (rule all).
    ran = project.run("all_trajectories", "results/rates.nc")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert lost.exists()
    assert (project.results / "classical" / "rates.nc").stat().st_mtime_ns == before
    assert netcdf.read_product(project.results / "rates.nc")["k"].values.tolist() == k.tolist()


# Vibration and rotation of the quantised molecule together.


@pytest.mark.slow
def test_all_processes_of_h2_come_from_one_configuration(root, tmp_path):
    """V-V and V-T from (0, 1, j), each channel with its own energy defect."""
    config = configuration.load(
        root / "config" / "rotor_exchange.yaml",
        {
            "grid": {"energies_cm": [1500, 5000, 14000], "impact_parameter_edges_angstrom": [0, 2]},
            "rotors": {"H2": {"initial_j": [0, 1]}},
            "sampling": {"replicates": 2, "pilot": 8},
        },
    )
    rates = rates_of(config, tmp_path)
    keys = list(zip(*(rates[n].values.tolist() for n in ("v", "w", "vp", "wp")), strict=True))
    exchange, loss = (keys.index((0, 1, *final)) for final in ((1, 0), (0, 0)))
    k = rates["k"].sel(temperature=500).values
    assert k[exchange] > k[loss] > 0
    # (0, 1, 1) -> (1, 0, 3) releases H2's quantum less N2's and the rotational energy.
    of = [rates[f"channel_{n}"].values for n in ("v", "w", "j", "vp", "wp", "jp")]
    place = list(zip(*of, strict=True)).index((0, 1, 1, 1, 0, 3))
    n2, h2 = config.partners
    levels = rovibrational_energies(h2, range(2), np.array([1, 3])) * HARTREE_TO_CM
    quantum = float(n2.level_energy(1) - n2.level_energy(0)) * HARTREE_TO_CM
    expected = levels[1, 0] - levels[0, 1] - quantum
    assert rates["channel_energy_difference"].values[place] == pytest.approx(expected, abs=1e-6)
    # The back reaction by detailed balance, with partition functions of both levels of H2.
    back = keys.index((1, 0, 0, 1))
    T = rates["temperature"].values
    kT = KELVIN_TO_CM * T
    para, ortho = config.quantised.species
    q = [[partition_function(h2, w, one, T) for one in (para, ortho)] for w in (0, 1)]
    B = n2.rotational_constant(1) / n2.rotational_constant(0)
    defect = float(rates["energy_difference"].values[exchange])
    of_para = rates["k_species"].sel(species="para").values
    ratio = of_para[back] / of_para[exchange]
    # q_i/q_f of the exchange: kT/B of N2(0) over that of N2(1), and H2's of w = 1 over w = 0.
    np.testing.assert_allclose(ratio, B * q[1][0] / q[0][0] * np.exp(-defect / kT), rtol=1e-6)
