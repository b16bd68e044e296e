"""`vibrates doctor` on a real cluster: what is in order passes, what is not has its remedy."""

import pytest
import yaml
from slurm_project import ROOT

pytestmark = pytest.mark.slurm


def doctor(project, **changes):
    """Exit code and output with some lines of the profile changed."""
    settings = yaml.safe_load((ROOT / "slurm/config.yaml").read_text())
    settings["default-resources"] |= changes.get("resources", {})
    settings["set-resources"]["trajectories"] |= changes.get("batches", {})
    profile = project.directory / "profile"
    profile.mkdir(exist_ok=True)
    (profile / "config.yaml").write_text(yaml.safe_dump(settings))
    before = len(project.output)
    code = project.run("vibrates", "doctor", "--profile", "profile")
    return code, project.output[before:]


def test_all_is_in_order(undisturbed):
    code, said = doctor(undisturbed)
    assert code == 0, said
    assert "2 ranks under 'srun --mpi=pmi2" in said
    assert said.splitlines()[-1] == "all is in order"
    assert not list(undisturbed.directory.glob(".doctor-*"))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        (
            {"resources": {"slurm_partition": "nowhere"}},
            "no partition 'nowhere' (there: daemon, lossy, main)",
        ),
        ({"batches": {"mpi": "srun --mpi=none"}}, "MPI started 1 rank(s), 2 asked for"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(undisturbed, changes, wrong):
    code, said = doctor(undisturbed, **changes)
    assert code == 1
    (line,) = [line for line in said.splitlines() if line.startswith("FAILED")]
    assert wrong in line and "config.yaml" in line
