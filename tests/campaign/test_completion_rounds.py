"""From the steps of a round to its plan, and what happens to states that cannot be used."""

import json

import numpy as np
import pytest
import xarray as xr

from vibrates.campaign import cost
from vibrates.campaign.completion import data, plans, rounds
from vibrates.campaign.completion.choice import Step
from vibrates.campaign.completion.decision import BUDGET, Decision
from vibrates.campaign.completion.synthetic import SyntheticTable
from vibrates.campaign.completion.table import Family, Table
from vibrates.config import completion, load
from vibrates.core.errors import UserError
from vibrates.rates.reduction import NoGoodTrajectory
from vibrates.trajectories import plan


@pytest.fixture
def config(root, tmp_path):
    found = load(root / "config" / "complete_tiny.yaml")
    return found.changed({"results": str(tmp_path / "results")})


def strata(config, v, numbered=16):
    """Of a state with one stratum, the lowest energy and shell, that has most of the variance."""
    energies, shells, T = config.grid.energies, config.grid.shells, (1000.0, 3000.0)
    variance = np.full((1, len(T), len(energies), shells), 1e-4)
    variance[:, :, 0, 0] = 1e-2
    count = np.full((len(energies), shells), numbered)
    stratum = ("energy", "shell")
    return xr.Dataset(
        {
            "variance": (("transition", "temperature", *stratum), variance),
            "n": (stratum, count),
            "numbered": (stratum, count),
            "cost": (stratum, np.full(count.shape, 1000.0)),
        },
        {"vp": ("transition", [v - 1]), "wp": ("transition", [0]), "temperature": list(T),
         "energy": energies},
        {"v": v, "w": 0},
    )  # fmt: skip


def test_further_trajectories_are_paid_by_the_core_hours_and_go_where_the_variance_is(config):
    known = {(v, 0): strata(config, v) for v in (1, 2, 3)}
    hours = 0.01
    frame = plans.of_round(config, [Step((2, 0), hours, False, 1.0, 0.5)], known)
    assert set(zip(frame.v, frame.w, strict=True)) == {(2, 0)}
    paid = cost.state_hours(config, frame)
    assert 0.9 * hours < paid <= hours
    # Their numbers follow those of the trajectories that are there, in whole replicates.
    numbers = frame.groupby(["energy_cm", "shell"])[["start", "stop"]].agg(["min", "max"])
    assert (numbers[("start", "min")] == 16).all()
    assert ((numbers[("stop", "max")] - 16) % config.sampling.replicates == 0).all()
    most = (numbers[("stop", "max")] - 16).idxmax()
    assert most == (config.grid.energies[0], 0)
    single = (known[(2, 0)]["variance"] * known[(2, 0)]["n"]).values
    counts = np.full(known[(2, 0)]["n"].shape, 16)
    for (energy, shell), stop in numbers[("stop", "max")].items():
        counts[list(config.grid.energies).index(energy), shell] = stop
    even = 16 * (1 + hours / cost.state_hours(config, plans.pilot_rows(config, [(2, 0)])))
    assert (single / counts).sum(axis=(2, 3)).max() < (single / even).sum(axis=(2, 3)).min()


def test_core_hours_below_the_start_of_a_batch_pay_nothing(config):
    known = {(v, 0): strata(config, v) for v in (1, 2, 3)}
    assert plans.of_round(config, [Step((2, 0), 1e-4, False, 1.0, 0.5)], known).empty


def test_a_new_state_chosen_twice_has_a_larger_pilot(config):
    pilot = cost.state_hours(config, plans.pilot_rows(config, [(7, 0)]))
    steps = [Step((7, 0), pilot, True, 1.0, 0.5), Step((7, 0), pilot, False, 0.5, 0.3)]
    frame = plans.of_round(config, steps, {})
    numbers = (frame.stop - frame.start).groupby([frame.energy_cm, frame.shell]).sum()
    assert (numbers == 2 * config.sampling.pilot).all()
    assert len(numbers) == len(config.grid.energies) * config.grid.shells
    assert plans.of_round(config, [], {}).empty


def test_a_state_whose_trajectories_fail_is_left_out_with_one_line(config, monkeypatch):
    def reduce(files, _, v, w):
        if v == 2:
            raise NoGoodTrajectory("state (2, 0), U = 1000 cm^-1: all 16 trajectories failed")
        return v

    def room(reduced, _):
        if reduced == [3]:
            raise UserError("basis.N2: the levels at its edge hold too much; raise it")

    monkeypatch.setattr(data, "reduce_batches", reduce)
    monkeypatch.setattr(data, "require_room", room)
    monkeypatch.setattr(data, "rate_table", lambda reduced, _: reduced)
    monkeypatch.setattr(data, "sound", lambda rates, _: (rates, {}))
    monkeypatch.setattr(data, "strata_of", lambda reduced, *_: list(reduced))
    rates, found, failed = data.collect(config, {(v, 0): [] for v in (1, 2, 3, 4)})
    assert rates == [1, 4] and found == [(1, 0), (4, 0)]
    assert "all 16 trajectories failed" in failed[2, 0] and "basis.N2" in failed[3, 0]
    with pytest.raises(UserError, match="no state can be used; the first: state"):
        data.collect(config, {(2, 0): []})


