"""The workflow of ab initio points: which jobs another basis set runs again, and what they give."""

import os
import subprocess
import sys

import pytest
import yaml

from vibrates.core import tables

# Stands for the interpreter of PySCF's environment: energies that tell basis and distance.
INTERPRETER = """#!/bin/sh
exec {python} - "$@" <<'END'
import importlib
import os
import sys
import numpy as np
from vibrates.abinitio import points
points.check_program = lambda: None
module = importlib.import_module(sys.argv[2])
def point(row, level):
    values = np.zeros(len(module.STAGE.energies))
    values[:3] = float(os.environ.get("MARK", 0)), len(level.basis), row["R_angstrom"]
    return values
module.point = point
sys.argv[1:3] = []
points.main(module.compute_block, "x")
END
"""


@pytest.fixture
def project(root, tmp_path):
    """A small description; what runs it and says when each block was made; the results."""
    for name in ("src", "workflow", "profiles"):
        (tmp_path / name).symlink_to(root / name)
    interpreter = tmp_path / "interpreter"
    interpreter.write_text(INTERPRETER.format(python=sys.executable))
    interpreter.chmod(0o755)
    described = yaml.safe_load((root / "config" / "abinitio" / "n2h2.yaml").read_text())
    groups = described["geometries"]["groups"]
    described |= {
        "results": "out",
        "python": "./interpreter",
        "molecules": str(root / "config" / "molecules.yaml"),
        "geometries": described["geometries"]
        | {"block_size": 2, "groups": {"skew_wall": groups["skew_wall"]}},
    }
    few = {"rigid": described["larger_basis"]["groups"]["rigid"]}
    described["larger_basis"] |= {"groups": few}

    def run(targets=("points", "larger_basis"), mark=0, **changes):
        content = described | changes
        (tmp_path / "description.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "-s",
            "workflow/modules/potential.smk",
            "--cores",
            "2",
            "--configfile",
            "description.yaml",
            "--quiet",
            "--",
            *targets,
        ]
        environment = os.environ | {"PYTHONPATH": str(root / "src"), "MARK": str(mark)}
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False,
                              env=environment)  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        run.printed = done.stdout + done.stderr
        return {
            str(path.relative_to(tmp_path / "out")): path.stat().st_mtime_ns
            for path in (tmp_path / "out").glob("*/[0-9]*.csv")
        }

    return described, run, tmp_path / "out"


@pytest.mark.slow
def test_another_larger_basis_computes_its_own_points_again_and_no_others(project):
    """Only `geometries` and `collect` ran: aug-cc-pvqz over energies made with aug-cc-pvtz."""
    described, run, results = project
    first = run()
    larger = described["larger_basis"] | {"basis": "aug-cc-pvqz-jkfit"}
    second = run(larger_basis=larger)
    assert set(first) == set(second) and len(first) == 5
    made = {name for name in first if first[name] != second[name]}
    assert made == {name for name in first if name.startswith("larger_basis")} and made
    for name, basis in (("larger_basis", "aug-cc-pvqz-jkfit"), ("points", "aug-cc-pvdz")):
        points, provenance = tables.read(results / f"{name}.csv")
        assert provenance["basis"] == basis
        assert (points["E_CCSD_meV"] == len(basis)).all()
    # More geometries leave the blocks before them as they are.
    groups = described["geometries"]["groups"]
    more = {"groups": groups | {"rigid": larger["groups"]["rigid"]}}
    third = run(larger_basis=larger, geometries=described["geometries"] | more)
    assert set(third) > set(second)
    assert all(third[name] == second[name] for name in second if name != "points/2.csv")


@pytest.mark.slow
def test_a_further_set_is_computed_by_its_program_but_for_the_points_of_its_file(project):
    """A later session has the data file alone: the pending group is computed, no other."""
    _, run, results = project
    group = {"configurations": ["H"], "orientations_deg": {}, "bonds_angstrom": [[1.6, 0.74]],
             "offsets_angstrom": [0.0, 0.4]}  # fmt: skip
    one = {"method": "nevpt2", "basis": "aug-cc-pvdz", "points": "stored.csv", "block_size": 3,
           "seconds": 1800, "groups": {"first": group}}  # fmt: skip
    run(targets=["long"], further={"long": one})
    assert "long: 2 points, 2 of them not in stored.csv: 1.00 core hours" in run.printed
    (results / "long.csv").rename(results.parent / "stored.csv")
    for path in (results / "long").glob("*.csv"):
        path.unlink()
    more = one | {"groups": one["groups"] | {"second": group | {"bonds_angstrom": [[1.9, 0.74]]}},
                  "pending": ["second"]}  # fmt: skip
    run(targets=["long"], mark=1, further={"long": more})
    assert "long: 4 points, 2 of them not in stored.csv: 1.00 core hours" in run.printed
    points, provenance = tables.read(results / "long.csv")
    assert list(points["E_CASSCF_meV"]) == [0.0, 0.0, 1.0, 1.0]
    assert "NEVPT2" in provenance["method"]
