"""The terminal of a run: all output of Snakemake and its jobs, and a bar of the progress below it.

A driver gives its jobs two pipes in the place of its standard output and error, and prints what
arrives in them. So the output of all processes, whatever they are, can stand above a bar; and after
Ctrl-C, which every process of a terminal receives, the tracebacks of those that were just importing
libraries or computing are left out: one line says that the run was stopped.

The bar is drawn on a terminal only (with the package rich); a file or a pipe gets plain lines.
"""

import atexit
import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from vibrates.core.terminal import colours

STOPPED = "stopped; the same command continues"
# Seconds that output waits before it is printed: a traceback of Ctrl-C may arrive before the signal
# was handled here.
_DELAY = 0.05
_REFRESH = 1.0  # seconds between two looks at the progress
_DRAIN = 0.1  # seconds without output after which a run has said all


@dataclass(frozen=True)
class Progress:
    """Work done and known so far, in any unit, and a few words about it."""

    done: float
    total: float
    text: str


class _Screen:
    """Prints what arrives in two pipes on the former standard output and error."""

    def __init__(self, progress: Callable[[], Progress | None] | None) -> None:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        self._real = os.dup(1), os.dup(2)
        self._readers = []
        for descriptor in (1, 2):
            reader, writer = os.pipe()
            os.dup2(writer, descriptor)
            os.close(writer)
            self._readers.append(reader)
        self._error = os.fdopen(os.dup(self._real[1]), "w", errors="replace")
        self._half = [b"", b""]
        self._bar = _bar(self._error, progress) if progress and colours(self._error) else None
        self._end = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._forward, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Print what is still to come, remove the bar, and restore standard output and error."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        for descriptor, real in zip((1, 2), self._real, strict=True):
            os.dup2(real, descriptor)
        self._end.set()
        self._thread.join(timeout=5)

    def say(self, line: str) -> None:
        """Print one line of the driver itself on standard error."""
        with self._writing:
            self._write(1, f"{line}\n".encode())

    def _forward(self) -> None:
        looked, opened = 0.0, list(self._readers)
        while opened:
            ready, _, _ = select.select(opened, [], [], _DRAIN)
            if not ready and self._end.is_set():
                break  # A job that goes on alone may still hold the other ends.
            if ready:
                time.sleep(_DELAY)
            for reader in ready:
                if text := os.read(reader, 1 << 16):
                    self._arrived(self._readers.index(reader), text)
                else:
                    opened.remove(reader)
            if self._bar and time.monotonic() - looked > _REFRESH:
                looked = time.monotonic()
                self._bar.look()
        with self._writing:
            for number, rest in enumerate(self._half):
                self._write(number, rest)
            if self._bar:
                self._bar.stop()

    def _arrived(self, number: int, text: bytes) -> None:
        """Print whole lines, and keep the beginning of the next one."""
        lines, newline, rest = (self._half[number] + text).rpartition(b"\n")
        self._half[number] = rest
        with self._writing:
            self._write(number, lines + newline)

    def _write(self, number: int, text: bytes) -> None:
        """Print above the bar; a terminal that is gone ends no run."""
        if not text or (is_stopped() and not text.startswith(STOPPED.encode())):
            return
        with contextlib.suppress(OSError):
            if self._bar and os.isatty(self._real[number]):
                self._bar.above(text.decode(errors="replace"))
            else:
                while text:
                    text = text[os.write(self._real[number], text) :]


class _Bar:
    """A bar of rich at the bottom of the terminal."""

    def __init__(self, file: Any, progress: Callable[[], Progress | None]) -> None:
        from rich import progress as rich
        from rich.console import Console

        self._progress = progress
        self._console = Console(file=file, highlight=False, soft_wrap=True)
        self._drawn = rich.Progress(
            rich.TextColumn("{task.description}"),
            rich.BarColumn(),
            rich.TaskProgressColumn(),
            rich.TimeElapsedColumn(),
            console=self._console,
            transient=True,
            refresh_per_second=2,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._drawn.add_task("", total=None, start=True)

    def look(self) -> None:
        """Draw the present progress."""
        # The graph of jobs may change while it is counted: the next look tries again.
        with contextlib.suppress(RuntimeError, OSError):
            if found := self._progress():
                self._drawn.start()
                self._drawn.update(
                    self._task,
                    completed=found.done,
                    total=max(found.total, 1e-9),
                    description=found.text,
                )

    def above(self, text: str) -> None:
        """Print lines above the bar, with their own colours."""
        from rich.text import Text

        self._console.print(Text.from_ansi(text.removesuffix("\n")), soft_wrap=True)

    def stop(self) -> None:
        """Remove the bar."""
        self._drawn.stop()


def _bar(file: Any, progress: Callable[[], Progress | None]) -> _Bar | None:
    """The bar; None without the package rich, which only a terminal needs."""
    try:
        return _Bar(file, progress)
    except ImportError:
        return None


_screen: _Screen | None = None
_stopping = threading.Event()


def take(progress: Callable[[], Progress | None] | None = None) -> None:
    """Take the output of this process and of all that it starts; to be called in the main thread.

    Parameters
    ----------
    progress
        Gives the progress of the run, or None as long as it is not known; without it no bar is
        drawn.
    """
    global _screen
    if _screen is not None:
        return
    _screen = _Screen(progress)
    atexit.register(_screen.close)
    before = signal.getsignal(signal.SIGINT)

    def interrupted(number: int, frame: FrameType | None) -> Any:
        stopped()
        if callable(before):
            return before(number, frame)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupted)


def stopped() -> None:
    """Say once that the run was stopped; what other processes print from now on is dropped."""
    if not _stopping.is_set():
        _stopping.set()
        if _screen is None:
            print(STOPPED, file=sys.stderr, flush=True)
        else:
            _screen.say(STOPPED)


def is_stopped() -> bool:
    """Whether the run was stopped by Ctrl-C."""
    return _stopping.is_set()