def test_a_rate_without_a_value_leaves_out_its_state(config):
    table = SyntheticTable(config, 0, 0.1, 0.1)
    known = {
        state: (0.1, [table.truth[0][table.observed[0][state].cells]])
        for state in [(1, 0), (2, 0), (3, 0), (5, 0)]
    }
    rates = table.rates(known)
    rates["k"][2, 1] = np.nan
    kept, failed = data.sound(rates, config)
    assert list(failed) == [(3, 0)] and "\n" not in failed[3, 0]
    assert list(kept.v.values) == [1, 2, 5]


@pytest.fixture
def before(config, tmp_path):
    """Plans of the grid and of the pilot."""
    (tmp_path / "results" / "plan").mkdir(parents=True)
    for number, states in enumerate(([(1, 0), (2, 0), (3, 0)], [], completion.pilot(config))):
        frame = plan.into_batches(plans.pilot_rows(config, states), 1000)
        plan.write_plan(frame, plan.plan_path(config.results, number))


def later(config, monkeypatch, failed, earlier):
    """Round 3 with a posterior of unit variance and synthetic observations."""

    def posterior(rates, config, spent, name):
        table = SyntheticTable(config, 0, 0.1, 0.1)
        cells = rounds.pd.DataFrame(
            [(*key, T, True) for key in table.cells[0].tolist() for T in table.temperatures_K],
            columns=["v", "w", "vp", "wp", "temperature_K", "counts"],
        )
        n = len(cells)
        near = np.exp(-0.1 * np.subtract.outer(cells.v.to_numpy(), cells.v.to_numpy()) ** 2)
        one = Family(cells, table.truth[0], 0.3**2 * near + 1e-8 * np.eye(n), table.observed[0])
        found = Table([one])
        for state, hours in spent.items():
            found.observe(state, hours)
        return found

    monkeypatch.setattr(rounds.regression, "table", posterior)
    known = {(v, 0): strata(config, v) for v in (1, 2, 3, 7, 12) if (v, 0) not in failed}
    monkeypatch.setattr(rounds, "by_state", lambda *_: known)
    said = json.dumps([[list(state), reason] for state, reason in failed.items()])
    return rounds.later(
        config, 3, xr.Dataset(), xr.Dataset(attrs={"failed": said}), earlier, "rates.nc"
    )


PILOT = Decision(None, None, [], 0.0, 3)


def test_a_round_goes_on_without_a_failed_state(config, before, monkeypatch):
    failed = {(7, 0): "state (7, 0): all 16 trajectories failed"}
    found = later(config, monkeypatch, failed, [PILOT])
    steps = {step.state for step in found.decision.steps}
    assert steps and (7, 0) not in steps and not steps & set(completion.honest(config))
    assert any("left out of the table, state (7, 0)" in line for line in found.decision.remarks)
    assert set(zip(found.plan.v, found.plan.w, strict=True)) == steps
    # Said once.
    again = later(config, monkeypatch, failed, [PILOT, found.decision])
    assert not any("left out" in line for line in again.decision.remarks)
    # 12 levels at three temperatures; the decision passes through its file unchanged.
    assert len(found.table) == 36
    stored = json.loads(json.dumps(found.decision.to_mapping()))
    assert Decision.from_mapping(stored) == found.decision


def test_decisions_depend_on_data_alone(config, before, monkeypatch):
    """Same bits from the same data; the clock and the ranks have no part."""
    one, other = (
        later(each, monkeypatch, {}, [PILOT])
        for each in (config, config.changed({"jobs": {"ranks": 7, "minutes": 1}}))
    )
    assert one.decision == other.decision
    assert one.plan.equals(other.plan) and one.table.equals(other.table)


def test_hours_of_the_pilot_count_and_those_of_the_grid_do_not(config, before, monkeypatch):
    pilot = sum(plans.pilot_hours(config, completion.pilot(config)).values())
    found = later(config, monkeypatch, {}, [PILOT])
    assert found.decision.core_hours == pytest.approx(pilot)
    poor = config.changed({"complete": {"core_hours": pilot + 1e-4}})
    stopped = later(poor, monkeypatch, {}, [PILOT])
    assert stopped.decision.stopped == BUDGET and stopped.plan.empty
    (line,) = stopped.lines(poor, 3)
    assert line.startswith("table: stopped at the budget")
