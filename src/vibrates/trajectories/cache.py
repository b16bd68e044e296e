"""The cache of compiled kernels.

numba detects a change of the file that a function is defined in, but not of files with functions
that it calls. The cache is therefore in a directory named after the contents of all sources of the
kernel. numba does not detect damaged machine code either, so checksums are stored with it.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numba

from vibrates.core.files import write_text

_CHECKSUMS = "checksums.json"
_OF_QUANTUM_ROTOR = ("interaction", "internal", "kernel", "products")  # compiled modules


def directory() -> Path:
    """The cache directory of this version of the kernel.

    Below VIBRATES_CACHE if set, else XDG_CACHE_HOME/vibrates, else ~/.cache/vibrates.
    """
    home = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    base = Path(os.environ.get("VIBRATES_CACHE", Path(home) / "vibrates"))
    here = Path(__file__).parent
    sources = sorted((here / "kernel").glob("*.py"))
    sources += [here / "quantum_rotor" / f"{name}.py" for name in _OF_QUANTUM_ROTOR]
    sources.append(Path(__file__).parents[1] / "potential" / "kernel_forms.py")
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return base / f"kernels-{digest[:16]}"


def use() -> None:
    """Make numba use this cache; without a writable directory it compiles in every process."""
    place = directory()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    # numba reads its settings from the environment when it is imported.
    numba.config.CACHE_DIR = str(place)  # type: ignore[attr-defined]


def load(warm_up: Callable[[], object]) -> None:
    """Call `warm_up`, which loads or compiles the kernel, with a cache without damaged files.

    Damaged machine code is detected by its checksum, a damaged index by the failure to load it. The
    cache is then cleared and the kernel compiled again. To be called by one process of a job before
    the others load the kernel. Of several jobs on one machine one compiles, and the others wait for
    it: two that write the same files leave checksums of neither.
    """
    with _alone():
        _load(warm_up)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other process of this machine is in this block; nothing where locks fail."""
    lock = directory().with_suffix(".lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        stream = lock.open("w")
    except OSError:
        yield
        return
    with stream:
        with contextlib.suppress(OSError):
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _load(warm_up: Callable[[], object]) -> None:
    place = directory()
    found = _checksums(place)
    if any(found.get(name, checksum) != checksum for name, checksum in _recorded(place).items()):
        _clear(place)
    try:
        warm_up()
    except Exception:  # unpickling a damaged index can raise any exception
        if not _checksums(place):
            raise
        _clear(place)
        warm_up()
    found = _checksums(place)
    if found and found != _recorded(place):
        # A cache that cannot be written to is used as it is.
        with contextlib.suppress(OSError):
            write_text(place / _CHECKSUMS, json.dumps(found))


def whole() -> bool:
    """Whether the cache exists and all of its files have their recorded checksums."""
    place = directory()
    return bool(_recorded(place)) and _checksums(place) == _recorded(place)


def _checksums(place: Path) -> dict[str, str]:
    """Checksums of all machine code in the cache; indices, which change in use, are left out."""
    return {
        str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(place.rglob("*.nbc"))
    }


def _recorded(place: Path) -> dict[str, str]:
    try:
        recorded = json.loads((place / _CHECKSUMS).read_text())
    except (OSError, ValueError):
        return {}
    return recorded if isinstance(recorded, dict) else {}


def _clear(place: Path) -> None:
    print(
        f"{place}: compiled kernels were damaged; compiling them anew", file=sys.stderr, flush=True
    )
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True)
