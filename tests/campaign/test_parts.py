"""Finished pieces of unfinished batches: kept, found again, refused where damaged."""

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
import xarray as xr
from test_batch import run_batch

from vibrates.core.checkpoint import Checkpoint
from vibrates.core.yaml_files import write
from vibrates.trajectories import batch_file, cache, plan


@pytest.fixture
def many_pieces(small, tmp_path):
    """A directory with one batch of some dozens of pieces, a few seconds long."""
    small = small.changed({"results": str(tmp_path), "sampling": {"pilot": 1024, "budget": 10**6}})
    (tmp_path / "plan").mkdir()
    write(small.to_mapping(), tmp_path / "configuration.yaml")
    plan.write_plan(plan.into_batches(plan.pilot(small), 10**6), plan.plan_path(tmp_path, 0))
    return tmp_path


def ranks_of(output):
    """Process numbers of the ranks that compute a batch file, without their launcher."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if Path(words[0]).name.startswith("python") and str(output) in words:
            found.append(int(place.name))
    return found


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.slow
def test_killed_batch_goes_on_to_the_bits_of_an_undisturbed_one(many_pieces, small, how):
    ran = run_batch(many_pieces, 1, "whole.nc")
    assert ran.returncode == 0, ran.stderr
    rows = plan.batches(plan.plan_path(many_pieces, 0)).rows[0]
    output, wanted = many_pieces / "cut.nc", plan.piece_fingerprints(small, rows)
    command = [
        "mpiexec",
        "-n",
        "2",
        "python",
        "-m",
        "vibrates.trajectories.batch",
        many_pieces / "configuration.yaml",
        "0",
        "0",
        output,
        "--ranks",
        "2",
    ]
    batch = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    limit = time.monotonic() + 600
    while len(Checkpoint(output).results(wanted)) < 4 and time.monotonic() < limit:
        time.sleep(0.01)
    if how == signal.SIGKILL:
        os.killpg(batch.pid, how)
    else:
        for rank in ranks_of(output):
            os.kill(rank, how)
    said = batch.communicate(timeout=600)[1]
    assert not output.exists()
    kept = len(Checkpoint(output).results(wanted))
    assert 3 <= kept < 24
    if how == signal.SIGTERM and said:  # mpiexec at times drops what the ranks say last
        assert "of 24 pieces are kept for the next attempt" in said
    again = run_batch(many_pieces, 2, "cut.nc")
    assert again.returncode == 0, again.stderr
    assert f"{kept} of 24 pieces from earlier attempts" in again.stderr
    whole, resumed = (
        batch_file.read_batch(many_pieces / name, None) for name in ("whole.nc", "cut.nc")
    )
    xr.testing.assert_identical(whole.drop_attrs(), resumed.drop_attrs())
    assert resumed.attrs["pieces_from_earlier_attempts"] == kept and resumed.attrs["attempts"] == 2
    assert whole.attrs["attempts"] == 1
    assert Checkpoint(output).files() == []


def test_damaged_compiled_kernels_are_compiled_anew(tmp_path, monkeypatch):
    place = tmp_path / "kernels"
    place.mkdir()
    monkeypatch.setattr(cache, "directory", lambda: place)
    (place / "f.nbc").write_bytes(b"machine code")
    cache.load(lambda: None)
    assert cache.whole()
    (place / "f.nbc").write_bytes(b"machine c0de")
    assert not cache.whole()
    seen = []
    cache.load(
        lambda: (
            seen.append(list(place.glob("*.nbc"))),
            (place / "f.nbc").write_bytes(b"compiled anew"),
        )
    )
    assert seen == [[]], "the damaged file was still there"
    assert cache.whole() and list(json.loads((place / "checksums.json").read_text())) == ["f.nbc"]

    calls = []

    def fails_once():
        calls.append(len(list(place.glob("*.nbc"))))
        if len(calls) == 1:
            raise EOFError("a damaged index")

    cache.load(fails_once)
    assert calls == [1, 0]


def test_only_one_job_of_a_machine_compiles_at_a_time(tmp_path, monkeypatch, capsys):
    """Each wrote machine code of its own, and the next job found it damaged."""
    monkeypatch.setattr(cache, "directory", lambda: tmp_path / "kernels")
    inside, largest = [], []

    def warm_up():
        inside.append(1)
        largest.append(len(inside))
        place = tmp_path / "kernels"
        place.mkdir(exist_ok=True)
        time.sleep(0.05)
        if not (place / "f.nbc").exists():
            (place / "f.nbc").write_text(str(len(largest)))
        inside.pop()

    threads = [threading.Thread(target=cache.load, args=(warm_up,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert largest == [1, 1, 1, 1] and cache.whole()
    assert capsys.readouterr().err == ""
