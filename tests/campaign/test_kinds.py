"""`vibrates check` and `vibrates run` take every kind of configuration, and say which one it is."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from vibrates import cli
from vibrates.campaign import kinds
from vibrates.core.errors import UserError
from vibrates.core.yaml_files import read_layers

SHIPPED = {
    "config.yaml": "campaign",
    "pairs/n2o.yaml": "campaign",
    "pairs/coh2/campaign.yaml": "campaign",
    "pairs/coh2/abinitio.yaml": "potential",
    "abinitio/n2h2.yaml": "potential",
    "quantum/small.yaml": "quantum",
    "quantum/heh2.yaml": "quantum_surface",
    "longrange/h3.yaml": "longrange",
    "longrange/krb2.yaml": "longrange",
    "longrange/n2h2.yaml": "longrange",
    "molecules.yaml": "constants",
    "surfaces/fitted.yaml": "constants",
}


@pytest.fixture(autouse=True)
def at_home(root, monkeypatch):
    """Files that configurations name are relative to the project."""
    monkeypatch.chdir(root)


@pytest.mark.parametrize("name", SHIPPED)
def test_check_says_what_a_file_is(name, capsys):
    assert cli.main(["check", f"config/{name}"]) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == f"config/{name}: in order, {kinds.KINDS[SHIPPED[name]].name}"
    assert rest


@pytest.mark.parametrize("name", SHIPPED)
def test_a_misspelt_key_does_not_change_the_kind(name, tmp_path):
    content = read_layers(f"config/{name}")
    if SHIPPED[name] != "constants":
        content["resulst"] = content.pop("results")
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(content))
    assert kinds.of(tmp_path / "c.yaml") is kinds.KINDS[SHIPPED[name]]


def test_another_kind_than_a_workflow_takes_is_one_line():
    with pytest.raises(UserError, match="small.yaml: is a configuration of quantum scatt"):
        kinds.check("config/quantum/small.yaml", "longrange")


def test_keys_of_no_kind(tmp_path):
    (tmp_path / "c.yaml").write_text("alpha: 1\n")
    with pytest.raises(UserError, match="alpha: no configuration of a campaign, ab initio points"):
        kinds.of(tmp_path / "c.yaml")


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("quantum/small.yaml", {"results": "/proc/x"}, "results: /proc cannot be written"),
        ("longrange/h3.yaml", {"results": "a{b}"}, "results: 'a{b}' contains"),
        ("abinitio/n2h2.yaml", {"results": ".."}, "contains the working directory"),
        ("quantum/small.yaml", {"surface": "config/molecules.yaml"}, "has no surface"),
        ("quantum/small.yaml", {"surface": "config/surfaces/fitted.yaml"}, "is not 'sites'"),
        ("longrange/n2h2.yaml", {"source": {"pair": ["N2", "XY"]}}, "has no molecules.XY"),
        ("config.yaml", {"modules": {"quantum": "config/tiny.yaml"}}, "name one of quantum"),
    ],
)
def test_what_a_file_names_is_checked(name, change, words, tmp_path):
    content = read_layers(f"config/{name}")
    for key, value in change.items():
        content[key] = content[key] | value if isinstance(value, dict) else value
    if name.startswith("abinitio"):
        content["molecules"] = str(Path("config/molecules.yaml").absolute())
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(UserError) as caught:
        kinds.check(tmp_path / "c.yaml")
    assert words in str(caught.value) and "\n" not in str(caught.value)


# --- vibrates run


def run(*arguments, cwd):
    return subprocess.run(
        ["vibrates", *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["config/nosuch.yaml"], "config/nosuch.yaml: cannot be read (No such file"),
        (["config"], "config: cannot be read (Is a directory)"),
        (["config/molecules.yaml"], "nothing to run; name a file that extends it"),
    ],
)
def test_run_reports_a_mistake_before_snakemake_reads_the_file(arguments, words, root, capsys):
    assert cli.main(["run", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and words in said.err


def test_run_outside_of_the_project_is_one_line(root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", str(root / "config" / "tiny.yaml")]) == 2
    assert "holds no Snakefile; go to the directory of the project" in capsys.readouterr().err


def test_make_reports_a_mistake_in_one_line(root):
    """With the packages of this environment, and a path with a space and an umlaut."""
    ran = subprocess.run(
        ["make", "-o", ".venv/.ready", "run", "CONFIG=kein Ümlaut.yaml",
         f"BIN={Path(sys.executable).parent}", f"PYTHON={sys.executable}"],
        cwd=root, capture_output=True, text=True, check=False,
        # As from a shell, also where these tests run under make.
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
    )  # fmt: skip
    mistake, *rest = ran.stderr.splitlines()
    assert mistake.startswith("error: kein Ümlaut.yaml: cannot be read (No such file")
    assert ran.returncode == 2 and ran.stdout == ""
    assert all(line.startswith("make:") for line in rest)


@pytest.mark.slow
def test_run_hands_over_to_the_workflow_of_the_kind(root):
    for name, rule in (("tiny.yaml", "checkpoint plan:"), ("longrange/krb2.yaml", "rule member:")):
        ran = run("run", f"config/{name}", "--dry-run", cwd=root)
        assert ran.returncode == 0, ran.stderr
        said = ran.stdout + ran.stderr
        assert rule in said or "Nothing to be done" in said  # where this campaign has run


# --- Help and completion


def commands():
    (found,) = (action for action in cli.parser()._actions if action.choices)
    return found.choices


@pytest.mark.parametrize("name", commands())
def test_every_help_has_examples_that_can_be_parsed(name):
    text = commands()[name].format_help()
    _, _, examples = text.partition("examples:\n")
    lines = [line.split("     ")[0].strip() for line in examples.splitlines()]
    assert lines and all(line.startswith(f"vibrates {name}") for line in lines)
    import shlex

    for line in lines:
        words = shlex.split(line.split(">")[0] if name == "completion" else line)
        assert cli.parser().parse_args(words[1:]).run


def test_mistakes_of_the_command_line_are_one_line(capsys):
    for arguments in (["nosuch"], ["check"], ["k", "results", "N2", "warm"], []):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        said = capsys.readouterr()
        assert ended.value.code == 2
        assert said.err.startswith("error: ") and said.err.count("\n") == 1


def test_completion_of_every_command(capsys):
    pytest.importorskip("shtab")
    assert cli.main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    (listed,) = re.findall(r"^_shtab_vibrates_subparsers=\((.*)\)$", script, re.MULTILINE)
    assert [name.strip("'") for name in listed.split()] == list(commands())
    ran = subprocess.run(["bash", "-n"], input=script, text=True, check=False)
    assert ran.returncode == 0


def test_completion_without_its_package_is_one_line(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["completion", "bash"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: completion: the package shtab is not installed")


def test_ctrl_c_while_libraries_are_imported_is_one_line(monkeypatch, capsys):
    def interrupted(*_):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise ImportError("of a library that was just being loaded") from error

    monkeypatch.setattr(cli, "_check", interrupted)
    assert cli.main(["check", "config/tiny.yaml"]) == 130
    assert capsys.readouterr().err == "stopped\n"
