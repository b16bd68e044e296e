"""A wheel, unpacked outside the checkout, works without the source tree."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest
import yaml
from campaigns import campaign


@pytest.fixture(scope="module")
def installed(root, tmp_path_factory):
    """The directory into which a wheel of the tree was unpacked."""
    directory = tmp_path_factory.mktemp("wheel")
    source = directory / "source"  # A build writes beside what it builds.
    shutil.copytree(
        root / "src", source / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--disable-pip-version-check",
        "--wheel-dir",
        str(directory),
        str(source),
    ]
    built = subprocess.run(command, text=True, capture_output=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = directory.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory / "site")
    shutil.rmtree(source)
    return directory / "site"


@pytest.mark.slow
def test_a_wheel_checks_a_configuration(installed, tmp_path):
    """`vibrates check` needs no file of the checkout: the models are the schema."""
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(campaign().to_mapping()))
    code = "import sys; from vibrates.cli import main; sys.exit(main(['check', sys.argv[1]]))"
    for name, said in (("c.yaml", "c.yaml: in order"), ("no.yaml", "error: no.yaml: cannot be")):
        ran = subprocess.run(
            [sys.executable, "-c", code, name],
            cwd=tmp_path,
            text=True,
            capture_output=True,
            env=os.environ | {"PYTHONPATH": str(installed)},
            check=False,
        )
        assert (ran.stdout + ran.stderr).startswith(said)


@pytest.mark.slow
def test_a_wheel_runs_the_oracle(installed, tmp_path):
    """`vibrates oracle` from the wheel alone: eight trajectories, all within the limit."""
    code = (
        "import sys, vibrates; from vibrates.cli import main; print(vibrates.__file__); "
        "sys.exit(main(['oracle']))"
    )
    environment = {"PYTHONPATH": str(installed), "VIBRATES_CACHE": str(tmp_path / "kernels")}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        env=os.environ | environment,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0].startswith(str(installed))
    assert lines[1].startswith("8 trajectories") and "within the limit" in lines[-1]
