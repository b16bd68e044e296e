"""`rule next`: one round of the loop for a campaign that has rates, as a file that runs it."""

import importlib.util
import sys

import pytest
import yaml

from vibrates.campaign.completion import plans, regression
from vibrates.campaign.completion.proposal import block_of, lines, propose
from vibrates.config import load
from vibrates.config.completion import Complete
from vibrates.core.errors import UserError
from vibrates.core.units import KELVIN_TO_CM
from vibrates.trajectories import plan

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ladders(root):
    """The synthetic rates of tests/learning."""
    path = root / "tests" / "learning" / "learning_ladders.py"
    spec = importlib.util.spec_from_file_location("learning_ladders", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["learning_ladders"] = module
    spec.loader.exec_module(module)
    return module


def rows(config, states):
    """The plan of a pilot of these states."""
    return [plan.into_batches(plans.pilot_rows(config, states), 10_000)]


@pytest.fixture(scope="module")
def wide(ladders):
    return ladders.config(complete_v=[1, 14], next={"states": 3, "v": [1, 14], "w": [0]})


@pytest.fixture(scope="module")
def proposed(ladders, wide):
    states = [(v, 0) for v in ladders.LEVELS]
    return propose(ladders.rates(), rows(wide, states), wide, "rates.nc")


def test_the_steps_lower_the_error_within_the_core_hours(ladders, wide, proposed):
    steps, decision, block = proposed
    assert len(steps) and (steps.excess_after < steps.excess_before).all()
    assert steps.core_hours.sum() <= block["core_hours"]
    new = steps[steps.new == 1]
    assert not set(new.v) & set(ladders.LEVELS)
    # Far beyond the last computed level nothing is known: that is where the error is.
    assert new.v.iloc[0] > 8
    assert decision.expected.rms_error < decision.reached.rms_error
    every = [(v, 0) for v in range(1, 15)]
    hours = plans.pilot_hours(wide, every)
    assert block["core_hours"] == pytest.approx(3 * sum(hours.values()) / 14, rel=1e-3)
    assert all("\n" not in line for line in lines(steps, decision))


def test_the_table_of_a_ladder_states_the_errors_of_its_regression(ladders, wide):
    """Near computed levels about their own error, the more the farther from them."""
    asked = wide.model_copy(
        update={"complete": Complete.from_mapping(block_of(ladders.rates(), wide), "test")}
    )
    spent = dict.fromkeys([(v, 0) for v in ladders.LEVELS], 0.01)
    (part,) = regression.table(ladders.rates(), asked, spent, "rates.nc").families
    cells = part.cells.assign(std=part.variance**0.5, log10_k=part.mean)
    at = cells[cells.temperature_K == 1000.0].set_index("v")
    assert list(at.index) == list(range(1, 15))
    assert at["std"][14] > at["std"][11] > at["std"][9] > at["std"][5]
    assert at["std"][4] < 0.1 / 2.302585
    true = ladders.true_log10_k(5, 1000.0)
    assert abs(at.log10_k[5] - true) < 3 * at["std"][5]
    assert set(part.observed) == {(v, 0) for v in range(1, 15)}


def test_the_state_to_compute_is_that_of_the_exothermic_direction(ladders):
    """Above the resonance (v, 0) -> (v - 2, 1) is known from (v - 2, 1), never from (v, 0)."""
    settings = ladders.config(
        transitions=[[-2, 1]], complete_v=[2, 18], next={"states": 2, "v": [2, 18], "w": [0, 1]}
    )
    below = resonant(ladders, settings)
    states = [(v, 0) for v in (2, 3, 4, 6, 8, 9)]
    steps, _, _ = propose(below, rows(settings, states), settings, "rates.nc")
    found = set(zip(steps.v, steps.w, strict=True)) - set(states)
    assert found <= {(5, 0), (7, 0), (10, 0)} | {(v - 2, 1) for v in range(11, 19)}
    assert any(w == 1 for _, w in found)


def resonant(ladders, settings):
    """N2(v) + H2(0) -> N2(v - 2) + H2(1) for a few levels, even in the energy defect."""
    import numpy as np
    import xarray as xr

    v = np.array([2, 3, 4, 6, 8, 9])
    numbers = {"v": v, "w": 0 * v, "vp": v - 2, "wp": 0 * v + 1}
    gap = ladders.energy_difference(numbers, settings)[:, None]
    T = ladders.TEMPERATURES_K
    log10_k = (
        ladders.true_log10_k(v[:, None], T) - (gap / 3000.0) ** 2
        + 0.5 * gap / (KELVIN_TO_CM * T) / np.log(10.0)
    )  # fmt: skip
    cell = ("transition", "temperature")
    k = 10.0**log10_k
    return xr.Dataset(
        {"k": (cell, k), "k_stderr": (cell, 0.05 * k)},
        {name: ("transition", x) for name, x in numbers.items()} | {"temperature": T},
        {"symmetrisation": "translational"},
    )


def test_next_is_a_round_in_the_same_directory_that_can_be_run(root, ladders, proposed, tmp_path):
    """No new directory, nothing planned anew, and the core hours are those of the round."""
    _, _, block = proposed
    source = root / "config" / "config.yaml"
    path = tmp_path / "next.yaml"
    block = block | {"temperatures_K": list(load(source).rates.temperatures_K)}
    path.write_text(yaml.safe_dump({"extends": str(source), "complete": block}))
    before, after = load(source), load(path)
    assert after.results == before.results and after.grid == before.grid
    assert after.sampling == before.sampling
    rows_of = plan.into_batches(plan.pilot(after), after.jobs.trajectories_per_batch)
    assert plan.fingerprint(after, rows_of[rows_of.batch == 0]) == plan.fingerprint(
        before, rows_of[rows_of.batch == 0]
    )
    assert after.complete.round_core_hours == block["core_hours"]


def test_no_state_to_propose_is_one_line(ladders):
    bad = ladders.config(next={"states": 1, "v": [11, 12], "w": [0]})
    with pytest.raises(UserError, match=r"learning.next: no transition .* \[11, 12\]"):
        block_of(ladders.rates(), bad)
