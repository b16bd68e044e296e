"""Output of a job: all of it in the log of the job, messages for the user also on the terminal."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_RED, _PLAIN = "\x1b[1;31m", "\x1b[0m"
_terminal: TextIO | None = None  # while `redirected`, the stream that was standard error before


def tell(line: str) -> None:
    """Print one line on the terminal, and in the log of the job if there is one."""
    # The driver that shows it may have been killed.
    with contextlib.suppress(OSError):
        print(line, file=_terminal or sys.stderr, flush=True)
    if _terminal is not None:
        # A line of the log that cannot be written must not end the job.
        with contextlib.suppress(OSError):
            print(line, file=sys.stderr, flush=True)


def colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colours, and the user has not declined them."""
    declined = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    return not declined and stream.isatty()


def error_line(message: str) -> str:
    """``error: message`` for standard error, the first word in red on a terminal."""
    return f"{_RED}error:{_PLAIN} {message}" if colours(sys.stderr) else f"error: {message}"


@contextlib.contextmanager
def redirected(log: str | Path | None) -> Iterator[None]:
    """Redirect standard output and error of this process, and of C libraries, to the file `log`.

    An existing file is overwritten. Without a name, or if the file cannot be opened, nothing
    changes.
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
