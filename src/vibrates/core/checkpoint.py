"""Results of finished tasks on disk, from which an interrupted job continues.

Every process that computes appends to a file of its own, ``STEM.ID.part`` beside the product that
the results are to become: no file has two writers, even where a job that was given up still runs.
A record holds the key of a task, the fingerprint of everything its result depends on, and the
result, with its length and a checksum over all of it. Reading a file ends at the first record that
is cut short or damaged; what it and those after it held is computed again.
"""

import hashlib
import io
import json
import os
import secrets
import struct
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from vibrates.core.errors import UserError
from vibrates.core.files import write_bytes

_HEAD = struct.Struct("<8sQ32s")  # mark, length of the content, checksum
_MARK = b"vibrates"
_SYNC_SECONDS = 5.0  # at most so much work is lost when a machine (not only a job) dies

Result = dict[str, Any]  # arrays, and values that JSON can hold


class Checkpoint:
    """The results of tasks that were finished on the way to ``product``, a file or a directory.

    With ``latest`` the file of this process holds the last result of every key only: for states
    that are overwritten while a task goes on.
    """

    def __init__(self, product: str | Path, latest: bool = False) -> None:
        self.product, self._latest = Path(product), latest
        name = f"{os.environ.get('SLURM_JOB_ID', os.getpid())}-{secrets.token_hex(4)}"
        self._path = self.product.with_name(f"{self.product.stem}.{name}.part")
        self._file: BinaryIO | None = None
        self._synced = time.monotonic()
        self._mine: dict[str, bytes] = {}

    def files(self) -> list[Path]:
        """The files of all attempts so far, the one that was written last at the end."""
        found = self.product.parent.glob(f"{self.product.stem}.*.part")
        return sorted(found, key=lambda path: (_written(path), path.name))

    def results(self, wanted: Mapping[str, str]) -> dict[str, Result]:
        """The stored results of the tasks ``wanted``, fingerprints by key; the latest of each."""
        found: dict[str, Result] = {}
        for path in self.files():
            for key, fingerprint, result in _records(path):
                if wanted.get(key) == fingerprint:
                    found[key] = result
        return found

    def add(self, key: str, fingerprint: str, result: Mapping[str, Any]) -> None:
        """Store the result of a finished task; UserError if the disk takes no more."""
        record = _record(key, fingerprint, result)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._latest:
                self._mine[key] = record
                write_bytes(self._path, b"".join(self._mine.values()))
                return
            if self._file is None:
                self._file = open(self._path, "xb", buffering=0)
            self._append(record)
        except OSError as error:
            raise UserError(
                f"{self._path}: finished work cannot be stored ({error.strerror}); make room and "
                "start again: it goes on from what is stored"
            ) from None

    def _append(self, record: bytes) -> None:
        assert self._file is not None
        left = memoryview(record)
        while left:  # A disk that fills up takes a part of it first.
            left = left[self._file.write(left) :]
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def close(self) -> None:
        """Close the file of this process; nothing if no result was added."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Delete the files of all attempts, once the product is written."""
        self.close()
        for path in self.files():
            path.unlink(missing_ok=True)


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0  # Removed by another attempt that has just finished.


def _record(key: str, fingerprint: str, result: Mapping[str, Any]) -> bytes:
    arrays = {name: value for name, value in result.items() if isinstance(value, np.ndarray)}
    other = {name: value for name, value in result.items() if name not in arrays}
    head = json.dumps({"key": key, "fingerprint": fingerprint, "values": other})
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    encoded = head.encode()
    content = struct.pack("<Q", len(encoded)) + encoded + stream.getvalue()
    return _HEAD.pack(_MARK, len(content), hashlib.sha256(content).digest()) + content


def _records(path: Path) -> Iterator[tuple[str, str, Result]]:
    try:
        file = open(path, "rb")
    except OSError:
        return  # Removed by another attempt that has just finished.
    with file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            mark, length, checksum = _HEAD.unpack(head)
            if mark != _MARK or length > os.fstat(file.fileno()).st_size:
                return
            content = file.read(length)
            if hashlib.sha256(content).digest() != checksum:
                return
            (size,) = struct.unpack_from("<Q", content)
            described = json.loads(content[8 : 8 + size])
            with np.load(io.BytesIO(content[8 + size :])) as stored:
                arrays = dict(stored)
            yield described["key"], described["fingerprint"], described["values"] | arrays
