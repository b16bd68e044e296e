"""Every broken configuration ends in one line that names the file, and exit code 2."""

import subprocess
from pathlib import Path

import broken_configurations
import pytest
from broken_configurations import Broken

from vibrates.cli import main

LEAST = 500  # configurations that have to be there
# By the real command line; the others in this process.
FROM_THE_SHELL = ("an empty file", "bytes", "results with NUL", "endless nesting", "a key twice")


@pytest.fixture(autouse=True)
def at_home(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that configurations name are relative to the project."""
    monkeypatch.chdir(root)


def said_of(broken: Broken, file: Path, capsys: pytest.CaptureFixture) -> str | None:
    """What is wrong with the answer to a broken configuration; None if it is one line, code 2."""
    file.write_bytes(broken.content)
    try:
        code = main(["check", str(file)])
    except Exception as error:
        return f"{broken.name}: {type(error).__name__}: {error}"
    said = capsys.readouterr()
    if code != 2 or said.out:
        return f"{broken.name}: exit code {code}: {said.out}{said.err}"
    if said.err.count("\n") != 1 or not said.err.startswith("error: "):
        return f"{broken.name}: not one line: {said.err}"
    return None


def test_every_broken_configuration_is_one_line_and_exit_code_2(tmp_path, capsys):
    file = tmp_path / "broken.yaml"
    every = list(broken_configurations.every(tmp_path))
    assert len(every) >= LEAST
    assert len({one.name for one in every}) == len(every)
    wrong = [said for one in every if (said := said_of(one, file, capsys)) is not None]
    assert wrong == [], f"{len(wrong)} of {len(every)}"


def test_shipped_configurations_that_are_broken_here_are_in_order(root, capsys):
    """Otherwise the mutations would prove nothing."""
    for name in broken_configurations.SHIPPED:
        assert main(["check", str(root / "config" / name)]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("name", FROM_THE_SHELL)
def test_from_the_shell(name, tmp_path, root):
    (broken,) = [b for b in broken_configurations.of_files(tmp_path) if b.name == name]
    (tmp_path / "broken.yaml").write_bytes(broken.content)
    ran = subprocess.run(
        ["vibrates", "check", str(tmp_path / "broken.yaml")],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"error: {tmp_path}/broken.yaml: ") and ran.stderr.count("\n") == 1
