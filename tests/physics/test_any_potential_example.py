"""The example of a function of one's own, in Python and in Fortran."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "any_potential"


def load(path):
    """The function of a file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.potential


@pytest.mark.skipif(shutil.which("gfortran") is None, reason="no Fortran compiler")
def test_the_fortran_function_is_that_in_python(tmp_path):
    """Built with the line that the documentation and both files state."""
    for name in ("surface.f90", "surface_fortran.py"):
        shutil.copy(EXAMPLE / name, tmp_path)
    line = "gfortran -O2 -shared -fPIC -o libsurface.so surface.f90"
    page = EXAMPLE.parents[1] / "docs" / "tutorials" / "any_potential.md"
    for path in (EXAMPLE / "surface.f90", EXAMPLE / "surface_fortran.py", page):
        assert line in path.read_text(encoding="utf-8")
    subprocess.run(line.split(), cwd=tmp_path, check=True)
    low, high = [3.5, 0, 0, 0, 1.7, 0.9], [14, np.pi, np.pi, np.pi, 2.6, 2.4]
    arguments = np.random.default_rng(1).uniform(low, high, (1000, 6)).T.copy()
    in_python, in_fortran = (
        load(path)(*arguments) for path in (EXAMPLE / "surface.py", tmp_path / "surface_fortran.py")
    )
    assert in_fortran == pytest.approx(in_python, rel=1e-11)
