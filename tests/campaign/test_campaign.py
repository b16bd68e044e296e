"""A small campaign through Snakemake: to its end, damaged, changed, interrupted, misconfigured."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

import numpy as np
import psutil
import pytest
import xarray as xr
from campaign_project import Project, small_campaign

from vibrates import config as configuration
from vibrates.campaign import stages, verify
from vibrates.core import netcdf
from vibrates.core.yaml_files import read_yaml, write
from vibrates.trajectories import batch_file

RATES = "results/rates.nc"


@pytest.fixture(scope="module")
def finished(tmp_path_factory, root, tiny_path):
    """A small campaign that ran to its rates."""
    done = Project(tmp_path_factory.mktemp("finished"), root, small_campaign(tiny_path))
    ran = done.run(RATES)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    done.output = ran.stdout + ran.stderr
    return done


def data_of(project):
    """All data of the batches and rates of a project, without when and where they were made."""
    files = [*project.batches(), project.results / "rates.nc"]
    return {str(f.relative_to(project.results)): netcdf.read_product(f).drop_attrs() for f in files}


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        xr.testing.assert_identical(one[name], other[name])


@pytest.mark.slow
def test_campaign_shows_its_progress_and_keeps_a_log(finished):
    lines = finished.output.splitlines()
    batches = [line for line in lines if line.startswith("batch ")]
    count = len(finished.batches())
    assert len(batches) == count
    assert any(line.startswith(f"batch {count} of {count} (round 1,") for line in batches)
    assert all("trajectories" in line and "left" in line for line in batches)
    log = (finished.results / "campaign.log").read_text()
    assert all(line in log for line in batches)
    assert "Select jobs to execute" not in finished.output


@pytest.mark.slow
def test_budget_is_kept_and_the_allocation_reported(finished, small):
    total = sum(batch_file.read_batch(f, None).sizes["trajectory"] for f in finished.batches())
    assert 144 < total <= small.sampling.budget
    report = (finished.results / "plan" / "round1_allocation.csv").read_text().splitlines()
    assert len(report) == 1 + 3 * 2  # three states, two temperatures
    assert "share of the budget spent" in report[1]


@pytest.mark.slow
def test_status_counts_what_is_done_and_what_is_left(finished, project):
    project.copy_results(finished)
    said = project.vibrates("status")
    assert said.returncode == 0, said.stderr
    assert "round 0: 6 of 6 batches, 144 of 144 trajectories" in said.stdout
    assert "failed trajectories: none; failed attempts at jobs: 0" in said.stdout
    assert "0.00 left in the planned rounds" in said.stdout
    project.batches()[0].unlink()
    project.batches()[0].write_bytes(b"no netCDF")
    said = project.vibrates("status")
    assert said.returncode == 1
    assert "round 0: 4 of 6 batches, 96 of 144 trajectories" in said.stdout
    assert "damaged: results/trajectories/round0/batch00001.nc" in said.stdout


@pytest.mark.slow
def test_a_driver_on_another_machine_is_noticed_by_its_signs_of_life(project):
    """Where file systems do not pass locks on between machines."""
    project.results.mkdir()
    (project.results / ".driver.json").write_text(
        json.dumps({"host": "elsewhere", "pid": 17, "started": "today", "arguments": []})
    )
    beat = project.results / ".driver.alive"
    beat.touch()
    ran = project.run("results/plan/round0.csv")
    assert ran.returncode != 0
    assert "another driver runs this campaign (process 17 on elsewhere, since today)" in ran.stderr
    os.utime(beat, (time.time() - 600,) * 2)
    assert project.run("results/plan/round0.csv").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "made_anew"),
    [
        ({}, set()),
        ({"seed": 5}, {"plan", "reduced", "rates.nc"}),
        (
            {"surface": {"stretch_length_angstrom": [0.45, 0.4]}},
            {"plan", "reduced", "rates.nc"},
        ),
        ({"learning": {"complete_v": [1, 3]}}, set()),
        ({"figures": {"opacity_energies_cm": [2000]}}, set()),
    ],
)
def test_products_of_another_configuration_are_noticed_without_snakemakes_records(
    finished, change, made_anew, monkeypatch
):
    monkeypatch.chdir(finished.directory)
    config = configuration.resolved(read_yaml(finished.results / "configuration.yaml"))
    assert verify.outdated(config) == []
    found = {
        path.relative_to("results").parts[0] for path in verify.outdated(config.changed(change))
    }
    # Batches are compared with the plan once it is current again.
    assert found == made_anew


@pytest.mark.slow
def test_products_of_other_code_are_noticed(finished, monkeypatch):
    monkeypatch.chdir(finished.directory)
    config = configuration.resolved(read_yaml(finished.results / "configuration.yaml"))
    hashes = stages.code_fingerprint
    monkeypatch.setattr(
        stages,
        "code_fingerprint",
        lambda *modules: (
            hashes(*modules) + ("changed" if "vibrates.rates.table" in modules else "")
        ),
    )
    assert [path.name for path in verify.outdated(config)] == ["rates.nc"]


@pytest.mark.slow
def test_a_batch_that_does_not_fit_its_plan_is_noticed(finished, project, monkeypatch):
    project.copy_results(finished)
    monkeypatch.chdir(project.directory)
    first, second = project.batches()[:2]
    second.write_bytes(first.read_bytes())
    config = configuration.resolved(read_yaml(project.results / "configuration.yaml"))
    assert [path.name for path in verify.outdated(config)] == [second.name]


@pytest.mark.slow
def test_a_copied_campaign_with_another_setting_is_computed_anew(finished, project, small):
    """Without Snakemake's own records only the products can tell."""
    project.copy_results(finished)
    shutil.rmtree(project.directory / ".snakemake")
    project.write(small.changed({"rates": {"symmetrisation": "total"}}))
    ran = project.run(RATES)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "made with another configuration or code, computed anew: 0 batches" in ran.stderr
    old, new = (netcdf.read_product(one.results / "rates.nc") for one in (finished, project))
    np.testing.assert_array_equal(new["k"], old["k_total"])


