"""Twelve faults on a real cluster: after each, the products are those of an undisturbed run.

The campaigns run side by side on one test cluster, each in a directory of its own; the table of
what came of every fault is written to ``results-slurm/faults.md``.
"""

import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from faults import ALONE, FAULTS, PARTITION, small_disk
from slurm_project import ROOT, SlurmProject, assert_same_products

from vibrates.trajectories import cache as kernels

pytestmark = pytest.mark.slurm
TABLE = ROOT / "results-slurm/faults.md"
SIDE_BY_SIDE = 6


@pytest.fixture(scope="module")
def outcomes(cluster, undisturbed):
    """What came of every fault: text, or the exception that shows it was not survived."""
    place, cache = undisturbed.directory.parent, undisturbed.directory.parent / "cache"
    projects, disk = {}, None
    for name in FAULTS:
        project = SlurmProject(place / name, cluster, PARTITION.get(name, "main"))
        if name == "full_disk" and (disk := small_disk(project.results)):
            projects[name] = disk
            continue
        project.begin_from(undisturbed)
        projects[name] = project
    projects["corrupted_cache"].environment["VIBRATES_CACHE"] = str(cache)
    shutil.copytree(kernels.directory(), cache / kernels.directory().name)

    def survive(name):
        if isinstance(projects[name], str):
            return pytest.skip.Exception(projects[name])
        began = time.monotonic()
        try:
            said = FAULTS[name](projects[name])
            assert_same_products(projects[name], undisturbed)
            return f"{said} | {time.monotonic() - began:.0f} s"
        except (Exception, subprocess.TimeoutExpired) as error:
            return error

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        together = [name for name in FAULTS if name not in ALONE]
        found = dict(zip(together, pool.map(survive, together), strict=True))
    found |= {name: survive(name) for name in ALONE}
    if disk is None:
        subprocess.run(["umount", "--lazy", str(projects["full_disk"].results)], check=False)
    _write_table(found)
    return found


def _write_table(found):
    lines = ["| fault | what came of it | time |", "|---|---|---|"]
    for name, outcome in found.items():
        failed = isinstance(outcome, BaseException)
        text = (
            f"NOT SURVIVED: {str(outcome).splitlines()[0] if str(outcome) else outcome!r} | "
            if failed
            else outcome
        )
        lines.append(f"| {name.replace('_', ' ')} | {text} |")
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n")
    print("\n" + TABLE.read_text())


@pytest.mark.parametrize("name", FAULTS)
def test_products_are_those_of_an_undisturbed_run_after(name, outcomes):
    if isinstance(outcomes[name], BaseException):
        raise outcomes[name]
