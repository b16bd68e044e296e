"""The environments for pip and for conda are one: same packages, same versions, hashes, no host."""

import re
import shutil
import subprocess
import tomllib
from importlib.metadata import version

import pytest
import yaml
from packaging.specifiers import SpecifierSet


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def pinned(root):
    lines = (root / "envs" / "requirements.txt").read_text().splitlines()
    pins = (re.match(r"([A-Za-z0-9._-]+)==(\S+)", line) for line in lines)
    return {canonical(match[1]): match[2] for match in pins if match}


def pins(path):
    lines = (re.match(r"([A-Za-z0-9._-]+)==(\S+)", line) for line in path.read_text().splitlines())
    return {canonical(match[1]): match[2] for match in lines if match}


def test_optional_environment_is_locked_and_agrees_with_the_main_one(root, pinned):
    own = pins(root / "envs" / "abinitio.txt")
    text = (root / "envs" / "abinitio.txt").read_text()
    assert "://" not in text
    for block in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]
    for package in set(own) & set(pinned):
        assert own[package] == pinned[package], package
    content = yaml.safe_load((root / "envs" / "abinitio.yaml").read_text())
    (pip,) = [entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict)]
    listed = dict(requirement.split("==") for requirement in pip)
    assert all(own[canonical(package)] == found for package, found in listed.items())
    asked = (root / "envs" / "abinitio.in").read_text().split()
    assert {canonical(re.split(r"[<>=]", line)[0]) for line in asked} == set(map(canonical, listed))


@pytest.mark.parametrize("name", ["dynamics", "learning"])
def test_conda_environments_hold_the_pinned_versions(root, pinned, name):
    content = yaml.safe_load((root / "envs" / f"{name}.yaml").read_text())
    assert "python=3.11" in content["dependencies"]
    (pip,) = [entry["pip"] for entry in content["dependencies"] if isinstance(entry, dict)]
    for requirement in pip:
        package, found = requirement.split("==")
        assert pinned[canonical(package)] == found, package


def test_conda_environments_together_hold_everything_asked_for(root):
    asked = {
        canonical(re.split(r"[<>=]", line)[0])
        for line in (root / "envs" / "requirements.in").read_text().split()
    }
    listed = set()
    for name in ("dynamics", "learning"):
        content = yaml.safe_load((root / "envs" / f"{name}.yaml").read_text())
        for entry in content["dependencies"]:
            if isinstance(entry, dict):
                listed |= {canonical(requirement.split("==")[0]) for requirement in entry["pip"]}
    assert listed == asked


def test_every_pinned_requirement_has_hashes_and_no_host(root):
    text = (root / "envs" / "requirements.txt").read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    for block in blocks:
        assert "--hash=sha256:" in block, block.splitlines()[0]
    assert "://" not in text
    assert "index-url" not in text


def test_installed_versions_are_the_pinned_ones(pinned):
    for package in ("numpy", "numba", "mpi4py", "mpich", "snakemake", "xarray", "gpflow"):
        assert version(package) == pinned[package]


def test_one_lock_serves_every_supported_python(root, pinned):
    """Every package that is asked for has no marker: what is pinned holds for each version."""
    lines = (root / "envs" / "requirements.txt").read_text().splitlines()
    marked = [line for line in lines if ";" in line and not line.lstrip().startswith("--hash")]
    assert marked == []
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"]]
    for name in ("plot", "workflow", "learning", "mpi"):
        asked += project["optional-dependencies"][name]
    assert {canonical(re.split(r"[<>=]", one)[0]) for one in asked} <= set(pinned)
    supported = SpecifierSet(project["requires-python"])
    named = {one.rsplit(" ", 1)[1] for one in project["classifiers"] if one.startswith("Progr")}
    assert named == {f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in supported}


# The environment of `make`: its Python is looked at every time, not only when it is set up.


def a_python(path, version):
    """A program that answers as a Python of that version does to the Makefile."""
    major, minor = version.split(".")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"""#!/bin/sh
case "$2" in
*print*) echo {major}.{minor} ;;
*) [ {major} = 3 ] && [ {minor} -ge 11 ] && [ {minor} -lt 14 ] ;;
esac
"""
    )
    path.chmod(0o755)
    return path


@pytest.fixture
def project(root, tmp_path):
    """A directory with the Makefile and an environment that was set up."""
    for name in ("Makefile", "pyproject.toml", "envs/requirements.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(root / name, tmp_path / name)
    a_python(tmp_path / ".venv/bin/python", "3.12")
    (tmp_path / ".venv/.ready").touch()
    return tmp_path


def make_environment(project, *words):
    done = subprocess.run(
        ["make", "-s", "environment", *words], cwd=project, capture_output=True, text=True
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    return done.returncode, lines


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_an_environment_of_any_supported_python_is_used(project, version):
    a_python(project / ".venv/bin/python", version)
    assert make_environment(project) == (0, [])


def test_the_same_python_may_be_named(project):
    own = a_python(project / "python", "3.12")
    assert make_environment(project, f"PYTHON={own}") == (0, [])


def test_another_python_than_that_of_the_environment_is_refused(project):
    other = a_python(project / "python", "3.13")
    code, (line,) = make_environment(project, f"PYTHON={other}")
    assert code == 2
    assert "has Python 3.12" in line and "is 3.13" in line and "make clean" in line


def test_an_environment_whose_python_was_removed_is_refused(project):
    (project / ".venv/bin/python").unlink()
    other = a_python(project / "python", "3.13")
    code, (line,) = make_environment(project, f"PYTHON={other}")
    assert code == 2 and "does not run" in line and "make clean" in line


@pytest.mark.parametrize("version", ["3.10", "3.14", "2.7"])
def test_an_unsupported_python_is_refused_before_anything_is_made(project, version):
    (project / ".venv/.ready").unlink()
    other = a_python(project / "python", version)
    code, (line,) = make_environment(project, f"PYTHON={other}")
    assert code == 2 and "no Python 3.11, 3.12 or 3.13" in line
    assert not (project / ".venv/lib").exists()