@pytest.mark.slow
def test_second_run_has_nothing_to_do(finished):
    before = {f: f.stat().st_mtime_ns for f in finished.batches()}
    ran = finished.run(RATES)
    assert ran.returncode == 0
    assert "Nothing to be done" in ran.stderr
    assert before == {f: f.stat().st_mtime_ns for f in finished.batches()}


def jobs(project, *change):
    """Rules that a dry run names, with how many jobs each."""
    ran = project.run("-n", RATES, *change)
    assert ran.returncode == 0, ran.stderr
    lines = [
        line
        for line in (ran.stdout + ran.stderr).splitlines()
        if line.startswith(("rule ", "checkpoint "))
    ]
    return {line.split()[1].rstrip(":"): lines.count(line) for line in lines}


@pytest.mark.parametrize(
    ("change", "trajectories"),
    [
        ("surface={stretch_length_angstrom: [0.45, 0.4]}", True),
        ("dynamics={time_step_fs: 0.3}", True),
        ("learning={complete_v: [1, 3]}", False),
        ("jobs={minutes: 9}", False),
    ],
)
@pytest.mark.slow
def test_a_changed_configuration_runs_what_depends_on_it(finished, change, trajectories):
    assert ("trajectories" in jobs(finished, "--config", change)) is trajectories


@pytest.mark.slow
def test_rates_depend_on_no_setting_of_figures_learning_or_jobs(finished):
    changes = (
        "figures={temperature_transition: [2, 0, 1, 0], opacity_energies_cm: [2000]}",
        "learning={complete_v: [1, 3]}",
        "jobs={minutes: 9}",
    )
    assert jobs(finished, "--config", *changes) == {}


@pytest.mark.slow
def test_a_failed_check_fails_the_run_with_one_line(project, finished):
    """Rates out of detailed balance; they themselves are left as they are."""
    project.copy_results(finished)
    path = project.results / "rates.nc"
    rates = netcdf.read_product(path)
    rates["k"][{"transition": int(np.argmax(rates["direction"].values == "computed"))}] *= 1.1
    netcdf.write_atomic(rates, path)
    ran = project.run("results/checks.json")
    assert ran.returncode != 0
    (line,) = [text for text in ran.stderr.splitlines() if text.startswith("error: ")]
    assert line.startswith(
        "error: results/rates.nc: 1 of 13 checks failed, do not use it: detailed_balance"
    )
    assert not (project.results / "checks.json").exists()
    assert path.exists()
    log = (project.results / "logs" / "checks.log").read_text()
    assert '"name": "detailed_balance",\n      "status": "failed"' in log


