"""One cluster and one undisturbed campaign for all tests, or a skip that says why there is none."""

import pytest

# So that a failure says the values.
pytest.register_assert_rewrite("faults", "slurm_project", "cluster")

from cluster import Cluster, end_strays, provide  # noqa: E402 - after the line above
from slurm_project import SlurmProject  # noqa: E402 - likewise


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A running cluster."""
    if reason := provide():
        pytest.skip(f"no SLURM here: {reason}")
    one = Cluster(tmp_path_factory.mktemp("cluster", numbered=False))
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def undisturbed(cluster, tmp_path_factory):
    """The campaign without a fault."""
    project = SlurmProject(
        tmp_path_factory.mktemp("campaigns", numbered=False) / "undisturbed", cluster
    )
    assert project.run(*project.command()) == 0, project.output[-3000:]
    project.finish_rates()
    yield project
    end_strays(project.directory.parent)
