"""Preparation in every Snakefile of the project before its rules (workflow/rules/preamble.smk)."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import vibrates
from vibrates.core.errors import UserError
from vibrates.core.fingerprint import fingerprint as fingerprint_of

T = TypeVar("T")

# At the end of a shell command: all its output goes into the log, and to the terminal without what
# the MPI launcher adds about the end of its processes. A log that cannot be written ends no job.
# After Ctrl-C both programs stay until the command has ended.
_LAUNCHER = r"^\[mpiexec@|^Abort\(|^=|^YOUR APPLICATION TERM|^This typically|^Please see the FAQ"
LOGGED = (
    "2>&1 | (tee -i {log:q} || true) | "
    f"(trap '' INT; exec sed -u -E -e '/{_LAUNCHER}/d' -e '/^$/d') >&2"
)


def use_own_programs() -> None:
    """Put Snakemake's interpreter, its mpiexec and this package on the search paths of all jobs."""
    _put_first("PATH", Path(sys.executable).parent)
    source = Path(vibrates.__file__).parents[1]
    if source.name == "src":  # a checkout; an installed package is found without it
        _put_first("PYTHONPATH", source)


def _put_first(variable: str, directory: Path) -> None:
    others = [one for one in os.environ.get(variable, "").split(os.pathsep) if one]
    if str(directory) not in others[:1]:
        os.environ[variable] = os.pathsep.join([str(directory), *others])


def or_exit(function: Callable[..., T], *arguments: Any) -> T:
    """The value of ``function(*arguments)``; a UserError ends Snakemake: one line, exit code 2."""
    try:
        return function(*arguments)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        sys.exit(2)


def fingerprint(*settings: Any) -> str:
    """sha256 (hexadecimal) of settings, independent of the order of keys (`core.fingerprint`).

    As a parameter of a rule it makes Snakemake compute the products of the rule again if, and only
    if, one of these settings changes.
    """
    return fingerprint_of(settings=settings)
