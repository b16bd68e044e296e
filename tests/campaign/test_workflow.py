"""The workflow as users of Snakemake expect it: looking changes nothing, all passes the linter."""

import json
import subprocess
import sys

import pytest

from vibrates.core.scripts import run
from vibrates.hpc import preamble

MODULES = {
    "potential": "config/abinitio/n2h2.yaml",
    "quantum": "config/quantum/small.yaml",
    "quantum_surface": "config/quantum/heh2.yaml",
    "longrange": "config/longrange/krb2.yaml",
}
ALL_MODULES = "modules={" + ", ".join(f"{name}: {path}" for name, path in MODULES.items()) + "}"


@pytest.fixture
def checkout(tmp_path, root):
    """What a run reads of the project, in a directory of its own."""
    for name in ("Snakefile", "workflow", "profiles", "config", "data"):
        (tmp_path / name).symlink_to(root / name)
    return tmp_path


def look(directory, *arguments):
    """Standard output and error of a Snakemake that only looks; it must not fail."""
    ran = subprocess.run(
        ["snakemake", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


def tree(directory):
    """All files below a directory, with sizes and times; Snakemake's own memory left out."""
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in directory.rglob("*")
        if ".snakemake" not in path.parts
    }


@pytest.mark.slow
def test_looking_takes_no_lock_and_changes_nothing(checkout):
    """The linter, with every module in use, and a dry run: alone, then beside another driver."""
    before = tree(checkout)
    said = look(checkout, "--lint", "--configfile", "config/tiny.yaml", "--config", ALL_MODULES)
    assert "in a good condition" in said
    assert tree(checkout) == before
    results = checkout / "results-tiny"
    results.mkdir()
    (results / ".driver.json").write_text(
        json.dumps({"host": "elsewhere", "pid": 17, "arguments": []})
    )
    (results / ".driver.alive").touch()
    before = tree(checkout)
    look(checkout, "--summary", "--configfile", "config/tiny.yaml")
    said = look(
        checkout,
        "-n",
        "--configfile",
        "config/tiny.yaml",
        "--config",
        ALL_MODULES,
        "--",
        "figure_surface",
        "quantum_all",
        "quantum_surface_points",
        "longrange_report",
    )
    for job in (
        "rule figure_surface",
        "rule quantum_waves",
        "checkpoint quantum_surface_geometries",
        "rule longrange_member",
    ):
        assert f"{job}:" in said
    assert tree(checkout) == before


# The two others are run by tests/abinitio and tests/longrange.
@pytest.mark.parametrize("name", ["potential", "quantum"])
def test_a_module_is_a_workflow_of_its_own_that_passes_the_linter(checkout, name):
    before = tree(checkout)
    said = look(
        checkout, "-s", f"workflow/modules/{name}.smk", "--lint", "--configfile", MODULES[name]
    )
    assert "in a good condition" in said
    assert tree(checkout) == before


@pytest.mark.slow
def test_a_campaign_without_learning_asks_for_no_learned_product(checkout):
    (checkout / "one.yaml").write_text(
        "extends: config/tiny.yaml\nresults: ein Ümlaut\nlearning: none\n"
    )
    said = look(checkout, "-n", "--configfile", "one.yaml")
    assert "rule explorer:" in said and "rule figure_temperature:" in said
    assert "learned.nc" not in said and "rule figure_ladder:" not in said
    said = look(checkout, "-n", "--configfile", "one.yaml", "--", "learning")
    assert "rule learning:" in said


def test_every_rule_has_an_environment_that_is_there(root):
    for path in [*root.glob("workflow/rules/*.smk"), *root.glob("workflow/modules/*.smk")]:
        named = [
            line.strip().strip('"')
            for line in path.read_text().splitlines()
            if line.strip().endswith('.yaml"') and "envs/" in line
        ]
        assert all((path.parent / one).is_file() for one in named), path


def test_a_fingerprint_follows_every_setting_and_no_order():
    settings = {"basis": "pvtz", "midbond": {"s": [0.9, 0.3]}, "block_size": 10}
    shuffled = dict(reversed(settings.items()))
    assert preamble.fingerprint(settings) == preamble.fingerprint(shuffled)
    changed = [
        settings | {"basis": "pvqz"},
        settings | {"midbond": {"s": [0.9, 0.30001]}},
        settings | {"block_size": 11},
    ]
    prints = {preamble.fingerprint(one) for one in [settings, *changed]}
    assert len(prints) == 4 and all(len(one) == 64 for one in prints)
    assert preamble.fingerprint(1, 2) != preamble.fingerprint(2, 1) != preamble.fingerprint([2, 1])


SCRIPT = """
import subprocess, sys
from pathlib import Path
from vibrates.trajectories import progress
from vibrates.core.scripts import run
from vibrates.core.errors import UserError

def works(results):
    print("a library's remark")
    subprocess.run([sys.executable, "-c", "print('a child')"], check=True)
    progress.log(results, "round 1 planned")

def errs(results):
    print("before")
    raise UserError("rates.nc: no such file; run the campaign")

def breaks(results):
    raise ValueError("5 of 6\\nand more")

run(globals()[sys.argv[1]], log=[sys.argv[2]], results=Path(sys.argv[2]).parent)
print("after")
"""


@pytest.mark.parametrize(
    ("function", "code", "shown", "logged"),
    [
        ("works", 0, "round 1 planned", ["a library's remark", "a child", "round 1 planned"]),
        (
            "errs",
            2,
            "error: rates.nc: no such file; run the campaign",
            ["before", "error: rates.nc"],
        ),
        (
            "breaks",
            1,
            "error: ValueError: 5 of 6; the traceback is in {log}",
            ["Traceback", "and more"],
        ),
    ],
)
def test_a_scripts_output_goes_into_its_log_and_one_line_to_the_terminal(
    tmp_path, function, code, shown, logged
):
    log = tmp_path / "rule.log"
    log.write_text("of an earlier attempt")
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, function, str(log)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (code, "" if code else "after\n")
    assert ran.stderr == shown.format(log=log) + "\n"
    text = log.read_text()
    assert all(words in text for words in logged) and "earlier" not in text


def test_a_log_that_cannot_be_written_ends_no_work(tmp_path, capsys):
    run(lambda: print("works"), log=[str(tmp_path / "nowhere" / "rule.log")])
    said = capsys.readouterr()
    assert "no log (No such file" in said.err and said.out == "works\n"
