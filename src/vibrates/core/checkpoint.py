"""What an unfinished batch has finished: pieces on disk, from which its next attempt goes on.

Every attempt of a batch appends to a file of its own beside the batch's, ``batch00000.ID.part``: no
file has two writers, even where a job that was given up still runs. A record carries its length and
a checksum over the batch's digest and its content. Reading ends at the first record that is cut
short or damaged; what it and those after it held is computed again.
"""

import hashlib
import io
import os
import secrets
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from vibrates.core.errors import UserError

_HEAD = struct.Struct("<8sQ32s")  # mark, length of the content, checksum
_MARK = b"vibrates"
_SYNC_SECONDS = 5.0  # at most so much work is lost when a machine (not only a job) dies

Columns = dict[str, np.ndarray]


def files(output: str | Path) -> list[Path]:
    """The part files of the batch that is to become `output`, in the order of their names."""
    output = Path(output)
    return sorted(output.parent.glob(f"{output.stem}.*.part"))


def read(output: str | Path, digest: str) -> dict[int, Columns]:
    """Pieces that all attempts at the batch with this digest finished, by number."""
    found: dict[int, Columns] = {}
    for path in files(output):
        for piece, columns in _records(path, digest):
            found.setdefault(piece, columns)
    return found


def remove(output: str | Path) -> None:
    """Delete the part files of a batch whose file is written."""
    for path in files(output):
        path.unlink(missing_ok=True)


class Writer:
    """Appends records to the part file of this attempt at a batch."""

    def __init__(self, output: str | Path, digest: str) -> None:
        output = Path(output)
        name = f"{os.environ.get('SLURM_JOB_ID', os.getpid())}-{secrets.token_hex(4)}"
        self.path, self._digest = output.with_name(f"{output.stem}.{name}.part"), digest
        self._file = None
        self._synced = time.monotonic()

    def append(self, piece: int, columns: Columns) -> None:
        """Add a finished piece; UserError if the disk takes no more."""
        stream = io.BytesIO()
        np.savez(stream, piece=np.array(piece), **columns)
        content = stream.getvalue()
        try:
            if self._file is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = open(self.path, "xb", buffering=0)
            self._write(_HEAD.pack(_MARK, len(content), _checksum(self._digest, content)) + content)
        except OSError as error:
            raise UserError(
                f"{self.path}: finished work cannot be kept ({error.strerror}); make "
                "room and run the campaign again"
            ) from None

    def _write(self, record: bytes) -> None:
        left = memoryview(record)
        while left:  # A disk that fills up takes a part of it first.
            left = left[self._file.write(left) :]
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def close(self) -> None:
        """Close the file; nothing if no record was added."""
        if self._file is not None:
            self._file.close()


def _records(path: Path, digest: str) -> Iterator[tuple[int, Columns]]:
    try:
        file = open(path, "rb")
    except OSError:
        return  # Removed by another attempt that has just finished the batch.
    with file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            mark, length, checksum = _HEAD.unpack(head)
            if mark != _MARK or length > os.fstat(file.fileno()).st_size:
                return
            content = file.read(length)
            if _checksum(digest, content) != checksum:
                return
            with np.load(io.BytesIO(content)) as stored:
                columns = dict(stored)
            yield int(columns.pop("piece")), columns


def _checksum(digest: str, content: bytes) -> bytes:
    return hashlib.sha256(digest.encode() + content).digest()
