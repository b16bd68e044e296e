"""The directory of the results that a configuration names: whether it can be made and written."""

import os
from pathlib import Path

from vibrates.core.errors import UserError

# Snakemake reads braces as wildcards; file systems hold names of 255 bytes.
_FORBIDDEN, _LONGEST = "{}*?\"'\\", 200
# /proc, /sys and /dev promise by their permissions what they do not take.
_SYSTEM = {Path(name) for name in ("/proc", "/sys", "/dev")}
# Directories of the project itself, which a campaign must not fill.
_SOURCES = {
    ".ci", ".git", ".snakemake", ".venv", "benchmarks", "config", "data", "docs", "envs",
    "examples", "profiles", "slurm", "src", "tests", "validation", "workflow",
}  # fmt: skip


def check(text: str, source: str) -> None:
    """Refuse a directory that cannot be made, written or named in the rules of Snakemake.

    Spaces and letters of all languages are allowed. Nothing is created.

    Parameters
    ----------
    text
        The path, relative to the working directory or absolute.
    source
        The configuration, for the message.

    Raises
    ------
    UserError
        One line with the path, what is wrong with it, and a remedy.
    """
    if fault := _in_text(text) or _on_disk(text):
        raise UserError(f"{source}: results: {fault}")


def _in_text(text: str) -> str | None:
    """What is wrong with the text of the path itself."""
    if not text.strip():
        return f"{text!r} is empty; name a directory"
    if text != text.strip() or text.startswith("-"):
        return f"{text!r} begins with a dash, or begins or ends with a space; choose another name"
    unfit = [one for one in text if one in _FORBIDDEN or not (one.isprintable() or one == " ")]
    if unfit:
        return f"{text!r} contains {unfit[0]!r}; choose a path without it"
    if text.startswith("~"):
        return f"{text!r}: '~' is not replaced by your home directory; write the path in full"
    if len(text.encode()) > _LONGEST:
        return f"a path of {len(text.encode())} bytes is above the limit {_LONGEST}; shorten it"
    return None


def _on_disk(text: str) -> str | None:
    """What is wrong with the place of the path."""
    path, here = Path(os.path.abspath(text)), Path.cwd()
    if path == Path(path.anchor):
        return f"{text!r} is the root directory; name a directory of its own"
    if path == here:
        return f"{text!r} is the project directory; name a directory of its own"
    if path in here.parents:
        return f"{text!r} contains the working directory {here}; name a directory of its own"
    if (here / "Snakefile").exists() and path.is_relative_to(here):
        first = path.relative_to(here).parts[0]
        if first in _SOURCES:
            return f"{text!r} is among the sources, in {first}/; name a directory of its own"
    place = path
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        return f"{place} is a file; name another directory"
    if _SYSTEM & {place, *place.parents} or not os.access(place, os.W_OK | os.X_OK):
        return f"{place} cannot be written; name a directory of your own"
    return None
