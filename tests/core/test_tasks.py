"""Every kind of task: what a change of settings or code computes anew, and what outlives a kill."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from task_kinds import ALL, KINDS, NEW, NONE, ROOT

from vibrates.core import code
from vibrates.core.checkpoint import Checkpoint
from vibrates.core.tasks import Task, combined, run

CASES = [(kind, change) for kind, one in KINDS.items() for change in one.changes]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def base():
    """A function: settings and tasks of a kind, read once."""
    known = {}

    def of(name):
        if name not in known:
            settings = KINDS[name].settings()
            known[name] = settings, KINDS[name].tasks(settings)
        return known[name]

    return of


def compute(kind, settings, product):
    """Results of all tasks, and the keys of those that were computed."""
    computed = []
    return run(kind.cheap(settings, computed), Checkpoint(product, kind.latest)), computed


def assert_same(found, expected):
    assert list(found) == list(expected)
    for key, result in expected.items():
        np.testing.assert_array_equal(found[key]["x"], result["x"], strict=True)
        assert found[key]["seconds"] == result["seconds"]


@pytest.mark.parametrize(("name", "change"), CASES, ids=[f"{k}-{c.name}" for k, c in CASES])
def test_a_changed_setting_computes_anew_exactly_what_depends_on_it(base, tmp_path, name, change):
    kind, (settings, tasks) = KINDS[name], base(name)
    changed = change(settings)
    product = tmp_path / "product.nc"
    first, _ = compute(kind, settings, product)
    found, computed = compute(kind, changed, product)
    if change.computed == ALL:
        expected = list(found)
    elif change.computed == NONE:
        expected = []
    elif change.computed == NEW:
        expected = [key for key in found if key not in first]
        assert 0 < len(expected)
    else:
        expected = [key for key in found if key.startswith(change.computed)]
        assert 0 < len(expected) < len(found)
    assert computed == expected
    # The product's fingerprint changes if it depends on what has changed, or has other tasks.
    alike = combined(kind.tasks(changed)) == combined(tasks)
    assert alike == (not expected and list(found) == list(first))
    # Results of both settings lie in one place, and neither takes the other's.
    assert_same(found, compute(kind, changed, tmp_path / "alone.nc")[0])
    again, computed = compute(kind, settings, product)
    assert computed == []
    assert_same(again, first)


@pytest.mark.parametrize("name", KINDS)
def test_changed_code_of_the_stage_computes_everything_anew(base, tmp_path, monkeypatch, name):
    kind, (settings, _) = KINDS[name], base(name)
    compute(kind, settings, tmp_path / "product.nc")
    genuine = code._normalised
    for module, expected in (("vibrates.figures.style", False), (kind.module, True)):
        with monkeypatch.context() as patched:
            changed = code._file(module)
            patched.setattr(
                code, "_normalised", lambda path, c=changed: genuine(path) + "#" * (path == c)
            )
            code.code_fingerprint.cache_clear()
            found, computed = compute(kind, settings, tmp_path / "product.nc")
        code.code_fingerprint.cache_clear()
        assert computed == (list(found) if expected else []), module


@pytest.mark.parametrize("name", KINDS)
def test_what_a_killed_job_has_finished_is_not_computed_again(base, tmp_path, name):
    kind, (settings, tasks) = KINDS[name], base(name)
    whole, _ = compute(kind, settings, tmp_path / "whole.nc")
    computed = []

    def dies(key, result):
        if len(computed) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checkpoint = Checkpoint(tmp_path / "killed.nc", kind.latest)
        run(kind.cheap(settings, computed), checkpoint, done=dies)
    found, rest = compute(kind, settings, tmp_path / "killed.nc")
    assert computed + rest == [task.key for task in tasks] and len(computed) == 2
    assert_same(found, whole)


@pytest.mark.parametrize("name", ["trajectories", "points", "scattering", "training"])
def test_a_process_that_is_killed_goes_on_to_the_same_bits(base, tmp_path, name):
    kind, (settings, tasks) = KINDS[name], base(name)
    product = tmp_path / "killed.nc"
    command = [sys.executable, str(Path(__file__).with_name("task_kinds.py")), name, str(product)]
    process = subprocess.Popen(command, cwd=ROOT)
    checkpoint, limit = Checkpoint(product, kind.latest), time.monotonic() + 120
    while len(checkpoint.stored()) < 1 and time.monotonic() < limit and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    kept = len(checkpoint.stored())
    assert 1 <= kept < len(tasks)
    found, rest = compute(kind, settings, product)
    assert len(rest) == len(tasks) - kept
    assert_same(found, compute(kind, settings, tmp_path / "whole.nc")[0])


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("how", ["cut", "changed"])
@pytest.mark.parametrize("where", [0.05, 0.5, 0.97])
def test_damaged_results_are_computed_again(base, tmp_path, name, how, where):
    kind, (settings, _) = KINDS[name], base(name)
    product = tmp_path / "product.nc"
    whole, _ = compute(kind, settings, product)
    (path,) = Checkpoint(product).files()
    content = bytearray(path.read_bytes())
    place = int(where * len(content))
    content[place] ^= 1
    path.write_bytes(content if how == "changed" else content[:place])
    found, computed = compute(kind, settings, product)
    # Records follow one another, of nearly equal length: of those before the damage none is lost.
    kept = len(whole) - len(computed)
    assert computed and computed == list(whole)[kept:]
    assert abs(kept - int(where * len(whole))) <= 1
    assert_same(found, whole)


def test_a_result_is_the_same_fresh_and_read(tmp_path):
    """Types too: a resumed job does not go on with a list where an undisturbed one has a tuple."""
    result = {"x": np.arange(3, dtype=np.int8), "pair": (1, np.float64(2.5)), "by": {1: np.nan}}
    task = Task("a", "of settings", lambda: result)
    fresh = run([task], Checkpoint(tmp_path / "p.nc"))["a"]
    read = run([task], Checkpoint(tmp_path / "p.nc"))["a"]
    assert repr(fresh) == repr(read)
    np.testing.assert_array_equal(fresh["x"], result["x"], strict=True)


def test_two_tasks_of_one_key_are_a_mistake(tmp_path):
    task = Task("a", "of settings", dict)
    with pytest.raises(ValueError, match="two tasks have one key: a"):
        run([task, task], Checkpoint(tmp_path / "p.nc"))
