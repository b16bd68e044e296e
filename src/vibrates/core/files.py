"""Atomic writing of files: a file is complete or absent."""

import os
from pathlib import Path


def write_text(path: str | Path, text: str) -> None:
    """Write under a temporary name in the same directory, then rename."""
    write_bytes(path, text.encode())


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write under a temporary name in the same directory, then rename."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    os.replace(temporary, path)