@pytest.mark.slow
def test_damaged_batch_is_computed_again_and_the_others_kept(project, finished):
    project.copy_results(finished)
    before = {f: f.stat().st_mtime_ns for f in project.batches()}
    victim = project.batches()[1]
    with victim.open("r+b") as file:
        file.truncate(victim.stat().st_size // 2)
    ran = project.run("all_trajectories", RATES)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (line,) = [text for text in ran.stderr.splitlines() if text.startswith("set aside")]
    assert "batch00001.nc: damaged or truncated" in line
    after = {f: f.stat().st_mtime_ns for f in project.batches()}
    assert [f for f in before if before[f] != after[f]] == [victim]
    assert_same(data_of(project), data_of(finished))


@pytest.mark.slow
def test_killed_driver_is_resumed_with_finished_batches_kept(project, finished):
    """Four batches of the pilot are missing; the driver that computes them is killed after one."""
    project.copy_results(finished)
    for batch in project.batches()[2:6]:
        batch.unlink()
    shutil.rmtree(project.results / "reduced")
    (project.results / "rates.nc").unlink()
    present = len(project.batches())
    driver = subprocess.Popen(
        project.command(RATES),
        cwd=project.directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    limit = time.monotonic() + 600
    while len(project.batches()) <= present and driver.poll() is None and time.monotonic() < limit:
        time.sleep(0.05)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    before = {f: f.stat().st_mtime_ns for f in project.batches()}
    assert present < len(before) < len(finished.batches())
    assert list((project.directory / ".snakemake" / "locks").iterdir()), "no stale lock to test"

    ran = project.vibrates("resume")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"snakemake --cores 2 {RATES}" in ran.stdout
    assert "removed the lock that a killed run left behind" in ran.stderr
    assert all(f.stat().st_mtime_ns == time_ns for f, time_ns in before.items())
    assert_same(data_of(project), data_of(finished))


@pytest.mark.slow
def test_ctrl_c_while_ranks_import_their_libraries_is_one_line(project):
    """Every process of the terminal receives it; none has failed, and a second run goes on."""
    driver = subprocess.Popen(
        project.command("all_trajectories"),
        cwd=project.directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    ranks = []
    while not ranks and driver.poll() is None:
        time.sleep(0.05)
        for process in psutil.Process(driver.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if "vibrates.trajectories.batch" in process.cmdline():
                    ranks.append(process)
    os.killpg(driver.pid, signal.SIGINT)
    out, error = driver.communicate(timeout=300)
    assert driver.returncode != 0
    assert "Traceback" not in out + error and "Error" not in out + error
    assert error.splitlines()[-1] == "stopped; the same command continues"
    assert "attempt failed" not in (project.results / "campaign.log").read_text()


def test_mistake_stops_before_anything_runs(project, small):
    wrong = small.to_mapping()
    wrong["grid"]["energies_cm"] = [-100.0, 2000.0]
    project.write(wrong)
    ran = project.run()
    assert ran.returncode == 2
    (line,) = [text for text in ran.stderr.splitlines() if "Using workflow" not in text]
    assert line.startswith("error: config/config.yaml: grid.energies_cm[0]: -100.0 is below")
    assert not project.results.exists()


@pytest.mark.slow
def test_configuration_given_on_the_command_line_replaces_the_default_one(project, small, root):
    """Keys only the default file has must not leak into the run."""
    other = small.to_mapping() | {
        "surface": {
            "type": "table",
            "deformation": "none",
            "configurations": {
                name: {"R_m_angstrom": 3.5, "eps_meV": 6.0, "beta": 8.0}
                for name in ("H", "X", "Ta", "Tb", "I")
            },
        }
    }
    (project.directory / "other").mkdir()
    write(other, project.directory / "other" / "c.yaml")
    ran = project.run("--configfile", "other/c.yaml", "--until", "figure_surface")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert read_yaml(project.results / "configuration.yaml") == other


@pytest.mark.slow
def test_two_drivers_do_not_run_at_once(project):
    """The second one leaves the lock of the first alone."""
    first = subprocess.Popen(
        project.command(RATES),
        cwd=project.directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        locks, plan = project.directory / ".snakemake/locks", project.results / "plan/round0.csv"
        limit = time.monotonic() + 600
        while not plan.exists() and first.poll() is None and time.monotonic() < limit:
            time.sleep(0.05)
        assert any(locks.iterdir())
        # It keeps its lock while it is suspended, and leaves the processor to the second one.
        first.send_signal(signal.SIGSTOP)
        second = project.run(RATES)
        assert second.returncode != 0
        (line,) = [text for text in second.stderr.splitlines() if text.startswith("error: ")]
        assert f"another driver runs this campaign (process {first.pid} on" in line
        assert any(locks.iterdir())
        assert project.vibrates("resume").stderr.startswith(
            "error: results: the campaign is running"
        )
        assert f"running (process {first.pid}" in project.vibrates("status").stdout
    finally:
        first.send_signal(signal.SIGCONT)
        first.send_signal(signal.SIGINT)
        first.wait(timeout=600)
