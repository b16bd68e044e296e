"""A wheel of the tree, installed in an empty environment, works without the checkout.

Environments are made beside the test interpreter's and see packages installed there through a path
file, so that nothing is fetched. Path files of that directory are not followed: an editable
installation of this project stays invisible.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml
from campaigns import campaign
from packaging.requirements import Requirement

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


def closure(requirements):
    """Names of distributions that requirements need, themselves among them."""
    found, waiting = set(), [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and requirement.name not in found:
            found.add(requirement.name)
            waiting += map(Requirement, distribution(requirement.name).requires or [])
    return found


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """A wheel of the tree, built from its source distribution, as an index would offer both."""
    directory = tmp_path_factory.mktemp("wheel")
    source = directory / "source"  # A build writes beside what it builds.
    shutil.copytree(
        root / "src", source / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source)
    code = f"import setuptools.build_meta as b; print(b.build_sdist({str(directory)!r}))"
    built = run(sys.executable, "-c", code, directory=source)
    assert built.returncode == 0, built.stderr
    (archive,) = directory.glob("vibrates-*.tar.gz")
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", directory]
    built = run(*PIP, "wheel", *options, archive, directory=directory)
    assert built.returncode == 0, built.stderr
    shutil.rmtree(source)
    return next(directory.glob("*.whl"))


def installed(wheel, made, dependencies):
    """An environment with the wheel that sees the packages in a directory."""
    venv.create(made, symlinks=True, with_pip=False)
    (packages,) = made.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{dependencies}\n")
    into = ["--python", made / "bin" / "python"]
    done = run(*PIP, *into, "install", "--no-deps", "--no-index", wheel, directory=made)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """The directory of an environment in which a wheel of the tree is installed."""
    made = tmp_path_factory.mktemp("all") / "environment"
    return installed(wheel, made, sysconfig.get_path("purelib"))


@pytest.fixture(scope="module")
def reader(root, wheel, tmp_path_factory):
    """An environment with the wheel and what it requires without any extra, nothing else."""
    directory = tmp_path_factory.mktemp("reader")
    kept = directory / "kept"
    kept.mkdir()
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    for name in closure(project["dependencies"]):
        for file in distribution(name).files or []:
            top = Path(sysconfig.get_path("purelib")) / file.parts[0]
            if top.exists() and file.parts[0] not in ("..", "__pycache__"):
                (kept / file.parts[0]).unlink(missing_ok=True)
                (kept / file.parts[0]).symlink_to(top)
    return installed(wheel, directory / "environment", kept)


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


@pytest.mark.slow
def test_rates_are_read_and_exported_without_any_extra(reader, tmp_path):
    """Neither compiler, MPI, Snakemake, TensorFlow nor matplotlib is needed to use rates."""
    absent = [
        "numba",
        "mpi4py",
        "snakemake",
        "tensorflow",
        "gpflow",
        "sklearn",
        "matplotlib",
        "plotly",
        "pyscf",
    ]
    code = f"""
import importlib.util, vibrates
print([name for name in {absent} if importlib.util.find_spec(name)])
print(float(vibrates.open_rates("n2h2")("N2(1) + H2 -> N2(0) + H2", 450)))
"""
    ran = run(reader / "bin" / "python", "-c", code, directory=tmp_path)
    assert ran.returncode == 0, ran.stderr
    there, k = ran.stdout.splitlines()
    assert there == "[]" and float(k) > 0.0
    vibrates = reader / "bin" / "vibrates"
    for words in (
        ["k", "n2h2", "N2(7) + H2 -> N2(6) + H2", "300", "450"],
        ["export", "n2h2", "--to", "cantera", "--output", "n2h2.yaml"],
        ["export", "n2h2", "--to", "csv", "--output", "n2h2.csv"],
    ):
        ran = run(vibrates, *words, directory=tmp_path)
        assert ran.returncode == 0, ran.stderr
        assert ran.stderr == ""
