"""What a changed configuration keeps and computes anew, said before anything is computed."""

import pytest
import xarray as xr

from vibrates.campaign import changes, stages, status
from vibrates.config import Campaign
from vibrates.core import netcdf
from vibrates.trajectories import plan, progress


@pytest.fixture
def batches(one_batch, small, monkeypatch):
    """All batches of a pilot and one of round 1 are on disk, with their fingerprints."""
    monkeypatch.chdir(one_batch)
    config = small.changed({"results": str(one_batch)})
    pilot = plan.batches(plan.plan_path(one_batch, 0))
    later = pilot.rows[0].assign(start=8, stop=16)
    plan.write_plan(later, plan.plan_path(one_batch, 1), stages.fingerprint(config, "plan"))
    for round_, rows in [*((0, rows) for rows in pilot.rows.values()), (1, later)]:
        path = plan.batch_path(one_batch, round_, int(rows["batch"].iloc[0]))
        path.parent.mkdir(parents=True, exist_ok=True)
        content = xr.Dataset(attrs={"fingerprint": plan.fingerprint(config, rows)})
        netcdf.write_atomic(content, path)
    return config, len(pilot.rows)


def test_nothing_is_said_of_a_campaign_that_has_not_changed(batches):
    config, pilot = batches
    assert changes.report(config) == []
    assert changes.effect(config) == changes.Effect(pilot + 1, 0, 0)


@pytest.mark.parametrize(
    ("change", "said", "kept", "anew", "undecided"),
    [
        ({"rates": {"bootstrap": 60}}, "rates (bootstrap)", 7, 0, 0),
        ({"learning": {"complete_v": [1, 3]}}, "learning (complete_v)", 7, 0, 0),
        ({"sampling": {"budget": 500}}, "sampling (budget)", 6, 0, 1),
        ({"seed": 5}, "seed", 0, 7, 0),
        (
            {"seed": 5, "dynamics": {"time_step_fs": 1.0}},
            "seed, dynamics (time_step_fs)",
            0,
            7,
            0,
        ),
        ({"basis": {"H2": {"minimum": 4}}}, "basis (H2)", 0, 7, 0),
        ({"sampling": {"pilot": 16}}, "sampling (pilot)", 0, 6, 1),
    ],
)
def test_blocks_that_changed_and_what_is_kept(batches, change, said, kept, anew, undecided):
    config, pilot = batches
    assert pilot == 6
    changed = config.changed(change)
    assert changes.effect(changed) == changes.Effect(kept, anew, undecided)
    first, second = changes.report(changed)
    assert first == f"changed since the last run: {said}"
    assert second.startswith(f"of 7 batches on disk {kept} are kept, {anew} are computed anew")
    assert ("as far as the new plan has them" in second) == bool(undecided)


def test_a_block_that_is_gone(batches):
    config, _ = batches
    without = Campaign.from_mapping(config.to_mapping() | {"learning": "none"}, "c.yaml")
    assert changes.report(without)[0] == "changed since the last run: learning"


def test_status_says_what_changed_before_the_next_run(batches, capsys, monkeypatch):
    config, _ = batches
    # Files without trajectories, which status would report as damaged.
    monkeypatch.setattr(status, "_add_finished", lambda *_: None)
    status.main(config.changed({"seed": 5}))
    said = capsys.readouterr().out
    assert "  changed since the last run: seed\n" in said
    assert "  of 7 batches on disk 0 are kept, 7 are computed anew\n" in said


def test_progress_counts_over_the_whole_campaign(batches):
    """All rounds that are planned, whichever one a batch belongs to."""
    config, pilot = batches
    found = progress.count(config)
    later = 24 * 1  # trajectories of the only batch of round 1
    assert (found.batches, found.batches_done) == (pilot + 1, pilot + 1)
    assert found.trajectories == found.trajectories_done == 3 * 3 * 2 * 8 + later
    assert found.most == found.trajectories  # no round is left to plan
    plan.batch_path(config.results, 0, 0).unlink()
    plan.plan_path(config.results, 1).unlink()
    found = progress.count(config)
    assert (found.batches, found.batches_done) == (pilot, pilot - 1)
    assert found.most == config.sampling.budget


def test_a_finished_batch_reports_the_whole_campaign(batches, capsys):
    config, pilot = batches
    progress.start(plan.plan_path(config.results, 0).parents[1])
    plan.batch_path(config.results, 0, 2).unlink()
    progress.batch_done(config, 0, "v=1 w=0")
    line = capsys.readouterr().err
    assert line.startswith(f"batch {pilot} of {pilot + 1} (round 0, v=1 w=0); 144 of 168 ")
