"""Where compiled kernels are kept between processes.

numba notices a change of the file that a function is in, not of the files it calls into. The cache
therefore lives in a directory named after the contents of all sources that the kernel is made of.
numba does not notice damaged machine code either, so checksums are kept beside it.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numba

from vibrates.core.files import write_text

_CHECKSUMS = "checksums.json"


def directory() -> Path:
    """The cache of this version of the kernel.

    Below VIBRATES_CACHE if set, else XDG_CACHE_HOME/vibrates, else ~/.cache/vibrates.
    """
    home = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    base = Path(os.environ.get("VIBRATES_CACHE", Path(home) / "vibrates"))
    sources = sorted(Path(__file__).with_name("kernel").glob("*.py"))
    sources.append(Path(__file__).parents[1] / "potential" / "kernel_forms.py")
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return base / f"kernels-{digest[:16]}"


def use() -> None:
    """Have numba keep compiled code there; without a writable place it compiles every time."""
    place = directory()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    # numba makes its settings from the environment when it is imported.
    numba.config.CACHE_DIR = str(place)  # type: ignore[attr-defined]


def load(warm_up: Callable[[], object]) -> None:
    """Call `warm_up`, which loads or compiles the kernel, on a cache without damaged files.

    Damaged machine code is found by its checksum, a damaged index by its failing to load; the cache
    is then cleared and compiled anew. To be called by one process of a job, before the others load.
    """
    place = directory()
    found = _checksums(place)
    if any(found.get(name, checksum) != checksum for name, checksum in _recorded(place).items()):
        _clear(place)
    try:
        warm_up()
    except Exception:  # whatever unpickling a damaged index raises
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
    """Whether there is a cache, and all of it has the checksums it was written with."""
    place = directory()
    return bool(_recorded(place)) and _checksums(place) == _recorded(place)


def _checksums(place: Path) -> dict[str, str]:
    """Checksums of all machine code in the cache; an index changes with use and is left out."""
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
