"""A campaign of a few dozen trajectories and the means to run it."""

from pathlib import Path

import pytest
from campaign_project import SMALL, Project

from vibrates import config as configuration
from vibrates.core.yaml_files import write
from vibrates.trajectories import plan


@pytest.fixture
def small(tiny_path: Path) -> configuration.Campaign:
    """The small campaign's configuration; `results` is relative to the working directory."""
    return configuration.load(tiny_path, SMALL | {"results": "results"})


@pytest.fixture
def one_batch(small: configuration.Campaign, tmp_path: Path) -> Path:
    """A directory with the small campaign's configuration and the plan of its pilot."""
    small = small.changed({"results": str(tmp_path)})
    (tmp_path / "plan").mkdir()
    write(small.to_mapping(), tmp_path / "configuration.yaml")
    rows = plan.into_batches(plan.pilot(small), small.jobs.trajectories_per_batch)
    plan.write_plan(rows, plan.plan_path(tmp_path, 0))
    return tmp_path


@pytest.fixture
def project(tmp_path: Path, root: Path, small: configuration.Campaign) -> Project:
    """A project that has not run yet."""
    return Project(tmp_path, root, small)
