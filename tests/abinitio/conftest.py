"""The optional environment of PySCF."""

import json
import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def pyscf(root):
    """A function: run code in the optional environment, its output as numbers."""
    interpreter = Path(
        os.environ.get("VIBRATES_ABINITIO_PYTHON", root / ".venv-abinitio/bin/python")
    )
    if not interpreter.is_file():
        pytest.skip("no environment with PySCF: make abinitio")

    def run(code: str) -> list[float]:
        environment = os.environ | {"PYTHONPATH": str(root / "src")}
        done = subprocess.run([interpreter, "-c", code], env=environment, text=True, check=True,
                              capture_output=True)  # fmt: skip
        return json.loads(done.stdout)

    return run
