"""The loop through Snakemake on a small campaign: to its end, and killed in a round and resumed."""

import json
import os
import signal
import subprocess
import time

import pandas as pd
import pytest
from campaign_project import SMALL, Project

from vibrates.campaign import stages
from vibrates.campaign.completion import plans
from vibrates.config import completion, load
from vibrates.core import tables
from vibrates.core.netcdf import read_product
from vibrates.trajectories.plan import batches, plan_path

pytestmark = pytest.mark.slow

# One round after the pilot, which the budget ends.
ASKED = {
    "families": [{"change": [-1, 0], "v": [1, 8], "w": [0, 0]}],
    "temperatures_K": [1000, 3000],
    "error": 0.02,
    "smallest_k": 1e-30,
    "pilot": 5,
    "core_hours": 0.006,
    "round_core_hours": 0.003,
    "honesty": {"states": 1, "seed": 2, "error": 0.3},
}
TARGET = "complete"


@pytest.fixture(scope="module")
def config(tiny_path):
    # One batch of one rank per state: starting programs is most of the time.
    own = {
        "results": "results",
        "sampling": SMALL["sampling"] | {"rounds": 0},
        "jobs": SMALL["jobs"] | {"trajectories_per_batch": 1000, "ranks": 1},
        "complete": ASKED,
    }
    return load(tiny_path, SMALL | own)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, root, config):
    project = Project(tmp_path_factory.mktemp("finished"), root, config)
    ran = project.run(TARGET)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return project


def decisions(project):
    found = sorted((project.results / "complete").glob("round*/decision.json"))
    return [json.loads(path.read_text()) for path in found]


def test_the_loop_runs_to_its_budget_and_says_so(finished, config):
    made = decisions(finished)
    assert made[-1]["stopped"] == "budget" and [one["stopped"] for one in made[:-1]] == [None] * (
        len(made) - 1
    )
    summary = (finished.results / "complete/summary.txt").read_text()
    assert summary.startswith("stopped at the budget")
    # What the budget cannot reach is said after the pilot.
    assert "complete.error: 0.02 is not expected within complete.core_hours" in summary
    rounds = pd.read_csv(finished.results / "complete/rounds.csv")
    assert len(rounds) == len(made) >= 3
    last = rounds.iloc[-1]
    assert last.core_hours <= ASKED["core_hours"]
    assert last.expected_rms_error == made[-2]["expected"]["rms_error"]
    assert last.reached_rms_error == made[-1]["reached"]["rms_error"]
    assert last.states == len(config.grid.states) + 2 + rounds.next_new_states.sum()


def test_the_table_has_every_cell_and_no_state_of_the_test(finished, config):
    table, about = tables.read(finished.results / "complete/table.csv")
    assert about["fingerprint"] == stages.fingerprint(config, "complete")
    assert len(table) == 8 * 2 and set(table.v) == set(range(1, 9))
    assert (table.k_cm3_s > 0).all() and (table.relative_error > 0).all()
    drawn = completion.honest(config)
    computed = set(zip(table[table.computed == 1].v, table[table.computed == 1].w, strict=True))
    assert len(computed) >= 5 and computed.isdisjoint(drawn)
    rates = read_product(finished.results / "complete/rates.nc")
    own = set(zip(rates.v.values.tolist(), rates.w.values.tolist(), strict=True))
    assert computed <= own


def test_core_hours_are_those_of_the_plans(finished, config):
    """By the cost model, so that the decisions do not depend on the machine."""
    number = 1 + config.sampling.rounds
    made = decisions(finished)
    rows = [
        pd.concat(batches(plan_path(finished.results, n)).rows.values())
        if batches(plan_path(finished.results, n)).rows
        else pd.DataFrame()
        for n in range(number, number + len(made) - 1)
    ]
    hours = plans.spent(config, [one for one in rows if len(one)])
    assert made[-1]["core_hours"] == pytest.approx(sum(hours.values()))


def test_a_loop_killed_in_a_round_resumes_to_the_same_table(tmp_path, root, config, finished):
    """Killed, with all its jobs, while the trajectories of a chosen round run; on other ranks."""
    project = Project(tmp_path, root, config)
    project.copy_results(finished)
    first = 1 + config.sampling.rounds
    for path in (project.results / "complete").iterdir():
        if path.is_file() or int(path.name.removeprefix("round")) > first + 1:
            subprocess.run(["rm", "-r", path], check=True)
    gone = [one for one in project.batches() if int(one.parent.name[5:]) > first]
    assert gone, "no round was chosen"
    for path in [*gone, *(project.results / "plan").glob(f"round{first + 2}*.csv")]:
        path.unlink()
    driver = subprocess.Popen(
        project.command(TARGET), cwd=project.directory, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    limit = time.monotonic() + 600
    while driver.poll() is None and time.monotonic() < limit:
        if any(one.parent.name == f"round{first + 1}" for one in project.batches()):
            break
        time.sleep(0.05)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    assert not (project.results / "complete/table.csv").exists()

    project.write(config.changed({"jobs": {"ranks": 2}}))
    ran = project.run(TARGET)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for name in ("table.csv", "rounds.csv"):
        same = [one.results / "complete" / name for one in (project, finished)]
        assert same[0].read_text() == same[1].read_text()
    k = [read_product(one.results / "complete/rates.nc").k.values for one in (project, finished)]
    assert (k[0] == k[1]).all()


def test_a_dry_run_of_all_includes_the_table(tmp_path, root, config):
    project = Project(tmp_path, root, config)
    ran = project.run("-n")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    # Its rounds are checkpoints that are not known before the plan.
    for rule in ("complete", "honesty_campaign"):
        assert f"rule {rule}:" in ran.stdout + ran.stderr
