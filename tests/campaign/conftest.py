"""A campaign of a few dozen trajectories and the means to run it."""

from pathlib import Path

import pytest
from campaign_project import Project, planned, small_campaign

from vibrates.config import Campaign


@pytest.fixture
def small(tiny_path: Path) -> Campaign:
    """The small campaign's configuration; `results` is relative to the working directory."""
    return small_campaign(tiny_path)


@pytest.fixture
def one_batch(small: Campaign, tmp_path: Path) -> Path:
    """A directory with the small campaign's configuration and the plan of its pilot."""
    return planned(tmp_path, small)


@pytest.fixture
def project(tmp_path: Path, root: Path, small: Campaign) -> Project:
    """A project that has not run yet."""
    return Project(tmp_path, root, small)
