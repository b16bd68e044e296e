"""A campaign with H2's rotation quantised: from its configuration to rates."""

from types import SimpleNamespace

import numpy as np
import pytest
from campaign_project import Project
from campaigns import campaign

from vibrates import config as configuration
from vibrates.campaign import rotor_cost
from vibrates.config import Campaign
from vibrates.core import netcdf
from vibrates.core.errors import UserError
from vibrates.rates.reduction import reduce_batches
from vibrates.rates.table import rate_table
from vibrates.trajectories import batch_file, plan
from vibrates.trajectories.quantum_rotor import work as quantum_rotor
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


def test_both_treatments_of_the_cost_model_are_hours_of_the_same_order():
    """A quantised rotor costs a few times as much as a classical one, for each initial j."""
    quantum = with_rotors({"H2": QUANTUM}, basis={"H2": {"above": 0, "minimum": 1}})
    U = np.array([500.0, 2000.0, 8000.0])
    seconds = rotor_cost.trajectory_seconds(quantum, 1, 0, 0, U)
    assert ((0.001 < seconds) & (seconds < 0.02)).all()
    larger = with_rotors({"H2": QUANTUM | {"largest_j": 11}})
    assert (rotor_cost.trajectory_seconds(larger, 1, 0, 0, U) > 2.0 * seconds).all()
