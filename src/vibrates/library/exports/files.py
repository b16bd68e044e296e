"""Writing of an export: all of its files or none, and none over another one."""

from collections.abc import Mapping
from pathlib import Path

from vibrates.core.errors import UserError
from vibrates.core.files import write_text


def write(files: Mapping[Path, str], output: Path) -> list[Path]:
    """Write every file; UserError if one exists or cannot be written."""
    # The functions of LoKI are the same for every export.
    same = {p for p in files if p != output and p.is_file() and p.read_text() == files[p]}
    for path in (output, *files):
        if path.exists() and path not in same:
            raise UserError(f"{path}: exists; remove it, or name another file with --output")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, text)
    except OSError as error:
        raise UserError(
            f"{output}: cannot be written ({error.strerror}); name another file with --output"
        ) from None
    return list(files)
