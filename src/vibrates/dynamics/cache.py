"""Where compiled kernels are kept between processes.

numba notices a change of the file that a function is in, not of the files it calls into. The cache
therefore lives in a directory named after the contents of all sources that the kernel is made of.
"""

import hashlib
import os
from pathlib import Path

import numba

# simd, vector_math, rows, interaction, kernel: everything that is compiled.
_COMPILED = ("simd", "vector_math", "rows", "interaction", "kernel")


def directory() -> Path:
    """The cache of this version of the kernel.

    Below VIBRATES_CACHE if set, else XDG_CACHE_HOME/vibrates, else ~/.cache/vibrates.
    """
    home = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    base = Path(os.environ.get("VIBRATES_CACHE", Path(home) / "vibrates"))
    sources = [Path(__file__).with_name(f"{name}.py") for name in _COMPILED]
    sources.append(Path(__file__).parents[1] / "potential" / "forms.py")
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return base / f"kernels-{digest[:16]}"


def use() -> None:
    """Have numba keep compiled code there; without a writable place it compiles every time."""
    place = directory()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    numba.config.CACHE_DIR = str(place)
