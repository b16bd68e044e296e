"""Output of a job: everything goes to the job's log, messages for the user to the terminal too."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_terminal: TextIO | None = None  # while `redirected`, the stream that was standard error before


def tell(line: str) -> None:
    """Print one line on the terminal, and in the job's log where there is one."""
    print(line, file=_terminal or sys.stderr, flush=True)
    if _terminal is not None:
        # A full disk must not end work over a line of its log.
        with contextlib.suppress(OSError):
            print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def redirected(log: str | Path | None) -> Iterator[None]:
    """Send standard output and error of this process, those of C libraries too, to the file `log`.

    The file is written anew. Without a name, or where the file cannot be opened, all stays as it
    is.
    """
    global _terminal
    try:
        file = open(log, "wb") if log else None  # noqa: SIM115 - closed below
    except OSError as error:
        print(f"warning: {log}: no log ({error.strerror})", file=sys.stderr, flush=True)
        file = None
    if file is None:
        yield
        return
    _flush()
    before = os.dup(1), os.dup(2)
    for descriptor in (1, 2):
        os.dup2(file.fileno(), descriptor)
    file.close()
    _terminal = os.fdopen(os.dup(before[1]), "w")
    try:
        yield
    finally:
        _flush()
        for descriptor, old in zip((1, 2), before, strict=True):
            os.dup2(old, descriptor)
            os.close(old)
        _terminal.close()
        _terminal = None


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
