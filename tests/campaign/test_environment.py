"""The environments for pip and for conda are one: same packages, same versions, hashes, no host."""

import re
from importlib.metadata import version

import pytest
import yaml


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
