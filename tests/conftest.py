"""Shared by all tests: one thread per process, strict comparisons, and the project's paths."""

import os
import sys
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Tests start snakemake and mpiexec: those of the environment that runs pytest.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

import pytest  # noqa: E402 - libraries read the variables above when they are imported

_pytest_approx = pytest.approx


def strict_approx(
    expected: Any, rel: float | None = None, abs: float | None = None, nan_ok: bool = False
) -> Any:
    """`pytest.approx` without its absolute tolerance of 1e-12, which has to be asked for here.

    Rate coefficients (1e-30 to 1e-9 cm^3/s), small probabilities and energies in hartree are below
    1e-12 or not far above it: with pytest's default a comparison of them would pass whatever the
    code returned. The relative tolerance is that of pytest: ``rel``, or 1e-6 where neither is
    given. Where zero is expected, the test gives ``abs``, in the unit of what it compares.
    """
    if abs is None:
        rel, abs = (1e-6 if rel is None else rel), 0.0
    return _pytest_approx(expected, rel=rel, abs=abs, nan_ok=nan_ok)


pytest.approx = strict_approx

ROOT = Path(__file__).parents[1]
# Modules that take longest. With several processes they are begun first, so that none is left
# running alone at the end.
LONGEST = (
    "test_campaign.py",
    "test_dynamics.py",
    "test_learning_product.py",
    "test_breathing_sphere.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Longest modules first where they are spread over processes; otherwise the order stays."""
    if hasattr(config, "workerinput"):
        rank = {name: number for number, name in enumerate(LONGEST)}
        items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's directory."""
    return ROOT


@pytest.fixture(scope="session")
def tiny_path(root: Path) -> Path:
    """Configuration of the tiny campaign."""
    return root / "config" / "tiny.yaml"
