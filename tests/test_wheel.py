"""A wheel of the tree, installed in an empty environment, works without the checkout.

The environment is made beside the test interpreter's and sees the packages installed there through
a path file, so that nothing is fetched. Path files of that directory are not followed: an editable
installation of this project stays invisible.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
import yaml
from campaigns import campaign

PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


def run(*command, directory, **variables):
    """The finished process of a command that sees neither the checkout nor its environment."""
    hidden = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [*map(str, command)],
        cwd=directory,
        text=True,
        capture_output=True,
        env=kept | variables,
        check=False,
    )


@pytest.fixture(scope="module")
def environment(root, tmp_path_factory):
    """The directory of an environment in which a wheel of the tree is installed."""
    directory = tmp_path_factory.mktemp("wheel")
    source = directory / "source"  # A build writes beside what it builds.
    shutil.copytree(
        root / "src", source / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source)
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", directory]
    built = run(*PIP, "wheel", *options, source, directory=directory)
    assert built.returncode == 0, built.stderr
    shutil.rmtree(source)
    (wheel,) = directory.glob("*.whl")

    made = directory / "environment"
    venv.create(made, symlinks=True, with_pip=False)
    (packages,) = made.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    into = ["--python", made / "bin" / "python"]
    installed = run(*PIP, *into, "install", "--no-deps", "--no-index", wheel, directory=directory)
    assert installed.returncode == 0, installed.stderr
    return made


@pytest.mark.slow
def test_the_environment_sees_the_wheel_alone(environment, root, tmp_path):
    code = "import sys, vibrates; print(vibrates.__file__, *sys.path, sep='\\n')"
    ran = run(environment / "bin" / "python", "-c", code, directory=tmp_path)
    assert ran.returncode == 0, ran.stderr
    place, *paths = ran.stdout.splitlines()
    assert Path(place).is_relative_to(environment)
    assert str(root) not in paths and str(root / "src") not in paths


@pytest.mark.slow
def test_the_command_checks_a_configuration(environment, tmp_path):
    """`vibrates check` needs no file of the checkout: the models are the schema."""
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(campaign().to_mapping()))
    for name, code, said in (
        ("c.yaml", 0, "c.yaml: in order"),
        ("no.yaml", 2, "error: no.yaml: cannot be"),
    ):
        ran = run(environment / "bin" / "vibrates", "check", name, directory=tmp_path)
        assert (ran.stdout + ran.stderr).startswith(said)
        assert ran.returncode == code


@pytest.mark.slow
def test_the_command_runs_the_oracle(environment, tmp_path):
    """`vibrates oracle` from the wheel alone: eight trajectories, all within the limit."""
    ran = run(
        environment / "bin" / "vibrates",
        "oracle",
        directory=tmp_path,
        VIBRATES_CACHE=str(tmp_path / "kernels"),
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("8 trajectories") and "within the limit" in lines[-1]
