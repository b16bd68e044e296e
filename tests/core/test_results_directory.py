"""Which directories a configuration may name for its results."""

import os

import pytest

from vibrates.core import results_directory
from vibrates.core.errors import UserError


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A project with sources, the working directory."""
    (tmp_path / "Snakefile").touch()
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "results",
        "results/tiny",
        "mit Leerzeichen",
        "ümlaut/ergebnisse",
        "結果",
        "a;b & $(c)",
        "../x",
    ],
)
def test_any_name_that_can_be_made_is_allowed(text, project):
    results_directory.check(text, "c.yaml")
    assert not (project / text).exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/etc/passwd", "/etc/passwd is a file"),
        ("/proc/nope", "/proc cannot be written"),
        ("/", "root directory"),
        (".", "project directory"),
        ("results/..", "project directory"),
        ("..", "contains the working directory"),
        ("src/vibrates", "among the sources, in src/"),
        ("~/results", "'~' is not replaced by your home directory"),
        ("x" * 300, "300 bytes is above the limit 200"),
        ("ü" * 150, "300 bytes is above the limit 200"),
        ("a\0b", r"contains '\\x00'"),
        ("a\nb", r"contains '\\n'"),
        ("a\x1b[31mb", r"contains '\\x1b'"),
        ("a{b}", "contains '{'"),
        ("a*", r"contains '\*'"),
        ("", "is empty"),
        ("  ", "is empty"),
        ("-n", "begins with a dash"),
        ("a ", "ends with a space"),
    ],
)
def test_any_other_is_one_line(text, words):
    with pytest.raises(UserError, match=f"^c.yaml: results: .*{words}") as caught:
        results_directory.check(text, "c.yaml")
    assert "\n" not in str(caught.value) and ";" in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_of_others_is_refused(project):
    (project / "locked").mkdir(mode=0o500)
    with pytest.raises(UserError, match="locked cannot be written"):
        results_directory.check("locked/results", "c.yaml")
