"""What every Snakefile of the project does before its rules (workflow/rules/preamble.smk)."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import vibrates
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint as fingerprint_of

T = TypeVar("T")


def use_own_programs() -> None:
    """Let all jobs find the interpreter of Snakemake, its mpiexec, and this package's sources."""
    _put_first("PATH", Path(sys.executable).parent)
    source = Path(vibrates.__file__).parents[1]
    if source.name == "src":  # a checkout; what is installed is found without
        _put_first("PYTHONPATH", source)


def _put_first(variable: str, directory: Path) -> None:
    others = [one for one in os.environ.get(variable, "").split(os.pathsep) if one]
    if str(directory) not in others[:1]:
        os.environ[variable] = os.pathsep.join([str(directory), *others])


def or_exit(function: Callable[..., T], *arguments: Any) -> T:
    """`function(*arguments)`; a UserError ends Snakemake with one line, before any job."""
    try:
        return function(*arguments)
    except UserError as error:
        sys.exit(f"error: {error}")


def fingerprint(*settings: Any) -> str:
    """sha256 (hexadecimal) of settings, whatever the order of keys (`core.fingerprint`).

    As a parameter of a rule it has Snakemake compute the rule's products anew when, and only when,
    one of these settings changes.
    """
    return fingerprint_of(settings=settings)
